"""Holds what was found against what was asked: trouble of other parts is no answer to it."""

from __future__ import annotations

import re
from typing import Final

from sre_tui.agent.analyst.complaints import complains
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.question import Question
from sre_tui.diagnosis.causes.model import Investigation
from sre_tui.diagnosis.language.topics import Topic
from sre_tui.diagnosis.patterns.load import bundled
from sre_tui.diagnosis.steps import steps_of

CLOSED: Final = re.compile(
    r"^(is|are|was|were|did|does|do|has|have|any|anything|ist|sind|war|hat|haben|gibt|läuft)\b"
)
"""Questions that are answered by yes or no."""
_CLOSED_TOO: Final = re.compile(
    r"^(?:can|could|may|will|kann|könnte|hab|habe|gab|gibts|wurden?|wird|werden|stehen)\b"
)
"""More of them, which ask of no trouble."""
TELLING: Final = 7
"""Words from which on what is no question tells something; fewer, as "backups ok", ask."""
_OPEN: Final = re.compile(
    r"^(?:(?:and|so|but|then|ok|okay|hey|und|also) )*(?:which|what|whats|how|hows|when|who|whos|"
    r"whose|whom|where|why|list|show|tell|give|explain|welche\w*|wer|wie|wo|wann|warum|wieso|"
    r"weshalb|woran|zeig\w*|"
    r"was (?:ist|sind|hat|haben|macht|machen|läuft|fehlt|kann|soll|muss|braucht|frisst|füllt|"
    r"belegt|stimmt|tut|wird|wurde|ging|geht))\b(?! about )"
)


def asks_whether(question: Question) -> bool:
    """Whether a question may be answered by yes or no.

    What asks which, how or when is not, and neither is what only tells something.
    """
    if _OPEN.match(question.folded.replace("'", "")):
        return False
    closed = CLOSED.match(question.folded) or _CLOSED_TOO.match(question.folded)
    if closed or question.text.rstrip().endswith("?"):
        return True
    return not complains(question.text.casefold()) and len(question.text.split()) < TELLING


_OF_ALL: Final = frozenset({Topic.NETWORK, Topic.DNS, Topic.POWER})
"""What a whole homelab shares: its failure is everybody's, whatever else is named."""
MOST_HELPED: Final = 2
MOST_STEPS: Final = 3
FOUND: Final = ("cause", "several")
"""Verdicts that explain what was asked about."""


def regarding(look: Look, made: Investigation) -> Investigation:
    """Trouble that shows nowhere in what is asked about is elsewhere, where it is asked whether.

    Where it is complained of what such trouble brings about, it is no other trouble.
    """
    closed = CLOSED.match(look.question.folded) is not None
    if made.verdict == "elsewhere" and not closed:
        return _explained(look, made)
    if made.verdict not in FOUND or not closed or not (made.focus or look.question.topics):
        return made
    if is_about_it(look, made):
        return made
    about = " and ".join(str(one) for one in made.focus[:2]) or "it"
    sure = tuple(one for one in made.causes if one.confirmed)
    return made.model_copy(
        update={
            "verdict": "elsewhere",
            "headline": f"nothing wrong was found with {about}; elsewhere: {made.headline}",
            "causes": (),
            "elsewhere": (*sure, *made.elsewhere),
            "steps": (),
        }
    )


def _explained(look: Look, made: Investigation) -> Investigation:
    """What is certain elsewhere and of the kind that is complained of explains it, with its steps.

    "No internet since I updated adguard" names what is not at fault.
    """
    topics = _OF_ALL & set(look.question.topics)
    if any(one.confirmed for one in made.causes) or not complains(look.question.text.casefold()):
        return made
    found = [one for one in made.elsewhere if one.confirmed and one.active
             and (known := bundled().get(one.kind)) and topics & set(known.topics)]  # fmt: skip
    if not found:
        return made
    _, _, rest = made.headline.partition("; elsewhere: ")
    told = [said for said in rest.rstrip(".").split("; ")
            if any(said.casefold().startswith(one.claim.casefold()) for one in found)]  # fmt: skip
    steps = [step for one in found[:MOST_HELPED] if (known := bundled().get(one.kind))
             for step in steps_of(known.runbook, "Fix", MOST_STEPS, known.fix)]  # fmt: skip
    return made.model_copy(
        update={
            "verdict": "cause" if len(found) == 1 else "several",
            "headline": "; ".join(told or [one.claim for one in found]),
            "causes": (*found, *made.causes),
            "elsewhere": tuple(one for one in made.elsewhere if one not in found),
            "steps": tuple(steps),
        }
    )


def is_about_it(look: Look, made: Investigation) -> bool:
    """Whether what was found shows in what is asked about, or is of its kind."""
    return _touches(made) if made.focus else _is_on_topic(look, made)


def _touches(made: Investigation) -> bool:
    """Whether a cause, an effect or a symptom is about what is asked about, or its machine."""
    told = [*(one.subject for one in made.causes), *(one.subject for one in made.symptoms)]
    told += [*made.impact, *(one.subject for cause in made.causes for one in cause.effects)]
    asked = {name for one in made.focus for name in (one.own_name, one.host) if name}
    seen = {name for one in told for name in (one.own_name, one.host) if name}
    return bool(asked & (seen | {name.partition(".")[0] for name in seen}))


def _is_on_topic(look: Look, made: Investigation) -> bool:
    kinds = {*(one.kind for one in made.causes), *(one.kind for one in made.symptoms)}
    kinds |= {effect.kind for cause in made.causes for effect in cause.effects}
    patterns = (bundled().get(kind) for kind in kinds)
    return any(set(look.question.topics) & set(one.topics) for one in patterns if one is not None)


__all__ = ["CLOSED", "FOUND", "asks_whether", "is_about_it", "regarding"]

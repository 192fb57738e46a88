"""Holds what was found against what was asked: trouble of other parts is no answer to it."""

from __future__ import annotations

import re
from typing import Final

from sre_tui.agent.analyst.complaints import complains
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.question import Question
from sre_tui.diagnosis.causes.model import Investigation
from sre_tui.diagnosis.patterns.load import bundled

CLOSED: Final = re.compile(
    r"^(is|are|was|were|did|does|do|has|have|any|anything|ist|sind|war|hat|haben|gibt|läuft)\b"
)
"""Questions that are answered by yes or no."""
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
    if CLOSED.match(question.folded) or question.text.rstrip().endswith("?"):
        return True
    return not complains(question.text.casefold()) and len(question.text.split()) < TELLING


FOUND: Final = ("cause", "several")
"""Verdicts that explain what was asked about."""


def regarding(look: Look, made: Investigation) -> Investigation:
    """Trouble that shows nowhere in what is asked about is elsewhere, where it is asked whether."""
    closed = CLOSED.match(look.question.folded) is not None
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

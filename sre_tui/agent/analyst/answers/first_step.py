"""Answers what to do first, of nothing in particular: against the worst of what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Final

from sre_tui.agent.analyst.diagnose import concluded, diagnose
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.quotes import Quotes
from sre_tui.agent.analyst.report import report, step_text
from sre_tui.agent.analyst.wording import capital, plain
from sre_tui.diagnosis.finding import Severity

WRONG: Final = "what is wrong?"
_ASKED: Final = re.compile(
    r"^(?:(?:so|and|ok|okay|now|und|also) )*(?:"
    r"what (?:should|do|can|must|shall) (?:i|we) (?:do|fix|mend|look at)(?: about it)?"
    r"(?: (?:now|first|next|today|then))*"
    r"|what to (?:do|fix|mend|look at)(?: (?:now|first|next|today))+"
    r"|what (?:is|needs) (?:to be done|doing|fixing)(?: (?:now|first|next|today))*"
    r"|where (?:do|should|shall) (?:i|we) (?:start|begin)"
    r"|was (?:soll|muss|kann) ich (?:jetzt |zuerst |als erstes )*(?:tun|machen)"
    r"|was (?:ist )?(?:jetzt |zuerst |als erstes )*zu tun)$"
)


async def tell_first_step(look: Look) -> Iterator[str] | None:
    """The first step against the worst that is wrong; None if something else is asked."""
    if look.question.piped.strip() or not _ASKED.match(look.question.folded):
        return None
    found = await diagnose(look, look.question.about or WRONG)
    made = concluded(found)
    if made is None or made.verdict == "blind":
        return report(look, found)
    quotes = Quotes(look.caller, found)
    worst = next((one for one in made.ranked if one.confirmed and one.active), None)
    if made.steps:
        step = next((one for one in made.steps if one.heading != "Checks"), made.steps[0])
        cite = quotes.cite_runbook([step])
        about = f", as {plain(worst.claim, 200)}" if worst is not None else ""
        # What takes several commands is told with them among the next steps.
        said = step_text(step) if len(step.commands) < 2 else step.text
        lead = f"**First{about}**: {said}{cite}\n\n"
    elif made.verdict == "nothing_wrong" and worst is None:
        lead = Opening("", f"Nothing needs doing**: no trouble was found.{quotes.whole}\n\n",
                       well=True)  # fmt: skip
    elif (seen := next((one for one in made.symptoms if one.active and one.advice), None)) is None:
        return report(look, found)
    else:
        cite = quotes.cite(seen.evidence, seen.text)
        urgent = "Nothing urgent needs doing; first" if seen.severity is Severity.NOTE else "First"
        advice = capital(plain(seen.advice, 200)).rstrip(".")
        lead = f"**{urgent}**: {advice}. {capital(plain(seen.text, 200)).rstrip('.')}.{cite}\n\n"
    return chain([lead], report(look, found))


__all__ = ["tell_first_step"]

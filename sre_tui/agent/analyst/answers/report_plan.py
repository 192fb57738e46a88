"""Answers when the next report is due, by the plan, and whether the last one was made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from providers.clock import age_in_words
from sre_tui.agent.analyst.answers.report_archive import REPORT
from sre_tui.agent.analyst.calls import Call
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.wording import clock_time, code, names, plain
from sre_tui.complaint import Complaint
from sre_tui.memory.report import PreviousReport

_IT: Final = r"(?:reports?|(?:wochen)?bericht\w*)"
_ASKED: Final = re.compile(
    rf"^(?:and |und )?(?:when|wann|what time|at what time|which day|um wie ?viel uhr)\b.*\b{_IT}\b"
    rf"|\b(?:next|nächste\w*|upcoming)\b (?:\w+ )?{_IT}\b"
    rf"|^(?:how often|wie oft)\b.*\b{_IT}\b"
    rf"|^(?:is|are|gibt es)\b.*\b{_IT}\b.*\b(?:scheduled|planned|due|geplant|fällig)\b"
    rf"|^(?:is|are) (?:a |any |the )?{_IT} (?:scheduled|planned|due)\b"
    rf"|^(?:who|wer)\b.*\b(?:gets?|receives?|bekommt|kriegt)\b.*\b{_IT}\b"
)
_LAST: Final = re.compile(r"\b(?:last|latest|previous|letzte\w*|was|wurde)\b")
_OTHERWISE: Final = re.compile(
    r"\b(?:sa(?:y|ys|id|ying)|told|tells?|mention\w*|why|warum|how (?:do|can|to)|bug|alerts?|"
    r"truenas|nas|steht|stand|sagt\w*)\b"
)
_WHO: Final = re.compile(r"^(?:who|wer)\b")


async def tell_report_plan(look: Look) -> Iterator[str] | None:
    """The next report, and the one before it; None if that is not asked."""
    folded, settings = look.question.folded, look.reports
    if settings is None or not _ASKED.search(folded) or _OTHERWISE.search(folded):
        return None
    from sre_tui.schedule.plan import plan_of

    found = (await look.ask(report=Call(REPORT, {})))["report"]
    before = found.data(PreviousReport)
    tell = look.caller.counted
    try:
        plan = plan_of(settings)
    except Complaint as error:
        return iter([f"**The plan of the reports cannot be read**: {plain(str(error), 200)}.\n\n"])
    runs = plan.next_runs(look.now, 3)
    rule = f"{code(plan.expression, 60)} in {plain(plan.zone_name, 60)}"
    if before is not None:
        age = age_in_words((look.now - before.made).total_seconds())
        last = f"was made {clock_time(before.made, look.now)} ({age} ago){found.cite}"
    else:
        last = f"none has been made yet{found.cite}"
    if not runs:
        return iter([tell(f"**No report is ever due by the plan** {rule}: set REPORT_SCHEDULE_CRON."
                          f" The last: {last}.\n\n")])  # fmt: skip
    at, wait = runs[0], age_in_words((runs[0] - look.now).total_seconds())
    own = f"{at:%a %Y-%m-%d %H:%M} {at.tzname()}"
    due = f"The next report is due {own}**, in {wait}, by the plan {rule}"
    gets = names([plain(one, 80) for one in settings.recipients], 4)
    if _WHO.match(folded):
        lead = f"**{gets or 'Nobody'} gets the reports by mail**. {due.replace('**', '')}."
    elif _LAST.search(folded) and not re.search(r"\b(?:next|nächste\w*)\b", folded):
        lead = f"**The last report {last}**. {due.replace('**', '')}."
        if before is None:
            lead = f"**No report has been made yet**{found.cite}. {due.replace('**', '')}."
    else:
        lead = f"**{due}. The last one {last}." if before else f"**{due}; {last}."
    keeper = (
        "It is made if something keeps the plan: `sre schedule run`, or what `sre schedule "
        "systemd` and `sre schedule cron` print."
    )
    later = "".join(f"- {one:%a %Y-%m-%d %H:%M} {one.tzname()}\n" for one in runs[1:])
    return iter([tell(f"{lead}\n\n"), f"{keeper}\n\n",
                 tell(f"**After it** (`sre schedule list`)\n{later}\n")])  # fmt: skip


__all__ = ["tell_report_plan"]

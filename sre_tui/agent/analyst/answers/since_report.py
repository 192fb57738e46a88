"""Answers what is otherwise than in the last report: newly wrong, over, and what happened since."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from typing import Final

from providers.reading import State
from sre_tui.agent.analyst.answers.changes import CHANGES
from sre_tui.agent.analyst.answers.told import told
from sre_tui.agent.analyst.calls import Call, Found
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.wording import clock_time, code, plain
from sre_tui.diagnosis.timeline.select import most_telling
from sre_tui.memory.report import PreviousReport, Report
from sre_tui.memory.report_sections import Health
from sre_tui.tools.arguments import format_window
from sre_tui.tools.health import HealthListing
from sre_tui.tools.what_changed import LONGEST, SHORTEST, ChangeListing
from sre_tui.views.human import ago, count
from sre_tui.views.report import times_of
from sre_tui.views.report_diff import diff_of
from sre_tui.views.report_diff_model import Difference, Way
from sre_tui.views.report_diff_sections import all_listed
from sre_tui.views.report_troubles import troubles_of

HEALTH: Final = "check_health"
EVENTS: Final = 8
"""Events that are told; the evidence has all."""
_IT: Final = r"(?:reports?|(?:wochen)?bericht\w*)"
_SINCE: Final = re.compile(
    r"\b(?:since|after|compar\w+ (?:to|with)|against|than in|seit|gegenüber)"
    r"(?: (?:the|our|my|dem|der|den|meinem|unserem|last|latest|previous|recent|weekly|monthly|"
    r"daily|week'?s|month'?s|yesterday'?s|\w+day'?s|letzte\w*|vorige\w*|wöchentliche\w*))*"
    rf" {_IT}\b"
)
_TOLD: Final = re.compile(
    r"\b(?:according to|as per|laut|sa(?:y|ys|id)|t(?:ell|ells|old)|mention\w*|show\w*|contain\w*|"
    r"steht|stand|sagt\w*)\b"
)


def is_since_report(folded: str) -> bool:
    """Whether a question wants the present held against a report, and not what that said."""
    one = len(re.findall(rf"\b{_IT}\b", folded)) == 1
    return one and _SINCE.search(folded) is not None and _TOLD.search(folded) is None


async def tell_since(look: Look, found: Found, report: PreviousReport) -> Iterator[str]:
    """What is newly wrong, what is over, and what happened since a report was made."""
    window = min(max(look.now - report.made, SHORTEST), LONGEST)
    asked = await look.ask(
        health=Call(HEALTH),
        changes=Call(CHANGES, {"window": format_window(window)}),
    )
    now = asked["health"].data(HealthListing)
    times = times_of(report)
    which = f"the report of {times.on(report.until)}, made {ago(report.made, look.now)}"
    if now is None:
        lead = f"**How it is now could not be read**, to be held against {which}.{found.cite}"
        return told(look, lead)
    # The clock of who archived it may be ahead; the present is the later one all the same.
    made = max(look.now, report.made)
    present = report.model_copy(update={"made": made, "health": _health(now, asked["health"])})
    # Causes are looked for in a report alone.
    before = report.model_copy(update={"health": report.health.model_copy(update={"causes": ()})})
    # What a copy shares with the report it was made of is neither new nor over.
    differences = diff_of(Report.model_validate(dict(before)), present).differences
    new, over, changed = (_lines(differences, way) for way in ("new", "over", "changed"))
    cites = f"{found.cite}{asked['health'].cite}"
    is_whole = all(one.health.state == "ok" and all_listed(one) for one in (before, present))
    known = "" if is_whole else ", as far as is known"
    lead = f"**{_lead(new, over, changed)} since {which}{known}.**{cites}"
    events = asked["changes"].data(ChangeListing)
    happened = _events(events, look.now) if events is not None else []
    begin = events.start if events is not None else report.made
    title = f"What happened since {clock_time(begin, look.now)}{asked['changes'].cite}"
    more = f"All of it: {code('sre report')}, then {code('sre report diff')}\n"
    return chain(
        told(
            look, lead, ("Newly wrong", new), ("Over", over), ("Of another weight", changed),
            (title, happened), ("Now", [plain(now.sentence, 240)]),
        ),
        [more],
    )  # fmt: skip


def _health(now: HealthListing, found: Found) -> Health:
    ran = found.ran
    is_whole = ran is not None and ran.evidence.state is State.OK and now.verdict != "unknown"
    return Health(
        state="ok" if is_whole else "partial",
        sentence=now.sentence,
        verdict=now.verdict,
        critical=now.counts.get("critical", 0),
        warnings=now.counts.get("warning", 0),
        notes=now.counts.get("note", 0),
        troubles=troubles_of(now.items),
    )


def _lines(differences: tuple[Difference, ...], way: Way) -> list[str]:
    chosen = [one for one in differences if one.section == "health" and one.way == way]
    return [f"{plain(one.subject, 120)}: {plain(one.text, 240)}" for one in chosen]


def _lead(new: list[str], over: list[str], changed: list[str]) -> str:
    if not new and not over and not changed:
        return "Nothing is newly wrong, and nothing is over"
    told = [
        f"{count(len(new), 'thing is', 'things are')} newly wrong"
        if new
        else "nothing is newly wrong",
        f"{count(len(over), 'is', 'are')} over" if over else "nothing is over",
    ]
    if changed:
        told.append(f"{count(len(changed), 'is', 'are')} of another weight")
    sentence = ", ".join(told)
    return f"{sentence[0].upper()}{sentence[1:]}"


def _events(listing: ChangeListing, now: datetime) -> list[str]:
    shown = most_telling(listing.items, EVENTS)
    lines = []
    for one in shown:
        about = "" if one.subject.own_name in one.text else f"{plain(str(one.subject), 80)}: "
        times = f", {one.count} times" if one.count > 1 else ""
        lines.append(f"{clock_time(one.at, now)} {about}{plain(one.text, 200)}{times}")
    left = (listing.total or len(listing.items)) - len(shown)
    return [*lines, f"and {left} more"] if left > 0 and lines else lines

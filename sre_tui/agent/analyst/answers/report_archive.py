"""Answers what is in the archive of reports: how many, which was mailed, how two differ."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from itertools import chain
from typing import Final

from sre_tui.agent.analyst.answers.told import told
from sre_tui.agent.analyst.calls import Call, Found
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.wording import clock_time, code, plain, within
from sre_tui.memory.report import ArchivedReport, PreviousReport, Report
from sre_tui.views.human import ago, count, number
from sre_tui.views.report import times_of
from sre_tui.views.report_chapter import TITLES
from sre_tui.views.report_diff import diff_of
from sre_tui.views.report_diff_model import ReportDiff, Way

REPORT: Final = "memory_get_previous_report"
_IT: Final = r"(?:reports?|(?:wochen)?bericht\w*)"
_WEEKLY: Final = timedelta(days=6)
"""Length from which on a report is one of a week."""
_OF_LAST_WEEK: Final = re.compile(
    rf"\b(?:last|previous|letzte\w*|vorige\w*) (?:week|woche)(?:'?s)?\b(?: \w+)? {_IT}\b"
    rf"|\b{_IT} (?:of|from|for|von|der|aus) (?:der )?(?:last|the last|letzte\w*|vorige\w*) "
    r"(?:week|woche)\b"
)
_OF_A_WEEK: Final = re.compile(rf"\b(?:weekly|wöchentliche\w*) {_IT}\b|\bwochenbericht\w*")

_COMPARED: Final = re.compile(
    r"\b(?:compar\w*|differ\w*|diff|chang\w+ between|vergleich\w*|unterschied\w*|unterscheid\w*)\b"
)
_TWO: Final = re.compile(
    rf"\b(?:reports|berichte\w*)\b|\b{_IT}\b.*\b(?:{_IT}|(?:last|previous) (?:week|month)(?:'?s)?|"
    r"(?:one|that) (?:before|of)|previous one|vorigen|vorherigen|davor)\b"
)
_WEEKS: Final = re.compile(r"\bweek(?:ly|s|'s)?\b|\bwoche\w*|\bwöchentlich\w*")
_MAILED: Final = re.compile(
    rf"^(?:and |und )?(?:was|were|wasn't|has|have|hasn't|did|didn't|is|when (?:was|did)|"
    rf"why (?:was|wasn't|did|didn't)|wurde|ist|ging)\b.*\b{_IT}\b.*\b(?:e-?mailed|mailed|sent|"
    r"delivered|go(?:ne)? out|went out|by e-?mail|arrived?|verschickt|versendet|gemailt|"
    r"gesendet|raus\w*)\b"
    rf"|^(?:did|have|has) (?:you|it|sre) (?:send|sent|e-?mail|mail|e-?mailed|mailed)\b.*\b{_IT}\b"
)
_HOW_MANY: Final = re.compile(r"^(?:and )?(?:how many|wie ?viele) (?:\w+ )?(?:reports|berichte)\b")
_OTHERWISE: Final = re.compile(
    r"\b(?:next|nächste\w*|upcoming|since|sa(?:y|ys|id|ying)|t(?:ell|ells|old)|mention\w*|bugs?|"
    r"alerts?|how (?:do|can|to))\b"
)
"""Words of questions on what is to come, or on what a report says."""
_WAYS: Final[dict[Way, str]] = {"new": "New", "over": "Over", "changed": "Changed"}


def week_meant(folded: str) -> str:
    """What a report of a week is called in a question; empty if none is meant."""
    if _OF_LAST_WEEK.search(folded):
        return "report of last week"
    return "weekly report" if _OF_A_WEEK.search(folded) else ""


def is_weekly(one: ArchivedReport) -> bool:
    """Whether it is about a week or more."""
    return one.until - one.since >= _WEEKLY


def of_week(
    archive: Sequence[ArchivedReport], meant: str, now: datetime, zone: tzinfo
) -> ArchivedReport | None:
    """The report of a week that is meant; None if the archive has none.

    Args:
        archive: the latest first.
        meant: as :func:`week_meant` calls it.
        now: the moment of asking.
        zone: whose weeks are meant.
    """
    weekly = [one for one in archive if is_weekly(one)]
    if meant == "weekly report":
        return next(iter(weekly), None)
    recent = [one for one in weekly if now - one.until <= timedelta(days=7)]
    here = now.astimezone(zone)
    today = here.replace(hour=0, minute=0, second=0, microsecond=0)
    end = today - timedelta(days=here.weekday())
    begin = end - timedelta(days=7)
    told = [
        one
        for one in archive
        if begin < one.until <= end or (one.since <= begin and end <= one.until)
    ]
    return next(iter((*recent, *(one for one in told if is_weekly(one)), *told)), None)


async def tell_report_archive(look: Look) -> Iterator[str] | None:
    """Whether a report was mailed, how many there are, how two differ; None if not asked."""
    folded = look.question.folded
    if _OTHERWISE.search(folded) or not look.caller.offers(REPORT):
        return None
    compares = _COMPARED.search(folded) is not None and _TWO.search(folded) is not None
    counts, mail = _HOW_MANY.search(folded), _MAILED.search(folded)
    if not (compares or counts or mail):
        return None
    found = (await look.ask(report=Call(REPORT, {})))["report"]
    report = found.data(PreviousReport)
    if report is None or not report.archive:
        return iter([no_report(look, found)])
    if counts:
        return _tell_amount(look, report, found)
    if mail and not compares:
        return _tell_mail(look, report, found)
    return await _tell_difference(look, report, found)


def no_report(look: Look, found: Found) -> str:
    """Why there is no such report."""
    if found.ran is None:
        return "**There is no such report**: the archive was not asked.\n\n"
    reason = look.caller.counted(plain(found.ran.evidence.summary, 240))
    if "none has been made yet" in reason:
        return f"**No report has been made yet**: `sre report` makes one.{found.cite}\n\n"
    return f"**There is no such report**: {reason}.{found.cite}\n\n"


def _tell_amount(look: Look, report: PreviousReport, found: Found) -> Iterator[str]:
    rows, scope = report.archive, look.question.scope
    last = f"the latest of {clock_time(rows[0].made, look.now)} ({ago(rows[0].made, look.now)})"
    known = count(report.kept, "report")
    lead = f"**The archive has {known}**, {last}.{found.cite}"
    if scope.said:
        made = sum(scope.start <= one.made <= scope.end for one in rows)
        least = "at least " if report.kept > len(rows) and rows[-1].made > scope.start else ""
        then = within(scope.start, scope.end, look.now)
        lead = (
            f"**{least}{made} of the {known} in the archive were made {then}**, {last}.{found.cite}"
        )
    lines = []
    if report.kept == len(rows):
        waiting = sum(one.mail_due for one in rows)
        lines.append(
            f"{sum(one.mailed is not None for one in rows)} mailed, {waiting} to be mailed"
        )
    return chain(told(look, lead, ("", lines)), ["Each of them: `sre report list`\n"])


def _tell_mail(look: Look, report: PreviousReport, found: Found) -> Iterator[str]:
    row, now = report.archive[0], look.now
    times = times_of(report)
    which = (
        f"the last report, of {times.on(row.since)} to {times.on(row.until)}, "
        f"made {ago(row.made, now)}"
    )
    problem = f": {plain(row.mail_problem, 240)}" if row.mail_problem else ""
    if row.mailed is not None:
        at = f"{clock_time(row.mailed, now)} ({ago(row.mailed, now)})"
        part = f", but not to everybody{problem}" if problem else ""
        word, claim = "Yes: ", f"{which}, was mailed at {at}**{part}."
    elif row.mail_due:
        tries = f", tried {count(row.mail_tries, 'time')}" if row.mail_tries else ""
        word, claim = "Not yet: ", f"{which}, is still to be mailed**{tries}{problem}."
    elif problem:
        word, claim = "No: ", f"{which}, could not be mailed**{problem}."
    else:
        word = "No: "
        claim = f"{which}, was not to be mailed**: `sre report --email` makes one that is."
    others = [one for one in report.archive[1:] if one.mail_due]
    lines = [f"{count(len(others), 'earlier report')} still to be mailed"] if others else []
    before = next((one for one in report.archive[1:] if one.mailed is not None), None)
    if row.mailed is None and before is not None and before.mailed is not None:
        lines.append(f"the last that was mailed: {code(before.id)}, {ago(before.mailed, now)}")
    pieces = told(look, Opening(word, f"{claim}{found.cite}"), ("", lines))
    return chain(pieces, ["What became of each: `sre report list`\n"])


async def _tell_difference(look: Look, latest: PreviousReport, found: Found) -> Iterator[str]:
    rows: Sequence[ArchivedReport] = latest.archive
    if len(rows) < 2:
        lead = (
            f"**There is only one report in the archive, made {ago(latest.made, look.now)}, and "
            f"nothing to compare it with**: `sre report diff` compares two.{found.cite}"
        )
        return told(look, lead)
    lacking = ""
    if _WEEKS.search(look.question.folded):
        weekly = [one for one in rows if is_weekly(one)]
        lacking = (
            ""
            if len(weekly) > 1
            else (
                f"**The archive has no two reports of a week to compare**; these are the last "
                f"two.{found.cite}\n\n"
            )
        )
        rows = weekly if len(weekly) > 1 else rows
    both, cites = [], [found.cite]
    for row in rows[:2]:
        each = found
        if row.id != latest.id:
            each = (await look.ask(report=Call(REPORT, {"report": row.id})))["report"]
        report = each.data(PreviousReport)
        if report is None:
            return iter([no_report(look, each)])
        both.append(Report.model_validate(dict(report)))
        cites.append(each.cite)
    new, old = both
    diff = diff_of(old, new)
    cite = "".join(dict.fromkeys(cites))
    said = [f"{len(diff.of(way))} {way}" for way in _WAYS if diff.of(way)]
    windows = [f"{times_of(one).on(one.since)} to {times_of(one).on(one.until)}" for one in both]
    lead = (
        f"**{', '.join(said) or 'nothing differs'} in the report of {windows[0]}, made "
        f"{ago(new.made, look.now)}, against that of {windows[1]}, made "
        f"{ago(old.made, look.now)}**{'' if said else ', as far as both know'}.{cite}"
    )
    figures = [
        f"{one.name}: {number(one.now)}, {number(one.before)} before"
        for one in diff.figures
        if one.before is not None and one.now is not None and one.before != one.now
    ]
    lists = [(title, _differences(diff, way)) for way, title in _WAYS.items()]
    pieces = told(
        look, lead.replace("**n", "**N", 1), *lists, ("Figures", figures),
        ("Not compared", [plain(one, 200) for one in diff.not_compared]),
    )  # fmt: skip
    whole = f"All of it: {code(f'sre report diff {old.id} {new.id}')}\n"
    return chain([lacking] if lacking else [], pieces, [whole])


def _differences(diff: ReportDiff, way: Way) -> list[str]:
    lines = []
    for one in diff.of(way):
        about = "" if one.subject in one.text else f"{plain(one.subject, 120)}: "
        lines.append(f"{TITLES[one.section]}: {about}{plain(one.text, 240)}")
    return lines

"""In what the sections of two reports differ, row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeVar

from sre_tui.memory.report import Report
from sre_tui.memory.report_sections import (
    Heading,
    LoggedErrors,
    ReportedAlert,
    ReportedCapacity,
    ReportedObjective,
    Trouble,
    UncoveredGuest,
)
from sre_tui.views.backup_coverage import VERDICTS
from sre_tui.views.forecasts import outlook_text
from sre_tui.views.report_diff_model import Difference, Way
from sre_tui.views.report_diff_troubles import matches
from sre_tui.views.report_figures import share
from widgets.blocks import percent

T = TypeVar("T")

_NOTICED: Final = 0.02
"""Change of a share in use from which on it is told."""
_MUCH: Final = 2.0
"""Times as many errors or things with one trouble, or as few, that are told."""
_FEW: Final = 20
"""Errors below which that is chance."""
_IN_PART: Final = "ok_in_part"
"""Verdict on a guest that has a good backup, though not of every disk."""


def differences(old: Report, new: Report) -> Iterator[Difference]:
    """Whatever their rows differ in, section by section, known to both or not."""
    yield from _health(old, new)
    yield from _alerts(old, new)
    yield from _objectives(old, new)
    yield from _capacity(old, new)
    yield from _backups(old, new)
    yield from _logs(old, new)
    yield from _incidents(old, new)


def _pairs(
    before: Sequence[T], after: Sequence[T], key: Callable[[T], object]
) -> Iterator[tuple[T | None, T | None]]:
    """Rows of both with their counterparts, the new ones' order first; one for one."""
    left: dict[object, list[T]] = {}
    for row in before:
        left.setdefault(key(row), []).append(row)
    for row in after:
        olds = left.get(key(row))
        yield (olds.pop(0) if olds else None), row
    yield from ((row, None) for rows in left.values() for row in rows)


def _health(old: Report, new: Report) -> Iterator[Difference]:
    for was, is_now in _pairs(old.health.causes, new.health.causes, lambda one: one.claim):
        cause = is_now or was
        if cause is not None and (was is None or is_now is None):
            way: Way = "new" if was is None else "over"
            yield _told(way, "health", "", f"likely cause: {cause.claim}")
    # Where not all are listed, one that is missing in the list may still be there.
    all_old = all_listed(old)
    all_new = all_listed(new)
    is_whole = all_old and all_new and old.health.state == new.health.state == "ok"
    for before, after in matches(old.health.troubles, new.health.troubles):
        if not before:
            if all_old:
                one = after[0]
                yield _told("new", "health", one.subject, f"{one.severity}: {one.text}")
        elif not after:
            if all_new:
                one = before[0]
                yield _told("over", "health", one.subject, f"{one.severity}: {one.text}")
        else:
            yield from _moved(before, after, are_counted=is_whole)


def _moved(
    before: Sequence[Trouble], after: Sequence[Trouble], *, are_counted: bool
) -> Iterator[Difference]:
    """What became of a trouble that both have: another weight, or many more or fewer alike."""
    one, severity = after[0], before[0].severity
    was, now = (sum(each.findings for each in rows) for rows in (before, after))
    if severity != one.severity:
        text = f"{one.text}: {severity} before, {one.severity} now"
        yield _told("changed", "health", one.subject, text)
    elif are_counted and max(was, now) >= _MUCH * min(was, now):
        who = ", ".join(each.subject for each in after)
        yield _told("changed", "health", who, f"{one.text}: {now} such now, {was} before")


def all_listed(report: Report) -> bool:
    """Whether it names every trouble that was found, so that none was there that it does not."""
    health = report.health
    told = sum(one.findings for one in health.troubles)
    return told >= (health.critical or 0) + (health.warnings or 0) + (health.notes or 0)


def _alerts(old: Report, new: Report) -> Iterator[Difference]:
    def by_name(one: ReportedAlert) -> object:
        return one.name

    for before, after in _pairs(old.alerts.alerts, new.alerts.alerts, by_name):
        if before is None and after is not None:
            yield _told("new", "alerts", after.name, f"fired {_times(after.times)}{_now(after)}")
        elif after is None and before is not None:
            yield _told("over", "alerts", before.name, f"fired {_times(before.times)}, now not")
        elif before is not None and after is not None and before.times != after.times:
            text = f"fired {_times(after.times)}, {_times(before.times)} before{_now(after)}"
            yield _told("changed", "alerts", after.name, text)


def _times(amount: int) -> str:
    if not amount:
        return "since before that window"
    return f"{amount:,} times" if amount != 1 else "once"


def _now(alert: ReportedAlert) -> str:
    return ", fires now" if alert.firing else ""


def _objectives(old: Report, new: Report) -> Iterator[Difference]:
    def alike(one: ReportedObjective) -> object:
        return one.kind, one.name

    for before, after in _pairs(old.objectives.objectives, new.objectives.objectives, alike):
        if after is None:
            if before is not None and before.verdict == "fail":
                text = f"was missed ({_measured(before)}), is not listed now"
                yield _told("changed", "objectives", before.name, text)
            continue
        was = before.verdict if before is not None else "pass"
        if after.verdict == "fail" and was != "fail":
            text = f"missed: {_measured(after)}, aim {share(after.target)}"
            yield _told("new", "objectives", after.name, text)
        elif after.verdict == "pass" and was == "fail":
            yield _told("over", "objectives", after.name, f"met again: {_measured(after)}")
        elif before is not None and after.verdict == "unknown" != was:
            yield _told("changed", "objectives", after.name, "can no longer be measured")
        elif (
            before is not None
            and was == after.verdict == "fail"
            and _measured(before) != _measured(after)
        ):
            text = f"missed again: {_measured(after)}, {_measured(before)} before"
            yield _told("changed", "objectives", after.name, text)


def _measured(one: ReportedObjective) -> str:
    return "not measured" if one.measured is None else share(one.measured)


def _capacity(old: Report, new: Report) -> Iterator[Difference]:
    def alike(one: ReportedCapacity) -> object:
        return one.kind, one.name

    for before, after in _pairs(old.capacity.rows, new.capacity.rows, alike):
        if after is None:
            if before is not None and before.presses:
                text = f"{outlook_text(before, old.made)} before, does not press now"
                yield _told("over", "capacity", before.name, text)
            continue
        outlook = outlook_text(after, new.made)
        if after.presses and not (before and before.presses):
            yield _told("new", "capacity", after.name, outlook)
        elif before is not None and before.presses and not after.presses:
            yield _told("over", "capacity", after.name, f"{outlook}, does not press now")
        elif before is not None and _is_fuller(before, after):
            was, now = percent(before.ratio or 0.0), percent(after.ratio or 0.0)
            text = f"{was} before, {now} now, {outlook}"
            yield _told("changed", "capacity", after.name, text)


def _is_fuller(before: ReportedCapacity, after: ReportedCapacity) -> bool:
    if before.ratio is None or after.ratio is None:
        return False
    return abs(after.ratio - before.ratio) >= _NOTICED


def _backups(old: Report, new: Report) -> Iterator[Difference]:
    def alike(one: UncoveredGuest) -> object:
        return one.guest

    before_, after_ = ((*one.backups.uncovered, *one.backups.in_part) for one in (old, new))
    for before, after in _pairs(before_, after_, alike):
        if before is None and after is not None:
            if after.verdict != _IN_PART or _all_in_part(old):
                why = f": {after.reason}" if after.reason else ""
                yield _told("new", "backups", after.guest, f"{_word(after)}{why}")
        elif after is None and before is not None:
            if before.verdict != _IN_PART or _all_in_part(new):
                yield _told("over", "backups", before.guest, f"{_word(before)} before, not now")
        elif before is not None and after is not None and before.verdict != after.verdict:
            text = f"{_word(after)}, {_word(before)} before"
            yield _told("changed", "backups", after.guest, text)
        elif (
            before is not None
            and after is not None
            and after.verdict == _IN_PART
            and before.reason != after.reason
        ):
            text = f"{_word(after)}: {after.reason}; before: {before.reason}"
            yield _told("changed", "backups", after.guest, text)


def _all_in_part(report: Report) -> bool:
    """Whether it names every guest of which some disks are left out."""
    return len(report.backups.in_part) >= report.backups.verdicts.get(_IN_PART, 0)


def _word(guest: UncoveredGuest) -> str:
    return VERDICTS[guest.verdict][0] if guest.verdict in VERDICTS else guest.verdict


def _logs(old: Report, new: Report) -> Iterator[Difference]:
    def alike(one: LoggedErrors) -> object:
        return one.service

    for before, after in _pairs(old.logs.services, new.logs.services, alike):
        if after is None:
            if before is not None and before.count >= _FEW:
                text = f"{before.count:,} error lines before, few or none now"
                yield _told("over", "logs", before.service, text)
            continue
        # What was below the ones that the older one lists is known from the newer one.
        was, now = before.count if before is not None else after.before, after.count
        if was is None or max(was, now) < _FEW:
            continue
        if not was:
            yield _told("new", "logs", after.service, f"{now:,} error lines, none before")
        elif now >= _MUCH * was or was >= _MUCH * now:
            text = f"{now:,} error lines, {was:,} before"
            yield _told("changed", "logs", after.service, text)


def _incidents(old: Report, new: Report) -> Iterator[Difference]:
    for before, after in _pairs(
        old.incidents.incidents, new.incidents.incidents, lambda one: one.id
    ):
        if after is None:
            continue
        if before is None:
            state = "" if after.ended is None else ", closed by now"
            yield _told("new", "incidents", after.id, f"{after.title}{state}")
        elif before.ended is None and after.ended is not None:
            yield _told("over", "incidents", after.id, f"{after.title}: closed")


def _told(way: Way, section: Heading, subject: str, text: str) -> Difference:
    return Difference(way=way, section=section, subject=subject, text=text)

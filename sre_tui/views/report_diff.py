"""What differs between two reports: what is new, what is over, and which figures changed.

Only what both of them know is compared: what one of them could not look at is neither new nor over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, Literal

from sre_tui.memory.report import Report
from sre_tui.memory.report_sections import Heading
from sre_tui.views.report_capacity import pressing_of
from sre_tui.views.report_comparability import are_of_one_length, beside, not_compared
from sre_tui.views.report_diff_model import Compared, Difference, FigureChange, ReportDiff, Way
from sre_tui.views.report_diff_sections import differences

_WAYS: Final[tuple[Way, ...]] = ("new", "over", "changed")
_COUNTED: Final[frozenset[Heading]] = frozenset({"alerts", "logs", "objectives"})
"""Sections whose rows are amounts or shares of the window."""


def diff_of(one: Report, other: Report) -> ReportDiff:
    """Compare two reports; whichever was made first is the old one."""
    first, last = sorted((one, other), key=lambda report: report.made)
    old, new = beside(first, last), beside(last, first)
    whole = {
        name
        for (name, before), (_, after) in zip(old.sections(), new.sections(), strict=True)
        if before.state == after.state == "ok"
    }
    alike = are_of_one_length(old, new)
    found = [
        each
        for each in differences(old, new)
        if _is_known(each, old, new) and (alike or each.section not in _COUNTED)
    ]
    return ReportDiff(
        old=_compared(old),
        new=_compared(new),
        figures=tuple(
            each
            for each in _figures(old, new)
            if each.section in whole and (alike or not each.of_window)
        ),
        differences=tuple(each for way in _WAYS for each in found if each.way == way),
        not_compared=tuple(not_compared(old, new)),
    )


def _is_known(one: Difference, old: Report, new: Report) -> bool:
    """Whether it is not merely that one of the reports did not see it."""
    before, after = (dict(each.sections())[one.section].state for each in (old, new))
    if not {before, after} <= {"ok", "partial"}:
        return False
    if one.way == "changed" and one.section in _COUNTED:
        # What was counted in part is less than it was.
        return before == after == "ok"
    lacks = {"new": before, "over": after}.get(one.way, "ok")
    return lacks == "ok"


def _compared(report: Report) -> Compared:
    return Compared.model_validate(report, from_attributes=True)


def _alerts_within(report: Report) -> int | None:
    """How many alerts fired in the window; None where that is not known to the full."""
    return None if report.alerts.fired is None else report.alerts.within


def _figures(old: Report, new: Report) -> Iterator[FigureChange]:
    def figure(
        section: Heading, name: str, value: Callable[[Report], float | None],
        good: Literal["less", "more", ""] = "less", *, of_window: bool = False,
    ) -> FigureChange:  # fmt: skip
        return FigureChange(
            section=section, name=name, before=value(old), now=value(new), good=good,
            of_window=of_window,
        )  # fmt: skip

    yield figure("health", "critical findings", lambda one: one.health.critical)
    yield figure("health", "warnings", lambda one: one.health.warnings)
    yield figure("alerts", "alerts fired", _alerts_within, of_window=True)
    yield figure("alerts", "alerts firing", lambda one: one.alerts.firing)
    yield figure("objectives", "objectives missed", lambda one: one.objectives.failed,
                 of_window=True)  # fmt: skip
    yield figure("capacity", "full or expired soon",
                 lambda one: len(pressing_of(one.capacity)))  # fmt: skip
    yield figure("backups", "guests", lambda one: one.backups.guests, "")
    yield figure("backups", "guests covered", lambda one: one.backups.covered, "more")
    yield figure("backups", "backup runs", lambda one: one.backups.runs, "", of_window=True)
    yield figure("backups", "failed backup runs", lambda one: one.backups.failed_runs,
                 of_window=True)  # fmt: skip
    yield figure("logs", "error lines", lambda one: one.logs.errors, of_window=True)
    yield figure("incidents", "open incidents", lambda one: one.incidents.open)
    yield figure("usage", "questions", lambda one: one.usage.questions, "", of_window=True)
    yield figure("usage", "cost, US dollars", lambda one: one.usage.cost, "", of_window=True)

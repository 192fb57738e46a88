"""What of two reports can be compared, and what cannot and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sre_tui.memory.report import Report
from sre_tui.memory.report_sections import Section
from sre_tui.memory.report_sources import ASKED
from sre_tui.views.report_chapter import TITLES
from sre_tui.views.report_parts import length_of

_SAME_LENGTH: Final = 0.05
"""Share by which windows may differ in length, so that what is counted in them is compared."""
_UNKNOWN: Final = {"partial": "not all known", "missing": "not known"}


def are_of_one_length(old: Report, new: Report) -> bool:
    """Whether what was counted or measured over the one window compares with the other."""
    before, after = (one.until - one.since for one in (old, new))
    return abs(after - before) <= _SAME_LENGTH * max(before, after)


def beside(report: Report, other: Report) -> Report:
    """The report, its sections in part only where the other one asked somebody else as well.

    What an instance would have said that was not configured is not known, whatever the section
    says of itself.
    """
    if not report.sources or not other.sources:
        # Nobody is named by who looked at one section only.
        return report
    own = {one.source for one in report.sources}
    more = [one.source for one in other.sources if one.source not in own]
    return report.model_copy(
        update={
            name: _without(section, lacking)
            for name, section in report.sections()
            if (lacking := [one for one in more if one.partition(":")[0] in ASKED.get(name, ())])
        }
    )


def _without(section: Section, lacking: list[str]) -> Section:
    if section.state not in ("ok", "partial"):
        return section
    reason = f"without {', '.join(lacking)}, which the other one asked"
    return section.model_copy(update={"state": "partial", "reasons": (*section.reasons, reason)})


def not_compared(old: Report, new: Report) -> Iterator[str]:
    """What one of them knows nothing or not all of, one line each."""
    if not are_of_one_length(old, new):
        earlier, later = (length_of(one.until - one.since) for one in (old, new))
        yield (
            f"What was counted: the older one is about {earlier}, the newer one about {later}, "
            "so that alerts, objectives, backup runs and errors are not compared"
        )
    nowhere = []
    for (name, before), (_, after) in zip(old.sections(), new.sections(), strict=True):
        if name == "changes":
            # Each has its own; nothing is held against anything.
            continue
        if before.state == after.state == "not_configured":
            nowhere.append(TITLES[name])
            continue
        for word, section in (("older", before), ("newer", after)):
            if section.state != "ok":
                what = _UNKNOWN.get(section.state, "not set up")
                why = f": {'; '.join(section.reasons)}" if section.reasons else ""
                yield f"{TITLES[name]}: {what} in the {word} one{why}"
    if nowhere:
        yield f"Not set up for either: {', '.join(nowhere)}"

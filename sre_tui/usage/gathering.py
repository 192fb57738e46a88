"""All that there is to tell of the usage, out of the memory and of this machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sre_tui.memory.usage import Usage
from sre_tui.usage.components import Seen, components
from sre_tui.usage.progress import seen_under_way
from sre_tui.usage.records import Total
from sre_tui.usage.summary import Timed


@dataclass(frozen=True)
class Gathered:
    """What metrics are made of.

    Attributes:
        totals: of all calls that are kept.
        reports: how many reports are kept.
        last_report: when the last one was made; None if there is none.
        components: as they were last seen, by name.
        under_way: how much is under way, by front.
    """

    totals: Sequence[Total]
    reports: int
    last_report: datetime | None
    components: Mapping[str, Seen]
    under_way: Mapping[str, int]


def timed(usage: Usage, since: datetime) -> tuple[Timed, ...]:
    """The calls that began then or later.

    Raises:
        BackendError: the memory cannot be used.
    """
    durations = usage.durations(since)
    return tuple(Timed(each, durations.get(each.key, ())) for each in usage.totals(since))


def gathered(usage: Usage, folder: Path) -> Gathered:
    """Gather it.

    Args:
        usage: the memory's part.
        folder: where this machine's part is.

    Raises:
        BackendError: the memory cannot be used.
        OSError: the folder cannot be read.
    """
    reports, last_report = usage.reports()
    return Gathered(
        totals=usage.totals(),
        reports=reports,
        last_report=last_report,
        components=components(folder),
        under_way=seen_under_way(folder / "under-way"),
    )

"""Whether everything could be restored, and what the backups of the window came to."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from providers.text import one_line
from sre_tui.diagnosis.coverage.model import GuestCoverage
from sre_tui.memory.report_sections import (
    BackupDay,
    Backups,
    FailedRun,
    ReportedDatastore,
    UncoveredGuest,
)
from sre_tui.report.backup_runs import Run, read_runs
from sre_tui.report.scope import Scope
from sre_tui.report.standing import Collected, Heard, joined, lacks, standing_of, unconfigured
from sre_tui.tools.context import ask_all

if TYPE_CHECKING:
    from providers.pbs import Datastore
    from providers.reading import SourceStatus
    from sre_tui.tools.backup_coverage_listing import CoverageListing
    from sre_tui.tools.result import ToolResult

MOST_FAILURES: Final = 50
MOST_GUESTS: Final = 100
NOT_JUDGED: Final = frozenset({"template", "excluded"})
COVERED: Final = frozenset({"ok", "ok_in_part"})


async def collect(scope: Scope) -> Collected:
    """Coverage and datastores as they are now, runs and failures of the window."""
    context = scope.context
    if lacks(context.settings, "proxmox", "pbs"):
        return Collected(Backups(**unconfigured("proxmox", "pbs")._asdict()))
    coverage, runs, stores = await asyncio.gather(
        _coverage(scope),
        read_runs(scope),
        ask_all(context.pbs, lambda one: one.datastores()),
    )
    heard: list[Heard] = [*runs.readings, *stores]
    lacking = list(runs.lacking)
    items: tuple[GuestCoverage, ...] = ()
    verdicts: dict[str, int] = {}
    is_judged = False
    if coverage is None:
        lacking.append("no guest is judged without Proxmox VE: set PROXMOX_URL")
    else:
        heard += coverage.sources
        items, verdicts = coverage.data.items, coverage.data.counts
        is_judged = any(one.state.has_data for one in coverage.sources if _is_of_guests(one))
        lacking += [one_line(hint) for hint in _unjudged(coverage.data.hints)]
    failures = sorted((*_failed(runs.runs), *runs.others), key=lambda one: one.at, reverse=True)
    wrong = [one for one in items if one.problem or one.verdict == "unknown"]
    several = len(context.pbs) > 1
    is_read = any(one.state.has_data for one in runs.readings)
    return Collected(
        Backups(
            **standing_of(heard, *lacking)._asdict(),
            guests=_judged(verdicts) if is_judged else None,
            covered=sum(verdicts.get(one, 0) for one in COVERED) if is_judged else None,
            verdicts=verdicts,
            uncovered=tuple(_uncovered(one) for one in wrong[:MOST_GUESTS]),
            runs=len(runs.runs) if is_read else None,
            failed_runs=sum(one.failed for one in runs.runs) if is_read else None,
            failures=tuple(failures[:MOST_FAILURES]),
            unverified=sum(map(_is_unverified, items)) if is_judged else None,
            days=tuple(by_day(runs.runs, scope, runs.since)),
            datastores=tuple(
                _datastore(store, several=several) for each in stores for store in each.data or ()
            ),
        ),
        joined(heard),
    )


async def _coverage(scope: Scope) -> ToolResult[CoverageListing] | None:
    from sre_tui.tools.backup_coverage import backup_coverage

    if not scope.context.proxmox:
        return None
    return await backup_coverage.body(scope.context, limit=5000)


def _is_of_guests(status: SourceStatus) -> bool:
    return status.source.partition(":")[0] == "proxmox"


def _judged(verdicts: Mapping[str, int]) -> int:
    return sum(amount for verdict, amount in verdicts.items() if verdict not in NOT_JUDGED)


def _unjudged(hints: Sequence[str]) -> Iterator[str]:
    """Hints that say what is not known; the others explain what is."""
    for hint in hints:
        if "could not be asked" in hint:
            yield hint


def by_day(runs: Sequence[Run], scope: Scope, since: datetime | None = None) -> Iterator[BackupDay]:
    """How many runs went well and failed, for each day of the window.

    Args:
        runs: those that ended in it.
        scope: the window.
        since: from where on they are known; all of it if None.
    """
    ended = Counter((scope.day_of(one.ended), one.failed) for one in runs)
    for day in scope.days(since):
        yield BackupDay(day=day, ok=ended[day, False], failed=ended[day, True])


def _failed(runs: Sequence[Run]) -> Iterator[FailedRun]:
    for one in runs:
        if one.failed:
            yield FailedRun(at=one.ended, what=one.what, error=one.error, source=one.source)


def _uncovered(one: GuestCoverage) -> UncoveredGuest:
    return UncoveredGuest(
        guest=one_line(one.label, 120),
        verdict=one.verdict,
        reason=one_line(one.reason or one.error),
        newest=one.newest.at if one.newest is not None else None,
    )


def _is_unverified(one: GuestCoverage) -> bool:
    """Whether its newest backup on a backup server is not known to be readable."""
    if one.damaged is not None:
        return True
    newest = one.newest
    return newest is not None and newest.kind == "snapshot" and newest.verified is None


def _datastore(store: Datastore, *, several: bool) -> ReportedDatastore:
    collected = store.gc
    problem = store.error or store.maintenance
    if not problem and collected is not None and collected.state == "error":
        problem = f"garbage collection failed: {collected.status}"
    if not problem and store.is_nearly_full:
        problem = "nearly full"
    went_well = collected is not None and collected.state in ("ok", "warning")
    return ReportedDatastore(
        name=one_line(f"{store.source}/{store.name}" if several else store.name, 120),
        used=store.used,
        size=store.total,
        full_at=store.full_at,
        garbage_collected=collected.last_run if collected is not None and went_well else None,
        problem=one_line(problem),
    )

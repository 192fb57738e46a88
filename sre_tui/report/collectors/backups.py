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
from sre_tui.memory.report_sources import ASKED
from sre_tui.report.backup_runs import Run, read_runs
from sre_tui.report.scope import Scope
from sre_tui.report.standing import Collected, Heard, joined, lacks, standing_of, unconfigured
from sre_tui.tools.context import ask_all

if TYPE_CHECKING:
    from providers.pbs import Contents, Datastore, Snapshot
    from providers.reading import Reading, SourceStatus
    from sre_tui.tools.backup_coverage_listing import CoverageListing
    from sre_tui.tools.result import ToolResult

MOST_FAILURES: Final = 300
"""A week of nights in which every backup fails; the page tells those of a night as one."""
MOST_GUESTS: Final = 100
NOT_JUDGED: Final = frozenset({"template", "excluded"})
COVERED: Final = frozenset({"ok", "ok_in_part"})


async def collect(scope: Scope) -> Collected:
    """Coverage and datastores as they are now, runs and failures of the window."""
    context = scope.context
    if lacks(context.settings, *ASKED["backups"]):
        return Collected(Backups(**unconfigured(*ASKED["backups"])._asdict()))
    coverage, kept, runs, stores = await asyncio.gather(
        _coverage(scope),
        _contents(scope),
        read_runs(scope),
        ask_all(context.pbs, lambda one: one.datastores()),
    )
    heard: list[Heard] = [*runs.readings, *stores, *kept]
    lacking = list(runs.lacking)
    items: tuple[GuestCoverage, ...] = ()
    verdicts: dict[str, int] = {}
    is_judged = False
    if coverage is not None:
        heard += coverage.sources
        items, verdicts = coverage.data.items, coverage.data.counts
        is_judged = any(one.state.has_data for one in coverage.sources if _is_of_guests(one))
        lacking += [one_line(hint) for hint in _unjudged(coverage.data.hints)]
    failures = sorted((*_failed(runs.runs), *runs.others), key=lambda one: one.at, reverse=True)
    wrong = [one for one in items if one.problem or one.verdict == "unknown"]
    several = len(context.pbs) > 1
    newest = list(verified_of(kept))
    named = _labels(items)
    is_read = any(one.state.has_data for one in runs.readings)
    return Collected(
        Backups(
            **standing_of(heard, *lacking)._asdict(),
            guests=_judged(verdicts) if is_judged else None,
            covered=sum(verdicts.get(one, 0) for one in COVERED) if is_judged else None,
            verdicts=verdicts,
            uncovered=tuple(
                _told(one, named, one.reason or one.error) for one in wrong[:MOST_GUESTS]
            ),
            in_part=tuple(_told(one, named, one.without) for one in items if one.in_part)[
                :MOST_GUESTS
            ],
            kept=len(newest) if any(one.data is not None for one in kept) else None,
            runs=len(runs.runs) if is_read else None,
            failed_runs=sum(one.failed for one in runs.runs) if is_read else None,
            failures=tuple(failures[:MOST_FAILURES]),
            unverified=_unverified(items if is_judged else None, newest),
            days=tuple(by_day(runs.runs, scope, runs.since)),
            datastores=tuple(
                reported_store(store, several=several)
                for each in stores
                for store in each.data or ()
            ),
        ),
        joined(heard),
    )


async def _coverage(scope: Scope) -> ToolResult[CoverageListing] | None:
    from sre_tui.tools.backup_coverage import backup_coverage

    if not scope.context.proxmox:
        return None
    return await backup_coverage.body(scope.context, limit=5000)


async def _contents(scope: Scope) -> list[Reading[Contents]]:
    """What backup servers hold, where nobody tells which guests there are."""
    if scope.context.proxmox:
        return []
    return await ask_all(scope.context.pbs, lambda one: one.contents())


def verified_of(kept: Sequence[Reading[Contents]]) -> Iterator[bool]:
    """Of each guest and host that has backups, whether the newest one was verified anywhere.

    Places that hold backups of one moment hold copies of the same, and so do places of one server
    that have its name; guests of two homelabs may have one id.
    """
    groups: dict[tuple[str, str], dict[tuple[str, ...], list[Snapshot]]] = {}
    for reading in kept:
        for one in reading.data.snapshots if reading.data is not None else ():
            places = groups.setdefault((one.type, one.id), {})
            places.setdefault((one.source, one.datastore, one.namespace), []).append(one)
    for places in groups.values():
        apart: list[list[Snapshot]] = []
        for held in places.values():
            traits = set(_traits(held))
            same = [each for each in apart if not traits.isdisjoint(_traits(each))]
            apart = [each for each in apart if not any(each is one for one in same)]
            apart.append([*held, *(one for each in same for one in each)])
        for held in apart:
            newest = max(one.at for one in held)
            yield any(one.verified == "ok" for one in held if one.at == newest)


def _traits(held: Sequence[Snapshot]) -> Iterator[object]:
    """What tells that backups of one type and id are of one guest: moments, its name on a server.

    Jobs of Proxmox VE write the name of a guest into the comment of its backups.
    """
    for one in held:
        yield one.at
        if one.comment:
            yield one.source, one.comment


def _labels(items: Sequence[GuestCoverage]) -> dict[str, str]:
    """What each guest is called; guests of two Proxmox VE may have one name and id."""
    alike = Counter(one.label for one in items)
    return {
        one.key: f"{one.label} of {one.source.partition(':')[2]}"
        if alike[one.label] > 1
        else one.label
        for one in items
    }


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


def _told(one: GuestCoverage, named: Mapping[str, str], reason: str) -> UncoveredGuest:
    return UncoveredGuest(
        guest=one_line(named[one.key], 120),
        verdict=one.counted_as,
        reason=one_line(reason),
        newest=one.newest.at if one.newest is not None else None,
    )


def _unverified(judged: Sequence[GuestCoverage] | None, kept: Sequence[bool]) -> int | None:
    if judged is not None:
        return sum(map(_is_unverified, judged))
    return kept.count(False) if kept else None


def _is_unverified(one: GuestCoverage) -> bool:
    """Whether its newest backup on a backup server is not known to be readable."""
    if one.damaged is not None:
        return True
    newest = one.newest
    return newest is not None and newest.kind == "snapshot" and newest.verified is None


def reported_store(store: Datastore, *, several: bool = False) -> ReportedDatastore:
    """A datastore; with its server in its name where there are several."""
    collected = store.gc
    problem = store.error or store.maintenance
    if not problem and collected is not None and collected.state == "error":
        problem = f"garbage collection failed: {collected.status}"
    if not problem and store.is_nearly_full:
        problem = "full" if store.trend == "full" else "nearly full"
    went_well = collected is not None and collected.state in ("ok", "warning")
    return ReportedDatastore(
        name=one_line(f"{store.source}/{store.name}" if several else store.name, 120),
        used=store.used,
        size=store.total,
        full_at=store.full_at,
        plugged_in=store.mount != "notmounted",
        collecting=collected is not None and collected.state == "running",
        garbage_collected=collected.last_run if collected is not None and went_well else None,
        problem=one_line(problem),
    )

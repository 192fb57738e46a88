"""The backup server's own jobs: garbage collection, prune, verification, sync, log rotation.

Times are Unix seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Final

from sre_tui.demo.world import dice
from sre_tui.demo.world.backups.records import FullStore, Rot, Upkeep, UpkeepKind
from sre_tui.demo.world.plant import DAY, Plant

_WEEK: Final = 7 * DAY
_SATURDAY, _SUNDAY = 2 * DAY, 3 * DAY
_NO_SPACE: Final = "ENOSPC: No space left on device"


@dataclass(frozen=True)
class UpkeepJob:
    """One such job; it begins ``offset`` seconds after multiples of ``period``."""

    kind: UpkeepKind
    id: str
    store: str
    schedule: str
    period: float
    offset: float
    length: float

    def last_begin(self, now: float) -> float:
        """When it began last."""
        return floor((now - self.offset) / self.period) * self.period + self.offset

    def next_begin(self, now: float) -> float:
        """When it begins next."""
        return self.last_begin(now) + self.period


JOBS: Final = (
    UpkeepJob("garbage_collection", "main", "main", "21:00", DAY, 21 * 3600.0, 1260.0),
    UpkeepJob(
        "garbage_collection", "archive", "archive", "sun 10:00", _WEEK, _SUNDAY + 36000.0, 5400.0
    ),
    UpkeepJob("prunejob", "s-prune-main", "main", "07:30", DAY, 27000.0, 14.0),
    UpkeepJob("prunejob", "s-prune-archive", "archive", "08:00", DAY, 28800.0, 21.0),
    UpkeepJob(
        "verificationjob", "v-main-weekly", "main", "sat 09:00", _WEEK, _SATURDAY + 32400.0, 9000.0
    ),
    UpkeepJob("syncjob", "s-pull-main", "archive", "06:00", DAY, 21600.0, 1500.0),
    UpkeepJob("logrotate", "", "", "00:00", DAY, 12.0, 1.0),
)


class UpkeepPlan:
    """When each of these jobs ran and how it went."""

    def __init__(self, plant: Plant, full: Sequence[FullStore], rots: Sequence[Rot]) -> None:
        self._seed = plant.seed
        self._full = tuple(full)
        self._rots = tuple(rots)

    def runs(self, start: float, end: float) -> list[Upkeep]:
        """The runs that began in ``start <= t < end``, in order of time."""
        found = []
        for job in JOBS:
            first = ceil((start - job.offset) / job.period)
            turns = range(first, ceil((end - job.offset) / job.period))
            found += [self._run(job, turn * job.period + job.offset) for turn in turns]
        # Somebody had these groups verified by hand; that is how it came out.
        found += [
            Upkeep("verify_group", rot.guest, "main", rot.start, rot.start + 90.0, rot.reason)
            for rot in self._rots
            if start <= rot.start < end
        ]
        return sorted(found, key=lambda run: (run.start, run.kind, run.id))

    def last(self, job: UpkeepJob, now: float) -> Upkeep:
        """The last run of a job that is over."""
        run = self._run(job, job.last_begin(now))
        return run if run.end <= now else self._run(job, job.last_begin(now) - job.period)

    def running(self, job: UpkeepJob, now: float) -> Upkeep | None:
        """The run of a job that goes on at a moment."""
        run = self._run(job, job.last_begin(now))
        return run if run.end > now else None

    def last_sync(self, now: float) -> Upkeep | None:
        """The last sync that worked; None if none did for a long time."""
        job = next(job for job in JOBS if job.kind == "syncjob")
        moment = now
        for _ in range(400):
            run = self.last(job, moment)
            if not run.error:
                return run
            moment = run.start
        return None

    def freed(self, store: str, run: Upkeep) -> int:
        """Bytes that a garbage collection removed."""
        if self._is_stuck(store, run.start):
            return 0
        return int(dice.between(1.2e9, 4.8e9, "gc freed", self._seed, store, int(run.start)))

    def pending(self, store: str, now: float) -> int:
        """Bytes that garbage collection has found but may not remove yet."""
        low, high = (300e9, 900e9) if self._is_stuck(store, now) else (4e9, 22e9)
        return int(dice.between(low, high, "gc pending", self._seed, store, floor(now / DAY)))

    def _is_stuck(self, store: str, moment: float) -> bool:
        return any(f.store == store and f.since <= moment < f.end for f in self._full)

    def _run(self, job: UpkeepJob, start: float) -> Upkeep:
        spread = dice.between(0.8, 1.2, "upkeep", self._seed, job.id, int(start))
        return Upkeep(job.kind, job.id, job.store, start, start + job.length * spread,
                      self._error(job, start))  # fmt: skip

    def _error(self, job: UpkeepJob, start: float) -> str:
        if job.kind == "syncjob" and any(
            f.store == job.store and f.start <= start < f.end for f in self._full
        ):
            return f"sync failed with some errors: inserting chunk on store failed: {_NO_SPACE}"
        if job.kind == "verificationjob" and any(r.start <= start < r.end for r in self._rots):
            return "verification failed - please check the log for details"
        return ""

"""The backups of the homelab as functions of time: runs, snapshots, archives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import ceil, floor

from sre_tui.demo.world import dice
from sre_tui.demo.world.backups.plan import BACKUP_USER, FormerGuest, Job, Plan, Store, plan_of
from sre_tui.demo.world.backups.records import (
    Archive,
    FullStore,
    Incident,
    NodeRun,
    Rot,
    Run,
    Snapshot,
    group_type,
)
from sre_tui.demo.world.backups.timing import DURATION, KEPT, night_of, took
from sre_tui.demo.world.backups.upkeep import UpkeepPlan
from sre_tui.demo.world.homelab import Guest
from sre_tui.demo.world.plant import DAY, Plant

HORIZON = 400
"""Nights looked back for the snapshots that are kept."""
HOST_KEPT = 14
HOSTS = "hosts"
"""Namespace of the nodes' own configuration, backed up by proxmox-backup-client."""
ARCHIVE = "archive"
COPIED = 56
"""Nights from which copies are kept."""
COPIES = "copies"
"""Namespace of the archive that the sync job fills."""
_HOST_OFFSET = 1800.0
_VERIFY_AFTER = 20.0
"""Seconds after its end that a snapshot is verified."""


class Backups:
    """Everything about backups in one world.

    Args:
        plant: the homelab in motion, its faults acted out.
        incidents, rots, full_stores: what faults do to backups.
    """

    def __init__(
        self,
        plant: Plant,
        incidents: Sequence[Incident] = (),
        rots: Sequence[Rot] = (),
        full_stores: Sequence[FullStore] = (),
    ) -> None:
        self.plant = plant
        self.plan: Plan = plan_of(plant)
        self.full_stores = tuple(full_stores)
        self.rots = tuple(rots)
        self._incidents: dict[str, list[Incident]] = {}
        for incident in incidents:
            self._incidents.setdefault(incident.guest, []).append(incident)
        self._rots: dict[str, list[Rot]] = {}
        for rot in rots:
            self._rots.setdefault(rot.guest, []).append(rot)
        self.upkeep = UpkeepPlan(plant, full_stores, rots)
        self._known: dict[tuple[str, str, int], Run | None] = {}
        self._snapshots = lru_cache(maxsize=8)(self._all_snapshots)

    # -- jobs ---------------------------------------------------------------------------------
    def jobs(self, now: float) -> Sequence[Job]:
        """The backup jobs of the cluster with the guests they select at a moment."""
        return [self._selecting(job, now) for job in self.plan.jobs]

    def _selecting(self, job: Job, now: float) -> Job:
        gone = {
            guest.name
            for guest in job.guests
            if any(i.deselected and i.covers(now) for i in self._incidents.get(guest.name, ()))
        }
        if not gone:
            return job
        guests = tuple(guest for guest in job.guests if guest.name not in gone)
        return Job(**{**job.__dict__, "guests": guests})

    def created(self, guest: Guest) -> float:
        """When a guest was made: for a re-created one later than its oldest backups."""
        former = self.plan.former.get(guest.name)
        if former is not None and former.recreated:
            return self._changed(former)
        return self.plant.anchor - DAY * dice.between(200, 900, "created", self.plant.seed,
                                                      guest.name)  # fmt: skip

    def name_at(self, guest: Guest, moment: float) -> str:
        """What was called so under this id at a moment."""
        former = self.plan.former.get(guest.name)
        if former is not None and moment < self._changed(former):
            return former.name
        return guest.name

    def _changed(self, former: FormerGuest) -> float:
        return self.plant.anchor - former.days * DAY

    # -- runs ---------------------------------------------------------------------------------
    def runs(self, start: float, end: float) -> list[Run]:
        """The backups that began in ``start <= t < end``, in order of time."""
        found = [
            run
            for job in self.plan.jobs
            for guest in job.guests
            for turn in self._turns(job, guest, start, end)
            if (run := self._run(job, guest, turn)) is not None
        ]
        return sorted(found, key=lambda run: (run.start, run.guest.vmid))

    def node_runs(self, start: float, end: float) -> list[NodeRun]:
        """The jobs that began on a node in ``start <= t < end``: one task on each node."""
        # A run of a job belongs to the turn of the job it is part of.
        groups: dict[tuple[str, str, float], list[Run]] = {}
        for run in self.runs(start, end + DAY / 2):
            begin = run.job.last_begin(run.start)
            if start <= begin < end:
                groups.setdefault((run.job.id, run.guest.node, begin), []).append(run)
        made = [
            NodeRun(runs[0].job, node, begin, max(run.end for run in runs) + 1, tuple(runs))
            for (_, node, begin), runs in groups.items()
        ]
        return sorted(made, key=lambda task: (task.start, task.node))

    def _turns(self, job: Job, guest: Guest, start: float, end: float) -> range:
        offset = job.guest_offset(self.plant, guest)
        first, last = ceil((start - offset) / job.period), ceil((end - offset) / job.period)
        return range(first, last)

    def _run(self, job: Job, guest: Guest, turn: int) -> Run | None:
        """One run; none if an incident kept it from starting."""
        key = job.id, guest.name, turn
        if key not in self._known:
            self._known[key] = self._make_run(job, guest, turn)
        return self._known[key]

    def _make_run(self, job: Job, guest: Guest, turn: int) -> Run | None:
        start = turn * job.period + job.guest_offset(self.plant, guest)
        error = ""
        for incident in self._incidents.get(guest.name, ()):
            # Only a guest that is gone misses its weekly archive as well.
            if incident.covers(start) and (job.is_nightly or incident.is_absence):
                if not incident.reason:
                    return None
                error = incident.reason
        length = DURATION * 0.9
        if job.is_nightly:
            length = took(self.plant, guest.name, turn, failed=bool(error))
        return Run(
            job=job,
            guest=guest,
            name=self.name_at(guest, start),
            start=start,
            end=start + length,
            error=error,
            size=0 if error else self.size_of(guest, turn),
        )

    def size_of(self, guest: Guest, turn: int) -> int:
        """Bytes of a guest's data in one of its backups."""
        seed = self.plant.seed
        part = dice.between(0.25, 0.6, "backup size", seed, guest.name)
        return int(guest.disk * part * dice.between(0.99, 1.01, "backup size", seed, turn))

    # -- snapshots ----------------------------------------------------------------------------
    def snapshots(self, store: str, now: float) -> Sequence[Snapshot]:
        """Every snapshot in a datastore at a moment, the newest last."""
        return self._snapshots(store, floor(now))

    def _all_snapshots(self, store: str, now: int) -> tuple[Snapshot, ...]:
        found = list(self._copies(now) if store == ARCHIVE else self._originals(store, now))
        return tuple(sorted(found, key=lambda item: (item.time, item.namespace, item.id)))

    def _originals(self, store: str, now: float) -> Iterator[Snapshot]:
        for job in self.plan.jobs:
            if job.store.datastore == store and job.is_nightly:
                for guest in job.guests:
                    night = night_of(self.plant, guest.name, now)
                    runs = self._kept_runs(job, guest, night, now, job.kept)
                    for age, run in enumerate(runs):
                        yield self._snapshot(run, now, protected=self._is_protected(guest, age))
        for group in self.plan.old_groups:
            if group.store.datastore == store:
                for days in group.days:
                    time = int(self.plant.anchor - days * DAY)
                    if time <= now:
                        yield Snapshot(
                            store, group.store.namespace, group.type, str(group.vmid), time,
                            group.size, group.name, BACKUP_USER, verified="ok",
                            verified_at=time + 600.0,
                        )  # fmt: skip
        if store == "main":
            yield from self._hosts(now)

    def _kept_runs(self, job: Job, guest: Guest, night: int, now: float, kept: int) -> list[Run]:
        """The newest good runs that ended by now, the newest first."""
        found: list[Run] = []
        for turn in range(night, night - HORIZON, -1):
            run = self._run(job, guest, turn)
            if run is not None and not run.error and run.end <= now:
                found.append(run)
                if len(found) == kept:
                    break
        return found

    def _snapshot(self, run: Run, now: float, *, protected: bool) -> Snapshot:
        verified_at = run.end + _VERIFY_AFTER
        rotten = [rot for rot in self._rots.get(run.guest.name, ()) if self._hits(rot, run, now)]
        if rotten:
            verified_at = max(verified_at, rotten[-1].start)
        done = verified_at <= now
        return Snapshot(
            store=run.store.datastore,
            namespace=run.store.namespace,
            type=group_type(run.guest),
            id=str(run.guest.vmid),
            time=int(run.start),
            size=run.size,
            comment=run.name,
            owner=BACKUP_USER,
            protected=protected,
            verified=("failed" if rotten else "ok") if done else None,
            verified_at=verified_at if done else None,
        )

    @staticmethod
    def _hits(rot: Rot, run: Run, now: float) -> bool:
        # Newer snapshots share chunks with the ones of the last days, so they are all unreadable.
        return rot.start <= now < rot.end and run.start > rot.start - 3 * DAY

    @staticmethod
    def _is_protected(guest: Guest, age: int) -> bool:
        return guest.name == "nextcloud" and age == KEPT - 6

    def _hosts(self, now: float) -> Iterator[Snapshot]:
        night = floor((now - _HOST_OFFSET - 60) / DAY)
        for turn in range(night, night - HOST_KEPT, -1):
            for index, node in enumerate(self.plant.homelab.nodes):
                time = turn * DAY + _HOST_OFFSET + 10 * index
                yield Snapshot(
                    "main", HOSTS, "host", node.name, int(time), 48 * 2**20 + 4096 * index, "",
                    f"{node.name}@pbs!etc", verified="ok", verified_at=time + 45,
                )  # fmt: skip

    def _copies(self, now: float) -> Iterator[Snapshot]:
        """What the sync job has copied: the newest three and one of each of eight weeks."""
        synced = self.upkeep.last_sync(now)
        if synced is None:
            return
        for job in self.plan.jobs:
            if not job.store.datastore:
                continue
            namespace = "/".join(part for part in (COPIES, job.store.namespace) if part)
            for guest in job.guests:
                night = night_of(self.plant, guest.name, synced.start)
                runs = self._kept_runs(job, guest, night, synced.start, COPIED)
                sundays = (run for run in runs[3:] if floor(run.start / DAY) % 7 == 3)
                for run in (*runs[:3], *sundays):
                    yield Snapshot(
                        ARCHIVE, namespace, group_type(guest), str(guest.vmid), int(run.start),
                        run.size, run.name, "sync@pbs!pull",
                    )  # fmt: skip

    # -- archives -----------------------------------------------------------------------------
    def archives(self, now: float) -> list[Archive]:
        """The plain vzdump archives on storages of the nodes, the newest first."""
        found = []
        for job in self.plan.jobs:
            if job.store.datastore:
                continue
            for guest in job.guests:
                last = floor((now - job.guest_offset(self.plant, guest)) / job.period)
                for turn in range(last, last - job.kept - 1, -1):
                    run = self._run(job, guest, turn)
                    if run is not None and run.end <= now:
                        found.append(self._archive(run, job.store))
        return sorted(found, key=lambda item: -item.time)

    @staticmethod
    def _archive(run: Run, store: Store) -> Archive:
        size = int(run.size * 0.45)
        return Archive(store.storage, run.guest.node, run.guest, int(run.start), size, run.name)

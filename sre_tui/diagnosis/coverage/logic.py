"""Decides for each guest whether it has the backup that its jobs should have left.

Everything here is a pure function of an :class:`Evidence`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from providers.clock import age_in_words
from providers.proxmox import BackupJob, Guest
from sre_tui.diagnosis.coverage.calendar import Calendar, read_calendar
from sre_tui.diagnosis.coverage.model import (
    CoveringJob,
    GuestCoverage,
    Identity,
    Verdict,
)
from sre_tui.diagnosis.coverage.owners import Group, Held, Key, Seen, owned_by
from sre_tui.diagnosis.coverage.silence import Offline

TOLERANCE: Final = timedelta(minutes=65)
"""A backup may seem older than the run it belongs to: clocks differ, and summer time ends."""
LEAST_GRACE, MOST_GRACE = timedelta(hours=2), timedelta(hours=12)
"""How long after its start a run may take until its backups are missed."""
UNKNOWN_ZONE: Final = timedelta(hours=14)
"""More patience where it is not known which zone the schedule is meant in."""
OPT_OUT_TAGS: Final = frozenset({"no-backup", "nobackup", "no_backup", "backup-none"})


@dataclass(frozen=True)
class FailedRun:
    """The last backup of a group that failed."""

    at: datetime
    text: str
    place: str = ""
    """Server and datastore that it was meant for."""


@dataclass(frozen=True)
class Evidence:
    """Everything that was read.

    Attributes:
        now: when.
        guests: of every Proxmox that answered.
        jobs: backup jobs by source; a source whose jobs cannot be read is not in it.
        seen: every backup, wherever it is.
        uncovered: by source, the guests that the source itself says are in no job.
        created: when guests were made, where that was looked up.
        excluded_disks: disks that jobs leave out.
        failures: the last failed run of each group, by the source whose guest it may be of.
        unread: by source, storages, each with a node, whose backups could not be seen.
        listed: by source, the storages on which at least one backup was seen.
        offline: by source, the nodes that are, with when they were last seen online.
        kept: sources that cannot be asked now, with when what is known of them was true.
    """

    now: datetime
    guests: Sequence[Guest]
    jobs: Mapping[str, Sequence[BackupJob]]
    seen: Sequence[Seen] = ()
    uncovered: Mapping[str, frozenset[int]] = field(default_factory=dict)
    created: Mapping[Key, datetime] = field(default_factory=dict)
    excluded_disks: Mapping[Key, tuple[str, ...]] = field(default_factory=dict)
    failures: Mapping[tuple[str, Group], FailedRun] = field(default_factory=dict)
    unread: Mapping[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
    listed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    offline: Mapping[str, Offline] = field(default_factory=dict)
    kept: Mapping[str, datetime] = field(default_factory=dict)


def judge(evidence: Evidence) -> list[GuestCoverage]:
    """The verdict on every guest, in the order of the guests."""
    owned = owned_by(evidence.guests, evidence.seen)
    return [_judge(guest, owned.get((guest.source, guest.vmid), ()), evidence)
            for guest in evidence.guests]  # fmt: skip


def selects(job: BackupJob, guest: Guest, uncovered: frozenset[int] | None = None) -> bool:
    """Whether a job, were it enabled, backs a guest up."""
    if job.node is not None and job.node != guest.node:
        return False
    if job.pool is not None:
        if guest.pool is None and uncovered is not None:
            # Pools may be hidden from the token; the server's own list is not.
            return guest.vmid not in uncovered
        return guest.pool == job.pool
    if job.all_guests:
        return guest.vmid not in job.exclude
    return guest.vmid in job.vmids


@dataclass(frozen=True)
class _Due:
    """The last run that must have left a backup by now; None if there was none or it is unclear."""

    at: datetime | None
    interval: timedelta | None = None
    unclear: str = ""


def due_of(jobs: Sequence[BackupJob], now: datetime, *, running: bool = False) -> _Due:
    """The latest run of any of the jobs that must be over; a run that goes on is not yet."""
    best, unclear = _Due(None), ""
    for job in jobs:
        try:
            at, interval = _last_due(job.schedule, job.next_run, now, running)
        except ValueError as error:
            unclear = f"job {job.id}: {error}" if job.schedule else f"job {job.id} has no schedule"
            continue
        if at is not None and (best.at is None or at > best.at):
            best = _Due(at, interval)
    return _Due(best.at, best.interval, unclear if best.at is None else "")


@lru_cache(maxsize=256)
def _last_due(
    schedule: str, next_run: datetime | None, now: datetime, running: bool
) -> tuple[datetime | None, timedelta]:
    calendar = read_calendar(schedule, next_run)
    interval = calendar.interval(now) or timedelta(days=1)
    at = calendar.last(now - _grace(calendar, interval))
    if at is not None and running:
        at = calendar.last(at - timedelta(seconds=1))
    return at, interval


def _grace(calendar: Calendar, interval: timedelta) -> timedelta:
    grace = min(max(interval / 2, LEAST_GRACE), MOST_GRACE)
    return grace if calendar.offset is not None else grace + UNKNOWN_ZONE


def _judge(guest: Guest, seen: Sequence[Seen], evidence: Evidence) -> GuestCoverage:
    own, identity, former = _identity(guest, [one.copy for one in seen], evidence)
    good = _good(own)
    newest = good[0] if good else None
    damaged = next((copy for copy in own if copy.verified == "failed"), None)
    # The same run may be damaged in one place and sound in another.
    if damaged is not None and newest is not None and newest.at >= damaged.at:
        damaged = None
    jobs = evidence.jobs.get(guest.source)
    uncovered = evidence.uncovered.get(guest.source)
    covering = [job for job in jobs or () if job.enabled and selects(job, guest, uncovered)]
    running = guest.lock == "backup"
    due = due_of(covering, evidence.now, running=running)
    failure = evidence.failures.get((guest.source, (guest.type, guest.vmid)))
    if failure is not None and newest is not None and failure.at <= newest.at:
        failure = None
    listed = evidence.listed.get(guest.source, frozenset())
    missed = [job for job in covering if job.storage in listed and not running
              and _is_late(job, good, evidence.now)]  # fmt: skip
    unread = evidence.unread.get(guest.source, frozenset())
    hidden = [job for job in missed if (job.storage, guest.node) in unread]
    late = [job.id for job in missed if job not in hidden]
    case = _Case(guest, jobs, covering, newest, damaged, due, failure, evidence, late, hidden)
    verdict, reason = case.verdict()
    if verdict == "ok" and guest.source in evidence.kept:
        # Which guests and jobs there are by now nobody can tell.
        since = _stamp(evidence.kept[guest.source])
        verdict, reason = "unknown", f"{guest.source} cannot be asked since {since}"
    return GuestCoverage(
        source=guest.source,
        vmid=guest.vmid,
        name=guest.name,
        type=guest.type,
        node=guest.node,
        status=guest.status,
        verdict=verdict,
        reason=reason,
        jobs=tuple(
            CoveringJob(
                id=job.id,
                schedule=job.schedule,
                storage=job.storage,
                next_run=job.next_run,
                late=job.id in late,
            )
            for job in covering
        ),
        due=due.at,
        interval=due.interval.total_seconds() if due.interval else None,
        newest=newest.told() if newest else None,
        damaged=damaged.told() if damaged else None,
        # A clock that is ahead makes no backup of the future.
        age=max(0.0, (evidence.now - newest.at).total_seconds()) if newest else None,
        copies=len(good),
        places=tuple(dict.fromkeys(copy.place for copy in good)),
        running=running,
        error=failure.text if failure else "",
        error_place=failure.place if failure else "",
        identity=identity,
        former_names=former,
        excluded_disks=evidence.excluded_disks.get((guest.source, guest.vmid), ()),
    )


def _is_late(job: BackupJob, good: Sequence[Held], now: datetime) -> bool:
    """Whether the last run of this very job left nothing on the storage it writes to."""
    due = due_of([job], now).at
    if due is None:
        return False
    return not any(job.storage in copy.storages and copy.at >= due - TOLERANCE for copy in good)


def _good(copies: Sequence[Held]) -> list[Held]:
    """The backups that can be relied on.

    A copy of a backup that failed its verification is as bad as that until it is verified itself.
    """
    failed = {copy.at for copy in copies if copy.verified == "failed"}
    return [
        copy
        for copy in copies
        if copy.verified == "ok" or (copy.verified is None and copy.at not in failed)
    ]


def _identity(
    guest: Guest, copies: Sequence[Held], evidence: Evidence
) -> tuple[list[Held], Identity, tuple[str, ...]]:
    """The backups of this very guest, and what those with another name are."""
    own = list(copies)
    others = [copy for copy in own if copy.name and guest.name and copy.name != guest.name]
    names = tuple(dict.fromkeys(copy.name for copy in others if copy.name))
    created = evidence.created.get((guest.source, guest.vmid))
    if created is not None:
        older = [copy for copy in own if copy.at < created - TOLERANCE]
        if older:
            names = tuple(dict.fromkeys(copy.name for copy in older if copy.name))
            return [copy for copy in own if copy.at >= created - TOLERANCE], "recreated", names
        return own, "renamed" if others else "same", names
    return own, "unclear" if others else "same", names


@dataclass(frozen=True)
class _Case:
    guest: Guest
    jobs: Sequence[BackupJob] | None
    covering: Sequence[BackupJob]
    newest: Held | None
    damaged: Held | None
    due: _Due
    failure: FailedRun | None
    evidence: Evidence
    late: Sequence[str]
    hidden: Sequence[BackupJob]
    """Jobs of which nothing is seen where they write to, but it could not be looked there."""

    def verdict(self) -> tuple[Verdict, str]:
        """The verdict with its reason."""
        if self.guest.template:
            return "template", "a template: it does not change"
        if self.jobs is None:
            return "unknown", f"the backup jobs of {self.guest.source} cannot be read"
        if not self.covering:
            return self._uncovered(self.jobs)
        if self.newest is None:
            return self._without()
        if self.due.at is None:
            return "ok", self.due.unclear or "no run was due yet"
        if self.newest.at >= self.due.at - TOLERANCE:
            return "ok", self._remark()
        if self.damaged is not None and self.damaged.at >= self.due.at - TOLERANCE:
            return "damaged", (
                f"backups since {_stamp(self.damaged.at)} or earlier fail their verification; the "
                f"newest good one is of {_stamp(self.newest.at)}"
            )
        if blind := self._blind():
            return "unknown", f"none is seen since {_stamp(self.newest.at)}, but {blind}"
        return "stale", self._because(
            f"no backup since the run of {_stamp(self.due.at)}{self._cut_off(self.due.at)}; the "
            f"newest good one is of {_stamp(self.newest.at)}"
        )

    def _uncovered(self, jobs: Sequence[BackupJob]) -> tuple[Verdict, str]:
        tags = sorted(OPT_OUT_TAGS & {tag.casefold() for tag in self.guest.tags})
        if tags:
            return "excluded", f"left out on purpose: it is tagged {tags[0]}"
        left_out = [j for j in jobs if j.enabled and self.guest.vmid in j.exclude and j.all_guests]
        if left_out:
            return "excluded", f"left out on purpose: job {left_out[0].id} excludes it"
        disabled = [j for j in jobs if not j.enabled and selects(j, self.guest)]
        why = "no backup job selects it"
        if disabled:
            why = f"the only job that selects it, {disabled[0].id}, is disabled"
        elif not jobs:
            why = "there is no backup job at all"
        if self.newest is not None:
            age = age_in_words((self.evidence.now - self.newest.at).total_seconds())
            why += f"; its newest backup is {age} old"
        return "not_covered", why

    def _without(self) -> tuple[Verdict, str]:
        created = self.evidence.created.get((self.guest.source, self.guest.vmid))
        due = self.due.at
        if due is None or (created is not None and created > due - TOLERANCE):
            runs = [job.next_run for job in self.covering if job.next_run is not None]
            first = f", its first is due {_stamp(min(runs))}" if runs else ""
            return "pending", self.due.unclear or f"no run was due yet{first}"
        if self.damaged is not None:
            return "damaged", "all its backups fail their verification"
        if self.guest.lock == "backup":
            return "pending", "its first backup is being made"
        if blind := self._blind():
            return "unknown", f"none is seen, but {blind}"
        return "never", self._because(f"there is no backup though a run was due {_stamp(due)}")

    def _blind(self) -> str:
        """What keeps us from seeing backups that may be there; empty if nothing does."""
        unread = self.evidence.unread.get(self.guest.source, frozenset())
        targets = {job.storage for job in self.covering}
        hidden = sorted(name for name in targets if (name, self.guest.node) in unread)
        return f"storage {', '.join(hidden)} {self._unseen}" if hidden else ""

    def _cut_off(self, due: datetime) -> str:
        """That its node is offline, and if it was so when a run was due; empty if it is not."""
        if not (offline := self._offline):
            return ""
        since = self.evidence.offline[self.guest.source][self.guest.node]
        if since is not None and since <= due:
            return f": its {offline}, so that no job could run there"
        return f", and its {offline}"

    @property
    def _offline(self) -> str:
        """``node pve3 is offline since about …``; empty if it is not."""
        offline = self.evidence.offline.get(self.guest.source, {})
        if self.guest.node not in offline:
            return ""
        since = offline[self.guest.node]
        when = f" since about {_stamp(since)}" if since is not None else ""
        return f"node {self.guest.node} is offline{when}"

    @property
    def _unseen(self) -> str:
        """That a storage of its node cannot be looked into, and why where that is known."""
        return f"cannot be looked into{f': {self._offline}' if self._offline else ''}"

    def _because(self, what: str) -> str:
        return f"{what}; the last run failed: {self.failure.text}" if self.failure else what

    def _remark(self) -> str:
        if self.failure is not None:
            return f"a run since then failed: {self.failure.text}"
        if self.damaged is not None:
            return f"a newer backup of {_stamp(self.damaged.at)} fails its verification"
        if self.late:
            told = _jobs_text([job for job in self.covering if job.id in self.late])
            return f"the last run of another job left nothing: {told}"
        if self.hidden:
            return f"what {_jobs_text(self.hidden)} left {self._unseen}"
        if self.newest is not None and self.newest.kind == "snapshot" and not self.newest.verified:
            return "not verified yet"
        return ""


def _jobs_text(jobs: Sequence[BackupJob]) -> str:
    return ", ".join(f"{job.id} ({job.schedule} to {job.storage})" for job in jobs)


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"

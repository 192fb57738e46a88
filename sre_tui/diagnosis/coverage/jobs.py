"""What each backup job takes and leaves out, and how its last run went."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

from pydantic import AwareDatetime, BaseModel, ConfigDict, computed_field

from providers.proxmox import BackupJob, Guest, Task
from sre_tui.diagnosis.coverage.calendar import read_calendar
from sre_tui.diagnosis.coverage.logic import Evidence, judge, selects

JobState = Literal[
    "disabled", "empty", "failed", "missed", "warning", "running", "pending", "unknown", "ok"
]
"""``empty``: it takes no guest. ``missed``: its last run left nothing of some guest, or did not
start. ``pending``: no run was due yet. ``unknown``: what would tell could not be read."""
STATES: Final[tuple[JobState, ...]] = (
    "failed", "missed", "empty", "warning", "disabled", "unknown", "running", "pending", "ok",
)  # fmt: skip
"""The gravest first."""
START: Final = timedelta(minutes=10)
"""How long after its time a run may begin; the scheduler looks every minute."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class JobGuest(_Model):
    """A guest that a job takes."""

    vmid: int
    name: str | None = None

    @property
    def label(self) -> str:
        """Name, or the id of one without."""
        return self.name or str(self.vmid)


class LeftOut(JobGuest):
    """A guest that a job does not take."""

    template: bool = False
    excluded: bool = False
    """Whether the job names it as one that it leaves out."""
    taken_by: tuple[str, ...] = ()
    """Enabled jobs that take it."""


class JobRun(_Model):
    """The last run that was due."""

    due: AwareDatetime
    began: AwareDatetime | None = None
    """None if no such task is known."""
    ended: AwareDatetime | None = None
    """None while it runs on some node."""
    state: Literal["ok", "warning", "error", "running", "unknown"] = "unknown"
    """The worst of all nodes."""
    status: str = ""
    """What failed, in the words of the nodes."""


class BackupJobState(_Model):
    """One backup job of a Proxmox VE."""

    source: str
    id: str
    state: JobState
    reason: str = ""
    enabled: bool = True
    comment: str = ""
    schedule: str = ""
    next_run: AwareDatetime | None = None
    last: JobRun | None = None
    """None if none was due, or nobody can tell when."""
    storage: str = ""
    place: str = ""
    """Where that storage leads to: ``pbs:main/main``; empty if it is on no known backup server."""
    mode: str = ""
    keep: Mapping[str, str] = {}
    """How many backups are kept, as the job says; empty where the storage decides."""
    node: str | None = None
    """Only guests on this node."""
    selection: str = ""
    """Whom it is meant for: ``all guests but 2``, ``pool prod``, ``5 guests``."""
    guests: tuple[JobGuest, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    """The other guests of the same Proxmox VE; on one node alone if the job is for that node."""
    gone: tuple[int, ...] = ()
    """Ids it names that no guest has."""
    disks: tuple[str, ...] = ()
    """Disks of its guests that are in no backup: ``docker1: scsi1``."""
    missed: tuple[JobGuest, ...] = ()
    """Guests of which the last run left nothing where it writes to."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def unprotected(self) -> tuple[str, ...]:
        """Those left out that no job takes, templates apart."""
        return tuple(
            guest.label for guest in self.left_out if not guest.taken_by and not guest.template
        )

    @property
    def key(self) -> str:
        """Unique among the jobs of all sources."""
        return f"{self.source}/{self.id}"


class _Known(NamedTuple):
    evidence: Evidence
    tasks: Mapping[str, Sequence[Task]]
    places: Mapping[tuple[str, str], str]
    late: Mapping[str, list[JobGuest]]


def jobs_of(
    evidence: Evidence,
    tasks: Mapping[str, Sequence[Task]],
    places: Mapping[tuple[str, str], str],
) -> list[BackupJobState]:
    """Every job, those that need attention first.

    Args:
        evidence: what was read of guests, jobs and backups.
        tasks: by source, those of backups; a source whose tasks cannot be read is not in it.
        places: by source and storage, the place on a backup server it leads to.
    """
    late: dict[str, list[JobGuest]] = {}
    for item in judge(evidence):
        for job in item.jobs:
            if job.late:
                guest = JobGuest(vmid=item.vmid, name=item.name)
                late.setdefault(f"{item.source}/{job.id}", []).append(guest)
    known = _Known(evidence, tasks, places, late)
    found = [
        _state(job, jobs, known) for source, jobs in sorted(evidence.jobs.items()) for job in jobs
    ]
    return sorted(found, key=lambda one: (STATES.index(one.state), one.source, one.schedule))


def _state(job: BackupJob, jobs: Sequence[BackupJob], known: _Known) -> BackupJobState:
    evidence = known.evidence
    own = [guest for guest in evidence.guests if guest.source == job.source]
    uncovered = evidence.uncovered.get(job.source)
    taken = [guest for guest in own if selects(job, guest, uncovered)]
    last = _last(job, jobs, known)
    missed = tuple(known.late.get(job.key, ()))
    state, reason = _judged(job, taken, own, last, missed)
    return BackupJobState(
        source=job.source,
        id=job.id,
        state=state,
        reason=reason,
        enabled=job.enabled,
        comment=job.comment,
        schedule=job.schedule,
        next_run=job.next_run if job.enabled else None,
        last=last,
        storage=job.storage,
        place=known.places.get((job.source, job.storage), ""),
        mode=job.mode,
        keep=job.keep,
        node=job.node,
        selection=_selection(job),
        guests=tuple(JobGuest(vmid=guest.vmid, name=guest.name) for guest in taken),
        left_out=tuple(
            LeftOut(
                vmid=guest.vmid,
                name=guest.name,
                template=guest.template,
                excluded=job.all_guests and guest.vmid in job.exclude,
                taken_by=tuple(
                    each.id for each in jobs if each.enabled and selects(each, guest, uncovered)
                ),
            )
            for guest in own
            if guest not in taken and job.node in (None, guest.node)
        ),
        # Without any guest nothing is known of which there are.
        gone=tuple(sorted({*job.vmids, *job.exclude} - {guest.vmid for guest in own}))
        if own
        else (),
        disks=tuple(
            f"{guest.name or guest.vmid}: {', '.join(slots)}"
            for guest in taken
            if (slots := evidence.excluded_disks.get((guest.source, guest.vmid)))
        ),
        missed=missed,
    )


def _selection(job: BackupJob) -> str:
    if job.pool is not None:
        return f"pool {job.pool}"
    if job.all_guests:
        return f"all guests but {len(job.exclude)}" if job.exclude else "all guests"
    return f"{len(job.vmids)} named"


def _judged(
    job: BackupJob,
    taken: Sequence[Guest],
    own: Sequence[Guest],
    last: JobRun | None,
    missed: Sequence[JobGuest],
) -> tuple[JobState, str]:
    if not job.enabled:
        return "disabled", "it does not run"
    if not own:
        return "unknown", f"the guests of {job.source} are not known"
    if not taken:
        return "empty", "it takes no guest"
    if last is None:
        return ("pending", "no run was due yet") if job.schedule else ("unknown", "no schedule")
    if last.state == "running":
        return "running", ""
    if last.state == "error":
        return "failed", last.status
    if missed:
        names = ", ".join(guest.label for guest in missed)
        return "missed", f"its last run left nothing of {names}"
    if last.began is None and last.state == "unknown":
        return "unknown", "how its last run went is not known"
    return ("warning", last.status) if last.state == "warning" else ("ok", "")


def _last(job: BackupJob, jobs: Sequence[BackupJob], known: _Known) -> JobRun | None:
    due = _due(job, known.evidence.now)
    if due is None or not job.enabled:
        return None
    tasks = known.tasks.get(job.source, ())
    runs = [task for task in tasks if _is_of(task, due) and job.node in (None, task.node)]
    alike = [each for each in jobs if each.enabled and _due(each, known.evidence.now) == due]
    # Tasks do not tell of which job they are, but when they began.
    if not runs or len(alike) > 1:
        return JobRun(due=due)
    state = next(
        word for word in ("running", "error", "warning", "unknown", "ok")
        if any(task.state == word for task in runs)
    )  # fmt: skip
    ends = [task.ended for task in runs if task.ended is not None]
    return JobRun.model_validate(
        {
            "due": due,
            "began": min(task.started for task in runs),
            "ended": max(ends) if len(ends) == len(runs) else None,
            "state": state,
            "status": "; ".join(dict.fromkeys(_failures(runs))),
        }
    )


def _failures(runs: Sequence[Task]) -> Iterator[str]:
    for task in runs:
        if task.state in ("error", "warning"):
            yield f"{task.node}: {task.status}"


def _is_of(task: Task, due: datetime) -> bool:
    # Who starts a backup by hand is another user, or at another time.
    return task.type == "vzdump" and due <= task.started <= due + START


def _due(job: BackupJob, now: datetime) -> datetime | None:
    """The last time it was due; None where its zone is not known, and so not when that was."""
    try:
        calendar = read_calendar(job.schedule, job.next_run)
    except ValueError:
        return None
    return calendar.last(now) if calendar.offset is not None else None

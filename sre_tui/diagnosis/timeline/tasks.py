"""Events out of the task lists of Proxmox VE and the backup servers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Self

from providers.text import one_line
from sre_tui.diagnosis.evidence import Evidence
from sre_tui.diagnosis.finding import Severity
from sre_tui.diagnosis.picture.picture import Picture
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.timeline.event import Event, EventKind
from sre_tui.diagnosis.timeline.observed import Observed, Teller
from sre_tui.diagnosis.topology.graph import Topology
from sre_tui.views.human import count, duration

if TYPE_CHECKING:
    from providers.pbs.models import Task as BackupTask
    from providers.proxmox import Task

LONG: Final = timedelta(hours=6)
"""A task that runs longer than this is worth telling."""
ONE_NIGHT: Final = timedelta(hours=3)
"""Routine tasks closer together than this are one run."""

_ACTIONS: Final[dict[str, tuple[EventKind, str, str]]] = {
    "start": ("started", "started", "started"),
    "resume": ("started", "started", "resumed"),
    "stop": ("stopped", "guest_stopped", "stopped"),
    "shutdown": ("stopped", "guest_stopped", "shut down"),
    "suspend": ("stopped", "guest_stopped", "suspended"),
    "pause": ("stopped", "guest_stopped", "paused"),
    "reboot": ("restarted", "started", "restarted"),
    "reset": ("restarted", "started", "reset"),
    "migrate": ("migrated", "migrated", "moved to another node"),
    "create": ("configured", "created", "created"),
    "restore": ("configured", "restored", "restored"),
    "clone": ("configured", "cloned", "cloned"),
    "template": ("configured", "configured", "made a template of"),
    "destroy": ("configured", "destroyed", "destroyed"),
    "config": ("configured", "configured", "changed the configuration of"),
    "set": ("configured", "configured", "changed the configuration of"),
    "snapshot": ("configured", "snapshot", "took a snapshot of"),
    "delsnapshot": ("configured", "snapshot", "deleted a snapshot of"),
    "rollback": ("configured", "rollback", "rolled back"),
    "move": ("configured", "configured", "moved a disk of"),
    "resize": ("configured", "configured", "resized a disk of"),
}
"""Type of a guest's task without ``qm`` or ``vz``: kind, fact, and words."""
_NODE_ACTIONS: Final[dict[str, tuple[EventKind, str, str]]] = {
    "startall": ("started", "all_started", "all guests were started"),
    "stopall": ("stopped", "all_stopped", "all guests were stopped"),
    "srvstart": ("started", "service_started", "a service was started"),
    "srvstop": ("stopped", "service_stopped", "a service was stopped"),
    "srvrestart": ("restarted", "service_started", "a service was restarted"),
    "srvreload": ("restarted", "service_started", "a service was reloaded"),
    "vncshell": ("configured", "shell", "a shell was opened"),
    "termproxy": ("configured", "shell", "a shell was opened"),
    "aptupgrade": ("updated", "bad_update", "packages were upgraded"),
}
_BACKUP_TYPES: Final = frozenset({"vzdump", "backup"})
_DAILY: Final = frozenset(
    {"vzdump", "backup", "aptupdate", "logrotate", "prune", "prunejob", "verify", "verificationjob",
     "verify_group", "verify_snapshot", "garbage_collection", "syncjob", "sync", "acme_renew",
     "imgdel", "imgcopy", "reader", "spiceproxy", "vncproxy", "pull", "replicate",
     "delete_snapshot", "delete-snapshot", "tape-backup-job"}
)  # fmt: skip
"""Types that belong to every day as long as they go well."""
_GUEST_PREFIXES: Final = ("qm", "vz", "ha")


@dataclass(frozen=True)
class _Ran:
    """A routine task that went well."""

    began: datetime
    ended: datetime
    subject: Subject
    node: str
    status: str

    @classmethod
    def of(cls, task: Task | BackupTask, subject: Subject) -> Self:
        """What matters of it."""
        return cls(task.started, task.ended or task.started, subject, task.node, task.status)


def observed_tasks(picture: Picture, topology: Topology) -> Iterator[Observed]:
    """What the task lists tell: lifecycle, failures, long runs, and one span for each routine."""
    runs: dict[tuple[str, str, str], list[_Ran]] = defaultdict(list)
    for source, page in picture.tasks.with_source():
        for task in page.tasks:
            subject = _guest_of(task, topology) or Subject(kind=SubjectKind.NODE, name=task.node)
            if task.state in ("ok", "warning") and task.type in _DAILY:
                runs[source, task.type, ""].append(_Ran.of(task, subject))
            else:
                yield from _one(task, subject, picture.now, f"tasks --log {task.upid}")
    for source, backup_page in picture.backup_tasks.with_source():
        for backup in backup_page.tasks:
            subject = _stored(backup, topology)
            if backup.state in ("ok", "warning") and backup.type in _DAILY:
                ran = _Ran.of(backup, subject)
                runs[source, backup.type, backup.datastore or backup.node].append(ran)
            else:
                command = f"backups tasks --log {backup.upid}"
                yield from _one(backup, subject, picture.now, command)
    for (source, kind, where), several in runs.items():
        yield from _runs(source, kind, where, several)


def _guest_of(task: Task, topology: Topology) -> Subject | None:
    if task.guest:
        known = topology.named(task.guest, SubjectKind.GUEST)
        return known[0] if known else Subject(kind=SubjectKind.GUEST, name=task.guest)
    if task.vmid is None:
        return None
    for spelled in (f"qemu/{task.vmid}", f"lxc/{task.vmid}", str(task.vmid)):
        known = topology.named(spelled, SubjectKind.GUEST)
        if known:
            return known[0]
    return Subject(kind=SubjectKind.GUEST, name=str(task.vmid))


def _stored(task: BackupTask, topology: Topology) -> Subject:
    if task.group:
        number = task.group.rpartition("/")[2]
        known = topology.named(f"qemu/{number}", SubjectKind.GUEST) or topology.named(
            f"lxc/{number}", SubjectKind.GUEST
        )
        if known:
            return known[0]
    if task.datastore:
        return Subject(kind=SubjectKind.DATASTORE, name=task.datastore)
    return Subject(kind=SubjectKind.BACKUP_SERVER, name=task.node or "backup server")


def _one(
    task: Task | BackupTask, subject: Subject, now: datetime, command: str
) -> Iterator[Observed]:
    backup = task.type in _BACKUP_TYPES
    title = "backup" if backup else task.type
    if task.state == "error":
        text = f"{title} of {subject} failed: {one_line(task.status, 140)}"
        fact = "backup_failed" if backup else "task_failed"
        severity = Severity.WARNING
        yield _observed(task, subject, "task_failed", fact, text, command, severity)
        return
    if task.state == "running":
        lasted = now - task.started
        if lasted >= LONG and not task.type.startswith(("vnc", "term", "spice")):
            text = f"{title} of {subject} has been running for {duration(lasted.total_seconds())}"
            yield _observed(
                task, subject, "task_done", f"task_long {task.type}", text, command,
                Severity.WARNING,
            )  # fmt: skip
            return
    by = f" by {task.user}" if task.user else ""
    guest = subject.kind is SubjectKind.GUEST
    action = _ACTIONS.get(_plain(task.type)) if guest else _NODE_ACTIONS.get(task.type)
    if action is not None:
        kind, fact, words = action
        if not guest:
            text = f"{words}{by} ({task.type})"
        elif " " in words and words not in ("shut down", "moved to another node", "rolled back"):
            text = f"{task.user or 'somebody'} {words} {subject} ({task.type})"
        else:
            text = f"{subject} was {words}{by} ({task.type})"
        yield _observed(task, subject, kind, fact, text, command)
        return
    routine = task.type in _DAILY or task.type.startswith(("vnc", "term", "spice"))
    state = "runs" if task.state == "running" else "ran"
    yield _observed(
        task, subject, "backup" if backup else "task_done", f"task {task.type}",
        f"{title} of {subject} {state}{by}", command, routine=routine,
    )  # fmt: skip


def _plain(kind: str) -> str:
    """The action in a task's type: ``start`` of ``qmstart`` and ``hastart``."""
    if kind == "qmigrate":
        return "migrate"
    for prefix in _GUEST_PREFIXES:
        if kind.startswith(prefix):
            return kind.removeprefix(prefix).strip("_")
    return kind.partition("_")[0]


def _observed(
    task: Task | BackupTask,
    subject: Subject,
    kind: EventKind,
    fact: str,
    text: str,
    command: str,
    severity: Severity = Severity.NOTE,
    *,
    routine: bool = False,
) -> Observed:
    status = task.status or task.state
    evidence = Evidence(
        source=task.source,
        kind="task",
        says=one_line(f"{task.type} {task.subject} on {task.node}: {status}", 180),
        at=task.started,
        asked=task.upid,
        command=command,
    )
    event = Event(
        at=task.started,
        until=task.ended if (task.seconds or 0) > 60 else None,
        kind=kind,
        subject=subject,
        severity=severity,
        text=one_line(text, 240),
        routine=routine,
        evidence=(evidence,),
    )
    return Observed(event, fact, Teller.TASK)


def _runs(source: str, kind: str, where: str, tasks: Sequence[_Ran]) -> Iterator[Observed]:
    """One event per run of tasks of the same type: backups of one night are one span."""
    for run in _apart(tasks):
        began, ended = run[0].began, max(one.ended for one in run)
        subjects = tuple(sorted({one.subject for one in run}))
        bad = [one for one in run if one.status not in ("OK", "")]
        noun = "backup" if kind in _BACKUP_TYPES else f"{kind} task"
        nodes = sorted({one.node for one in run})
        on = where or (nodes[0] if len(nodes) == 1 else f"{len(nodes)} nodes")
        went = "all went well" if not bad else f"{len(bad)} with warnings"
        amount = count(len(run), noun)
        if len(run) == 1:
            went = "went well" if not bad else f"ended with {one_line(bad[0].status, 80)}"
            amount = f"{noun} of {subjects[0]}"
        statuses = dict.fromkeys(one_line(one.status or "no status", 40) for one in run)
        says = f"{count(len(run), f'{kind} task')}: {', '.join(list(statuses)[:3])}"
        command = "backups tasks" if source.startswith("pbs") else f"tasks --type {kind}"
        event = Event(
            at=began,
            until=ended if ended > began else None,
            kind="backup" if kind in _BACKUP_TYPES else "task_done",
            subject=subjects[0],
            others=subjects[1:],
            text=f"{amount} on {on}: {went}",
            count=len(run),
            routine=True,
            evidence=(
                Evidence(
                    source=source, kind="task", says=says, at=began, asked=kind, command=command
                ),
            ),
        )
        yield Observed(event, f"run {source} {kind} {where}", Teller.TASK)


def _apart(tasks: Sequence[_Ran]) -> Iterator[list[_Ran]]:
    run: list[_Ran] = []
    for task in sorted(tasks, key=lambda one: (one.began, one.ended, one.subject, one.status)):
        if run and task.began - max(one.ended for one in run) > ONE_NIGHT:
            yield run
            run = []
        run.append(task)
    if run:
        yield run

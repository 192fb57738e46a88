"""Checks of guests, their storages and tasks, as Proxmox VE itself tells."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from providers.proxmox.locks import holders, left_behind
from providers.text import one_line
from sre_tui.diagnosis.checks.check import Check, Limits, Scene
from sre_tui.diagnosis.checks.combined import only_of, with_metric
from sre_tui.diagnosis.checks.metric import metric_check
from sre_tui.diagnosis.checks.state import state_check, told
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.from_proxmox import guest_subject, storage_subject
from sre_tui.views.human import count, duration, percent

if TYPE_CHECKING:
    from providers.proxmox import Guest, Storage, Task

_LIFE: Final = re.compile(r"^(?:qm|vz)(start|stop|shutdown|reboot|reset)$")


def _guests(scene: Scene) -> Iterator[tuple[str, Guest]]:
    for source, inventory in scene.picture.inventory.with_source():
        for guest in inventory.guests:
            if not guest.template:
                yield source, guest


def _ha(scene: Scene, check: Check) -> Iterator[Finding]:
    for source, resources in scene.picture.ha.with_source():
        for resource in resources:
            if resource.kind == "service" and resource.state in ("error", "fence", "recovery"):
                text = f"high availability has {resource.id} in state {resource.state}"
                known = scene.topology.named(resource.id.rpartition(":")[2], SubjectKind.GUEST)
                subject = known[0] if known else Subject(kind=SubjectKind.GUEST, name=resource.id)
                yield check.finding(subject, text, told(source, text, "nodes"))


def _down(scene: Scene, check: Check) -> Iterator[Finding]:
    for source, guest in _guests(scene):
        if guest.should_run or guest.status in ("error", "paused"):
            why = "though it starts on boot" if guest.onboot else guest.status_detail
            text = f"guest {guest.label} is {guest.status} {why}".rstrip()
            evidence = told(source, text, f"guests show {guest.vmid}")
            yield check.finding(guest_subject(guest), text, evidence)


def _lost(scene: Scene, check: Check) -> Iterator[Finding]:
    """A guest that does not report while its node does."""
    online = {
        node.name
        for inventory in scene.picture.inventory
        for node in inventory.nodes
        if node.status == "online"
    }
    for source, guest in _guests(scene):
        if guest.status == "unknown" and guest.node in online:
            text = f"guest {guest.label} has not reported for minutes"
            yield check.finding(guest_subject(guest), text, told(source, text, "guests list"))


def _tasks_by_guest(scene: Scene) -> dict[Subject, list[tuple[str, Task]]]:
    names = {(guest.source, guest.vmid): guest_subject(guest) for _, guest in _guests(scene)}
    found: dict[Subject, list[tuple[str, Task]]] = defaultdict(list)
    for source, page in scene.picture.tasks.with_source():
        for task in page.tasks:
            subject = names.get((task.source, task.vmid or -1))
            if subject is not None and _LIFE.match(task.type):
                found[subject].append((source, task))
    for several in found.values():
        several.sort(key=lambda pair: pair[1].started)
    return found


def _crash_loop(scene: Scene, check: Check) -> Iterator[Finding]:
    for subject, tasks in _tasks_by_guest(scene).items():
        starts = [(source, task) for source, task in tasks if task.type.endswith("start")]
        limits = scene.limits(check, subject)
        if limits is None or not limits.beyond(len(starts)):
            continue
        source, last = starts[-1]
        text = f"{subject} was started {count(len(starts), 'time')} ({last.type})"
        yield check.finding(
            subject,
            text,
            told(source, text, f"tasks --guest {last.vmid}", at=last.started, kind="task"),
            since=starts[0][1].started,
        )


def _stopped(scene: Scene, check: Check) -> Iterator[Finding]:
    running = {guest_subject(guest) for _, guest in _guests(scene) if guest.status == "running"}
    for subject, tasks in _tasks_by_guest(scene).items():
        source, last = tasks[-1]
        if subject in running or not re.search("stop|shutdown", last.type):
            continue
        text = f"{one_line(last.user, 60)} stopped {subject} ({last.type})"
        yield check.finding(
            subject,
            text,
            told(source, text, f"tasks --guest {last.vmid}", at=last.started, kind="task"),
            since=last.started,
            event=True,
            severity=Severity.CRITICAL if _should_run(scene, subject) else Severity.NOTE,
        )


def _should_run(scene: Scene, subject: Subject) -> bool:
    return any(guest.should_run for _, guest in _guests(scene) if guest_subject(guest) == subject)


def _storages(scene: Scene, check: Check) -> Iterator[Finding]:
    for source, storages in scene.picture.storages.with_source():
        for storage in storages:
            subject = storage_subject(storage)
            limits = scene.limits(check, subject)
            ratio = storage.ratio
            if limits is not None and ratio is not None and limits.beyond(ratio):
                text = f"storage {storage.name} is {percent(ratio)} full"
                fitted = _of_backups(check, storage) if _only_backups(storage) else check
                yield fitted.finding(subject, text, told(source, text, "storage"), value=ratio)


def _only_backups(storage: Storage) -> bool:
    """Whether no disk of a guest can lie on it, so that no guest stops when it is full."""
    return "backup" in storage.content and not {"images", "rootdir"} & set(storage.content)


def _of_backups(check: Check, storage: Storage) -> Check:
    return replace(
        check,
        why="the next backup to it fails; guests run on",
        advice="see what retention keeps, and whether pruning and garbage collection run",
        runbook="pbs-datastore-full" if storage.type == "pbs" else check.runbook,
    )


def _inactive(scene: Scene, check: Check) -> Iterator[Finding]:
    offline = {
        node.name
        for inventory in scene.picture.inventory
        for node in inventory.nodes
        if node.status != "online"
    }
    for source, storages in scene.picture.storages.with_source():
        for storage in storages:
            without = [node for node in storage.troubled if node not in offline]
            if storage.status == "inactive" or without:
                where = f" on {', '.join(without)}" if without else ""
                text = f"storage {storage.name} is not available{where}"
                yield check.finding(storage_subject(storage), text, told(source, text, "storage"))


def _replications(scene: Scene, check: Check) -> Iterator[Finding]:
    for source, jobs in scene.picture.replications.with_source():
        for job in jobs:
            if job.failures and not job.disabled:
                times = count(job.failures, "time")
                error = f": {one_line(job.error, 140)}" if job.error else ""
                text = f"replication {job.id} to {job.target} failed {times} in a row{error}"
                subject = Subject(kind=SubjectKind.REPLICATION, name=job.id)
                yield check.finding(
                    subject, text, told(source, text, "nodes --replication", at=job.last_try),
                    since=job.last_sync,
                )  # fmt: skip


def _locked(scene: Scene, check: Check) -> Iterator[Finding]:
    running = [task for page in scene.picture.tasks for task in page.tasks]
    for source, guest in _guests(scene):
        if left_behind(guest, running, scene.now) and scene.picture.tasks.complete:
            late = "only a task that should have ended long ago"
            who = late if holders(guest, running) else "no task"
            text = f"guest {guest.label} is locked by {guest.lock}, and {who} works on it"
            yield check.finding(guest_subject(guest), text, told(source, text, "guests list"))


def _failed_tasks(scene: Scene, check: Check) -> Iterator[Finding]:
    names = {(guest.source, guest.vmid): guest_subject(guest) for _, guest in _guests(scene)}
    for source, page in scene.picture.tasks.with_source():
        for task in page.tasks:
            if task.state != "error":
                continue
            subject = names.get((task.source, task.vmid or -1)) or Subject(
                kind=SubjectKind.NODE, name=task.node
            )
            is_backup = task.type == "vzdump"
            text = f"{task.type} of {subject} failed: {one_line(task.status, 140)}"
            yield check.finding(
                subject,
                text,
                told(source, text, f"tasks {task.upid}", at=task.started, kind="task"),
                since=task.started,
                event=True,
                kind="backup_failed" if is_backup else "task_failed",
                # The task of a whole job names no guest; those that lack a backup are told.
                severity=Severity.WARNING if is_backup and task.vmid else Severity.NOTE,
            )


def _long_uptime(scene: Scene, check: Check) -> Iterator[Finding]:
    """A guest that came up within the window without anybody starting it."""
    started = {
        task.vmid
        for page in scene.picture.tasks
        for task in page.tasks
        if re.search("start|reboot|reset|restore|migrate|resume", task.type)
    }
    if not scene.picture.tasks.complete:
        return
    window = (scene.now - scene.picture.start).total_seconds()
    for source, guest in _guests(scene):
        if guest.status == "running" and guest.uptime and guest.uptime < window:
            if guest.vmid in started:
                continue
            text = f"guest {guest.label} has been up for {duration(guest.uptime)} only"
            yield check.finding(
                guest_subject(guest),
                text,
                told(source, text, "guests list --sort uptime"),
                since=scene.now - timedelta(seconds=guest.uptime),
                event=True,
            )


CHECKS: Final = (
    state_check(
        "ha-errors", "guest_down", "guests", _ha, "ha",
        title="a guest that high availability gave up", severity=Severity.CRITICAL,
        why="it will not be started again by itself", advice="see why its last start failed",
        runbook="guest-will-not-start",
    ),
    with_metric(
        state_check(
            "guest-should-run", "guest_down", "guests", _down, "inventory",
            title="a guest that is off though it should run", severity=Severity.CRITICAL,
            why="what it offers is not there", advice="see its last tasks before starting it",
            runbook="guest-will-not-start",
        ),
        metric_check(
            "guest-up", "guest_down", "guests",
            'pve_up{id=~"(qemu|lxc)/.+",$S} and on (id) (pve_onboot_status == 1)',
            "==", 0,
            "Proxmox shows {id} as stopped although it starts on boot (pve_up = {value})",
            delay=0, severity=Severity.CRITICAL,
        ),
    ),
    state_check(
        "guest-silent", "guest_down", "guests", _lost, "inventory",
        title="a guest that does not report", why="nobody knows how it is",
        advice="look at its console", runbook="guest-will-not-start",
    ),
    state_check(
        "guest-crash-loop", "guest_crash_loop", "guests", _crash_loop, "tasks",
        title="a guest that is started over and over", severity=Severity.CRITICAL,
        limits=Limits(2, delay=0),
        why="it dies soon after each start", advice="read its last lines before it dies",
        runbook="guest-will-not-start",
    ),
    only_of(
        SubjectKind.GUEST,
        metric_check(
            "guest-boots", "guest_crash_loop", "guests",
            # A clock that is set moves the time of a boot too, seldom by half a minute at once.
            "resets((time() - node_boot_time_seconds{$S})[3h:30s])",
            ">", 2,
            "it was booted {value:time} within 3 h",
            delay=0, severity=Severity.CRITICAL, subject=SubjectKind.GUEST,
            title="a guest that boots over and over, whoever starts it",
            why="it dies soon after each start", advice="read its last lines before it dies",
            runbook="guest-will-not-start",
        ),
    ),
    state_check(
        "guest-stopped", "guest_stopped", "guests", _stopped, "tasks",
        title="a guest that somebody stopped", severity=Severity.CRITICAL,
        why="what it offers is not there", advice="ask who stopped it",
        runbook="guest-will-not-start", diagnostic=True,
    ),
    with_metric(
        state_check(
            "guest-locked", "guest_locked", "guests", _locked, "inventory",
            title="a lock that nobody holds", why="backups and changes of it fail",
            advice="see which task left it behind", runbook="backup-failed",
        ),
        metric_check(
            "guest-lock-lasting", "guest_locked", "guests",
            # Backups, copies and moves may well take hours, a snapshot does not.
            'pve_lock_state{state=~"snapshot|snapshot-delete|rollback",$S}',
            "==", 1,
            "{id} has been locked by a {state} for long", delay=1800,
        ),
    ),
    state_check(
        "guest-came-up", "rebooted", "guests", _long_uptime, "inventory",
        title="a guest that came up by itself", severity=Severity.NOTE, diagnostic=True,
        why="it died before", advice="read its log of the time before",
        runbook="guest-will-not-start",
    ),
    with_metric(
        state_check(
            "storage-fill", "storage_full", "storage", _storages, "storages",
            title="a storage that is nearly full",
            limits=Limits(0.9, clear=0.88, unit="ratio", delay=0),
            why="guests on it stop at the first write that fails",
            advice="find what takes the space",
            runbook="root-filesystem-full",
        ),
        metric_check(
            "storage-space", "storage_full", "storage",
            'pve_disk_usage_bytes{id=~"storage/.+",$S} / pve_disk_size_bytes{id=~"storage/.+",$S}',
            ">", 0.9, "{id} is {value} full", unit="ratio", clear=0.88, delay=0,
        ),
    ),
    state_check(
        "storage-inactive", "storage_gone", "storage", _inactive, "storages",
        title="a storage that is not available", severity=Severity.CRITICAL,
        why="guests and backups on it cannot be reached",
        advice="see whether its server and its export are there", runbook="nfs-lxc-mounts",
    ),
    with_metric(
        state_check(
            "guest-replication", "replication_failed", "snapshots", _replications, "replications",
            title="a replication of a guest that fails",
            why="the copy on the other node grows old", advice="read the log of its last run",
            runbook="snapshot-replication",
        ),
        metric_check(
            "replication-failed", "replication_failed", "snapshots",
            "pve_replication_failed_syncs{$S}",
            ">", 0, "replication job {id} failed {value:time}", delay=0,
        ),
    ),
    state_check(
        "failed-tasks", "task_failed", "guests", _failed_tasks, "tasks",
        title="tasks that failed", why="what they were to do was not done",
        advice="read the log of the task", runbook="backup-failed",
    ),
)  # fmt: skip

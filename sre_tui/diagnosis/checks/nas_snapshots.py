"""Checks of the snapshots of a NAS: too many, too old, or none where there should be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from providers.text import one_line
from sre_tui.diagnosis.checks.check import Check, Limits, Scene
from sre_tui.diagnosis.checks.state import state_check, told
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.from_nas import nas_names
from sre_tui.views.human import count, duration

if TYPE_CHECKING:
    from providers.truenas import SnapshotTask

_SHOW: Final = "nas snapshots"
_MISSED: Final = 3
"""Runs that may be missed before a task counts as late."""


def _subject(scene: Scene, source: str, dataset: str) -> Subject:
    name = f"{nas_names(scene.picture)[source]}/{dataset}"
    kind = SubjectKind.DATASET if "/" in dataset else SubjectKind.POOL
    return Subject(kind=kind, name=name)


def _many(scene: Scene, check: Check) -> Iterator[Finding]:
    for source, report in scene.picture.protection.with_source():
        for group in report.groups or ():
            subject = _subject(scene, source, group.dataset)
            limits = scene.limits(check, subject)
            if limits is not None and limits.beyond(group.count):
                text = f"{group.dataset} has {count(group.count, 'snapshot')}"
                yield check.finding(
                    subject, text, told(source, text, _SHOW), value=float(group.count)
                )


def _covers(task: SnapshotTask, dataset: str) -> bool:
    if dataset in task.excluded:
        return False
    below = task.recursive and dataset.startswith(f"{task.dataset}/")
    return task.enabled and (dataset == task.dataset or below)


def _late(scene: Scene, check: Check) -> Iterator[Finding]:
    """Datasets with a task whose newest snapshot is older than a few of its runs."""
    for source, report in scene.picture.protection.with_source():
        for group in report.groups or ():
            subject = _subject(scene, source, group.dataset)
            limits = scene.limits(check, subject)
            pauses = [
                task.interval
                for task in report.tasks or ()
                if task.interval and _covers(task, group.dataset)
            ]
            if limits is None or not pauses or group.newest is None:
                continue
            age = (scene.now - group.newest).total_seconds()
            if age > max(limits.trigger, _MISSED * min(pauses)):
                text = f"the newest snapshot of {group.dataset} is {duration(age)} old"
                yield check.finding(
                    subject, text, told(source, text, _SHOW, at=group.newest),
                    since=group.newest, value=age,
                )  # fmt: skip


def _kept(scene: Scene, check: Check) -> Iterator[Finding]:
    """Automatic snapshots that are older than any task keeps them."""
    for source, report in scene.picture.protection.with_source():
        for group in report.groups or ():
            subject = _subject(scene, source, group.dataset)
            limits = scene.limits(check, subject)
            keeps = [
                task.keep
                for task in report.tasks or ()
                if task.keep and _covers(task, group.dataset)
            ]
            if limits is None or group.oldest is None or group.automatic < group.count:
                continue
            age = (scene.now - group.oldest).total_seconds()
            if keeps and age > max(keeps) + limits.trigger:
                text = (
                    f"{group.dataset} has a snapshot of {duration(age)} before, "
                    f"though none is kept longer than {duration(max(keeps))}"
                )
            elif not keeps and report.tasks is not None and group.count > 1:
                text = f"no task thins out the {group.count} snapshots of {group.dataset}"
            else:
                continue
            yield check.finding(
                subject, text, told(source, text, _SHOW, at=group.oldest), value=age
            )


def _tasks(scene: Scene, check: Check) -> Iterator[Finding]:
    for source, report in scene.picture.protection.with_source():
        for task in report.tasks or ():
            if task.enabled and task.state == "error":
                error = one_line(task.error, 140) or "no reason given"
                text = f"the snapshot task of {task.dataset} failed: {error}"
                yield check.finding(
                    _subject(scene, source, task.dataset), text,
                    told(source, text, _SHOW, at=task.ran_at), since=task.ran_at,
                )  # fmt: skip


CHECKS: Final = (
    state_check(
        "snapshot-count", "snapshot_pileup", "snapshots", _many, "protection",
        title="a dataset with very many snapshots",
        limits=Limits(500, delay=0),
        why="they hold space, and listing and deleting them gets slow",
        advice="see which task makes them, and how long it keeps them",
        runbook="snapshot-replication",
    ),
    state_check(
        "snapshot-age", "snapshots_stale", "snapshots", _late, "protection",
        title="a dataset whose newest snapshot is old",
        limits=Limits(timedelta(hours=6).total_seconds(), unit="s", delay=0),
        why="what was changed since cannot be taken back",
        advice="see whether its task still runs", runbook="snapshot-replication",
    ),
    state_check(
        "snapshot-retention", "snapshot_pileup", "snapshots", _kept, "protection",
        title="automatic snapshots that nothing removes", severity=Severity.NOTE,
        limits=Limits(timedelta(days=7).total_seconds(), unit="s", delay=0),
        why="they hold space for ever",
        advice="see whether their task was deleted or renamed", runbook="snapshot-replication",
    ),
    state_check(
        "snapshot-tasks", "snapshots_stale", "snapshots", _tasks, "protection",
        title="a snapshot task that failed",
        why="no new snapshots are taken", advice="read what the task says",
        runbook="snapshot-replication",
    ),
)  # fmt: skip

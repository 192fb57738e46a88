"""Checks of datastores and jobs of the backup servers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

from providers.text import one_line
from sre_tui.diagnosis.checks.check import Check, Limits, Scene
from sre_tui.diagnosis.checks.combined import with_metric
from sre_tui.diagnosis.checks.metric import metric_check
from sre_tui.diagnosis.checks.state import state_check, told
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.views.human import count, duration, percent

_SHOW: Final = "backups datastores"
_JOBS: Final = {"verify": "verification", "prune": "prune", "sync": "sync"}

_PACES: Final[Mapping[str, str]] = {
    "recent": "at the pace of the last 2 days",
    "month": "by the server's own estimate from the last month",
}
"""A backup of one night must not look like hours to the end, so no shorter pace is taken."""


def _subject(name: str) -> Subject:
    return Subject(kind=SubjectKind.DATASTORE, name=name)


def _fill(scene: Scene, check: Check) -> Iterator[Finding]:
    for source, datastores in scene.picture.datastores.with_source():
        for store in datastores:
            limits = scene.limits(check, _subject(store.name))
            if limits is None or store.ratio is None or not limits.beyond(store.ratio):
                continue
            text = f"datastore {store.name} is {percent(store.ratio)} full"
            grave = Severity.CRITICAL if store.is_nearly_full else None
            yield check.finding(
                _subject(store.name), text, told(source, text, _SHOW), since=store.full_since,
                value=store.ratio, severity=grave,
            )  # fmt: skip


def _full_soon(scene: Scene, check: Check) -> Iterator[Finding]:
    for source, datastores in scene.picture.datastores.with_source():
        for store in datastores:
            limits = scene.limits(check, _subject(store.name))
            if limits is None or store.full_at is None:
                continue
            left = (store.full_at - scene.now).total_seconds()
            if left > 0 and limits.beyond(left):
                pace = _PACES[store.full_basis or "month"]
                text = f"datastore {store.name} is full in {duration(left)} {pace}"
                yield check.finding(
                    _subject(store.name), text, told(source, text, _SHOW), value=left
                )


def _unreadable(scene: Scene, check: Check) -> Iterator[Finding]:
    for source, datastores in scene.picture.datastores.with_source():
        for store in datastores:
            if store.error and not store.is_away:
                text = f"datastore {store.name} cannot be read: {one_line(store.error, 140)}"
                yield check.finding(_subject(store.name), text, told(source, text, _SHOW))


def _collection(scene: Scene, check: Check) -> Iterator[Finding]:
    for source, datastores in scene.picture.datastores.with_source():
        for store in datastores:
            gc, subject = store.gc, _subject(store.name)
            limits = scene.limits(check, subject)
            if gc is None or store.is_away or limits is None:
                continue
            age = None if gc.last_run is None else (scene.now - gc.last_run).total_seconds()
            if gc.state == "error":
                text = f"garbage collection of {store.name} failed: {one_line(gc.status, 140)}"
            elif gc.schedule and age is not None and limits.beyond(age):
                text = f"garbage collection of {store.name} ran last {duration(age)} ago"
            else:
                continue
            yield check.finding(
                subject, text, told(source, text, _SHOW, at=gc.last_run), since=gc.last_run,
                value=age,
            )  # fmt: skip


def _damaged(scene: Scene, check: Check) -> Iterator[Finding]:
    for source, datastores in scene.picture.datastores.with_source():
        for store in datastores:
            bad = store.gc.bad_chunks if store.gc is not None else None
            if bad:
                text = f"datastore {store.name} holds {count(bad, 'damaged chunk')}"
                yield check.finding(_subject(store.name), text, told(source, text, _SHOW))


def _jobs(scene: Scene, check: Check) -> Iterator[Finding]:
    for source, jobs in scene.picture.backup_jobs.with_source():
        for job in jobs:
            if not job.enabled or job.state != "error" or job.kind not in _JOBS:
                continue
            text = f"{_JOBS[job.kind]} job {job.id} of {job.datastore} failed"
            said = f"{text}: {one_line(job.status, 140)}" if job.status else text
            yield check.finding(
                _subject(job.datastore), said,
                told(source, said, "backups tasks --errors", at=job.last_run, kind="task"),
                since=job.last_run,
            )  # fmt: skip


CHECKS: Final = (
    with_metric(
        state_check(
            "datastore-fill", "datastore_full", "backups", _fill, "datastores",
            title="a backup datastore that is nearly full",
            limits=Limits(0.9, clear=0.88, unit="ratio", delay=0),
            why="backups of every guest fail when it is full",
            advice="look at retention and garbage collection", runbook="pbs-datastore-full",
        ),
        metric_check(
            "datastore-space", "datastore_full", "backups", "pbs_used{$S} / pbs_size{$S}",
            ">", 0.9, "datastore {datastore} is {value} full",
            unit="ratio", clear=0.88, delay=0,
        ),
    ),
    state_check(
        "datastore-full-soon", "datastore_full", "backups", _full_soon, "datastores",
        title="a backup datastore that is full soon",
        limits=Limits(timedelta(days=14).total_seconds(), unit="s", delay=0, sign="<"),
        why="backups of every guest fail when it is full",
        advice="look at retention, or add space in time; `sre forecast` has the pace of hours",
        runbook="pbs-datastore-full",
    ),
    state_check(
        "datastore-unreadable", "storage_gone", "backups", _unreadable, "datastores",
        title="a backup datastore that cannot be read", severity=Severity.CRITICAL,
        why="no backup can be made there or restored from there",
        advice="see whether its file system is mounted", runbook="backup-failed",
    ),
    state_check(
        "datastore-collection", "gc_overdue", "backups", _collection, "datastores",
        title="a garbage collection that failed or is overdue",
        limits=Limits(timedelta(days=15).total_seconds(), unit="s", delay=0),
        why="what is pruned only frees space then", advice="read the log of its last run",
        runbook="pbs-datastore-full",
    ),
    state_check(
        "datastore-damage", "backup_unverified", "backups", _damaged, "datastores",
        title="damaged chunks in a backup datastore",
        why="every backup that uses such a chunk is damaged",
        advice="look at the disks below it, then verify", runbook="backup-failed",
    ),
    state_check(
        "backup-server-jobs", "backup_job_failed", "backups", _jobs, "backup_jobs",
        title="a verify, prune or sync job that failed",
        why="backups are not checked, thinned out or copied as planned",
        advice="read the log of its last run", runbook="backup-failed",
    ),
)  # fmt: skip

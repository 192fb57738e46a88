"""Checks of the pools of a NAS: state, members, scans, fill, as the NAS itself tells."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from providers.text import one_line
from sre_tui.diagnosis.checks.check import Check, Limits, Scene
from sre_tui.diagnosis.checks.combined import with_metric
from sre_tui.diagnosis.checks.metric import metric_check
from sre_tui.diagnosis.checks.state import state_check, told
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.signals.pace import pace_of
from sre_tui.diagnosis.signals.points import course_of
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.from_nas import nas_names
from sre_tui.diagnosis.topology.labelled import subject_of
from sre_tui.views.human import count, duration, percent

if TYPE_CHECKING:
    from providers.truenas import Pool, Vdev

_ONLINE: Final = "ONLINE"
_GONE: Final = frozenset({"REMOVED"})
_GIVEN_UP: Final = frozenset({"FAULTED", "DEGRADED"})
"""The disk answers, with so many errors that ZFS does not trust it; UNAVAIL is no answer at all."""


def _pools(scene: Scene) -> Iterator[tuple[str, str, Pool]]:
    names = nas_names(scene.picture)
    for source, pools in scene.picture.pools.with_source():
        for pool in pools:
            yield source, names[source], pool


def _subject(host: str, pool: Pool) -> Subject:
    return Subject(kind=SubjectKind.POOL, name=f"{host}/{pool.name}")


def _state(scene: Scene, check: Check) -> Iterator[Finding]:
    for source, host, pool in _pools(scene):
        if pool.state != _ONLINE:
            text = f"the NAS shows pool {pool.name} as {pool.state.casefold()}"
            said = told(source, pool.detail or text, "pools")
            yield check.finding(_subject(host, pool), text, said)


def _members(scene: Scene, check: Check) -> Iterator[Finding]:
    for source, host, pool in _pools(scene):
        for member in pool.troubled():
            kind = _kind_of(member)
            on_pool = kind == "checksum_errors" or bool(member.children)
            disk = Subject(kind=SubjectKind.DISK, name=f"{host}/{member.label}")
            text = f"{_trouble(member)} in pool {pool.name}"
            yield check.finding(
                _subject(host, pool) if on_pool else disk,
                text,
                told(source, text, f"pools --pool {pool.name}"),
                kind=kind,
                severity=Severity.WARNING if kind == "checksum_errors" else None,
            )


def _kind_of(member: Vdev) -> str:
    if member.state in _GONE:
        return "disk_link"
    if member.state in _GIVEN_UP and not member.children:
        return "disk_failing"
    if member.state != _ONLINE and not member.children:
        return "disk_dead"
    if member.read_errors or member.write_errors:
        return "disk_failing" if not member.children else "checksum_errors"
    return "checksum_errors"


def _trouble(member: Vdev) -> str:
    state = "" if member.state == _ONLINE else f" is {member.state.casefold()}"
    errors = f" has {count(member.errors, 'error')}" if member.errors else ""
    return f"disk {one_line(member.label, 40)}{state}{' and' if state and errors else ''}{errors}"


def _scan(scene: Scene, check: Check) -> Iterator[Finding]:
    for source, host, pool in _pools(scene):
        scan = pool.scan
        if scan is not None and scan.errors:
            text = f"the last {scan.function} of {pool.name} found {count(scan.errors, 'error')}"
            yield check.finding(
                _subject(host, pool),
                text,
                told(source, text, "pools", at=scan.ended or scan.started),
                since=scan.ended or scan.started,
                severity=Severity.CRITICAL,
            )


def _resilver(scene: Scene, check: Check) -> Iterator[Finding]:
    for source, host, pool in _pools(scene):
        scan = pool.scan
        if scan is not None and scan.function == "resilver" and scan.state == "running":
            done = f", {percent(scan.progress)} done" if scan.progress is not None else ""
            text = f"pool {pool.name} is resilvering{done}"
            finding = check.finding(
                _subject(host, pool), text, told(source, text, "pools"), since=scan.started
            )
            began = f"pool {pool.name} began to resilver"
            yield finding.model_copy(update={"text_then": began if done else ""})


def _scrub_age(scene: Scene, check: Check) -> Iterator[Finding]:
    for source, host, pool in _pools(scene):
        subject = _subject(host, pool)
        limits = scene.limits(check, subject)
        scan = pool.scan
        if limits is None or scan is None or scan.function != "scrub" or scan.ended is None:
            continue
        age = (scene.now - scan.ended).total_seconds()
        if scan.state == "finished" and limits.beyond(age):
            text = f"the last scrub of {pool.name} ended {duration(age)} ago"
            yield check.finding(subject, text, told(source, text, "pools"), value=age)


def _fill(scene: Scene, check: Check) -> Iterator[Finding]:
    for source, host, pool in _pools(scene):
        subject = _subject(host, pool)
        limits = scene.limits(check, subject)
        fill = pool.fill
        if limits is not None and fill is not None and limits.beyond(fill):
            text = f"pool {pool.name} is {percent(fill)} full"
            left = _time_left(scene, subject, pool)
            if left is not None:
                text += f", full in {duration(left)} at its present pace"
            grave = Severity.CRITICAL if fill > 0.9 or left is not None else None
            yield check.finding(
                subject, text, told(source, text, "pools"), value=fill, severity=grave
            )


def _time_left(scene: Scene, subject: Subject, pool: Pool) -> float | None:
    """Seconds until it is full at its pace of now; None if that is more than half a day."""
    for series in scene.picture.series.get(_SPACE_CHECK, ()):
        if series.labels.get("device") != pool.name:
            continue
        if subject_of(series.labels, SubjectKind.POOL, scene.topology) != subject:
            continue
        course = course_of(
            [point for point in series.points if scene.now - point[0] <= _PACE_WINDOW]
        )
        if len(course) < _LEAST_POINTS or course.span < _LEAST_SPAN:
            return None
        whole, latest = pace_of(course), pace_of(course.since(course.times[-1] - course.span / 2))
        if whole is None or latest is None or latest.slope < 0.5 * whole.slope:
            return None
        room = 1 - float(course.values[-1])
        left = whole.reaches(room)[1]
        return left if 0 < left <= _SOON else None
    return None


def _fragmented(scene: Scene, check: Check) -> Iterator[Finding]:
    for source, host, pool in _pools(scene):
        subject = _subject(host, pool)
        limits = scene.limits(check, subject)
        value = pool.fragmentation
        if limits is not None and value is not None and limits.beyond(value):
            text = f"free space of pool {pool.name} is {percent(value)} fragmented"
            yield check.finding(subject, text, told(source, text, "pools"), value=value)


_PACE_WINDOW: Final = timedelta(hours=3)
_LEAST_SPAN: Final = 1800.0
_LEAST_POINTS: Final = 6
_SOON: Final = 12 * 3600.0
"""Seconds: a pool that is full within them leaves nobody the time to wait for a better day."""
_SPACE_CHECK: Final = "pool-space"
_ZFS: Final = '{fstype="zfs",mountpoint!="/",$S}'

CHECKS: Final = (
    with_metric(
        state_check(
            "pool-offline", "pool_degraded", "pools", _state, "pools",
            title="a pool that is not online", severity=Severity.CRITICAL,
            why="redundancy is lost or the pool has stopped",
            advice="find the member that is missing",
            runbook="zfs-pool-degraded",
        ),
        metric_check(
            "pool-state", "pool_degraded", "pools", 'node_zfs_zpool_state{state!="online",$S}',
            "==", 1, "pool {zpool} is {state} (state {value})",
            delay=0, severity=Severity.CRITICAL,
        ),
    ),
    state_check(
        "pool-members", "disk_failing", "pools", _members, "pools",
        title="a member of a pool that is missing or counts errors", severity=Severity.CRITICAL,
        why="the next failure may lose data", advice="compare the serial number, then replace it",
        runbook="zfs-pool-degraded",
    ),
    state_check(
        "pool-scan-errors", "checksum_errors", "pools", _scan, "pools",
        title="errors found by a scrub or resilver", severity=Severity.CRITICAL,
        why="data on disk does not match its checksum",
        advice="see which files are damaged before anything else",
        runbook="zfs-checksum-errors",
    ),
    state_check(
        "pool-resilver", "resilver", "pools", _resilver, "pools",
        title="a running resilver", severity=Severity.NOTE,
        why="reads and writes are slower until it ends", advice="wait for its end",
        runbook="zfs-pool-degraded",
    ),
    state_check(
        "pool-scrub-age", "scrub_overdue", "pools", _scrub_age, "pools",
        title="a scrub that is overdue", severity=Severity.NOTE,
        limits=Limits(timedelta(days=40).total_seconds(), unit="s", delay=0),
        why="silent damage is only found by a scrub", advice="look at the scrub schedule",
        runbook="zfs-checksum-errors",
    ),
    with_metric(
        state_check(
            "pool-fill", "pool_full", "pools", _fill, "pools",
            title="a pool that is nearly full",
            limits=Limits(0.8, clear=0.78, unit="ratio", delay=0),
            why="ZFS slows down without room, and stops at the end",
            advice="find what grows, and which snapshots hold space", runbook="zfs-pool-full",
        ),
        metric_check(
            _SPACE_CHECK, "pool_full", "pools",
            f"1 - node_filesystem_avail_bytes{_ZFS} / node_filesystem_size_bytes{_ZFS}",
            ">", 0.8, "{device} at {mountpoint} is {value} full",
            unit="ratio", clear=0.78, delay=0,
        ),
    ),
    state_check(
        "pool-fragmentation", "pool_fragmented", "pools", _fragmented, "pools",
        title="badly fragmented free space", severity=Severity.NOTE,
        limits=Limits(0.7, unit="ratio", delay=0), why="writes get slower",
        advice="free space, or move data away and back",
        runbook="zfs-pool-full",
    ),
)  # fmt: skip

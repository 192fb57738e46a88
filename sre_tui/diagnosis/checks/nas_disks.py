"""Checks of the disks of a NAS: how warm they are, and whether they sleep as they should."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from sre_tui.diagnosis.checks.check import Check, Limits, Look, Scene
from sre_tui.diagnosis.checks.combined import with_metric
from sre_tui.diagnosis.checks.metric import metric_check
from sre_tui.diagnosis.checks.state import state_check, told
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.picture.picture import MetricQuery
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.from_nas import nas_names
from sre_tui.diagnosis.topology.labelled import subject_of
from sre_tui.views.human import count, duration

_POWER: Final = 'disk_power_state{type="hdd"}'
_AWAKE: Final = f"(min_over_time({_POWER}[1d]) and {_POWER} offset 23h) < 7"
_SLEPT: Final = f"min_over_time({_POWER}[1d] offset 1d)"
_MOST: Final = 0.5
"""Share of the disks of a pool from which on the pool is kept awake, not a disk."""


def _hot(*types: str) -> Look:
    def look(scene: Scene, check: Check) -> Iterator[Finding]:
        names = nas_names(scene.picture)
        for source, disks in scene.picture.disks.with_source():
            for disk in disks:
                subject = Subject(kind=SubjectKind.DISK, name=f"{names[source]}/{disk.name}")
                limits = scene.limits(check, subject)
                value = disk.temperature
                if disk.type in types and limits and value is not None and limits.beyond(value):
                    text = f"disk {disk.name} is at {value:g} °C"
                    evidence = told(source, text, "nas disks")
                    yield check.finding(subject, text, evidence, value=value)

    return look


@dataclass
class _Pool:
    """Disks of one pool that have not slept, and how many it has."""

    disks: dict[Subject, datetime] = field(default_factory=dict)
    source: str = ""
    known: int = 0


def _awake(scene: Scene, check: Check) -> Iterator[Finding]:
    configured: dict[Subject, int] = {}
    members: dict[str, int] = defaultdict(int)
    names = nas_names(scene.picture)
    for source, disks in scene.picture.disks.with_source():
        for disk in disks:
            subject = Subject(kind=SubjectKind.DISK, name=f"{names[source]}/{disk.name}")
            if disk.type == "hdd" and disk.pool:
                members[f"{names[source]}/{disk.pool}"] += 1
            if disk.standby_after:
                configured[subject] = 1
    slept = {
        subject_of(series.labels, SubjectKind.DISK, scene.topology)
        for series in scene.picture.series.get("disks-slept", ())
    }
    pools: dict[str, _Pool] = defaultdict(_Pool)
    for series in scene.picture.series.get(check.id, ()):
        subject = subject_of(series.labels, SubjectKind.DISK, scene.topology)
        limits = scene.limits(check, subject)
        last = series.points[-1][0] if series.points else None
        recent = last is not None and scene.now - last <= timedelta(seconds=3 * scene.picture.step)
        if limits is None or not recent or not (subject in configured or subject in slept):
            continue
        pool = pools[f"{subject.host}/{series.labels.get('pool', '')}"]
        pool.disks[subject] = series.points[0][0]
        pool.source = series.source
    for name, pool in pools.items():
        yield from _told(scene, check, name, pool, members.get(name, len(pool.disks)))


def _told(scene: Scene, check: Check, name: str, pool: _Pool, members: int) -> Iterator[Finding]:
    since = scene.now - timedelta(days=1)
    day = duration(timedelta(days=1).total_seconds())
    show = "nas disks --since 24h"
    if len(pool.disks) > 1 and len(pool.disks) >= _MOST * members and not name.endswith("/"):
        own = name.partition("/")[2]
        awake = count(len(pool.disks), "disk")
        text = f"{awake} of pool {own} did not go to standby once within {day}"
        evidence = told(pool.source, text, show, kind="metric", asked=_AWAKE)
        found = check.finding(
            Subject(kind=SubjectKind.POOL, name=name), text, evidence, since=since
        )
        yield _so_before(found)
        return
    for subject in pool.disks:
        text = f"disk {subject.own_name} did not go to standby once within {day}"
        evidence = told(pool.source, text, show, kind="metric", asked=_AWAKE)
        yield _so_before(check.finding(subject, text, evidence, since=since))


def _so_before(finding: Finding) -> Finding:
    """A day is how far the look goes back, and not when it began."""
    return finding.model_copy(update={"open_start": True})


_DISKS_AWAKE: Final = state_check(
    "disks-awake", "disk_awake", "disks", _awake, "sweeps",
    title="disks that should sleep and do not", severity=Severity.NOTE,
    limits=Limits(0.0, delay=0),
    why="they cost power, warmth and noise", advice="find what reads from the pool all the time",
    runbook="disk-spindown",
)  # fmt: skip
_TEMPERATURE: Final = 'smartctl_device_temperature{temperature_type="current",device%s"nvme.*",$S}'

CHECKS: Final = (
    with_metric(
        state_check(
            "disk-temperature", "disk_hot", "disks", _hot("hdd", "ssd", ""), "disks",
            title="a hot disk", limits=Limits(55, clear=52, unit="celsius"),
            why="warmth shortens the life of a disk",
            advice="look at fans, dust and what the disk does", runbook="disk-smart-warning",
        ),
        metric_check(
            "disk-temperature", "disk_hot", "disks", _TEMPERATURE % "!~",
            ">", 55, "{device} is at {value}", unit="celsius", clear=52,
        ),
    ),
    with_metric(
        state_check(
            "nvme-temperature", "disk_hot", "disks", _hot("nvme"), "disks",
            title="a hot NVMe disk", limits=Limits(75, clear=72, unit="celsius"),
            why="it slows itself down when it gets hotter",
            advice="look at its heat sink and at what it does", runbook="disk-smart-warning",
        ),
        metric_check(
            "nvme-temperature", "disk_hot", "disks", _TEMPERATURE % "=~",
            ">", 75, "{device} is at {value}", unit="celsius", clear=72,
        ),
    ),
    replace(
        _DISKS_AWAKE,
        queries=(
            MetricQuery("disks-awake", _AWAKE, ">", 0.0),
            MetricQuery("disks-slept", _SLEPT, "==", 0.0),
        ),
    ),
)  # fmt: skip

"""Checks of the alerts, replications and services of a NAS."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from providers.text import both_ends, one_line
from sre_tui.diagnosis.checks.check import Check, Limits, Scene
from sre_tui.diagnosis.checks.combined import with_metric
from sre_tui.diagnosis.checks.metric import metric_check
from sre_tui.diagnosis.checks.state import state_check, told
from sre_tui.diagnosis.evidence import LONGEST_SAID
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.from_nas import nas_names
from sre_tui.views.human import duration

if TYPE_CHECKING:
    from providers.truenas import NasAlert

_LEVELS: Final = {
    "warning": Severity.WARNING, "error": Severity.WARNING, "critical": Severity.CRITICAL,
    "alert": Severity.CRITICAL, "emergency": Severity.CRITICAL,
}  # fmt: skip
_CLASSES: Final = (
    (r"snapshotcount|more snapshots", "snapshot_pileup", SubjectKind.DATASET,
     r"dataset '?(?P<name>[\w./-]+)"),
    (r"replication", "replication_failed", SubjectKind.REPLICATION,
     r"replication ['\"](?P<name>[^'\"]+)"),
    (r"scrub", "checksum_errors", SubjectKind.POOL, r"pool '?(?P<name>[\w-]+)"),
    (r"smart", "disk_failing", SubjectKind.DISK, r"/dev/(?P<name>\w+)"),
    (r"volumestatus|pool .*degraded", "pool_degraded", SubjectKind.POOL,
     r"pool '?(?P<name>[\w-]+)"),
    (r"quota", "quota_reached", SubjectKind.DATASET, r"dataset '?(?P<name>[\w./-]*\w)"),
    (r"zpoolcapacity|space usage for pool", "pool_full", SubjectKind.POOL,
     r"pool ['\"]?(?P<name>[\w-]+)"),
    (r"\bups", "ups_on_battery", SubjectKind.UPS, r"ups '?(?P<name>[\w-]+)"),
    (r"temperature|too hot", "disk_hot", SubjectKind.DISK, r"/dev/(?P<name>\w+)"),
)  # fmt: skip
"""By class and text: the failure pattern, the kind of its subject, and where its name stands."""
_ON_HOST: Final = frozenset(
    {SubjectKind.DATASET, SubjectKind.REPLICATION, SubjectKind.POOL, SubjectKind.DISK}
)

_STEPS: Final = {
    "disk_failing": ("check its backup, then replace it", "disk-smart-warning"),
    "pool_degraded": ("find the member that is missing", "zfs-pool-degraded"),
    "pool_full": ("find what grows, and which snapshots hold space", "zfs-pool-full"),
    "quota_reached": ("make room in the dataset, or raise its quota", "zfs-pool-full"),
    "checksum_errors": (
        "see which files are damaged before anything else", "zfs-checksum-errors"
    ),
    "replication_failed": (
        "see whether source and copy still share a snapshot", "snapshot-replication"
    ),
    "ups_on_battery": ("shut down what is not needed, in order", "ups-on-battery"),
    "disk_hot": ("look at fans and dust", ""),
    "snapshot_pileup": ("find the task that makes them, and who should remove them", ""),
}  # fmt: skip
"""By failure pattern: what to do first, and the runbook."""


def _alerts(scene: Scene, check: Check) -> Iterator[Finding]:
    names = nas_names(scene.picture)
    for source, report in scene.picture.nas.with_source():
        for alert in report.alerts or ():
            severity = _LEVELS.get(alert.level)
            if severity is None or alert.dismissed:
                continue
            kind, subject = _about(alert, names[source])
            text = both_ends(alert.text or alert.klass, LONGEST_SAID)
            advice, runbook = _STEPS.get(kind, (check.advice, check.runbook))
            yield replace(check, advice=advice, runbook=runbook).finding(
                subject,
                f"the NAS says: {text}",
                told(source, text, "nas status", at=alert.since),
                since=alert.since,
                kind=kind,
                severity=severity,
            )


def _about(alert: NasAlert, host: str) -> tuple[str, Subject]:
    said = f"{alert.klass} {alert.text}".casefold()
    for rule, kind, subject_kind, words in _CLASSES:
        if not re.search(rule, said):
            continue
        match = re.search(words, alert.text, re.IGNORECASE)
        if match is not None:
            name = match["name"]
            full = f"{host}/{name}" if subject_kind in _ON_HOST else name
            return kind, Subject(kind=subject_kind, name=full)
        return kind, Subject(kind=SubjectKind.NAS, name=host)
    return "alert", Subject(kind=SubjectKind.NAS, name=host)


def _replications(scene: Scene, check: Check) -> Iterator[Finding]:
    names = nas_names(scene.picture)
    for source, report in scene.picture.protection.with_source():
        for job in report.replications or ():
            subject = Subject(kind=SubjectKind.REPLICATION, name=f"{names[source]}/{job.name}")
            if job.enabled and job.state == "error":
                error = one_line(job.error, 160) or "no reason given"
                text = f"replication {job.name} failed: {error}"
                yield check.finding(
                    subject, text, told(source, text, "nas snapshots", at=job.ran_at)
                )


def _old_copies(scene: Scene, check: Check) -> Iterator[Finding]:
    names = nas_names(scene.picture)
    for source, report in scene.picture.protection.with_source():
        for job in report.replications or ():
            subject = Subject(kind=SubjectKind.REPLICATION, name=f"{names[source]}/{job.name}")
            limits = scene.limits(check, subject)
            if limits is None or not job.enabled or job.last_snapshot_at is None:
                continue
            age = (scene.now - job.last_snapshot_at).total_seconds()
            allowed = max(limits.trigger, 2 * (job.interval or 0.0))
            if age > allowed:
                text = f"the newest copy of replication {job.name} is {duration(age)} old"
                yield check.finding(
                    subject, text, told(source, text, "nas snapshots"),
                    since=job.last_snapshot_at, value=age,
                )  # fmt: skip


_SHARING: Final = frozenset({"cifs", "smb", "nfs", "iscsitarget", "iscsi", "nvmet"})
"""Services that others' files and disks depend on."""


def _services(scene: Scene, check: Check) -> Iterator[Finding]:
    names = nas_names(scene.picture)
    for source, report in scene.picture.nas.with_source():
        for service in report.services or ():
            if service.enabled and service.running is False:
                text = f"service {one_line(service.name, 40)} starts at boot, but does not run"
                host, shares = names[source], service.name.casefold() in _SHARING
                yield check.finding(
                    Subject(kind=SubjectKind.NAS, name=host)
                    if shares
                    else Subject(kind=SubjectKind.CONTAINER, name=f"{host}/{service.name}"),
                    text,
                    told(source, text, "nas status"),
                    kind="share_stopped" if shares else check.kind,
                )


def _power(scene: Scene, check: Check) -> Iterator[Finding]:
    for source, report in scene.picture.nas.with_source():
        ups = report.ups
        if ups is None or not ups.on_battery:
            continue
        left = f", the battery lasts {duration(ups.runtime)}" if ups.runtime is not None else ""
        text = f"UPS {ups.name} runs on battery{left}"
        subject = Subject(kind=SubjectKind.UPS, name=ups.name)
        yield check.finding(subject, text, told(source, text, "nas status"))


CHECKS: Final = (
    state_check(
        "nas-alerts", "alert", "alerts", _alerts, "nas",
        title="alerts of the NAS itself", why="the NAS itself asks for attention",
        advice="look up what it names",
    ),
    state_check(
        "nas-replication", "replication_failed", "snapshots", _replications, "protection",
        title="a replication of the NAS that failed", why="the copy grows old",
        advice="see whether source and copy still share a snapshot",
        runbook="snapshot-replication",
    ),
    state_check(
        "nas-replication-age", "replication_failed", "snapshots", _old_copies, "protection",
        title="a replication of the NAS whose copy is old",
        limits=Limits(timedelta(days=2).total_seconds(), unit="s", delay=0),
        why="the copy does not hold what was written since",
        advice="read the log of its last run", runbook="snapshot-replication",
    ),
    state_check(
        "nas-services", "unit_failed", "monitoring", _services, "nas",
        title="a service of the NAS that should run", why="what it offers is not there",
        advice="see why it stopped",
    ),
    with_metric(
        state_check(
            "ups-on-battery", "ups_on_battery", "power", _power, "nas",
            title="a UPS on battery", severity=Severity.CRITICAL,
            why="everything goes down when the battery is empty",
            advice="shut down what is not needed, in order", runbook="ups-on-battery",
        ),
        metric_check(
            "ups-flag", "ups_on_battery", "power", 'network_ups_tools_ups_status{flag="OB",$S}',
            "==", 1, "UPS {ups} runs on battery (flag {flag} = {value})",
            delay=0, severity=Severity.CRITICAL,
        ),
    ),
)  # fmt: skip

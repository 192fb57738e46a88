"""Checks of nodes, their disks and pools, as Proxmox VE itself tells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from providers.text import one_line
from sre_tui.diagnosis.checks.check import Check, Limits, Scene
from sre_tui.diagnosis.checks.combined import with_metric
from sre_tui.diagnosis.checks.metric import metric_check
from sre_tui.diagnosis.checks.state import state_check, told
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.views.human import count, percent

_SHOW: Final = "nodes"


def _node(name: str) -> Subject:
    return Subject(kind=SubjectKind.NODE, name=name)


def _offline(scene: Scene, check: Check) -> Iterator[Finding]:
    for source, inventory in scene.picture.inventory.with_source():
        for node in inventory.nodes:
            if node.status == "offline":
                on_it = sum(guest.node == node.name for guest in inventory.guests)
                text = f"Proxmox shows node {node.name} as offline, with {count(on_it, 'guest')}"
                yield check.finding(_node(node.name), text, told(source, text, _SHOW))


def _quorum(scene: Scene, check: Check) -> Iterator[Finding]:
    for source, cluster in scene.picture.cluster.with_source():
        if cluster.quorate is False:
            text = f"cluster {cluster.name or source} has no quorum"
            subject = Subject(kind=SubjectKind.CLUSTER, name=cluster.name or source)
            yield check.finding(subject, text, told(source, text, _SHOW))


def _swap(scene: Scene, check: Check) -> Iterator[Finding]:
    for source, reports in scene.picture.nodes.with_source():
        for report in reports:
            status, subject = report.status, _node(report.node.name)
            limits = scene.limits(check, subject)
            if limits is None or status is None or not status.swap.size:
                continue
            used = (status.swap.used or 0) / status.swap.size
            if limits.beyond(used):
                text = f"node {report.node.name} uses {percent(used)} of its swap space"
                yield check.finding(subject, text, told(source, text, _SHOW), value=used)


def _disk(node: str, path: str) -> Subject:
    return Subject(kind=SubjectKind.DISK, name=f"{node}/{path.removeprefix('/dev/')}")


def _health(scene: Scene, check: Check) -> Iterator[Finding]:
    for source, found in scene.picture.node_disks.with_source():
        for disk in found.disks:
            if disk.healthy is False:
                text = f"SMART of {disk.path} on {disk.node} says {one_line(disk.health, 40)}"
                evidence = told(source, text, "nodes --disks")
                yield check.finding(_disk(disk.node, disk.path), text, evidence)


def _wear(scene: Scene, check: Check) -> Iterator[Finding]:
    for source, found in scene.picture.node_disks.with_source():
        for disk in found.disks:
            subject = _disk(disk.node, disk.path)
            limits = scene.limits(check, subject)
            if limits is not None and disk.wear is not None and limits.beyond(disk.wear):
                text = f"{disk.path} on {disk.node} has used {percent(disk.wear)} of its life"
                evidence = told(source, text, "nodes --disks")
                yield check.finding(subject, text, evidence, value=disk.wear)


def _pools(scene: Scene, check: Check) -> Iterator[Finding]:
    for source, found in scene.picture.node_disks.with_source():
        for pool in found.pools:
            if pool.health not in ("", "ONLINE"):
                text = f"pool {pool.name} of node {pool.node} is {pool.health.casefold()}"
                subject = Subject(kind=SubjectKind.POOL, name=f"{pool.node}/{pool.name}")
                yield check.finding(subject, text, told(source, text, "nodes --disks"))


CHECKS: Final = (
    with_metric(
        state_check(
            "node-offline", "node_down", "nodes", _offline, "inventory",
            title="a node that is offline", severity=Severity.CRITICAL,
            why="every guest on it is down", advice="look at its power and network",
            runbook="node-offline",
        ),
        metric_check(
            "node-up", "node_down", "nodes", 'pve_up{id=~"node/.+",$S}',
            "==", 0, "Proxmox shows {id} as not running (pve_up = {value})", delay=0,
            severity=Severity.CRITICAL,
        ),
    ),
    state_check(
        "cluster-quorum", "quorum_lost", "nodes", _quorum, "cluster",
        title="a cluster without quorum", severity=Severity.CRITICAL,
        why="nothing can be started or changed", advice="see which nodes the others do not reach",
        runbook="proxmox-quorum-lost",
    ),
    state_check(
        "node-swap", "swap_used", "memory", _swap, "nodes",
        title="a node that uses much of its swap space", severity=Severity.NOTE,
        limits=Limits(0.6, unit="ratio", delay=0),
        why="what was swapped out is slow to come back",
        advice="see which guests take more memory than there is", runbook="host-out-of-memory",
    ),
    with_metric(
        state_check(
            "disk-health", "disk_failing", "disks", _health, "node_disks",
            title="a disk whose own SMART check fails", severity=Severity.CRITICAL,
            why="it may die any time", advice="check its backup, then replace it",
            runbook="disk-smart-warning",
        ),
        metric_check(
            "smart-failed", "disk_failing", "disks", "smartctl_device_smart_status{$S}",
            "==", 0, "SMART of {device} says that it is failing (status {value})",
            delay=0, severity=Severity.CRITICAL,
        ),
    ),
    with_metric(
        state_check(
            "disk-wear", "disk_worn", "disks", _wear, "node_disks",
            title="a flash disk near the end of its rated life", severity=Severity.NOTE,
            limits=Limits(0.9, clear=0.88, unit="ratio", delay=0),
            why="it may become read-only", advice="plan its replacement",
            runbook="disk-smart-warning",
        ),
        metric_check(
            "wear", "disk_worn", "disks", "smartctl_device_percentage_used{$S} / 100",
            ">", 0.9, "{device} has used {value} of its rated life",
            unit="ratio", clear=0.88, delay=0, severity=Severity.NOTE,
        ),
    ),
    state_check(
        "node-pools", "pool_degraded", "pools", _pools, "node_disks",
        title="a pool of a node that is not online", severity=Severity.CRITICAL,
        why="redundancy is lost or the pool has stopped", advice="find the member that is missing",
        runbook="zfs-pool-degraded",
    ),
)  # fmt: skip

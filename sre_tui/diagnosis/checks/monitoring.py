"""Checks of monitoring, by metrics."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from sre_tui.diagnosis.checks.check import Check, Look, Scene
from sre_tui.diagnosis.checks.metric import metric_check
from sre_tui.diagnosis.finding import Finding
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.from_proxmox import guest_subject


def machines_apart(check: Check) -> Check:
    """A check of targets that tells an exporter that is down from a machine that is down."""
    return replace(check, look=_MachinesApart(check.look))


@dataclass(frozen=True)
class _MachinesApart:
    look: Look

    def __call__(self, scene: Scene, check: Check) -> Iterator[Finding]:
        down, up = _machines(scene)
        for finding in self.look(scene, check):
            under = {edge.on for edge in scene.topology.below(finding.subject)}
            if under & down:
                machine = min(under & down)
                text = f"{finding.text}: {machine} itself is down"
                # What is down is told by its own finding.
                yield finding.model_copy(update={"text": text, "diagnostic": True})
            elif under & up:
                text = f"{finding.text}, but {min(under & up)} itself is up"
                yield finding.model_copy(update={"text": text})
            else:
                yield finding


def _machines(scene: Scene) -> tuple[set[Subject], set[Subject]]:
    """The guests and nodes that are down, and those that are up, as Proxmox VE tells."""
    down: set[Subject] = set()
    up: set[Subject] = set()
    for inventory in scene.picture.inventory:
        offline = {node.name for node in inventory.nodes if node.status == "offline"}
        for node in inventory.nodes:
            subject = Subject(kind=SubjectKind.NODE, name=node.name)
            (down if node.name in offline else up).add(subject)
        for guest in inventory.guests:
            if guest.node in offline or guest.status in ("stopped", "paused", "suspended"):
                down.add(guest_subject(guest))
            elif guest.status == "running":
                up.add(guest_subject(guest))
    return down, up


CHECKS: Final = (
    machines_apart(
        metric_check(
            "target-up", "target_down", "monitoring",
            "up{$S}",
            "==", 0,
            "Prometheus cannot scrape {job} at {instance} (up = {value})",
            delay=120,
            title="a target that Prometheus cannot scrape",
            why="nothing is known of what it measures",
            advice="see whether the machine is up, then its exporter",
        ),
    ),
    metric_check(
        "config-reload", "monitoring_config", "monitoring",
        "prometheus_config_last_reload_successful{$S}",
        "==", 0,
        "Prometheus could not load its configuration (last reload successful = {value})",
        delay=0,
        title="a configuration that Prometheus could not load",
        why="it goes on with the old rules and targets",
        advice="check the file with promtool",
    ),
)  # fmt: skip

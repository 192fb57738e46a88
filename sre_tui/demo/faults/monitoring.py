"""What watches everything else: scrapes and clocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from sre_tui.demo.faults.kind import Fault, TargetKind, fault_kind
from sre_tui.demo.world.logs import Source

if TYPE_CHECKING:
    from sre_tui.demo.world.stage import Stage


@fault_kind
class TargetDown(Fault):
    """An exporter stopped; what it watched is fine."""

    hits: ClassVar[TargetKind] = TargetKind.SCRAPE
    summary: ClassVar[str] = "Prometheus cannot scrape a target that is otherwise fine"

    error: str = Field(default="connect: connection refused", description="what the scrape says")

    def act(self, stage: Stage, start: float, end: float) -> None:
        for target in stage.plant.targets:
            if target.job and target.instance == self.target and "blackbox" not in target.job:
                said = f'Get "{target.url}": dial tcp {target.instance}: {self.error}'
                target.down.append((start, end, said))
        host, _, port = self.target.partition(":")
        unit = {"9100": "node_exporter", "9633": "smartctl_exporter", "8080": "cadvisor"}.get(port)
        if unit:
            stage.say(
                Source(host, "systemd", "warning"),
                (start - 2, f"Stopping {unit}.service - Prometheus exporter..."),
                (start - 1, f"{unit}.service: Deactivated successfully."),
                (start, f"Stopped {unit}.service - Prometheus exporter."),
            )  # fmt: skip


@fault_kind
class ClockSkew(Fault):
    """A machine's clock drifts away because it reaches no time server any more."""

    hits: ClassVar[TargetKind] = TargetKind.MACHINE
    summary: ClassVar[str] = "a machine's clock runs away"

    def act(self, stage: Stage, start: float, end: float) -> None:
        host = self.target
        stage.hold("clock.synced", host, start, end, 0.0)
        drift = 0.5 + 60 * self.severity**2
        stage.raise_("clock.offset", host, start, end, drift, 3600, 30)
        stage.murmur(
            Source(host, "chronyd", "warning"), 6,
            "Can't synchronise: no selectable sources", start, end,
        )  # fmt: skip
        stage.murmur(
            Source(host, "chronyd", "error"), 1.5,
            f"System clock wrong by <0.5..{drift:.1f}:.6f> seconds",
            start + 900, end,
        )  # fmt: skip
        if host in stage.lab.guest_by_name:
            name = stage.lab.guest_by_name[host].services
            if name:
                stage.murmur(
                    stage.source(host, name[0].name, "error"), 8,
                    "token rejected: issued in the future (iat), check the clock",
                    start + 1800, end,
                )  # fmt: skip

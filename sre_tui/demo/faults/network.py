"""The network between things."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from sre_tui.demo.faults.kind import Fault, TargetKind, fault_kind
from sre_tui.demo.world import dice
from sre_tui.demo.world.logs import Source
from sre_tui.demo.world.shapes import FOREVER, line

if TYPE_CHECKING:
    from sre_tui.demo.world.stage import Stage


@fault_kind
class NetworkLoss(Fault):
    """Packets to one host get lost: a bad cable, a flapping port, or (severity 1) no link."""

    hits: ClassVar[TargetKind] = TargetKind.HOST
    summary: ClassVar[str] = "packets to a host are lost, more with severity"

    def act(self, stage: Stage, start: float, end: float) -> None:
        host, sev = self.target, self.severity
        pinged = [p.instance for p in stage.lab.probes if p.host == host]
        known = host in stage.lab.machines
        if sev >= 0.95:
            outages = [(start, end)]
        else:
            minutes = stage.repeated(start, end, 60.0, "loss", host, jitter=0.0).tolist()
            seed = stage.plant.seed
            outages = [
                (minute, minute + 45)
                for number, minute in enumerate(minutes)
                if dice.unit(seed, "lost", host, number) < 0.15 + 0.6 * sev
            ]
        shape = line(
            [p for a, b in outages for p in ((a - 0.5, 0.0), (a, 1.0), (b, 1.0), (b + 0.5, 0.0))]
            if end < FOREVER or sev < 0.95
            else [(start - 0.5, 0.0), (start, 1.0)]
        )
        for instance in pinged:
            stage.add("probe.failing", instance, shape)
            stage.raise_("probe.duration", instance, start, end, 0.05 + 0.3 * sev, 5)
        if not known:
            stage.murmur(
                Source("proxy", "traefik", "error"), 10,
                f"dial tcp: {host}: i/o timeout", start, end,
            )  # fmt: skip
            if host != stage.lab.router:
                self._cut_off(stage, start, end)
            return
        error = f'Get "http://{host}:9100/metrics": context deadline exceeded'
        for start_out, end_out in outages:
            stage.scrape_fails(host, start_out, end_out, error)
        stage.raise_("net.errors", host, start, end, 4 + 60 * sev, 10)
        stage.raise_("net.drops", host, start, end, 2 + 30 * sev, 10)
        stage.raise_("net.carrier", host, start, end, 0.004 + 0.02 * sev, 10)
        machine = stage.lab.machines[host]
        nic = getattr(machine, "nic", "eth0")
        stage.murmur(
            Source(host, "kernel", "warning"), 8 + 30 * sev,
            f"e1000e 0000:00:1f.6 {nic}: NIC Link is <Down|Up 1000 Mbps Full Duplex>",
            start, end,
        )  # fmt: skip
        self._tell_cluster(stage, start, end)
        if sev >= 0.95:
            stage.mute(start + 5, end, host)

    def _cut_off(self, stage: Stage, start: float, end: float) -> None:
        """What the homelab notices of an outside address that it cannot reach."""
        share = 1.0 if self.severity >= 0.95 else 0.6 * self.severity
        for level in ("router.in", "router.out"):
            stage.plant[level].scale(stage.lab.router, start, end, 1.0 - 0.98 * share)
        said = {
            "adguard": f"dnsproxy: exchanging with {self.target}:53: read udp: i/o timeout",
            "pihole": f"FTL: WARNING: connection error ({self.target}#53): no upstream answers",
        }
        for guest in stage.lab.guests:
            for service in guest.services if guest.running else ():
                if service.name in said:
                    source = Source(guest.name, service.name, "warning")
                    stage.murmur(source, 20 + 100 * share, said[service.name], start, end)

    def _tell_cluster(self, stage: Stage, start: float, end: float) -> None:
        """What the other members notice if the host is a node."""
        names = [node.name for node in stage.lab.nodes]
        if self.target not in names:
            return
        number = names.index(self.target) + 1
        for other in names:
            if other != self.target:
                stage.murmur(
                    Source(other, "corosync", "warning"), 4 + 20 * self.severity,
                    f"  [KNET  ] link: host: {number} link: 0 is <down|up>", start + 20, end,
                )  # fmt: skip
                stage.murmur(
                    Source(other, "corosync", "warning"), 2 + 8 * self.severity,
                    "  [TOTEM ] Token has not been received in <2737..3600> ms", start + 20, end,
                )  # fmt: skip

"""The cluster of Proxmox VE nodes: a node that is gone, a guest that dies again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from sre_tui.demo.faults.clients import clients_complain
from sre_tui.demo.faults.kind import Fault, TargetKind, fault_kind
from sre_tui.demo.world.logs import Source
from sre_tui.demo.world.shapes import FOREVER
from sre_tui.demo.world.virtualization.records import HaService, HostTask

if TYPE_CHECKING:
    from sre_tui.demo.world.homelab import Guest
    from sre_tui.demo.world.stage import Stage

_PERIOD = 420.0
_DOWN = 35.0
"""Seconds from a crash until the guest is started again."""
_BOOT = 40.0
"""Seconds from its start until what it serves answers."""


_TOTEM = (
    "  [TOTEM ] A processor failed, forming new configuration: token timed out (3650ms), "
    "waiting 4380ms for consensus."
)


@fault_kind
class NodeOffline(Fault):
    """A node is gone, for lack of power or network, and every guest on it with it."""

    hits: ClassVar[TargetKind] = TargetKind.NODE
    summary: ClassVar[str] = "a Proxmox node is gone with every guest on it"

    def act(self, stage: Stage, start: float, end: float) -> None:
        name, lab = self.target, stage.lab
        for guest in lab.guests_on(name):
            if guest.running:
                stage.stop_guest(guest, start, end)
                clients_complain(stage, guest, start, end)
            stage.backups_skip(guest.name, start, end)
        stage.hold("machine.up", name, start, end, 0.0)
        for level in ("cpu.user", "cpu.system", "cpu.iowait", "net.rx", "net.tx"):
            stage.plant[level].scale(name, start, end, 0.0)
        address = lab.node_by_name[name].address
        stage.scrape_fails(name, start, end, f"dial tcp {address}:9100: connect: no route to host")
        for probe in lab.probes:
            if probe.instance == name:
                stage.probe_fails(probe.instance, start, end)
        stage.mute(start, end, name)
        if end < FOREVER:
            stage.plant.machines.restart(name, np.array([end]))
        self._tell(stage, start, end)

    def _tell(self, stage: Stage, start: float, end: float) -> None:
        """What the other members notice."""
        names = [node.name for node in stage.lab.nodes]
        number = names.index(self.target) + 1
        others = [i for i in range(1, len(names) + 1) if i != number]
        left, every = " ".join(map(str, others)), " ".join(map(str, range(1, len(names) + 1)))
        for other in others:
            host = names[other - 1]
            stage.say(
                Source(host, "corosync", "warning"),
                (start + 1.2, f"  [KNET  ] link: host: {number} link: 0 is down"),
                (start + 3.9, _TOTEM),
                (start + 8.4, f"  [TOTEM ] A new membership was formed. Members left: {number}"),
            )
            lines = [(start + 8.5, f"  [QUORUM] Members[{len(others)}]: {left}")]
            if end < FOREVER:
                lines.append((end + 20, f"  [QUORUM] Members[{len(names)}]: {every}"))
            stage.say(Source(host, "corosync"), *lines)


@fault_kind
class GuestCrashLoop(Fault):
    """A guest crashes some minutes after each start; high availability starts it again."""

    hits: ClassVar[TargetKind] = TargetKind.GUEST
    summary: ClassVar[str] = "a guest crashes soon after each start, again and again"

    error: str = Field(
        default="Kernel panic - not syncing: Attempted to kill init! exitcode=0x0000000b",
        description="what it says before it dies",
    )

    def act(self, stage: Stage, start: float, end: float) -> None:
        guest = stage.lab.guest_by_name[self.target]
        moments = stage.repeated(start, end, _PERIOD, "crash", guest.name, jitter=0.1)
        stage.plant.machines.restart(guest.name, np.floor(moments + _DOWN))
        for item in guest.containers:
            stage.plant.containers.restart(item.id, np.floor(moments + _DOWN + 10))
        error = f"dial tcp {guest.address}:9100: connect: no route to host"
        probes = [probe for probe in stage.lab.probes if guest.name in probe.guests]
        for moment in moments.tolist():
            back = moment + _DOWN
            stage.hold("machine.up", guest.name, moment, back, 0.0)
            stage.scrape_fails(guest.name, moment, back + 15, error)
            for probe in probes:
                behind = probe.module == "http" and guest.name == probe.host
                stage.probe_fails(probe.instance, moment, back + _BOOT, 502.0 if behind else None)
            stage.mute(moment + 1, back, guest.name)
        self._tell(stage, guest, moments.tolist())
        stage.ha_services.append(HaService(guest.name, start, end))

    def _tell(self, stage: Stage, guest: Guest, moments: list[float]) -> None:
        kind, short = ("vzstart", "ct") if guest.type == "lxc" else ("qmstart", "vm")
        service = f"{short}:{guest.vmid}"
        tasks = [
            HostTask(guest.node, kind, str(guest.vmid), moment + 12, moment + _DOWN)
            for moment in moments
        ]
        stage.host_tasks += tasks
        stage.script(
            Source(guest.name, "kernel", "error"), [moment - 0.5 for moment in moments], self.error
        )
        stage.say(
            Source(guest.node, "pve-ha-lrm", "warning"),
            *(
                (moment + 11, f"service {service} is not running but should be; restarting it")
                for moment in moments
            ),
        )
        stage.say(
            Source(guest.node, "pve-ha-lrm"),
            *(
                (task.start, f"starting service {service}: <root@pam> {task.upid}")
                for task in tasks
            ),
            *((task.end, f"service status {service} started") for task in tasks),
        )

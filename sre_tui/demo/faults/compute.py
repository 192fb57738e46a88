"""Nodes and guests: processor, memory, disk contention, stopping."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from sre_tui.demo.faults.clients import clients_complain
from sre_tui.demo.faults.kind import Fault, Length, TargetKind, fault_kind
from sre_tui.demo.faults.services import bad_answers
from sre_tui.demo.world.logs import Source
from sre_tui.demo.world.shapes import FOREVER, Floats, line
from sre_tui.demo.world.virtualization.records import HostTask

if TYPE_CHECKING:
    from sre_tui.demo.world.stage import Stage


def _process(stage: Stage, guest: str) -> tuple[str, str]:
    """The container and the process that dies when a guest runs out of memory."""
    item = stage.lab.guest_by_name[guest]
    if item.containers:
        name = item.containers[0].name
        return f"{guest}/{name}", name
    return "", item.services[0].name if item.services else "python3"


def kill_at(stage: Stage, guest: str, moments: Floats, container: str, process: str) -> None:
    """The kernel kills a process at each moment; it starts again a little later."""
    item = stage.lab.guest_by_name[guest]
    stage.plant["oom.kills"].happen(guest, moments)
    shared = item.type == "lxc"
    if shared:
        # Containers share the node's kernel, which counts and logs the kill as its own.
        stage.plant["oom.kills"].happen(item.node, moments)
    anon = item.memory // 1024 * 7 // 10

    cause = (
        f"{process} invoked oom-killer: gfp_mask=0x140cca(GFP_HIGHUSER_MOVABLE|__GFP_COMP), "
        "order=0, oom_score_adj=0, pid=<900..60000>"
    )
    told = (
        f"Killed process <900..60000> ({process}) total-vm:{anon * 2}kB, "
        f"anon-rss:{anon}kB, file-rss:0kB, shmem-rss:0kB, oom_score_adj:0"
    )

    kernel = Source(item.node if shared else guest, "kernel", "error")
    scope = f"Memory cgroup (/lxc/{item.vmid}/ns) out" if shared else "Out"
    stage.script(kernel, list(moments - 0.8), cause)
    stage.script(kernel, list(moments), f"{scope} of memory: {told}")
    if container:
        stage.plant["container.ooms"].happen(container, moments)
        stage.plant.containers.restart(container, np.floor(moments) + 3)
        stage.script(
            Source(guest, "dockerd", "warning"), list(moments + 1),
            f"container <hex:12> ({process}) died: exit code 137, OOMKilled=true",
        )  # fmt: skip
    else:
        stage.script(
            Source(guest, "systemd", "warning"), list(moments + 1),
            f"{process}.service: A process of this unit has been killed by the OOM killer.",
        )  # fmt: skip
        stage.script(
            Source(guest, "systemd", "warning"), list(moments + 2),
            f"{process}.service: Main process exited, code=killed, status=9/KILL",
        )  # fmt: skip


@fault_kind
class NodeOverloaded(Fault):
    """A node has more runnable work than processors; its guests wait for their turn."""

    hits: ClassVar[TargetKind] = TargetKind.NODE
    summary: ClassVar[str] = "a node runs out of processor time"

    def act(self, stage: Stage, start: float, end: float) -> None:
        node, sev = self.target, self.severity
        stage.raise_("cpu.user", node, start, end, 0.5 + 0.35 * sev, 300)
        stage.raise_("cpu.system", node, start, end, 0.08 + 0.1 * sev, 300)
        stage.raise_("pressure.cpu", node, start, end, 0.25 + 0.5 * sev, 300)
        stage.raise_("context.switches", node, start, end, 20_000 * sev, 300)
        stage.raise_("temperature", node, start, end, 12 + 18 * sev, 600, 600)
        for guest in stage.lab.guests_on(node):
            if not guest.running:
                continue
            stage.raise_("cpu.steal", guest.name, start, end, 0.08 + 0.2 * sev, 300)
            stage.raise_("pressure.cpu", guest.name, start, end, 0.1 + 0.3 * sev, 300)
            for instance in stage.probes_on(guest.name):
                stage.raise_("probe.duration", instance, start, end, 0.2 + 0.8 * sev, 300)
        stage.murmur(
            Source(node, "pvestatd", "warning"), 20 + 60 * sev,
            "status update time (<10.5..31:.3f> seconds)", start, end,
        )  # fmt: skip
        stage.murmur(
            Source(node, "kernel", "warning"), 1 + 3 * sev,
            "sched: RT throttling activated, rcu_preempt detected stalls on CPU <0..15>",
            start, end,
        )  # fmt: skip


@fault_kind
class MemoryLeak(Fault):
    """A program in a guest keeps all it allocates until the kernel kills it, again and again."""

    hits: ClassVar[TargetKind] = TargetKind.GUEST
    summary: ClassVar[str] = "a guest's memory grows until the kernel kills the program"

    within: Length = Field(default=4 * 3600.0, description="from start to the first kill")
    kills: bool = Field(default=True, description="whether the kernel ends it when memory is gone")

    def act(self, stage: Stage, start: float, end: float) -> None:
        guest = self.target
        total = stage.plant.memory(guest)
        usual = stage.typical("memory.used", guest)
        peak = total * (0.9 + 0.08 * self.severity) - usual
        container, process = _process(stage, guest)
        last = min(end, stage.laid_out_to(start))
        points = [(start, 0.0)]
        kills = []
        at = start
        while at + self.within < last and self.kills:
            kills.append(at + self.within)
            points += [(kills[-1] - 1, peak), (kills[-1] + 20, 0.02 * peak)]
            at = kills[-1] + 20
        if not self.kills:
            points += [(start + self.within, peak)]
        if end < FOREVER:
            points = [p for p in points if p[0] < end] + [(end, 0.0)]
        shape = line(points)
        stage.add("memory.used", guest, shape)
        if container:
            room = total / usual if usual else 1.0
            stage.add("container.memory", container, shape.scaled(min(0.95, room)))
        stage.add("swap.used", guest, shape.scaled(total / 4 * 0.8 / peak))
        stage.add("pressure.memory", guest, shape.scaled(0.35 / peak))
        stage.add("swap.traffic", guest, shape.scaled(260.0 / peak))
        if kills:
            moments = np.array(kills)
            kill_at(stage, guest, moments, container, process)
            for moment in kills[:40]:
                for instance in stage.probes_on(guest):
                    stage.probe_fails(instance, moment, moment + 75, 502.0)
        stage.murmur(
            stage.source(guest, process, "warning"), 6,
            f"{process}: heap usage high, garbage collection took <0.4..4:.2f>s",
            start + self.within * 0.6, end,
        )  # fmt: skip


@fault_kind
class OomKill(Fault):
    """The kernel kills a guest's program for lack of memory, once or several times."""

    hits: ClassVar[TargetKind] = TargetKind.GUEST
    summary: ClassVar[str] = "the kernel kills a guest's program for lack of memory"

    times: int = Field(default=1, ge=1, le=50, description="how often, 20 minutes apart")

    def act(self, stage: Stage, start: float, end: float) -> None:
        guest = self.target
        moments = start + 1200.0 * np.arange(self.times, dtype=np.float64)
        moments = moments[moments < end]
        peak = stage.plant.memory(guest) * 0.96 - stage.typical("memory.used", guest)
        points = [p for m in moments.tolist() for p in ((m - 240, 0.0), (m - 1, peak), (m + 15, 0))]
        stage.add("memory.used", guest, line(points))
        container, process = _process(stage, guest)
        kill_at(stage, guest, moments, container, process)


@fault_kind
class IoWaitNeighbour(Fault):
    """One guest reads and writes so much that everything on the same storage waits."""

    hits: ClassVar[TargetKind] = TargetKind.GUEST
    summary: ClassVar[str] = "a noisy guest starves its neighbours of disk time"

    def act(self, stage: Stage, start: float, end: float) -> None:
        sev, lab = self.severity, stage.lab
        noisy = lab.guest_by_name[self.target]
        pools = {storage.id: storage.pool for storage in lab.storages}
        pool = lab.pool_by_id[pools[f"storage/{noisy.node}/{noisy.storage}"]]
        stage.raise_("guest.writes", noisy.name, start, end, (1.2 + 2.0 * sev) * 1e8, 240)
        stage.raise_("guest.reads", noisy.name, start, end, (0.4 + 0.8 * sev) * 1e8, 240)
        stage.raise_("cpu.system", noisy.name, start, end, 0.1, 240)
        stage.raise_("cpu.iowait", noisy.name, start, end, 0.25 + 0.2 * sev, 240)
        stage.raise_("pressure.io", noisy.name, start, end, 0.3 + 0.4 * sev, 240)
        stage.raise_("cpu.user", noisy.name, start, end, 0.1, 240)
        for disk in pool.disks:
            stage.raise_("disk.writes", disk, start, end, 900 + 900 * sev, 240)
            stage.raise_(
                "disk.write_time", disk, start, end, (900 + 900 * sev) * (0.03 + 0.06 * sev), 240
            )
            stage.raise_("disk.read_time", disk, start, end, 0.4 + 0.6 * sev, 240)
            stage.raise_("disk.busy", disk, start, end, 0.9, 240)
        device = f"{noisy.name}/sda"
        if device in stage.plant["disk.writes"].row:
            stage.raise_("disk.writes", device, start, end, 700 + 700 * sev, 240)
            stage.raise_("disk.busy", device, start, end, 0.85, 240)
        stage.raise_("cpu.iowait", pool.host, start, end, 0.22 + 0.2 * sev, 240)
        stage.raise_("pressure.io", pool.host, start, end, 0.35 + 0.4 * sev, 240)
        for guest in lab.guests_stored_on(pool.id):
            if guest.name == noisy.name or not guest.running:
                continue
            stage.raise_("cpu.iowait", guest.name, start + 60, end, 0.12 + 0.25 * sev, 240)
            stage.raise_("pressure.io", guest.name, start + 60, end, 0.2 + 0.4 * sev, 240)
            for instance in stage.probes_on(guest.name):
                stage.raise_("probe.duration", instance, start + 60, end, 0.4 + 1.6 * sev, 240)
            for service in guest.services[:1]:
                stage.murmur(
                    stage.source(guest.name, service.name, "warning"), 8,
                    f"{service.name}: write took <1.5..14:.1f>s, disk is slow",
                    start + 120, end,
                )  # fmt: skip
        process = noisy.containers[0].name if noisy.containers else "dd"
        stage.murmur(
            stage.source(noisy.name, process), 30,
            f"[Info] {process}: job <1..400>: copied <8..60> GB to cache, continuing",
            start, end,
        )  # fmt: skip
        stage.murmur(
            Source(noisy.node, "kernel", "warning"), 3 * sev,
            "INFO: task txg_sync:<700..1900> blocked for more than 122 seconds.",
            start + 300, end,
        )  # fmt: skip


@fault_kind
class GuestStopped(Fault):
    """A guest that should run is stopped."""

    hits: ClassVar[TargetKind] = TargetKind.GUEST
    summary: ClassVar[str] = "a guest that starts on boot is stopped"

    by: str = Field(default="root@pam", description="who stopped it, as the task log says")

    def act(self, stage: Stage, start: float, end: float) -> None:
        guest = stage.lab.guest_by_name[self.target]
        stage.stop_guest(guest, start, end)
        sites = stage.probes_on(guest.name)
        bad_answers(stage, sites, start, end, 0.3, 502)
        if guest.running:
            clients_complain(stage, guest, start, end)
        kind = "vzshutdown" if guest.type == "lxc" else "qmshutdown"
        begin = "vzstart" if guest.type == "lxc" else "qmstart"
        vmid = str(guest.vmid)
        stage.host_task(HostTask(guest.node, kind, vmid, start - 9, start, self.by))
        if end < FOREVER:
            stage.host_task(HostTask(guest.node, begin, vmid, end - 4, end, self.by))

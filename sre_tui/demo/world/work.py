"""How busy injected tasks keep disks and networks while they run."""

from __future__ import annotations

from typing import Final

from sre_tui.demo.scenario import RawTask
from sre_tui.demo.world.nas.records import Scan
from sre_tui.demo.world.stage import Stage

_SCRUB: Final = "pool.scrub.scrub"
_COPY_SPEED: Final = 110e6
"""Bytes a second that a backup reads and sends."""


def is_scrub(task: RawTask) -> bool:
    """Whether the task is a scrub of a pool of the NAS."""
    return task.backend == "truenas" and task.type == _SCRUB


def make_busy(stage: Stage, task: RawTask) -> None:
    """Let a backup or a scrub be felt, as usual work that harms nobody."""
    start = stage.plant.anchor + task.at
    end = start + task.duration
    if is_scrub(task):
        _scrub(stage, str(task.target), start, end)
    elif task.backend == "proxmox" and task.type == "vzdump":
        _back_up(stage, str(task.target), start, end)


def _scrub(stage: Stage, name: str, start: float, end: float) -> None:
    pool = next((pool for pool in stage.lab.pools if pool.name == name), None)
    if pool is None:
        return
    stage.scans.append(Scan(pool.id, "SCRUB", start, end - start))
    for disk in pool.disks:
        stage.raise_("disk.reads", disk, start, end, 180.0)
        # Large reads in a row, which take a spinning disk no longer than usual each.
        stage.raise_("disk.read_time", disk, start, end, 180.0 * 0.006)
        stage.raise_("disk.busy", disk, start, end, 0.72)
        stage.raise_("disk.temperature", disk, start, end, 3.0, 1800, 1800)
    stage.raise_("cpu.system", pool.host, start, end, 0.06)
    stage.raise_("cpu.iowait", pool.host, start, end, 0.05)


def _back_up(stage: Stage, target: str, start: float, end: float) -> None:
    lab = stage.lab
    guest = next((one for one in lab.guests if target in (one.name, str(one.vmid))), None)
    if guest is None:
        return
    pools = {storage.id: storage.pool for storage in lab.storages}
    pool = lab.pool_by_id[pools[f"storage/{guest.node}/{guest.storage}"]]
    for disk in pool.disks:
        stage.raise_("disk.reads", disk, start, end, 400.0, 20, 20)
        stage.raise_("disk.read_time", disk, start, end, 400.0 * 0.0005, 20, 20)
        stage.raise_("disk.busy", disk, start, end, 0.3, 20, 20)
    stage.raise_("net.tx", guest.node, start, end, _COPY_SPEED, 20, 20)
    store = lab.datastores[0]
    stage.raise_("net.rx", store.host, start, end, _COPY_SPEED, 20, 20)
    for disk in lab.pool_by_id[store.pool].disks:
        stage.raise_("disk.writes", disk, start, end, 90.0, 20, 20)
        stage.raise_("disk.write_time", disk, start, end, 90.0 * 0.004, 20, 20)
        stage.raise_("disk.busy", disk, start, end, 0.35, 20, 20)
    stage.raise_("cpu.user", guest.node, start, end, 0.08, 20, 20)
    stage.raise_("cpu.user", store.host, start, end, 0.15, 20, 20)

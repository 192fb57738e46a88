"""Nodes of a simulated Proxmox VE: state, disks, storages, history."""

from __future__ import annotations

from math import floor, isnan
from typing import Any

import numpy as np

from sre_tui.demo.servers.proxmox_answers import ProxmoxError
from sre_tui.demo.servers.proxmox_call import Call
from sre_tui.demo.world.homelab import Pool
from sre_tui.demo.world.virtualization.history import Curves
from sre_tui.demo.world.virtualization.records import Volume

RELEASES = {"7.4": "7.4-20", "8.4": "8.4.21", "9.2": "9.2.11"}
_KERNELS = {"7.4": "5.15.158-2-pve", "8.4": "6.8.12-15-pve", "9.2": "6.17.2-1-pve"}
_HOUR, _DAY = 3600, 86400
_SPANS = {
    "9.2": {
        "hour": (60, 60), "day": (60, 1440), "week": (1800, 336), "month": (1800, 1440),
        "year": (6 * _HOUR, 1460), "decade": (7 * _DAY, 520),
    },
    "8.4": {
        "hour": (60, 70), "day": (1800, 70), "week": (3 * _HOUR, 70), "month": (12 * _HOUR, 70),
        "year": (7 * _DAY, 70),
    },
}  # fmt: skip
_NAMES = {
    "guest": {
        "cpu": "cpu", "memory": "mem", "memory_size": "maxmem", "disk": "disk", "net_in": "netin",
        "net_out": "netout", "disk_read": "diskread", "disk_write": "diskwrite",
    },
    "node": {
        "cpu": "cpu", "wait": "iowait", "load": "loadavg", "memory": "memused",
        "memory_size": "memtotal", "swap": "swapused", "root": "rootused", "net_in": "netin",
        "net_out": "netout",
    },
    "storage": {"used": "used", "size": "total"},
}  # fmt: skip
_PRESSURES = {f"pressure_{kind}": f"pressure{kind}some" for kind in ("cpu", "io", "memory")}


def version(call: Call) -> dict[str, Any]:
    """``/version``."""
    return {"version": RELEASES[call.version], "release": call.version, "repoid": "4c2f1e7a"}


def status(call: Call) -> dict[str, Any]:
    """``/nodes/{node}/status``; load averages and a few others are texts."""
    state = call.node()
    node = state.node
    call.require("Sys.Audit", f"/nodes/{node.name}")
    memory: dict[str, int] = {
        "total": node.memory,
        "used": state.memory,
        "free": int((node.memory - state.memory) * 0.4),
    }
    if call.version == "9.2":
        memory["available"] = node.memory - state.memory
    swap = node.memory // 4
    kernel = _KERNELS[call.version]
    return {
        "cpu": state.cpu,
        "wait": state.wait,
        "idle": 0,
        "uptime": state.uptime,
        "loadavg": [f"{figure:.2f}" for figure in state.load],
        "memory": memory,
        "swap": {"total": swap, "used": state.swap, "free": swap - state.swap},
        "rootfs": {
            "total": state.root_size,
            "used": state.root,
            "free": state.root_size - state.root,
            "avail": state.root_size - state.root,
        },
        "ksm": {"shared": 0},
        "cpuinfo": {
            "model": node.cpu_model,
            "cores": node.cores // 2,
            "cpus": node.cores,
            "sockets": 1,
            "mhz": "3400.000",
            "user_hz": 100,
            "hvm": "1",
        },
        "kversion": f"Linux {kernel} #1 SMP PREEMPT_DYNAMIC",
        "current-kernel": {"sysname": "Linux", "release": kernel, "machine": "x86_64"},
        "boot-info": {"mode": "efi", "secureboot": 0},
        "pveversion": f"pve-manager/{RELEASES[call.version]}/4c2f1e7a",
    }


# -- disks ------------------------------------------------------------------------------------
def disks(call: Call) -> list[dict[str, Any]]:
    """``/nodes/{node}/disks/list``."""
    node = call.node().node.name
    call.require("Sys.Audit", f"/nodes/{node}")
    rows = []
    for disk in call.source.disks(node):
        passed, left = call.source.disk_health(disk, call.now)
        rows.append(
            {
                "devpath": f"/dev/{disk.name}",
                "type": disk.type,
                "size": disk.size,
                "model": disk.model,
                "serial": disk.serial,
                "vendor": "unknown",
                "wwn": "unknown",
                "rpm": 5400 if disk.type == "hdd" else 0,
                "health": "PASSED" if passed else "FAILED!",
                "wearout": "N/A" if disk.type == "hdd" else left,
                "used": "ZFS",
                "gpt": 1,
                "osdid": "-1",
            }
        )
    return rows


def pools(call: Call) -> list[dict[str, Any]]:
    """``/nodes/{node}/disks/zfs``."""
    node = call.node().node.name
    call.require("Sys.Audit", "/")
    rows = []
    for pool in call.source.pools(node):
        health, used = call.source.pool_state(pool, call.now)
        rows.append(
            {
                "name": pool.name,
                "size": pool.size,
                "alloc": used,
                "free": pool.size - used,
                "frag": 11,
                "dedup": 1,
                "health": health,
            }
        )
    return rows


def pool(call: Call) -> dict[str, Any]:
    """``/nodes/{node}/disks/zfs/{name}``: ``zpool status`` as a tree."""
    node = call.node().node.name
    call.require("Sys.Audit", "/")
    found = next((p for p in call.source.pools(node) if p.name == call.path["name"]), None)
    if found is None:
        raise ProxmoxError(500, f"cannot open '{call.path['name']}': no such pool")
    return _pool_tree(call, found)


def _pool_tree(call: Call, found: Pool) -> dict[str, Any]:
    health, _ = call.source.pool_state(found, call.now)
    by_id = call.source.lab.disk_by_id
    leaves = [
        {
            "name": f"{by_id[disk].model.replace(' ', '_')}_{by_id[disk].serial}",
            "state": "ONLINE",
            "read": 0,
            "write": 0,
            "cksum": 0,
            "msg": "",
            "leaf": 1,
        }
        for disk in found.disks
    ]
    tree: dict[str, Any] = {
        "name": found.name,
        "state": health,
        "scan": "scrub repaired 0B in 00:21:09 with 0 errors",
        "errors": "No known data errors",
        "children": [{"name": found.name, "state": health, "leaf": 0, "children": leaves}],
    }
    if health != "ONLINE":
        tree["status"] = "One or more devices are faulted in response to persistent errors."
        tree["action"] = "Replace the faulted device, or use 'zpool clear'."
    return tree


# -- storages ---------------------------------------------------------------------------------
def storages(call: Call) -> list[dict[str, Any]]:
    """``/nodes/{node}/storage``; one that is not active reports zero bytes."""
    call.takes("content", "enabled", "storage", "target", "format")
    node = call.node().node.name
    rows = []
    for each in call.state.storages:
        storage = each.storage
        if storage.node != node or not call.may("Datastore.Audit", f"/storage/{storage.name}"):
            continue
        used, size = (each.used, each.size) if each.active else (0, 0)
        row: dict[str, Any] = {
            "storage": storage.name,
            "type": storage.plugin,
            "content": storage.content,
            "enabled": 1,
            "active": 1 if each.active else 0,
            "shared": 1 if storage.shared else 0,
            "total": size,
            "used": used,
            "avail": size - used,
        }
        if size:
            row["used_fraction"] = used / size
        rows.append(row)
    return rows


def content(call: Call) -> list[dict[str, Any]]:
    """``/nodes/{node}/storage/{storage}/content``."""
    call.takes("content", "vmid")
    storage = call.storage()
    state = next(each for each in call.state.storages if each.storage == storage)
    if not state.active:
        raise ProxmoxError(500, f"storage '{storage.name}' is not online")
    wanted, vmid = call.query.get("content"), call.query.get("vmid")
    rows = []
    for volume in call.source.volumes(storage, call.now):
        if wanted is not None and volume.content != wanted:
            continue
        if vmid is not None and str(volume.vmid) != vmid:
            continue
        if volume.vmid is not None and not call.may("VM.Audit", f"/vms/{volume.vmid}"):
            continue
        rows.append(_volume(volume))
    return rows


def _volume(volume: Volume) -> dict[str, Any]:
    row: dict[str, Any] = {
        "volid": volume.volid,
        "content": volume.content,
        "format": volume.format,
        "size": volume.size,
    }
    if volume.at:
        row["ctime"] = volume.at
    if volume.vmid is not None:
        row["vmid"] = volume.vmid
    if volume.content == "backup":
        row["subtype"] = volume.type
    if volume.notes:
        row["notes"] = volume.notes
    if volume.protected:
        row["protected"] = 1
    if volume.verified:
        row["verification"] = {"state": volume.verified, "upid": volume.verify_upid}
    return row


# -- history ----------------------------------------------------------------------------------
def guest_history(call: Call) -> list[dict[str, Any]]:
    """``…/rrddata`` of a guest."""
    entry = call.entry()
    times = _times(call)
    return _rows(call, "guest", times, call.source.guest_curves(entry, times))


def node_history(call: Call) -> list[dict[str, Any]]:
    """``/nodes/{node}/rrddata``."""
    node = call.node().node.name
    call.require("Sys.Audit", f"/nodes/{node}")
    times = _times(call)
    curves = dict(call.source.node_curves(node, times))
    return _rows(call, "node", times, curves)


def storage_history(call: Call) -> list[dict[str, Any]]:
    """``/nodes/{node}/storage/{storage}/rrddata``."""
    storage = call.storage()
    times = _times(call)
    return _rows(call, "storage", times, call.source.storage_curves(storage, times))


def _times(call: Call) -> Any:
    call.takes("timeframe", "cf")
    call.choice("cf", ("AVERAGE", "MAX"))
    spans = _SPANS["9.2" if call.version == "9.2" else "8.4"]
    step, count = spans[call.choice("timeframe", tuple(spans)) or "hour"]
    last = floor(call.now / step) * step
    return last - step * np.arange(count - 1, -1, -1, dtype=np.float64)


def _rows(call: Call, kind: str, times: Any, curves: Curves) -> list[dict[str, Any]]:
    names = dict(_NAMES[kind])
    scale = dict.fromkeys(names, 1.0)
    if call.version == "9.2" and kind != "storage":
        names |= _PRESSURES
        scale |= dict.fromkeys(_PRESSURES, 100.0)
    rows = []
    for position, time in enumerate(times.tolist()):
        row: dict[str, Any] = {"time": int(time)}
        for own, name in names.items():
            values = curves.get(own)
            if values is not None and not isnan(values[position]):
                row[name] = float(values[position]) * scale[own]
        rows.append(row)
    return rows

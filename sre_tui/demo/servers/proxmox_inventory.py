"""The cluster's resources, its members, and the state and configuration of guests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sre_tui.demo.servers.proxmox_answers import ProxmoxError
from sre_tui.demo.servers.proxmox_call import Call
from sre_tui.demo.world.virtualization.configs import agent_of
from sre_tui.demo.world.virtualization.records import GuestState, NodeState, StorageState
from sre_tui.demo.world.virtualization.state import TICK
from sre_tui.demo.world.virtualization.virtualization import CLUSTER

STALE_AFTER = 300.0
"""Seconds after which what a silent node said last counts no more."""
_TYPES = ("vm", "storage", "node", "sdn")


def resources(call: Call) -> list[dict[str, Any]]:
    """``/cluster/resources``: what the token may not see is left out."""
    call.takes("type")
    wanted = call.choice("type", _TYPES)
    rows: list[dict[str, Any]] = []
    if wanted in ("", "vm"):
        rows += _guests(call)
    if wanted in ("", "node"):
        rows += [_node(call, node) for node in call.state.nodes]
    if wanted in ("", "storage"):
        rows += [
            _storage(call, each)
            for each in call.state.storages
            if call.may("Datastore.Audit", f"/storage/{each.storage.name}")
        ]
    if wanted == "" and call.version == "9.2":
        rows += [
            {"id": f"network/{node.node.name}/zone/localnetwork", "type": "network",
             "network-type": "zone", "network": "localnetwork", "node": node.node.name,
             "status": "ok" if node.online else "unknown"}
            for node in call.state.nodes
            if call.may("SDN.Audit", "/sdn/zones/localnetwork")
        ]  # fmt: skip
    return rows


def _guests(call: Call) -> Iterator[dict[str, Any]]:
    nodes = call.state.node_by_name
    for guest in call.state.guests:
        entry = guest.entry
        if not call.may("VM.Audit", f"/vms/{entry.vmid}"):
            continue
        gone = 0.0 if nodes[entry.node].online else nodes[entry.node].gone_for
        bare = {
            "id": f"{entry.type}/{entry.vmid}",
            "vmid": entry.vmid,
            "node": entry.node,
            "type": entry.type,
            "status": "unknown",
        }
        if gone >= STALE_AFTER:
            yield bare
        else:
            if gone:
                # The last report of the node still stands.
                before = call.source.state(call.now - gone - TICK)
                guest = before.guest_by_id[f"{entry.type}/{entry.vmid}"]
            yield bare | _guest(call, guest)


def _guest(call: Call, guest: GuestState) -> dict[str, Any]:
    entry = guest.entry
    row: dict[str, Any] = {
        "name": entry.name,
        "status": "running" if guest.running else "stopped",
        "template": 1 if entry.template else 0,
        "uptime": guest.uptime,
        "cpu": guest.cpu,
        "maxcpu": entry.cores,
        "mem": guest.memory,
        "maxmem": entry.memory,
        "disk": guest.disk,
        "maxdisk": entry.disk,
        "netin": guest.net_in,
        "netout": guest.net_out,
        "diskread": guest.disk_read,
        "diskwrite": guest.disk_write,
    }
    if call.version == "9.2":
        row["memhost"] = _on_host(guest)
    if entry.tags:
        row["tags"] = ";".join(entry.tags)
    if guest.lock:
        row["lock"] = guest.lock
    if guest.ha_state:
        row["hastate"] = guest.ha_state
    return row


def _on_host(guest: GuestState) -> int:
    """What a virtual machine takes from its node, its emulator included."""
    return int(guest.memory * 1.06) + (90 << 20) if guest.running else 0


def _node(call: Call, node: NodeState) -> dict[str, Any]:
    name = node.node.name
    row: dict[str, Any] = {
        "id": f"node/{name}",
        "node": name,
        "type": "node",
        "status": "online" if node.online else "offline",
    }
    if not node.online or not call.may("Sys.Audit", f"/nodes/{name}"):
        return row
    return row | {
        "uptime": node.uptime,
        "cpu": node.cpu,
        "maxcpu": node.node.cores,
        "mem": node.memory,
        "maxmem": node.node.memory,
        "disk": node.root,
        "maxdisk": node.root_size,
        "level": "",
        "cgroup-mode": 2,
    }


def _storage(call: Call, each: StorageState) -> dict[str, Any]:
    storage = each.storage
    row: dict[str, Any] = {
        "id": storage.id,
        "storage": storage.name,
        "node": storage.node,
        "type": "storage",
        "plugintype": storage.plugin,
        "content": storage.content,
        "shared": 1 if storage.shared else 0,
        "status": "unknown",
    }
    if not each.active or not call.state.node_by_name[storage.node].online:
        return row
    return row | {"status": "available", "disk": each.used, "maxdisk": each.size}


def members(call: Call) -> list[dict[str, Any]]:
    """``/cluster/status``."""
    call.require("Sys.Audit")
    nodes = call.state.nodes
    asked = call.source.asked_node(call.now)
    online = sum(node.online for node in nodes)
    rows: list[dict[str, Any]] = [
        {
            "type": "cluster",
            "id": "cluster",
            "name": CLUSTER,
            "nodes": len(nodes),
            "version": len(nodes),
            "quorate": 1 if online * 2 > len(nodes) else 0,
        }
    ]
    rows += [
        {
            "type": "node",
            "id": f"node/{node.node.name}",
            "name": node.node.name,
            "nodeid": number,
            "ip": node.node.address,
            "online": 1 if node.online else 0,
            "local": 1 if node.node.name == asked else 0,
            "level": "",
        }
        for number, node in enumerate(nodes, start=1)
    ]
    return rows


def guest_status(call: Call) -> dict[str, Any]:
    """``…/status/current``."""
    guest = call.guest()
    entry = guest.entry
    row = {
        key: value for key, value in _guest(call, guest).items() if key not in ("hastate", "maxcpu")
    }
    row |= {"vmid": entry.vmid, "cpus": entry.cores, "ha": {"managed": 0}}
    if guest.ha_state:
        row["ha"] = {"managed": 1, "state": guest.ha_state}
    if entry.type == "qemu":
        row["qmpstatus"] = row["status"]
        if guest.running:
            old = call.version != "9.2"
            row |= {
                "running-qemu": "9.2.0" if old else "10.1.2",
                "running-machine": f"pc-i440fx-{'9.2' if old else '10.1'}+pve0",
            }
        if agent_of(entry) != "absent":
            row["agent"] = 1
    else:
        row |= {"type": "lxc", "swap": 0, "maxswap": 512 << 20}
    if call.version == "9.2" and guest.running:
        for kind, share in zip(("cpu", "io", "memory"), guest.pressure, strict=True):
            figure = round(share * 100, 2)
            # The daemon that reads containers hands the text of the kernel on.
            row[f"pressure{kind}some"] = figure if entry.type == "qemu" else f"{figure:.2f}"
    return row


def guest_config(call: Call) -> dict[str, Any]:
    """``…/config``; from version 8 on some sizes of virtual machines are texts."""
    call.takes("current", "snapshot")
    config = call.source.config(call.entry())
    if call.version == "7.4":
        config["memory"] = int(config["memory"])
    return config


def guest_snapshots(call: Call) -> list[dict[str, Any]]:
    """``…/snapshot``, which always ends with the present state."""
    guest = call.guest()
    found = call.source.snapshots(guest.entry, call.now)
    rows: list[dict[str, Any]] = [
        {"name": each.name, "snaptime": each.at, "description": each.description, "vmstate": 0}
        for each in found
    ]
    current: dict[str, Any] = {
        "name": "current",
        "description": "You are here!",
        "digest": "0" * 40,
        "running": 1 if guest.running else 0,
    }
    if found:
        current["parent"] = found[-1].name
    return [*rows, current]


def agent_interfaces(call: Call) -> dict[str, Any]:
    """``…/agent/network-get-interfaces`` of a virtual machine."""
    guest = call.guest()
    entry = guest.entry
    right = "VM.GuestAgent.Audit" if call.version == "9.2" else "VM.Monitor"
    call.require(right, f"/vms/{entry.vmid}")
    state = agent_of(entry)
    if state == "absent":
        raise ProxmoxError(500, "No QEMU guest agent configured")
    if not guest.running:
        raise ProxmoxError(500, f"VM {entry.vmid} is not running")
    if state == "silent":
        raise ProxmoxError(500, "QEMU guest agent is not running")
    address, mac = call.source.address(entry)
    return {
        "result": [
            _interface("lo", "00:00:00:00:00:00", "127.0.0.1", 8),
            _interface("ens18", mac.lower(), address, 24),
        ]
    }


def container_interfaces(call: Call) -> list[dict[str, Any]] | None:
    """``…/interfaces`` of a container; nothing while it is stopped."""
    guest = call.guest()
    if not guest.running:
        return None
    address, mac = call.source.address(guest.entry)
    rows: list[dict[str, Any]] = [
        {"name": "lo", "hwaddr": "00:00:00:00:00:00", "inet": "127.0.0.1/8"},
        {"name": "eth0", "hwaddr": mac.lower(), "inet": f"{address}/24"},
    ]
    if call.version == "9.2":
        for row in rows:
            row["ip-addresses"] = [_address(*row["inet"].split("/"))]
    return rows


def _interface(name: str, mac: str, address: str, prefix: int) -> dict[str, Any]:
    return {
        "name": name,
        "hardware-address": mac,
        "ip-addresses": [_address(address, str(prefix))],
    }


def _address(address: str, prefix: str) -> dict[str, Any]:
    return {"ip-address": address, "prefix": int(prefix), "ip-address-type": "ipv4"}

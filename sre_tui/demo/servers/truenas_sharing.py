"""Answers about shares, snapshots and replication, as each version shapes them."""

from __future__ import annotations

from typing import Any, Final

from sre_tui.demo.servers.truenas_storage import date
from sre_tui.demo.world import dice
from sre_tui.demo.world.nas import Nas
from sre_tui.demo.world.nas.inventory import SNAPSHOTS, replications
from sre_tui.demo.world.nas.protection import replicated_snapshot, replication_run, snapshots

_PEOPLE: Final = (("mira", "10.0.30.21"), ("jon", "10.0.30.34"))


def nfs(nas: Nas) -> list[dict[str, Any]]:
    """Rows of ``sharing.nfs.query``."""
    return [
        {
            "id": number,
            "path": f"/mnt/{share.dataset}",
            "aliases": [],
            "comment": share.comment,
            "networks": list(share.networks),
            "hosts": list(share.hosts),
            "ro": share.read_only,
            "maproot_user": "root",
            "maproot_group": None,
            "mapall_user": None,
            "mapall_group": None,
            "security": [],
            "enabled": True,
            "locked": False,
            "expose_snapshots": False,
        }
        for number, share in enumerate((s for s in nas.shares if s.kind == "nfs"), 1)
    ]


def smb(nas: Nas, version: tuple[int, int]) -> list[dict[str, Any]]:
    """Rows of ``sharing.smb.query``: ``ro`` became ``readonly``, and the purposes new names."""
    found = []
    for number, share in enumerate((s for s in nas.shares if s.kind == "smb"), 1):
        machine = share.name == "timemachine"
        row: dict[str, Any] = {
            "id": number,
            "name": share.name,
            "path": f"/mnt/{share.dataset}",
            "enabled": True,
            "comment": share.comment,
            "browsable": True,
            "locked": False,
            "audit": {"enable": False, "watch_list": [], "ignore_list": []},
        }
        if version >= (25, 10):
            row |= {
                "purpose": "TIMEMACHINE_SHARE" if machine else "DEFAULT_SHARE",
                "readonly": share.read_only,
                "options": {"aapl_name_mangling": False},
            }
        else:
            row |= {
                "purpose": "TIMEMACHINE" if machine else "DEFAULT_SHARE",
                "ro": share.read_only,
                "hostsallow": [],
                "timemachine": machine,
                "vfsobjects": [],
            }
        found.append(row)
    return found


def sessions(now: float) -> list[dict[str, Any]]:
    """The answer of ``smb.status`` for sessions."""
    return [
        {
            "session_id": str(1000 + number),
            "server_id": {"pid": str(4000 + number)},
            "uid": 3000 + number,
            "username": name,
            "groupname": name,
            "remote_machine": address,
            "hostname": f"ipv4:{address}:5{number}112",
            "session_dialect": "SMB3_11",
            "encryption": {"cipher": "-", "degree": "none"},
            "signing": {"cipher": "AES-128-GMAC", "degree": "partial"},
            "creation_time": date(now // 86400 * 86400 - 3600 * number),
        }
        for number, (name, address) in enumerate(_PEOPLE)
    ]


def snapshot_rows(nas: Nas, now: float) -> list[dict[str, Any]]:
    """Rows of ``pool.snapshot.query``, or ``zfs.snapshot.query`` before 25.10."""
    return [
        {
            "id": f"{each.dataset}@{each.name}",
            "name": f"{each.dataset}@{each.name}",
            "pool": each.dataset.partition("/")[0],
            "type": "SNAPSHOT",
            "snapshot_name": each.name,
            "dataset": each.dataset,
            "createtxg": str(int((each.taken - 1.7e9) // 5)),
            "holds": {},
            "properties": {
                "creation": {
                    "value": "", "rawvalue": str(int(each.taken)), "parsed": date(each.taken),
                    "source": "NONE", "source_info": None,
                },
                "used": {
                    "value": f"{each.used / 2**20:.1f}M", "rawvalue": str(each.used),
                    "parsed": each.used, "source": "NONE", "source_info": None,
                },
            },
        }
        for each in snapshots(nas, now)
    ]  # fmt: skip


def snapshot_tasks(now: float) -> list[dict[str, Any]]:
    """Rows of ``pool.snapshottask.query``."""
    return [
        {
            "id": plan.id,
            "dataset": plan.dataset,
            "recursive": True,
            "lifetime_value": plan.lifetime[0],
            "lifetime_unit": plan.lifetime[1],
            "enabled": True,
            "exclude": ["tank/pbs", "tank/replica"] if plan.dataset == "tank" else [],
            "naming_schema": f"{plan.prefix}-%Y-%m-%d_%H-%M",
            "allow_empty": True,
            "schedule": {
                "minute": "0", "hour": plan.hour, "dom": "*", "month": "*", "dow": "*",
                "begin": "00:00", "end": "23:59",
            },
            "vmware_sync": False,
            "state": {"state": "FINISHED", "datetime": date(now // plan.period * plan.period + 3)},
        }
        for plan in SNAPSHOTS
    ]  # fmt: skip


def replication_rows(nas: Nas, now: float) -> list[dict[str, Any]]:
    """Rows of ``replication.query``."""
    found = []
    for plan in replications(nas.lab):
        run = replication_run(nas, plan, now)
        hour, minute = divmod(int(plan.at // 60), 60)
        state: dict[str, Any] = {
            "state": run.state,
            "datetime": date(run.at),
            "warnings": [],
            "last_snapshot": replicated_snapshot(plan, run),
        }
        if run.error:
            state["error"] = f"{run.error}."
        if run.state == "RUNNING":
            sent = (now - run.at) / plan.seconds
            state["progress"] = {"bytes_sent": int(2e10 * sent), "bytes_total": int(2e10)}
        found.append(
            {
                "id": plan.number,
                "name": plan.name,
                "direction": "PUSH",
                "transport": plan.transport,
                "ssh_credentials": None if plan.transport == "LOCAL" else {"id": 1, "name": "pbs"},
                "source_datasets": list(plan.sources),
                "target_dataset": plan.target,
                "recursive": True,
                "auto": True,
                "enabled": True,
                "schedule": {
                    "minute": str(minute), "hour": str(hour), "dom": "*", "month": "*", "dow": "*",
                    "begin": "00:00", "end": "23:59",
                },
                "retention_policy": "SOURCE",
                "lifetime_value": None,
                "lifetime_unit": None,
                "has_encrypted_dataset_keys": False,
                "state": state,
                "job": {"id": int(dice.unit(nas.plant.seed, plan.name) * 1000)},
            }
        )  # fmt: skip
    return found

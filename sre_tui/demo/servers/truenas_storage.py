"""Answers about pools, datasets and disks, as each version shapes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sre_tui.demo.world import dice
from sre_tui.demo.world.homelab import Disk, Pool
from sre_tui.demo.world.nas import Member, Nas, Scan
from sre_tui.demo.world.nas.nas import DatasetSpace

_STATUS: Final = {
    "OK": ("", True, False),
    "FAILING_DEV": (
        (
            "One or more devices has experienced an unrecoverable error. An attempt was made to "
            "correct the error. Applications are unaffected."
        ),
        True,
        True,
    ),
    "FAULTED_DEV_R": (
        (
            "One or more devices are faulted in response to persistent errors. Sufficient replicas "
            "exist for the pool to continue functioning in a degraded state."
        ),
        False,
        True,
    ),
    "MISSING_DEV_R": (
        (
            "One or more devices could not be used because the label is missing or invalid. "
            "Sufficient replicas exist for the pool to continue functioning in a degraded state."
        ),
        False,
        True,
    ),
    "RESILVERING": (
        (
            "One or more devices is currently being resilvered. The pool will continue to "
            "function, possibly in a degraded state."
        ),
        True,
        True,
    ),
    "CORRUPT_DATA": (
        (
            "One or more devices has experienced an error resulting in data corruption. "
            "Applications may be affected."
        ),
        False,
        True,
    ),
}


def date(seconds: float) -> dict[str, int]:
    """A time as the middleware writes it."""
    return {"$date": int(seconds * 1000)}


def pools(nas: Nas, now: float, major: int) -> list[dict[str, Any]]:
    """Rows of ``pool.query``."""
    return [_pool(nas, pool, number, now, major) for number, pool in enumerate(nas.pools, 1)]


def _pool(nas: Nas, pool: Pool, number: int, now: float, major: int) -> dict[str, Any]:
    members = nas.members(pool, now)
    state = nas.pool_state(pool, now)
    scan = nas.scan(pool, now)
    code = _code(members, scan, now, nas.level("scrub.errors", pool.id, now))
    detail, healthy, warning = _STATUS[code]
    raw = nas.raw_size(pool)
    allocated = int(raw * nas.used(pool, now) / pool.size)
    fragmentation = int(3 + 14 * dice.unit(nas.plant.seed, "fragmentation", pool.id))
    found: dict[str, Any] = {
        "id": number,
        "name": pool.name,
        "guid": str(pool.guid),
        "path": pool.mountpoint,
        "status": state,
        "healthy": healthy and state == "ONLINE",
        "warning": warning,
        "status_code": code,
        "status_detail": detail or None,
        "size": raw,
        "size_str": str(raw),
        "allocated": allocated,
        "allocated_str": str(allocated),
        "free": raw - allocated,
        "free_str": str(raw - allocated),
        "freeing": 0,
        "freeing_str": "0",
        "fragmentation": str(fragmentation),
        "dedup_table_size": 0,
        "dedup_table_quota": "auto",
        "autotrim": {"parsed": "off", "rawvalue": "off", "source": "DEFAULT", "value": "off"},
        "scan": _scan(scan, nas, pool, now),
        "expand": None,
        "is_upgraded": True,
        "topology": {
            "data": [_group(nas, pool, members, now)] if len(members) > 1
            else [_leaf(nas, members[0], now, ())],
            "log": [], "cache": [], "spare": [], "special": [], "dedup": [],
        },
    }  # fmt: skip
    if major >= 26:
        found["all_sed"] = False
    return found


def _code(members: list[Member], scan: Scan, now: float, damaged: float) -> str:
    if damaged >= 1:
        return "CORRUPT_DATA"
    if any(not m.present for m in members):
        return "MISSING_DEV_R"
    if any(m.state == "FAULTED" for m in members):
        return "FAULTED_DEV_R"
    if scan.function == "RESILVER" and scan.progress(now) < 1:
        return "RESILVERING"
    if any(m.read_errors or m.write_errors or m.checksum_errors for m in members):
        return "FAILING_DEV"
    return "OK"


def _scan(scan: Scan, nas: Nas, pool: Pool, now: float) -> dict[str, Any]:
    share = scan.progress(now)
    total = int(nas.raw_size(pool) * nas.used(pool, now) / pool.size)
    done = share >= 1
    return {
        "function": scan.function,
        "state": "FINISHED" if done else "SCANNING",
        "start_time": date(scan.start),
        "end_time": date(scan.start + scan.seconds) if done else None,
        "percentage": 100.0 if done else round(share * 100, 6),
        "bytes_to_process": total,
        "bytes_processed": int(total * min(1.0, share * 1.1)),
        "bytes_issued": int(total * share),
        "pause": None,
        "errors": scan.errors if done else 0,
        "total_secs_left": None if done else int(scan.seconds * (1 - share)),
    }


def _group(nas: Nas, pool: Pool, members: list[Member], now: float) -> dict[str, Any]:
    whole = all(m.state == "ONLINE" for m in members)
    return {
        "name": f"{pool.layout}-0",
        "type": pool.layout.upper(),
        "path": None,
        "guid": str(dice.key("vdev", nas.plant.seed, pool.id) >> 1),
        "status": "ONLINE" if whole else "DEGRADED",
        "stats": _stats(now, nas.raw_size(pool), 0, 0, 0),
        "children": [
            _leaf(nas, member, now, tuple(pool.disks)) for member in members
        ],
        "unavail_disk": None,
    }  # fmt: skip


def _leaf(nas: Nas, member: Member, now: float, siblings: tuple[str, ...]) -> dict[str, Any]:
    disk = member.disk
    part = f"{dice.key('part', nas.plant.seed, disk.id):016x}"
    uuid = f"{part[:8]}-{part[8:12]}-4{part[13:16]}-9{part[1:4]}-{part[4:16]}"
    return {
        "name": uuid if siblings else disk.name,
        "type": "DISK",
        "path": f"/dev/disk/by-partuuid/{uuid}",
        "guid": str(dice.key("leaf", nas.plant.seed, disk.id) >> 1),
        "status": member.state,
        "stats": _stats(
            now, disk.size, member.read_errors, member.write_errors, member.checksum_errors
        ),
        "children": [],
        "device": f"{disk.name}1" if member.present else None,
        "disk": disk.name if member.present else None,
        "unavail_disk": None if member.present else _disk(disk, with_pool=False, major=0),
    }


def _stats(now: float, size: int, read: int, write: int, checksum: int) -> dict[str, Any]:
    return {
        "timestamp": int(now * 1e9),
        "read_errors": read,
        "write_errors": write,
        "checksum_errors": checksum,
        "ops": [0, 0, 0, 0, 0, 0, 0],
        "bytes": [0, 0, 0, 0, 0, 0, 0],
        "size": size,
        "allocated": 0,
        "fragmentation": 0,
        "self_healed": 0,
        "configured_ashift": 12,
        "logical_ashift": 9,
        "physical_ashift": 12,
    }


def datasets(nas: Nas, now: float, options: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows of ``pool.dataset.query``: nested unless ``extra.flat`` says otherwise."""
    extra = options.get("extra") or {}
    flat = [_dataset(space) for space in nas.space(now)]
    by_name = {row["id"]: row for row in flat}
    for row in flat:
        parent = by_name.get(row["id"].rpartition("/")[0])
        if parent is not None and extra.get("retrieve_children", True):
            parent["children"].append(row)
    if extra.get("flat", True):
        return flat
    return [row for row in flat if "/" not in row["id"]]


def _dataset(space: DatasetSpace) -> dict[str, Any]:
    name = space.dataset.name
    return {
        "id": name,
        "type": "FILESYSTEM",
        "name": name,
        "pool": name.partition("/")[0],
        "encrypted": False,
        "locked": False,
        "key_loaded": False,
        "encryption_root": None,
        "mountpoint": f"/mnt/{name}",
        "children": [],
        "used": _property(space.used),
        "available": _property(space.available),
        "usedbysnapshots": _property(space.snapshots),
        "quota": _property(space.dataset.quota or None),
        "refquota": _property(None),
        "readonly": {"parsed": False, "rawvalue": "off", "value": "OFF", "source": "DEFAULT"},
        "compressratio": {
            "parsed": "1.08", "rawvalue": "1.08", "value": "1.08x", "source": "NONE",
        },
        "recordsize": {"parsed": 131072, "rawvalue": "131072", "value": "128K"},
    }  # fmt: skip


def _property(value: int | None) -> dict[str, Any]:
    shown = None if value is None else f"{value / 2**30:.1f}G"
    raw = "0" if value is None else str(value)
    return {"value": shown, "rawvalue": raw, "parsed": value, "source": "NONE", "source_info": None}


def disks(nas: Nas, now: float, options: Mapping[str, Any], major: int) -> list[dict[str, Any]]:
    """Rows of ``disk.query``; ``pool`` is null unless ``extra.pools`` asks for it."""
    named = bool((options.get("extra") or {}).get("pools"))
    return [_disk(disk, with_pool=named, major=major) for disk in nas.disks(now)]


def _disk(disk: Disk, *, with_pool: bool, major: int) -> dict[str, Any]:
    spins = disk.type == "hdd"
    found: dict[str, Any] = {
        "identifier": f"{{serial_lunid}}{disk.serial}_5000c500{disk.serial[-8:]}",
        "name": disk.name,
        "devname": disk.name,
        "serial": disk.serial,
        "lunid": f"5000c500{disk.serial[-8:]}",
        "number": 2048 + 16 * (ord(disk.name[-1]) - ord("a")),
        "subsystem": "scsi",
        "size": disk.size,
        "model": disk.model,
        "type": "HDD" if spins else "SSD",
        "rotationrate": 7200 if spins else None,
        "bus": "ATA",
        "hddstandby": "20" if spins else "ALWAYS ON",
        "advpowermgmt": "DISABLED",
        "transfermode": "Auto",
        "description": "",
        "expiretime": None,
        "enclosure": None,
        "zfs_guid": None,
        "pool": disk.pool.partition("/")[2] if with_pool else None,
    }
    if major >= 26:
        found |= {"sed": False, "sed_status": "UNSUPPORTED"}
    return found


def temperatures(nas: Nas, now: float, names: Any) -> dict[str, int | None]:
    """The answer of ``disk.temperatures``: null in standby."""
    wanted = set(names) if isinstance(names, list) else set()
    return {
        disk.name: nas.temperature(disk, now)
        for disk in nas.disks(now)
        if not wanted or disk.name in wanted
    }

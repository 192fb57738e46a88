"""Reads the flat configuration of a guest into its groups."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from providers.coercion import amount, flag, maybe_flag, text, whole
from providers.proxmox.config import Boot, Compute, GuestConfig, Network, Volume
from providers.proxmox.guests import GuestType, tags_of

MIB: Final = 2**20
_VM_DISK: Final = re.compile(r"(?:ide|sata|scsi|virtio|efidisk|tpmstate|unused)\d+")
_CT_DISK: Final = re.compile(r"rootfs|(?:mp|unused)\d+")
_NET: Final = re.compile(r"net\d+")
_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)([KMGT]?)")
_FACTOR: Final = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}
_MAC: Final = re.compile(r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}")
_GROUPED: Final = frozenset(
    {
        "cores", "sockets", "vcpus", "cpulimit", "cpuunits", "cpu", "numa", "memory", "balloon",
        "swap", "machine", "bios", "onboot", "boot", "bootdisk", "startup", "ostype", "protection",
        "agent", "unprivileged", "description", "tags", "lock", "name", "hostname", "digest",
        "parent",
    }
)  # fmt: skip


def read_config(type_: GuestType, flat: Mapping[str, object]) -> GuestConfig:
    """The groups of a configuration as ``…/config`` answers it.

    What belongs to no group is kept in ``options``. Values may be strings or numbers.
    """
    disks = _VM_DISK if type_ == "qemu" else _CT_DISK
    volumes = [_volume(type_, key, text(flat[key])) for key in _ordered(flat) if _is(disks, key)]
    networks = [_network(key, text(flat[key])) for key in _ordered(flat) if _is(_NET, key)]
    placed = {volume.slot for volume in volumes} | {card.slot for card in networks} | _GROUPED
    return GuestConfig(
        type=type_,
        name=text(flat.get("name")) or text(flat.get("hostname")),
        compute=_compute(flat),
        volumes=tuple(volumes),
        networks=tuple(networks),
        boot=_boot(flat),
        agent=_agent(flat) if type_ == "qemu" else None,
        unprivileged=flag(flat.get("unprivileged")) if type_ == "lxc" else None,
        description=text(flat.get("description")).strip(),
        tags=tags_of(text(flat.get("tags"))),
        lock=text(flat.get("lock")) or None,
        options={key: text(flat[key]) for key in sorted(flat) if key not in placed},
    )


def options_of(written: str) -> tuple[str, dict[str, str]]:
    """A property string: the first value if it has no name, and the named ones."""
    first = ""
    named: dict[str, str] = {}
    for number, part in enumerate(written.split(",")):
        name, sign, value = part.partition("=")
        if sign:
            named[name.strip()] = value.strip()
        elif number == 0:
            first = part.strip()
    return first, named


def size_of(written: str) -> int | None:
    """Bytes of ``32G``, ``528K`` or ``4194304``; None if it is no size."""
    found = _SIZE.fullmatch(written.strip().upper())
    return None if found is None else int(float(found[1]) * _FACTOR[found[2]])


def _ordered(flat: Mapping[str, object]) -> Iterable[str]:
    def place(key: str) -> tuple[bool, str, int]:
        name = key.rstrip("0123456789")
        return name != "rootfs", name, int(key[len(name) :] or 0)

    return sorted(flat, key=place)


def _is(pattern: re.Pattern[str], key: str) -> bool:
    return pattern.fullmatch(key) is not None


def _volume(type_: GuestType, slot: str, written: str) -> Volume:
    first, named = options_of(written)
    name = first or named.pop("file", "") or named.pop("volume", "")
    storage, colon, _ = name.partition(":")
    is_cdrom = named.get("media") == "cdrom"
    unused = slot.startswith("unused")
    is_volume = bool(colon) and not name.startswith("/")
    if type_ == "lxc":
        # A mount point is in a backup only if it says so, one that is no volume never.
        in_backup = slot == "rootfs" or (is_volume and flag(named.get("backup")))
    else:
        in_backup = not is_cdrom and named.get("backup", "1") != "0"
    return Volume(
        slot=slot,
        storage=storage if is_volume else None,
        volume=name,
        size=size_of(named.pop("size", "")),
        mountpoint="/" if slot == "rootfs" else named.pop("mp", ""),
        is_cdrom=is_cdrom,
        unused=unused,
        backed_up=in_backup and not unused,
        options=named,
    )


def _network(slot: str, written: str) -> Network:
    _, named = options_of(written)
    model = next((key for key, value in named.items() if _MAC.fullmatch(value)), "")
    mac = named.pop(model, "")
    return Network(
        slot=slot,
        name=named.pop("name", ""),
        model=named.pop("model", "") if model in ("", "hwaddr", "macaddr") else model,
        mac=mac,
        bridge=named.pop("bridge", ""),
        vlan=whole(named.pop("tag", None)),
        address=named.pop("ip", ""),
        gateway=named.pop("gw", ""),
        firewall=flag(named.pop("firewall", "0")),
        connected=not flag(named.pop("link_down", "0")),
        options=named,
    )


def _compute(flat: Mapping[str, object]) -> Compute:
    cpu, named = options_of(text(flat.get("cpu")))
    # From version 8 on the memory of a virtual machine is a property string.
    memory, sizes = options_of(text(flat.get("memory")))
    return Compute(
        cores=whole(flat.get("cores")),
        sockets=whole(flat.get("sockets")),
        cpu_limit=amount(flat.get("cpulimit")) or None,
        cpu_units=whole(flat.get("cpuunits")),
        cpu_type=cpu or named.get("cputype", ""),
        numa=maybe_flag(flat.get("numa")),
        memory=_mebibytes(memory or sizes.get("current")),
        balloon=_mebibytes(flat.get("balloon")),
        swap=_mebibytes(flat.get("swap")),
        machine=text(flat.get("machine")),
        bios=text(flat.get("bios")),
    )


def _mebibytes(value: object) -> int | None:
    number = whole(value)
    return None if number is None else number * MIB


def _boot(flat: Mapping[str, object]) -> Boot:
    written = text(flat.get("boot"))
    _, named = options_of(written)
    return Boot(
        onboot=flag(flat.get("onboot")),
        order=named.get("order", written),
        startup=text(flat.get("startup")),
        os_type=text(flat.get("ostype")),
        protection=flag(flat.get("protection")),
    )


def _agent(flat: Mapping[str, object]) -> bool:
    first, named = options_of(text(flat.get("agent")))
    return flag(first or named.get("enabled"))

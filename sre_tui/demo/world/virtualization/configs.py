"""Configurations and snapshots of guests, as they are written in ``/etc/pve``."""

from __future__ import annotations

from typing import Any

from sre_tui.demo.world import dice
from sre_tui.demo.world.backups import Backups
from sre_tui.demo.world.homelab import Homelab
from sre_tui.demo.world.plant import DAY, Plant
from sre_tui.demo.world.virtualization.records import Entry, Snapshot

GIB, MIB = 2**30, 2**20
_NO_AGENT = frozenset({"frigate"})
_DEAF_AGENT = frozenset({"mail"})
_SNAPSHOTS = {
    "before-upgrade": "before the upgrade to the next major version",
    "clean-install": "fresh after the installation",
    "pre-migration": "in case the new storage is no good",
}


def config_of(plant: Plant, backups: Backups, entry: Entry) -> dict[str, Any]:
    """The flat configuration of a guest, sizes as Proxmox writes them."""
    common = {
        "cores": entry.cores,
        "digest": f"{dice.key('digest', plant.seed, entry.vmid):016x}" * 2 + "00000000",
        "memory": str(entry.memory // MIB),
        "onboot": 1 if entry.onboot else 0,
    }
    if entry.tags:
        common["tags"] = ";".join(entry.tags)
    if entry.template:
        common["template"] = 1
    if "core" in entry.tags:
        common["startup"] = "order=1,up=15"
    own = _machine if entry.type == "qemu" else _container
    return common | own(plant, backups, entry)


def agent_of(entry: Entry) -> str:
    """Whether a virtual machine's agent ``answers``, is ``silent``, or ``absent``."""
    if entry.name in _NO_AGENT or entry.template:
        return "absent"
    return "silent" if entry.name in _DEAF_AGENT else "answers"


def mac_of(plant: Plant, entry: Entry) -> str:
    """The address of its network card, in the range that Proxmox uses."""
    tail = dice.key("mac", plant.seed, entry.vmid) % 2**24
    return "BC:24:11:" + ":".join(f"{tail >> shift & 255:02X}" for shift in (16, 8, 0))


def address_of(lab: Homelab, entry: Entry) -> str:
    """Its address; empty for what the world does not let live."""
    guest = lab.guest_by_name.get(entry.name)
    return guest.address if guest is not None else ""


def snapshots_of(plant: Plant, entry: Entry, now: float) -> list[Snapshot]:
    """The snapshots that somebody made of a guest and that are there at a moment."""
    if not entry.living or dice.unit("snapshots", plant.seed, entry.name) > 0.28:
        return []
    names = list(_SNAPSHOTS)
    name = names[int(dice.unit("snapshot", plant.seed, entry.name) * len(names))]
    age = dice.between(3, 45, "snapshot age", plant.seed, entry.name)
    at = int(plant.anchor - age * DAY)
    return [Snapshot(name, at, _SNAPSHOTS[name])] if at <= now else []


def _machine(plant: Plant, backups: Backups, entry: Entry) -> dict[str, Any]:
    windows = entry.name.startswith("win")
    disk = f"{entry.storage}:vm-{entry.vmid}-disk-0,discard=on,iothread=1"
    uuid = f"{dice.key('uuid', plant.seed, entry.vmid):016x}"
    config: dict[str, Any] = {
        "name": entry.name,
        "sockets": 1,
        "cpu": "host" if entry.cores >= 6 else "x86-64-v2-AES",
        "numa": 0,
        "ostype": "win11" if windows else "l26",
        "scsihw": "virtio-scsi-single",
        "boot": "order=scsi0;net0",
        "scsi0": f"{disk},size={entry.disk // GIB}G,ssd=1",
        "ide2": "none,media=cdrom",
        "net0": f"virtio={mac_of(plant, entry)},bridge=vmbr0,firewall=1",
        "smbios1": f"uuid={uuid[:8]}-{uuid[8:12]}-4{uuid[13:16]}-8000-{uuid[:12]}",
        "vmgenid": f"{uuid[8:]}-0000-4000-8000-{uuid[4:]}",
        "meta": f"creation-qemu=10.1.2,ctime={int(_created(plant, backups, entry))}",
    }
    if agent_of(entry) != "absent":
        config["agent"] = "enabled=1,fstrim_cloned_disks=1"
    if windows:
        config |= {"bios": "ovmf", "machine": "pc-q35-10.1", "balloon": 0}
        config["efidisk0"] = f"{entry.storage}:vm-{entry.vmid}-disk-1,efitype=4m,size=4M"
        config["tpmstate0"] = f"{entry.storage}:vm-{entry.vmid}-disk-2,size=4M,version=v2.0"
    for number, extra in enumerate(backups.plan.excluded_disks.get(entry.name, ()), start=1):
        volume = f"{entry.storage}:vm-{entry.vmid}-disk-{number}"
        config[extra.key] = f"{volume},backup=0,iothread=1,size={extra.size // GIB}G"
        config["description"] = f"{extra.key}: {extra.why}, not in the backup\n"
    return config


def _container(plant: Plant, backups: Backups, entry: Entry) -> dict[str, Any]:
    address = address_of(plant.homelab, entry)
    gateway = address.rpartition(".")[0] + ".1" if address else ""
    place = f"gw={gateway},ip={address}/24" if address else "ip=dhcp"
    config: dict[str, Any] = {
        "hostname": entry.name,
        "arch": "amd64",
        "ostype": "debian",
        "swap": 512,
        "unprivileged": 1,
        "features": "nesting=1",
        "rootfs": f"{entry.storage}:subvol-{entry.vmid}-disk-0,size={entry.disk // GIB}G",
        "net0": (
            f"name=eth0,bridge=vmbr0,firewall=1,hwaddr={mac_of(plant, entry)},{place},type=veth"
        ),
    }
    guest = plant.homelab.guest_by_name.get(entry.name)
    for number, mount in enumerate(guest.mounts if guest else ()):
        config[f"mp{number}"] = f"/mnt/pve/{mount.dataset.replace('/', '-')},mp={mount.path}"
    return config


def _created(plant: Plant, backups: Backups, entry: Entry) -> float:
    guest = plant.homelab.guest_by_name.get(entry.name)
    return backups.created(guest) if guest is not None else plant.anchor - 400 * DAY

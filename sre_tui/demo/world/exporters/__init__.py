"""What the exporters tell of the homelab, under the names and labels the real ones use."""

from __future__ import annotations

from collections.abc import Iterator

from sre_tui.demo.world.exporters import (
    backups,
    containers,
    disks,
    machine,
    machine_io,
    monitoring,
    network,
    power,
    probes,
    proxmox,
    recording,
    storage,
    web,
    zfs_status,
)
from sre_tui.demo.world.family import Family
from sre_tui.demo.world.plant import Plant

_MODULES = (
    machine,
    machine_io,
    storage,
    zfs_status,
    disks,
    proxmox,
    backups,
    containers,
    probes,
    web,
    network,
    power,
    monitoring,
    recording,
)


def all_families(plant: Plant) -> Iterator[Family]:
    """Every metric family of the homelab."""
    for module in _MODULES:
        yield from module.families(plant)

"""What can go wrong in the homelab: one class for each kind, by family of kinds."""

from sre_tui.demo.faults import (
    backups,
    compute,
    filesystems,
    monitoring,
    nas,
    network,
    power,
    services,
    storage,
    virtualization,
)
from sre_tui.demo.faults.kind import FAULT_KINDS, Fault, TargetKind, target_names

__all__ = [
    "FAULT_KINDS",
    "Fault",
    "TargetKind",
    "backups",
    "compute",
    "filesystems",
    "monitoring",
    "nas",
    "network",
    "power",
    "services",
    "storage",
    "target_names",
    "virtualization",
]

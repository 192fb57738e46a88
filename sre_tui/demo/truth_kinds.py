"""The words for a true cause: every fault kind, and what only raw telemetry can tell of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sre_tui.demo.faults import FAULT_KINDS, TargetKind, target_names
from sre_tui.demo.world.homelab import Homelab


@dataclass(frozen=True)
class TruthKind:
    """A word for a cause; ``subjects`` are the sorts of thing it can be true of."""

    meaning: str
    subjects: tuple[TargetKind, ...]


_MACHINE: Final = (TargetKind.MACHINE,)
_PROGRAM: Final = (TargetKind.WORKLOAD, TargetKind.MACHINE)
_STORAGE: Final = (TargetKind.DISK, TargetKind.POOL, TargetKind.DATASET, TargetKind.DATASTORE)
_BACKED_UP: Final = (TargetKind.COVERED,)
_REACHED: Final = (TargetKind.HOST, TargetKind.MACHINE)
_SITE: Final = (TargetKind.SITE, TargetKind.GUEST)

OTHER_KINDS: Final[Mapping[str, TruthKind]] = {
    "access_denied": TruthKind("a program may not read or write what it needs", _PROGRAM),
    "backup_unverified": TruthKind("backups were never verified", _BACKED_UP),
    "backup_load": TruthKind("a backup run slows what it reads or writes", _BACKED_UP + _MACHINE),
    "bus_errors": TruthKind("a cable, controller or memory damages transfers", _STORAGE + _MACHINE),
    "certificate_untrusted": TruthKind("a certificate is of another name or signer", _SITE),
    "configuration_wrong": TruthKind("a setting keeps a program from its work", _PROGRAM),
    "connections_exhausted": TruthKind("a server has no connection or file left", _PROGRAM),
    "cpu_saturated": TruthKind("a program uses all processors it can get", _PROGRAM),
    "credentials_expired": TruthKind("a token, key or password is no longer valid", _PROGRAM),
    "data_corrupted": TruthKind("a program's files or database are damaged", _PROGRAM),
    "database_locked": TruthKind("a lock or a long query holds up a database", _PROGRAM),
    "disk_worn": TruthKind("a solid-state disk is near the end of its writes", _STORAGE),
    "filesystem_readonly": TruthKind("a file system went read-only", _MACHINE),
    "firewall_blocks": TruthKind("a rule drops packets that should pass", _REACHED),
    "inodes_exhausted": TruthKind("a file system has space, but no inode left", _MACHINE),
    "address_conflict": TruthKind("two machines have the same address", _REACHED),
    "job_stuck": TruthKind("a job or a queue makes no progress", (*_PROGRAM, *_BACKED_UP)),
    "lease_lost": TruthKind("a machine got no address, or another one", _REACHED),
    "link_slow": TruthKind("a link negotiated too low a speed", _REACHED),
    "memory_exhausted": TruthKind("a machine has too little memory, with no leak", _PROGRAM),
    "mount_lost": TruthKind("a network share is not mounted or its handle is stale", _PROGRAM),
    "overheating": TruthKind("a disk or a machine is too hot", _STORAGE + _MACHINE),
    "port_taken": TruthKind("a program cannot listen, because another one does", _PROGRAM),
    "pool_fragmented": TruthKind("a pool is slow because its free space is in pieces", _STORAGE),
    "process_hung": TruthKind("a program runs and does nothing", _PROGRAM),
    "quorum_lost": TruthKind("the cluster has too few votes", (TargetKind.NODE,)),
    "quota_reached": TruthKind("a dataset has used all it may", _STORAGE + _MACHINE),
    "rate_limited": TruthKind("a remote service takes no more requests for now", _PROGRAM),
    "scrub_load": TruthKind("a scrub or a self-test slows a pool", _STORAGE),
    "service_failed": TruthKind("a program ended and was not started again", _PROGRAM),
    "share_stopped": TruthKind("the NAS serves a protocol no longer", (*_MACHINE, *_STORAGE)),
    "swapping": TruthKind("a machine moves memory to disk and back", _PROGRAM),
    "task_locked": TruthKind("a lock of another task keeps a guest from its jobs", _PROGRAM),
    "version_mismatch": TruthKind("two programs of different versions do not work", _PROGRAM),
}
"""What no fault kind stands for."""


def cause_kinds() -> list[str]:
    """Every word a cause may have."""
    return [*FAULT_KINDS, *OTHER_KINDS]


def subjects_of(kind: str, lab: Homelab) -> list[str]:
    """What a cause of this kind can be true of, as fault targets are written.

    Raises:
        KeyError: no such kind.
    """
    sorts = (FAULT_KINDS[kind].hits,) if kind in FAULT_KINDS else OTHER_KINDS[kind].subjects
    return list(dict.fromkeys(name for sort in sorts for name in target_names(lab, sort)))

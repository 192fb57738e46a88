"""What is not told but leaves no choice."""

from __future__ import annotations

from typing import Final

from sre_tui.diagnosis.subject import SubjectKind
from sre_tui.diagnosis.topology.graph import Relation, Topology

PRESUMED: Final = "presumed"
BOOT_POOLS: Final = frozenset({"rpool", "boot-pool", "bpool"})


def presume_members(topology: Topology) -> None:
    """Take a machine's disks of no known pool for members of its pools whose members are unknown.

    While the NAS itself cannot be asked, metrics tell its pools and disks, but not which is whose.
    """
    for pool in topology.subjects(SubjectKind.POOL):
        if any(edge.relation is Relation.MADE_OF for edge in topology.below(pool)):
            continue
        machine = next(
            (edge.on for edge in topology.below(pool) if edge.relation is Relation.ATTACHED_TO),
            None,
        )
        if machine is None or (pool.own_name in BOOT_POOLS and machine.kind is SubjectKind.NAS):
            continue
        for edge in list(topology.above(machine)):
            disk = edge.dependent
            owned = any(up.relation is Relation.MADE_OF for up in topology.above(disk))
            if disk.kind is SubjectKind.DISK and not owned:
                topology.connect(pool, Relation.MADE_OF, disk, PRESUMED)

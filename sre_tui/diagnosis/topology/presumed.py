"""What is not told but leaves no choice."""

from __future__ import annotations

from typing import Final

from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.graph import Relation, Topology

PRESUMED: Final = "presumed"
BOOT_POOLS: Final = frozenset({"rpool", "boot-pool", "bpool"})


def presume_members(topology: Topology) -> None:
    """Take a machine's disks of no known pool for the members of its one pool without any.

    While the NAS itself cannot be asked, metrics tell its pools and disks, but not which is whose.
    """
    bare: dict[Subject, list[Subject]] = {}
    for pool in topology.subjects(SubjectKind.POOL):
        edges = topology.below(pool)
        if any(edge.relation is Relation.MADE_OF for edge in edges):
            continue
        for edge in edges:
            booted = pool.own_name in BOOT_POOLS and edge.on.kind is SubjectKind.NAS
            if edge.relation is Relation.ATTACHED_TO and not booted:
                bare.setdefault(edge.on, []).append(pool)
    for machine, pools in bare.items():
        if len(pools) > 1:
            continue
        for edge in list(topology.above(machine)):
            disk = edge.dependent
            owned = any(up.relation is Relation.MADE_OF for up in topology.above(disk))
            if disk.kind is SubjectKind.DISK and not owned:
                topology.connect(pools[0], Relation.MADE_OF, disk, PRESUMED)

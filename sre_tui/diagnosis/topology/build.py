"""Builds the topology out of a picture: every backend adds what it knows."""

from __future__ import annotations

from sre_tui.diagnosis.picture.picture import Picture
from sre_tui.diagnosis.topology import (
    from_copies,
    from_lines,
    from_metrics,
    from_nas,
    from_proxmox,
    from_storages,
)
from sre_tui.diagnosis.topology.graph import Topology
from sre_tui.diagnosis.topology.names import Names
from sre_tui.diagnosis.topology.presumed import presume_members


def build_topology(picture: Picture) -> Topology:
    """What stands on what; parts that could not be read are simply not in it."""
    topology = Topology()
    names = Names(topology)
    from_proxmox.add_inventory(topology, picture)
    from_nas.add_systems(topology, picture)
    from_metrics.add_machines(topology, names, picture)
    from_proxmox.add_storages(topology, picture)
    from_nas.add_pools(topology, names, picture)
    from_metrics.add_storage(topology, names, picture)
    from_lines.add_told_mounts(topology, names, picture)
    from_storages.add_node_disks(topology, picture)
    presume_members(topology)
    from_storages.stand_storages(topology, names, picture)
    from_metrics.add_programs(topology, names, picture)
    from_nas.add_apps(topology, names, picture)
    from_nas.add_sessions(topology, names, picture)
    from_metrics.add_sites(topology, names, picture)
    from_proxmox.add_backups(topology, picture)
    from_storages.stand_datastores(topology, names, picture)
    from_copies.add_copies(topology, picture)
    from_metrics.add_watchers(topology, names, picture)
    return topology

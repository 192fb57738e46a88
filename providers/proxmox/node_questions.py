"""What can be asked about nodes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from providers.proxmox.connection import ProxmoxConnection
from providers.proxmox.members import ask_nodes, read_inventory
from providers.reading import Reading
from providers.readings import Fetched

if TYPE_CHECKING:
    from providers.proxmox.disks import NodeDisks, ZfsPoolDetail
    from providers.proxmox.history import History, Timeframe
    from providers.proxmox.node_status import Cluster, HaResource, NodeReport


class NodeQuestions(ProxmoxConnection):
    """Nodes, the cluster they form, their disks and pools."""

    async def nodes(self, only: Sequence[str] = ()) -> Reading[tuple[NodeReport, ...]]:
        """Nodes with load, memory, version and pressure (``/nodes/{node}/status`` of each).

        Partial if a node does not answer, or does not let itself be looked at; it is listed without
        its status. Unauthorized if none lets itself be.
        """
        from providers.proxmox.node_reader import node_reports, read_node
        from providers.proxmox.node_status import NodeReport
        from providers.proxmox.permissions import NODES, read_permissions, recipe

        async def fetch() -> Fetched[tuple[NodeReport, ...]]:
            known = await self._known()
            if not known.nodes:
                held = await read_permissions(self._api)
                NODES.unseen(self._api, held, recipe(self._api), empty=True)
            answers = await ask_nodes(
                known,
                lambda node: read_node(self._api, node, self._http.clock()),
                only,
                recipe(self._api),
            )
            if answers.refused or all(node.cpu is None for node in known.nodes):
                answers.needed()
            reports = node_reports(known, answers.by_node, only)
            return Fetched(reports, missing=answers.missing)

        key = f"nodes {' '.join(only)}"
        return await self._http.reading(key, tuple[NodeReport, ...], fetch)

    async def cluster(self) -> Reading[Cluster]:
        """Members and quorum (``/cluster/status``)."""
        from providers.proxmox.node_reader import read_cluster
        from providers.proxmox.node_status import Cluster

        async def fetch() -> Fetched[Cluster]:
            return Fetched(await read_cluster(self._api))

        return await self._http.reading("cluster", Cluster, fetch)

    async def ha(self) -> Reading[tuple[HaResource, ...]]:
        """Quorum, managers and services of high availability (``/cluster/ha/status/current``)."""
        from providers.proxmox.node_reader import read_ha
        from providers.proxmox.node_status import HaResource

        async def fetch() -> Fetched[tuple[HaResource, ...]]:
            return Fetched(await read_ha(self._api))

        return await self._http.reading("ha", tuple[HaResource, ...], fetch)

    async def disks(self, only: Sequence[str] = ()) -> Reading[NodeDisks]:
        """Disks with SMART health and wear, and ZFS pools, of the nodes.

        Sources: ``/nodes/{node}/disks/list`` and ``/nodes/{node}/disks/zfs``, which need Sys.Audit.
        """
        from providers.proxmox.disk_reader import read_node_disks
        from providers.proxmox.disks import NodeDisks
        from providers.proxmox.permissions import recipe

        async def fetch() -> Fetched[NodeDisks]:
            known = await read_inventory(self._api, self._only, "node")
            answers = await ask_nodes(
                known, lambda node: read_node_disks(self._api, node), only, recipe(self._api)
            )
            parts = answers.needed().by_node.values()
            found = NodeDisks(
                disks=tuple(disk for part, _ in parts for disk in part.disks),
                pools=tuple(pool for part, _ in parts for pool in part.pools),
            )
            lacks = [answers.missing, *(missing for _, missing in parts)]
            return Fetched(found, missing="; ".join(filter(None, lacks)))

        return await self._http.reading(f"disks {' '.join(only)}", NodeDisks, fetch)

    async def pool(self, node: str, name: str) -> Reading[ZfsPoolDetail]:
        """What ``zpool status`` says of a pool of a node (``/nodes/{node}/disks/zfs/{pool}``)."""
        from providers.proxmox.disk_reader import read_pool
        from providers.proxmox.disks import ZfsPoolDetail

        async def fetch() -> Fetched[ZfsPoolDetail]:
            return Fetched(await read_pool(self._api, node, name))

        return await self._http.reading(f"pool {node} {name}", ZfsPoolDetail, fetch)

    async def node_history(self, node: str, timeframe: Timeframe = "day") -> Reading[History]:
        """Processor, load, memory, network and root file system of a node over time."""
        return await self._history(f"/nodes/{node}", f"node/{node}", timeframe)

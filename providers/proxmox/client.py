"""Reads Proxmox VE 8 and 9 over its HTTP API: one client per cluster or stand-alone host."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from pydantic import TypeAdapter

from providers.attempt import attempt, missing_parts
from providers.client import BackendClient
from providers.clock import Clock, system_clock
from providers.coercion import Text
from providers.endpoint import ProxmoxEndpoint
from providers.errors import BackendError
from providers.guard import Allow
from providers.http import HttpBackend
from providers.last_known_good import LastKnownGood
from providers.proxmox.api import API, Api
from providers.proxmox.errors import read_error
from providers.proxmox.members import ask_nodes, read_inventory
from providers.proxmox.resources import Inventory
from providers.reading import Reading
from providers.readings import Fetched
from providers.wire import Wire, parsed

if TYPE_CHECKING:
    from providers.proxmox.detail import GuestDetail
    from providers.proxmox.disks import NodeDisks, ZfsPoolDetail
    from providers.proxmox.guests import Guest
    from providers.proxmox.history import History, Timeframe
    from providers.proxmox.jobs import BackupJob, ExcludedDisk, NotBackedUp, Replication
    from providers.proxmox.node_status import Cluster, HaResource, NodeReport
    from providers.proxmox.permissions import Permissions
    from providers.proxmox.storage import BackupVolume, Storage
    from providers.proxmox.task_query import TaskQuery
    from providers.proxmox.tasks import TaskLog, TaskPage

ALLOWED: Final = tuple(
    Allow("GET", f"{API}{path}")
    for path in (
        "/version",
        "/access/permissions",
        "/cluster/resources",
        "/cluster/status",
        "/cluster/backup",
        "/cluster/backup/{}/included_volumes",
        "/cluster/backup-info/not-backed-up",
        "/cluster/ha/status/current",
        "/nodes/{}/status",
        "/nodes/{}/rrddata",
        "/nodes/{}/tasks",
        "/nodes/{}/tasks/{}/status",
        "/nodes/{}/tasks/{}/log",
        "/nodes/{}/storage",
        "/nodes/{}/storage/{}/content",
        "/nodes/{}/storage/{}/rrddata",
        "/nodes/{}/replication",
        "/nodes/{}/disks/list",
        "/nodes/{}/disks/zfs",
        "/nodes/{}/disks/zfs/{}",
        *(
            f"/nodes/{{}}/{kind}/{{}}/{what}"
            for kind in ("qemu", "lxc")
            for what in ("status/current", "config", "snapshot", "rrddata")
        ),
        "/nodes/{}/qemu/{}/agent/network-get-interfaces",
        "/nodes/{}/lxc/{}/interfaces",
    )
)
SCHEME: Final = "PVEAPIToken="


class _Version(Wire):
    version: Text = ""


_VERSION: Final = TypeAdapter(_Version)


class ProxmoxClient(BackendClient):
    """One Proxmox VE cluster or host. Every method answers with a reading.

    A cluster is asked through the one member that is configured; a node that does not answer makes
    the reading partial.
    """

    def __init__(
        self,
        endpoint: ProxmoxEndpoint,
        *,
        clock: Clock = system_clock,
        kept: LastKnownGood | None = None,
    ) -> None:
        headers = {}
        if endpoint.token is not None:
            token = endpoint.token.get_secret_value().removeprefix(SCHEME)
            headers["Authorization"] = f"{SCHEME}{token}"
        super().__init__(
            HttpBackend(
                "proxmox",
                endpoint,
                allow=ALLOWED,
                headers=headers,
                error_reader=read_error,
                clock=clock,
                kept=kept,
            )
        )
        self._api = Api(self._http)
        self._only = endpoint.node

    @property
    def recipe(self) -> str:
        """The commands that give its token the least it needs."""
        from providers.proxmox.permissions import recipe

        return recipe(self._api)

    async def version(self) -> Reading[str]:
        """Version of Proxmox VE, such as ``9.2.11`` (``/version``)."""

        async def fetch() -> Fetched[str]:
            row = parsed(_VERSION, await self._api.data("/version") or {}, "/version")
            return Fetched(row.version)

        return await self._http.reading("version", str, fetch)

    async def permissions(self) -> Reading[Permissions]:
        """What the token may do (``/access/permissions``)."""
        from providers.proxmox.permissions import Permissions, read_permissions

        async def fetch() -> Fetched[Permissions]:
            return Fetched(await read_permissions(self._api))

        return await self._http.reading("permissions", Permissions, fetch)

    async def inventory(self) -> Reading[Inventory]:
        """Guests, nodes and storages, by one call (``/cluster/resources``).

        Where there is no guest, the token's rights are looked at: without VM.Audit the reading is
        unauthorized, or partial if there is anything else to see.
        """
        from providers.proxmox.permissions import refuse_blindness

        async def fetch() -> Fetched[Inventory]:
            found = await read_inventory(self._api, self._only)
            if found.guests:
                return Fetched(found)
            blind = await attempt(lambda: refuse_blindness(self._api, "VM.Audit", "guests"))
            if isinstance(blind, BackendError) and not found.storages:
                raise blind
            return Fetched(found, missing=missing_parts({"guests": blind}))

        return await self._http.reading("inventory", Inventory, fetch)

    async def guest(self, guest: Guest) -> Reading[GuestDetail]:
        """Configuration, state, snapshots, addresses and recent tasks of a guest of the inventory.

        Partial if a part cannot be read. Addresses of a virtual machine come from its agent, which
        may not run, or not be open to the token: ``agent`` tells.
        """
        from providers.proxmox.detail import GuestDetail
        from providers.proxmox.guest_reader import read_guest

        async def fetch() -> Fetched[GuestDetail]:
            detail, missing = await read_guest(self._api, guest)
            return Fetched(detail, missing=missing)

        return await self._http.reading(f"guest {guest.type}/{guest.vmid}", GuestDetail, fetch)

    async def nodes(self, only: Sequence[str] = ()) -> Reading[tuple[NodeReport, ...]]:
        """Nodes with load, memory, version and pressure (``/nodes/{node}/status`` of each).

        Partial if a node does not answer; it is listed without its status.
        """
        from providers.proxmox.node_reader import node_reports, read_node
        from providers.proxmox.node_status import NodeReport
        from providers.proxmox.permissions import refuse_blindness

        async def fetch() -> Fetched[tuple[NodeReport, ...]]:
            known = await read_inventory(self._api, self._only)
            if not known.nodes:
                await refuse_blindness(self._api, "Sys.Audit", "nodes")
            answers = await ask_nodes(
                known, lambda node: read_node(self._api, node, self._http.clock()), only
            )
            if all(node.cpu is None for node in known.nodes):
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

        async def fetch() -> Fetched[NodeDisks]:
            known = await read_inventory(self._api, self._only, "node")
            answers = await ask_nodes(known, lambda node: read_node_disks(self._api, node), only)
            parts = answers.needed().by_node.values()
            found = NodeDisks(
                disks=tuple(disk for part in parts for disk in part.disks),
                pools=tuple(pool for part in parts for pool in part.pools),
            )
            return Fetched(found, missing=answers.missing)

        return await self._http.reading(f"disks {' '.join(only)}", NodeDisks, fetch)

    async def pool(self, node: str, name: str) -> Reading[ZfsPoolDetail]:
        """What ``zpool status`` says of a pool of a node (``/nodes/{node}/disks/zfs/{pool}``)."""
        from providers.proxmox.disk_reader import read_pool
        from providers.proxmox.disks import ZfsPoolDetail

        async def fetch() -> Fetched[ZfsPoolDetail]:
            return Fetched(await read_pool(self._api, node, name))

        return await self._http.reading(f"pool {node} {name}", ZfsPoolDetail, fetch)

    async def tasks(self, query: TaskQuery | None = None) -> Reading[TaskPage]:
        """Tasks of all nodes, running ones included, the newest first.

        Source: ``/nodes/{node}/tasks`` of each node. Without Sys.Audit a token sees its own only.
        """
        from providers.proxmox.permissions import refuse_blindness
        from providers.proxmox.task_query import TaskQuery
        from providers.proxmox.task_reader import merged, read_tasks
        from providers.proxmox.tasks import TaskPage

        wanted = query or TaskQuery()

        async def fetch() -> Fetched[TaskPage]:
            known = await read_inventory(self._api, self._only)
            answers = await ask_nodes(
                known, lambda node: read_tasks(self._api, node, wanted), wanted.nodes
            )
            page = merged(known, answers.needed().by_node)
            if not page.tasks:
                await refuse_blindness(self._api, "Sys.Audit", "tasks but its own")
            return Fetched(page, missing=answers.missing)

        key = (
            f"tasks {wanted.errors} {' '.join(wanted.nodes)} {wanted.vmid} {wanted.kind} "
            f"{wanted.limit}"
        )
        return await self._http.reading(key, TaskPage, fetch)

    async def task_log(self, upid: str, lines: int = 200) -> Reading[TaskLog]:
        """How a task ended, and the last lines of its log.

        Sources: ``/nodes/{node}/tasks/{upid}/status`` and ``…/log``.

        Raises:
            ValueError: if the text is no task id.
        """
        from providers.proxmox.task_reader import read_log
        from providers.proxmox.tasks import TaskLog
        from providers.proxmox.upid import read_upid

        read_upid(upid)

        async def fetch() -> Fetched[TaskLog]:
            return Fetched(await read_log(self._api, upid, lines))

        return await self._http.reading(f"task log {upid}", TaskLog, fetch)

    async def storages(self, *, counted: bool = False) -> Reading[tuple[Storage, ...]]:
        """Storages with their fill, shared ones once (``/nodes/{node}/storage`` of each node).

        Args:
            counted: also counts the volumes of each (``…/storage/{storage}/content``), which may
                take long and wake disks.
        """
        from providers.proxmox.permissions import refuse_blindness
        from providers.proxmox.storage import Storage
        from providers.proxmox.storage_reader import read_all_storages

        async def fetch() -> Fetched[tuple[Storage, ...]]:
            found, missing = await read_all_storages(self._api, self._only, counted=counted)
            if not found:
                await refuse_blindness(self._api, "Datastore.Audit", "storages")
            return Fetched(found, missing=missing)

        return await self._http.reading(f"storages {counted}", tuple[Storage, ...], fetch)

    async def storage_backups(self) -> Reading[tuple[BackupVolume, ...]]:
        """Backups of guests on the storages: vzdump archives and snapshots of backup servers.

        Sources: ``/cluster/resources?type=storage``, and
        ``/nodes/{node}/storage/{storage}/content?content=backup`` of every storage that holds
        backups, a shared one through one node. Partial if one cannot be read.
        """
        from providers.proxmox.permissions import refuse_blindness
        from providers.proxmox.storage import BackupVolume
        from providers.proxmox.storage_reader import read_all_backups

        async def fetch() -> Fetched[tuple[BackupVolume, ...]]:
            found, missing = await read_all_backups(self._api, self._only)
            if not found:
                await refuse_blindness(self._api, "Datastore.Audit", "backups")
            return Fetched(found, missing=missing)

        return await self._http.reading("storage backups", tuple[BackupVolume, ...], fetch)

    async def backup_jobs(self) -> Reading[tuple[BackupJob, ...]]:
        """Scheduled backup jobs (``/cluster/backup``, which needs Sys.Audit on ``/``)."""
        from providers.proxmox.job_reader import read_backup_jobs
        from providers.proxmox.jobs import BackupJob

        async def fetch() -> Fetched[tuple[BackupJob, ...]]:
            return Fetched(await read_backup_jobs(self._api))

        return await self._http.reading("backup jobs", tuple[BackupJob, ...], fetch)

    async def excluded_disks(self, jobs: Sequence[str]) -> Reading[tuple[ExcludedDisk, ...]]:
        """Disks that backup jobs leave out (``/cluster/backup/{id}/included_volumes`` of each).

        Args:
            jobs: ids of the jobs that are looked at.
        """
        from providers.proxmox.job_reader import read_excluded_disks
        from providers.proxmox.jobs import ExcludedDisk

        async def fetch() -> Fetched[tuple[ExcludedDisk, ...]]:
            parts = await asyncio.gather(
                *(attempt(partial(read_excluded_disks, self._api, job)) for job in jobs)
            )
            missing = missing_parts(
                {f"disks of job {job}": part for job, part in zip(jobs, parts, strict=True)}
            )
            found = [disk for part in parts if not isinstance(part, BackendError) for disk in part]
            return Fetched(tuple(found), missing=missing)

        key = f"excluded disks {' '.join(jobs)}"
        return await self._http.reading(key, tuple[ExcludedDisk, ...], fetch)

    async def not_backed_up(self) -> Reading[tuple[NotBackedUp, ...]]:
        """Guests in no backup job (``/cluster/backup-info/not-backed-up``)."""
        from providers.proxmox.job_reader import read_not_backed_up
        from providers.proxmox.jobs import NotBackedUp

        async def fetch() -> Fetched[tuple[NotBackedUp, ...]]:
            return Fetched(await read_not_backed_up(self._api))

        return await self._http.reading("not backed up", tuple[NotBackedUp, ...], fetch)

    async def replications(self) -> Reading[tuple[Replication, ...]]:
        """Replications of guests with their state (``/nodes/{node}/replication`` of each node)."""
        from providers.proxmox.job_reader import read_replications
        from providers.proxmox.jobs import Replication

        async def fetch() -> Fetched[tuple[Replication, ...]]:
            known = await read_inventory(self._api, self._only, "node")
            answers = await ask_nodes(known, lambda node: read_replications(self._api, node))
            found = {each.id: each for rows in answers.needed().by_node.values() for each in rows}
            return Fetched(tuple(found.values()), missing=answers.missing)

        return await self._http.reading("replications", tuple[Replication, ...], fetch)

    async def guest_history(self, guest: Guest, timeframe: Timeframe = "day") -> Reading[History]:
        """Processor, memory, network and disk of a guest over time."""
        subject = f"{guest.type}/{guest.vmid}"
        return await self._history(f"/nodes/{guest.node}/{subject}", subject, timeframe)

    async def node_history(self, node: str, timeframe: Timeframe = "day") -> Reading[History]:
        """Processor, load, memory, network and root file system of a node over time."""
        return await self._history(f"/nodes/{node}", f"node/{node}", timeframe)

    async def storage_history(
        self, node: str, storage: str, timeframe: Timeframe = "day"
    ) -> Reading[History]:
        """Fill of a storage, as one node sees it, over time."""
        subject = f"storage/{node}/{storage}"
        return await self._history(f"/nodes/{node}/storage/{storage}", subject, timeframe)

    async def _history(self, path: str, subject: str, timeframe: Timeframe) -> Reading[History]:
        from providers.proxmox.history import History
        from providers.proxmox.history_reader import read_history

        async def fetch() -> Fetched[History]:
            return Fetched(await read_history(self._api, path, subject, timeframe))

        return await self._http.reading(f"history {subject} {timeframe}", History, fetch)

"""Reads a TrueNAS (25.04 and newer over JSON-RPC; REST where its owner asks for it)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from pydantic import JsonValue

from providers.client import InstanceClient
from providers.clock import Clock, system_clock
from providers.endpoint import TrueNasEndpoint
from providers.errors import BackendError
from providers.last_known_good import LastKnownGood
from providers.reading import Reading
from providers.readings import Fetched
from providers.truenas import protection_wire, share_wire, storage_wire, system_wire
from providers.truenas.errors import MethodMissing
from providers.truenas.fields import part, row, texts
from providers.truenas.protection_models import ProtectionReport
from providers.truenas.rest import RestConnection
from providers.truenas.rpc import RpcConnection
from providers.truenas.sections import Sections
from providers.truenas.share_models import ShareReport
from providers.truenas.storage_models import Disk, Pool
from providers.truenas.system_models import App, SystemInfo, SystemReport

MAX_SNAPSHOTS: Final = 50_000
MAX_JOBS: Final = 100
PATIENCE: Final = 0.8
"""Share of the endpoint's timeout that a part of an answer may take."""

_NO_FILTER: Final[list[JsonValue]] = []
_FLAT: Final[Mapping[str, JsonValue]] = {
    "extra": {
        "flat": True,
        "properties": [
            "used", "available", "usedbysnapshots", "quota", "refquota", "mountpoint", "readonly",
            "compressratio", "encryption", "keystatus",
        ],
    }
}  # fmt: skip
_DISKS: Final[Mapping[str, JsonValue]] = {"extra": {"pools": True}}
_SNAPSHOTS: Final[Mapping[str, JsonValue]] = {
    # What is not selected need not be read from every snapshot.
    "select": ["id", "pool", "dataset", "snapshot_name", "properties.creation", "properties.used"],
    "extra": {"properties": ["creation", "used"]},
    "limit": MAX_SNAPSHOTS,
}
_GRAPHS: Final[list[JsonValue]] = [
    {"name": "upscharge"},
    {"name": "upsruntime"},
    {"name": "upsload"},
]


class TrueNasClient(InstanceClient):
    """One TrueNAS. Every method answers with a reading; parts that fail leave it partial."""

    def __init__(
        self,
        endpoint: TrueNasEndpoint,
        *,
        clock: Clock = system_clock,
        kept: LastKnownGood | None = None,
    ) -> None:
        make = RestConnection if endpoint.rest else RpcConnection
        self._nas: RpcConnection | RestConnection = make(endpoint, clock=clock, kept=kept)
        super().__init__(self._nas)
        self._gone: set[str] = set()

    @property
    def over_rest(self) -> bool:
        """Whether it is asked over the old REST API."""
        return isinstance(self._nas, RestConnection)

    async def info(self) -> Reading[SystemInfo]:
        """Version, hardware, load and uptime (``system.info``)."""

        async def fetch() -> Fetched[SystemInfo]:
            return Fetched(system_wire.info(self.source, await self._nas.call("system.info")))

        return await self._nas.reading("info", SystemInfo, fetch)

    async def roles(self) -> Reading[tuple[str, ...]]:
        """Roles of the key's account, such as ``READONLY_ADMIN`` (``auth.me``)."""

        async def fetch() -> Fetched[tuple[str, ...]]:
            me = row(await self._nas.call("auth.me"), "auth.me")
            found = part(me, "privilege").get("roles")
            members = found.get("$set") if isinstance(found, dict) else found
            return Fetched(tuple(sorted(texts(members))))

        return await self._nas.reading("roles", tuple[str, ...], fetch)

    async def pools(self, *, datasets: bool = False) -> Reading[tuple[Pool, ...]]:
        """Pools with their topology, member disks told by serial number.

        Sources: ``pool.query``, ``pool.dataset.query``, ``disk.query``.

        Args:
            datasets: whether each pool is to hold all its datasets.
        """

        async def fetch() -> Fetched[tuple[Pool, ...]]:
            parts = self._sections()
            found, sets, disks = await asyncio.gather(
                self._nas.call("pool.query", timeout=parts.patience),
                parts.get("datasets", lambda: self._query("pool.dataset.query", _FLAT)),
                parts.get("disks", lambda: self._query("disk.query", _DISKS)),
            )
            known = storage_wire.datasets(self.source, sets)
            inventory = storage_wire.disks(self.source, "", disks)
            pools = storage_wire.pools(self.source, found, known, inventory, nested=datasets)
            return Fetched(pools, missing=parts.missing)

        key = "pools datasets" if datasets else "pools"
        return await self._nas.reading(key, tuple[Pool, ...], fetch)

    async def disks(self) -> Reading[tuple[Disk, ...]]:
        """Every disk with its pool, temperature and standby time; none is woken by asking.

        Sources: ``disk.query`` with ``extra.pools``, ``disk.temperatures``, ``pool.query`` for the
        pool where the inventory does not name it, ``system.info`` for the host's name.
        """

        async def fetch() -> Fetched[tuple[Disk, ...]]:
            parts = self._sections()
            listed, info, warm, pools = await asyncio.gather(
                self._query("disk.query", _DISKS),
                parts.get("host name", lambda: self._nas.call("system.info")),
                parts.get("temperatures", self._temperatures, optional=self.over_rest),
                parts.get("pools", lambda: self._nas.call("pool.query")),
            )
            host = system_wire.info(self.source, info).hostname if info is not None else ""
            found = storage_wire.disks(self.source, host, listed, warm)
            of = storage_wire.pools(self.source, pools, (), (), nested=False)
            return Fetched(storage_wire.with_pools(found, of), missing=parts.missing)

        return await self._nas.reading("disks", tuple[Disk, ...], fetch)

    async def shares(self) -> Reading[ShareReport]:
        """NFS and SMB shares, and who is connected where that may be read.

        Sources: ``sharing.nfs.query``, ``sharing.smb.query``, ``smb.status`` (25.10 keeps it for
        full administrators).
        """

        async def fetch() -> Fetched[ShareReport]:
            parts = self._sections()
            nfs, smb, sessions = await asyncio.gather(
                parts.get("NFS shares", lambda: self._query("sharing.nfs.query")),
                parts.get("SMB shares", lambda: self._query("sharing.smb.query")),
                parts.get("SMB sessions", self._smb_sessions, optional=True),
            )
            parts.check()
            return Fetched(
                ShareReport(
                    shares=(*share_wire.nfs(self.source, nfs), *share_wire.smb(self.source, smb)),
                    sessions=None
                    if sessions is None
                    else share_wire.sessions(self.source, sessions),
                ),
                missing=parts.missing,
            )

        return await self._nas.reading("shares", ShareReport, fetch)

    async def protection(self) -> Reading[ProtectionReport]:
        """Snapshots by dataset, snapshot tasks and replication.

        Sources: ``pool.snapshot.query`` (``zfs.snapshot.query`` before 25.10),
        ``pool.snapshottask.query``, ``replication.query``.
        """

        async def fetch() -> Fetched[ProtectionReport]:
            parts = self._sections()
            snapshots, tasks, replications = await asyncio.gather(
                parts.get("snapshots", self._snapshots),
                parts.get("snapshot tasks", lambda: self._query("pool.snapshottask.query")),
                parts.get("replication", lambda: self._query("replication.query")),
            )
            parts.check()
            source = self.source
            taken = protection_wire.creation_times(snapshots)
            many = isinstance(snapshots, list) and len(snapshots) >= MAX_SNAPSHOTS
            return Fetched(
                ProtectionReport(
                    groups=None
                    if snapshots is None
                    else protection_wire.snapshot_groups(source, snapshots),
                    tasks=None if tasks is None else protection_wire.snapshot_tasks(source, tasks),
                    replications=None
                    if replications is None
                    else protection_wire.replications(source, replications, taken),
                ),
                (f"only {MAX_SNAPSHOTS:,} snapshots were read",) if many else (),
                parts.missing,
            )

        return await self._nas.reading("protection", ProtectionReport, fetch)

    async def status(self) -> Reading[SystemReport]:
        """The NAS itself: system, alerts, jobs, services, UPS, update.

        Sources: ``system.info``, ``alert.list``, ``core.get_jobs``, ``service.query``,
        ``ups.config``, ``reporting.get_data`` for the battery, ``update.status``
        (``update.check_available`` before 25.10).
        """

        async def fetch() -> Fetched[SystemReport]:
            parts = self._sections()
            rest = self.over_rest
            newest: JsonValue = {"order_by": ["-id"], "limit": MAX_JOBS}
            info, alerts, jobs, services, ups, battery, update = await asyncio.gather(
                parts.get("system", lambda: self._nas.call("system.info")),
                parts.get("alerts", lambda: self._nas.call("alert.list")),
                parts.get("jobs", lambda: self._nas.call("core.get_jobs", [], newest)),
                parts.get("services", lambda: self._query("service.query")),
                parts.get("UPS", lambda: self._nas.call("ups.config")),
                # Without a UPS there are no such graphs, which is an error there.
                parts.get("UPS charge", self._battery, optional=True),
                parts.get("updates", self._update, optional=rest),
            )
            parts.check()
            source = self.source
            told = None if alerts is None else system_wire.alerts(source, alerts)
            known = None if services is None else system_wire.services(services)
            return Fetched(
                SystemReport(
                    source=source,
                    info=None if info is None else system_wire.info(source, info),
                    alerts=told,
                    jobs=None if jobs is None else system_wire.jobs(source, jobs),
                    services=known,
                    ups=None if ups is None else system_wire.ups(ups, battery, known or (), told),
                    update=None if update is None else system_wire.update(update),
                ),
                missing=parts.missing,
            )

        return await self._nas.reading("status", SystemReport, fetch)

    async def apps(self) -> Reading[tuple[App, ...]]:
        """Apps with their containers (``app.query``)."""

        async def fetch() -> Fetched[tuple[App, ...]]:
            return Fetched(system_wire.apps(self.source, await self._query("app.query")))

        return await self._nas.reading("apps", tuple[App, ...], fetch)

    def _sections(self) -> Sections:
        return Sections(self.endpoint.timeout * PATIENCE)

    async def _query(
        self, method: str, options: Mapping[str, JsonValue] | None = None
    ) -> JsonValue:
        return await self._nas.call(method, _NO_FILTER, dict(options or {}))

    async def _temperatures(self) -> JsonValue:
        return await self._nas.call("disk.temperatures", [])

    async def _battery(self) -> JsonValue:
        return await self._nas.call("reporting.get_data", _GRAPHS, {"unit": "HOUR"})

    async def _smb_sessions(self) -> JsonValue:
        return await self._nas.call("smb.status", "SESSIONS")

    async def _snapshots(self) -> JsonValue:
        return await self._first_known(
            {"pool.snapshot.query": _SNAPSHOTS, "zfs.snapshot.query": _SNAPSHOTS}
        )

    async def _update(self) -> JsonValue:
        return await self._first_known({"update.status": None, "update.check_available": None})

    async def _first_known(
        self, candidates: Mapping[str, Mapping[str, JsonValue] | None]
    ) -> JsonValue:
        """The answer of the first method that this version has, newest first."""
        gone: BackendError | None = None
        for method, options in candidates.items():
            if method in self._gone:
                continue
            try:
                if options is None:
                    return await self._nas.call(method)
                return await self._query(method, options)
            except MethodMissing as error:
                self._gone.add(method)
                gone = error
        # The NAS may have been updated since: all are tried again next time.
        self._gone.difference_update(candidates)
        raise gone or MethodMissing(f"no method of {', '.join(candidates)} is there")

"""Reads a TrueNAS (25.04 and newer over JSON-RPC; REST where its owner asks for it)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
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
from providers.truenas.fields import Row, part, row, rows, texts
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
_PROPERTIES: Final[list[JsonValue]] = [
    "used", "available", "usedbysnapshots", "quota", "refquota", "mountpoint", "readonly",
    "compressratio", "encryption", "keystatus",
]  # fmt: skip
# Nested, each dataset comes once; flat, once more below each of its parents.
_DATASETS: Final[Mapping[str, JsonValue]] = {"extra": {"flat": False, "properties": _PROPERTIES}}
_ROOTS: Final[Mapping[str, JsonValue]] = {
    "extra": {"flat": False, "retrieve_children": False, "properties": _PROPERTIES}
}
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
            return Fetched(self._read_info(await self._info()))

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
            parts, source = self._sections(), self.source
            options = _DATASETS if datasets else _ROOTS
            answer, sets, disks = await asyncio.gather(
                self._nas.call("pool.query", timeout=parts.patience),
                parts.get(
                    "datasets",
                    lambda: self._query("pool.dataset.query", options),
                    partial(storage_wire.datasets, source),
                ),
                parts.get("disks", self._disks, partial(storage_wire.disks, source, "")),
            )
            found = storage_wire.pools(source, answer, sets or (), disks or (), nested=datasets)
            return Fetched(found, missing=parts.missing)

        key = "pools datasets" if datasets else "pools"
        return await self._nas.reading(key, tuple[Pool, ...], fetch)

    async def disks(self) -> Reading[tuple[Disk, ...]]:
        """Every disk with its pool, temperature and standby time; none is woken by asking.

        Sources: ``disk.query`` with ``extra.pools``, ``disk.temperatures``, ``pool.query`` for the
        pool where the inventory does not name it, ``system.info`` for the host's name.
        """

        async def fetch() -> Fetched[tuple[Disk, ...]]:
            parts, source = self._sections(), self.source
            answer, info, warm, pools = await asyncio.gather(
                self._disks(),
                parts.get("host name", self._info, self._read_info),
                parts.get(
                    "temperatures",
                    self._temperatures,
                    storage_wire.temperatures,
                    optional=self.over_rest,
                ),
                parts.get(
                    "pools",
                    lambda: self._nas.call("pool.query"),
                    lambda answer: storage_wire.pools(source, answer, (), (), nested=False),
                ),
            )
            host = info.hostname if info is not None else ""
            found = storage_wire.disks(source, host, answer, warm or {})
            return Fetched(storage_wire.with_pools(found, pools or ()), missing=parts.missing)

        return await self._nas.reading("disks", tuple[Disk, ...], fetch)

    async def shares(self) -> Reading[ShareReport]:
        """NFS and SMB shares, and who is connected where that may be read.

        Sources: ``sharing.nfs.query``, ``sharing.smb.query``, ``smb.status`` (25.10 keeps it for
        full administrators).
        """

        async def fetch() -> Fetched[ShareReport]:
            parts, source = self._sections(), self.source
            nfs, smb, sessions = await asyncio.gather(
                parts.get(
                    "NFS shares",
                    lambda: self._query("sharing.nfs.query"),
                    partial(share_wire.nfs, source),
                ),
                parts.get(
                    "SMB shares",
                    lambda: self._query("sharing.smb.query"),
                    partial(share_wire.smb, source),
                ),
                parts.get(
                    "SMB sessions",
                    self._smb_sessions,
                    partial(share_wire.sessions, source),
                    optional=True,
                ),
            )
            parts.check()
            report = ShareReport(shares=(*(nfs or ()), *(smb or ())), sessions=sessions)
            return Fetched(report, missing=parts.missing)

        return await self._nas.reading("shares", ShareReport, fetch)

    async def protection(self) -> Reading[ProtectionReport]:
        """Snapshots by dataset, snapshot tasks and replication.

        Sources: ``pool.snapshot.query`` (``zfs.snapshot.query`` before 25.10),
        ``pool.snapshottask.query``, ``replication.query``.
        """

        async def fetch() -> Fetched[ProtectionReport]:
            parts, source = self._sections(), self.source
            snapshots, tasks, copies, info = await asyncio.gather(
                parts.get("snapshots", self._snapshots, partial(protection_wire.snapshots, source)),
                parts.get(
                    "snapshot tasks",
                    lambda: self._query("pool.snapshottask.query"),
                    partial(protection_wire.snapshot_tasks, source),
                ),
                parts.get(
                    "replication",
                    lambda: self._query("replication.query"),
                    lambda answer: list(rows(answer, "replication.query")),
                ),
                parts.get("time zone", self._info, self._read_info, optional=True),
            )
            parts.check()
            taken = {} if snapshots is None else snapshots.taken
            zone = protection_wire.zone(info.timezone if info is not None else "")
            many = snapshots is not None and snapshots.number >= MAX_SNAPSHOTS
            report = ProtectionReport(
                groups=None if snapshots is None else snapshots.groups,
                tasks=tasks,
                replications=None
                if copies is None
                else protection_wire.replications(source, copies, taken, zone),
            )
            warnings = (f"only {MAX_SNAPSHOTS:,} snapshots were read",) if many else ()
            return Fetched(report, warnings, parts.missing)

        return await self._nas.reading("protection", ProtectionReport, fetch)

    async def status(self) -> Reading[SystemReport]:
        """The NAS itself: system, alerts, jobs, services, UPS, update.

        Sources: ``system.info``, ``alert.list``, ``core.get_jobs``, ``service.query``,
        ``ups.config``, ``reporting.get_data`` for the battery, ``update.status``
        (``update.check_available`` before 25.10).
        """

        async def fetch() -> Fetched[SystemReport]:
            parts, source = self._sections(), self.source
            newest: JsonValue = {"order_by": ["-id"], "limit": MAX_JOBS}
            info, alerts, jobs, services, update, ups = await asyncio.gather(
                parts.get("system", self._info, self._read_info),
                parts.get(
                    "alerts",
                    lambda: self._nas.call("alert.list"),
                    partial(system_wire.alerts, source),
                ),
                parts.get(
                    "jobs",
                    lambda: self._nas.call("core.get_jobs", [], newest),
                    partial(system_wire.jobs, source),
                ),
                parts.get("services", lambda: self._query("service.query"), system_wire.services),
                parts.get("updates", self._update, system_wire.update, optional=self.over_rest),
                self._ups(parts),
            )
            parts.check()
            report = SystemReport(
                source=source,
                info=info,
                alerts=alerts,
                jobs=jobs,
                services=services,
                ups=ups and system_wire.ups(ups, services or (), alerts),
                update=update,
            )
            return Fetched(report, missing=parts.missing)

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

    async def _info(self) -> JsonValue:
        return await self._nas.call("system.info")

    def _read_info(self, answer: JsonValue) -> SystemInfo:
        return system_wire.info(self.source, answer)

    async def _disks(self) -> JsonValue:
        return await self._query("disk.query", {"extra": {"pools": True}})

    async def _temperatures(self) -> JsonValue:
        return await self._nas.call("disk.temperatures", [])

    async def _ups(self, parts: Sections) -> tuple[Row, Mapping[str, float]] | None:
        config, figures = await asyncio.gather(
            parts.get(
                "UPS",
                lambda: self._nas.call("ups.config"),
                lambda answer: row(answer, "ups.config"),
            ),
            # Without a UPS there are no such graphs, which is an error there.
            parts.get("UPS charge", self._battery, system_wire.last_values, optional=True),
        )
        return None if config is None else (config, figures or {})

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

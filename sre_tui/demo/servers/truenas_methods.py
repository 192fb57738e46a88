"""The methods of the middleware: which version has which, and who may call them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sre_tui.demo.runtime.clock import Clock
from sre_tui.demo.scenario import RawTask
from sre_tui.demo.servers import truenas_sharing as sharing
from sre_tui.demo.servers import truenas_storage as storage
from sre_tui.demo.servers import truenas_system as system
from sre_tui.demo.servers.truenas_access import ApiKey, may
from sre_tui.demo.servers.truenas_query import QueryError, query
from sre_tui.demo.world.nas import Nas

TrueNasVersion = Literal["25.04.2.6", "25.10.1", "26.0.0"]

_NEWER: Final[Mapping[TrueNasVersion, str | None]] = {
    "25.04.2.6": "25.10.1",
    "25.10.1": None,
    "26.0.0": None,
}


@dataclass
class NasSource:
    """What a server tells of: the NAS, the injected tasks, the time."""

    nas: Nas
    clock: Clock
    version: TrueNasVersion = "25.10.1"
    raw_tasks: Sequence[RawTask] = ()
    anchor: float = 0.0
    rest_uses: int = 0

    @property
    def number(self) -> tuple[int, int]:
        """Major and minor version."""
        major, minor = self.version.split(".")[:2]
        return int(major), int(minor)


class MethodError(Exception):
    """A refused call: its errno, name and reason."""

    def __init__(self, number: int, name: str, reason: str) -> None:
        super().__init__(reason)
        self.number, self.name, self.reason = number, name, reason


class UnknownMethod(Exception):
    """This version has no such method, or keeps it to itself."""


_Body = Callable[[NasSource, float, Sequence[Any], ApiKey], Any]


def _options(params: Sequence[Any]) -> Mapping[str, Any]:
    return params[1] if len(params) > 1 and isinstance(params[1], Mapping) else {}


def _rows(read: Callable[[NasSource, float, Mapping[str, Any]], list[dict[str, Any]]]) -> _Body:
    def body(source: NasSource, now: float, params: Sequence[Any], _: ApiKey) -> Any:
        options = _options(params)
        return query(read(source, now, options), params[0] if params else (), options)

    return body


def _one(read: Callable[[NasSource, float, Sequence[Any]], Any]) -> _Body:
    return lambda source, now, params, _: read(source, now, params)


def _jobs(source: NasSource, now: float, params: Sequence[Any], key: ApiKey) -> Any:
    own = None if "FULL_ADMIN" in key.roles else key.user
    found = system.jobs(source.nas, now, source.raw_tasks, source.anchor, own=own)
    return query(found, params[0] if params else (), _options(params))


def _me(_: NasSource, __: float, ___: Sequence[Any], key: ApiKey) -> Any:
    return {
        "pw_name": key.user,
        "privilege": {"roles": {"$set": list(key.roles)}, "web_shell": False, "webui_access": True},
        "account_attributes": ["LOCAL", "API_KEY"],
    }


METHODS: Final[Mapping[str, tuple[str, _Body]]] = {
    "alert.list": (
        "ALERT_LIST_READ",
        _one(lambda s, now, _: system.alerts(s.nas, now, s.rest_uses)),
    ),
    "app.query": ("APPS_READ", _rows(lambda s, _, __: system.apps(s.number[0]))),
    "auth.me": ("", _me),
    "core.get_jobs": ("", _jobs),
    "core.ping": ("", _one(lambda _, __, ___: "pong")),
    "disk.query": ("DISK_READ", _rows(lambda s, now, o: storage.disks(s.nas, now, o, s.number[0]))),
    "disk.temperatures": (
        "REPORTING_READ",
        _one(lambda s, now, p: storage.temperatures(s.nas, now, p[0] if p else [])),
    ),
    "pool.dataset.query": (
        "DATASET_READ",
        _rows(lambda s, now, o: storage.datasets(s.nas, now, o)),
    ),
    "pool.query": ("POOL_READ", _rows(lambda s, now, _: storage.pools(s.nas, now, s.number[0]))),
    "pool.scrub.run": ("POOL_SCRUB_WRITE", _one(lambda _, __, ___: None)),
    "pool.snapshot.query": (
        "SNAPSHOT_READ",
        _rows(lambda s, t, _: sharing.snapshot_rows(s.nas, t)),
    ),
    "pool.snapshottask.query": (
        "SNAPSHOT_TASK_READ",
        _rows(lambda _, t, __: sharing.snapshot_tasks(t)),
    ),
    "replication.query": (
        "REPLICATION_TASK_READ",
        _rows(lambda s, now, _: sharing.replication_rows(s.nas, now)),
    ),
    "reporting.get_data": (
        "REPORTING_READ",
        _one(lambda s, now, p: system.graphs(s.nas, now, p[0] if p else [])),
    ),
    "service.query": ("SERVICE_READ", _rows(lambda s, _, __: system.services(s.nas))),
    "sharing.nfs.query": ("SHARING_NFS_READ", _rows(lambda s, _, __: sharing.nfs(s.nas))),
    "sharing.smb.query": ("SHARING_SMB_READ", _rows(lambda s, _, __: sharing.smb(s.nas, s.number))),
    "smb.status": ("SHARING_SMB_READ", _one(lambda _, now, __: sharing.sessions(now))),
    "system.info": ("READONLY_ADMIN", _one(lambda s, now, _: system.info(s.nas, now, s.version))),
    "system.reboot": ("FULL_ADMIN", _one(lambda _, __, ___: None)),
    "update.check_available": (
        "SYSTEM_UPDATE_READ",
        _one(lambda s, _, __: system.check_available(_NEWER[s.version])),
    ),
    "update.status": (
        "SYSTEM_UPDATE_READ",
        _one(lambda s, _, __: system.update_status(s.version, _NEWER[s.version])),
    ),
    "ups.config": ("SYSTEM_GENERAL_READ", _one(lambda s, _, __: system.ups(s.nas))),
    "zfs.snapshot.query": (
        "SNAPSHOT_READ",
        _rows(lambda s, now, _: sharing.snapshot_rows(s.nas, now)),
    ),
}
"""Method to the role it needs and what it answers."""

_SINCE: Final = {"pool.snapshot.query": (25, 10), "update.status": (25, 10)}
_UNTIL: Final = {"zfs.snapshot.query": (25, 4), "update.check_available": (25, 4)}


def has(version: tuple[int, int], method: str) -> bool:
    """Whether a version offers a method to clients."""
    if method not in METHODS:
        return False
    return _SINCE.get(method, version) <= version <= _UNTIL.get(method, version)


def run(source: NasSource, method: str, params: Sequence[Any], key: ApiKey) -> Any:
    """The result of a call.

    Raises:
        UnknownMethod: if this version has none of that name.
        MethodError: if the key may not call it, or its arguments are wrong.
    """
    if not has(source.number, method):
        raise UnknownMethod(method)
    role, body = METHODS[method]
    if method == "smb.status" and source.number == (25, 10):
        role = "FULL_ADMIN"
    if not may(key.roles, role):
        raise MethodError(13, "EACCES", "Not authorized")
    try:
        return body(source, source.clock(), params, key)
    except QueryError as error:
        name = {2: "ENOENT", 22: "EINVAL"}[error.number]
        raise MethodError(error.number, name, str(error)) from error

"""Reads backup jobs, what none of them covers, and replication."""

from __future__ import annotations

from typing import Final, Literal, cast
from urllib.parse import quote

from pydantic import Field, JsonValue, TypeAdapter

from providers.coercion import Amount, Epoch, Flag, MaybeFlag, Text, Whole, text
from providers.proxmox.api import Api
from providers.proxmox.config_reader import options_of
from providers.proxmox.guests import vmid_of
from providers.proxmox.jobs import BackupJob, ExcludedDisk, NotBackedUp, Replication
from providers.text import one_line
from providers.wire import Wire, parsed


class _Job(Wire):
    id: Text
    type: Text = ""
    enabled: MaybeFlag = None
    schedule: Text = ""
    starttime: Text = ""
    dow: Text = ""
    storage: Text = ""
    mode: Text = ""
    node: Text = ""
    all: Flag = False
    vmid: Text = ""
    exclude: Text = ""
    pool: Text = ""
    comment: Text = ""
    next_run: Epoch = Field(None, alias="next-run")
    prune: JsonValue = Field(None, alias="prune-backups")
    repeat_missed: Flag = Field(False, alias="repeat-missed")


class _Guest(Wire):
    vmid: Whole = None
    name: Text = ""
    type: Text = ""


class _Replication(Wire):
    id: Text
    guest: Whole = None
    source: Text = ""
    target: Text = ""
    schedule: Text = ""
    disable: Flag = False
    last_sync: Epoch = None
    last_try: Epoch = None
    next_sync: Epoch = None
    duration: Amount = None
    fail_count: Whole = None
    error: Text = ""


class _Volume(Wire):
    id: Text = ""
    name: Text = ""
    included: Flag = False
    reason: Text = ""


class _Member(Wire):
    id: Whole = None
    children: tuple[_Volume, ...] = ()


class _Tree(Wire):
    children: tuple[_Member, ...] = ()


_TREE: Final = TypeAdapter(_Tree)
_JOBS: Final = TypeAdapter(list[_Job])
_GUESTS: Final = TypeAdapter(list[_Guest])
_REPLICATIONS: Final = TypeAdapter(list[_Replication])


async def read_backup_jobs(api: Api) -> tuple[BackupJob, ...]:
    """``/cluster/backup``.

    Raises:
        BackendError: if there is no usable answer.
    """
    rows = await api.rows(_JOBS, "/cluster/backup")
    return tuple(_job(api.source, row) for row in rows if row.type in ("", "vzdump"))


async def read_not_backed_up(api: Api) -> tuple[NotBackedUp, ...]:
    """``/cluster/backup-info/not-backed-up``.

    Raises:
        BackendError: if there is no usable answer.
    """
    return tuple(
        NotBackedUp(
            source=api.source,
            vmid=row.vmid,
            name=row.name,
            type=cast(Literal["lxc", "qemu"], row.type) if row.type in ("lxc", "qemu") else None,
        )
        for row in await api.rows(_GUESTS, "/cluster/backup-info/not-backed-up")
        if row.vmid is not None
    )


async def read_excluded_disks(api: Api, job: str) -> tuple[ExcludedDisk, ...]:
    """The disks that one job leaves out (``/cluster/backup/{id}/included_volumes``).

    Directories and devices of the node, which no backup can contain, are not among them.

    Raises:
        BackendError: if there is no usable answer.
    """
    path = f"/cluster/backup/{quote(job, safe='')}/included_volumes"
    tree = parsed(_TREE, await api.data(path) or {}, path)
    return tuple(
        ExcludedDisk(source=api.source, job=job, vmid=guest.id, slot=disk.id, volume=disk.name)
        for guest in tree.children
        if guest.id is not None
        for disk in guest.children
        if not disk.included and disk.reason != "not a volume"
    )


async def read_replications(api: Api, node: str) -> tuple[Replication, ...]:
    """The replications of the guests on one node with their state (``/nodes/{node}/replication``).

    Raises:
        BackendError: if there is no usable answer.
    """
    rows = await api.rows(_REPLICATIONS, f"/nodes/{node}/replication")
    return tuple(
        Replication(
            source=api.source,
            id=row.id,
            vmid=row.guest if row.guest is not None else vmid_of(row.id.partition("-")[0]),
            node=row.source or node,
            target=row.target,
            schedule=row.schedule,
            disabled=row.disable,
            last_sync=row.last_sync,
            last_try=row.last_try,
            next_sync=row.next_sync,
            duration=row.duration,
            failures=row.fail_count,
            error=one_line(row.error),
        )
        for row in rows
    )


def _job(source: str, row: _Job) -> BackupJob:
    # Jobs of the first versions have a time and days of the week instead of a schedule.
    older = " ".join(part for part in (row.dow, row.starttime) if part)
    return BackupJob(
        source=source,
        id=row.id,
        enabled=row.enabled is not False,
        schedule=row.schedule or older,
        storage=row.storage,
        mode=row.mode,
        node=row.node or None,
        all_guests=row.all,
        vmids=_numbers(row.vmid),
        exclude=_numbers(row.exclude),
        pool=row.pool or None,
        comment=row.comment,
        next_run=row.next_run,
        keep=_keep(row.prune),
        repeat_missed=row.repeat_missed,
    )


def _keep(written: JsonValue) -> dict[str, str]:
    if isinstance(written, dict):
        return {name: text(value) for name, value in written.items()}
    return options_of(written)[1] if isinstance(written, str) else {}


def _numbers(written: str) -> tuple[int, ...]:
    parts = written.replace(";", ",").replace(" ", ",").split(",")
    return tuple(vmid for vmid in map(vmid_of, parts) if vmid is not None)

"""What fills up in the homelab, and when: pools, datastores, storages, file systems, certificates.

Each metric is asked twice for all series: four weeks with a point every few hours, and two days
with one every quarter of an hour, so that a pace of hours can be told as well as one of weeks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from providers.reading import Reading
from providers.series import Labels, Point, Series
from sre_tui.diagnosis.picture.gather import Wanted, take_picture
from sre_tui.diagnosis.signals.capacity_model import KINDS, Capacity, Kind, urgency
from sre_tui.diagnosis.signals.capacity_now import as_full_as_their_stores, as_of_now
from sre_tui.diagnosis.signals.forecast import Outlook, forecast
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.build import build_topology
from sre_tui.diagnosis.topology.from_nas import nas_names
from sre_tui.diagnosis.topology.from_proxmox import storage_subject
from sre_tui.diagnosis.topology.labelled import subject_of
from sre_tui.diagnosis.topology.names import Names

if TYPE_CHECKING:
    from providers.proxmox import Storage
    from sre_tui.diagnosis.picture.picture import Picture
    from sre_tui.diagnosis.sources import Sources
    from sre_tui.diagnosis.topology.graph import Topology

FILES_FREE: Final = (
    'node_filesystem_avail_bytes{fstype!~"tmpfs|devtmpfs|overlay|squashfs|ramfs|iso9660|fuse.*'
    '|nfs.*|cifs|smb.*|proc|autofs"}'
)
FILES_SIZE: Final = (
    'node_filesystem_size_bytes{fstype!~"tmpfs|devtmpfs|overlay|squashfs|ramfs|iso9660|fuse.*'
    '|nfs.*|cifs|smb.*|proc|autofs"}'
)
STORE_USED: Final = "pbs_used"
STORE_SIZE: Final = "pbs_size"
DISK_USED: Final = 'pve_disk_usage_bytes{id=~"(storage|lxc)/.+"}'
DISK_SIZE: Final = 'pve_disk_size_bytes{id=~"(storage|lxc)/.+"}'
CERTIFICATES: Final = "min by (instance) (probe_ssl_earliest_cert_expiry)"

FILES: Final = (FILES_FREE, FILES_SIZE)
STORES: Final = (STORE_USED, STORE_SIZE)
DISKS: Final = (DISK_USED, DISK_SIZE)
_PAIRS: Final[Mapping[tuple[str, str], frozenset[Kind]]] = {
    FILES: frozenset({"pool", "filesystem", "guest"}),
    STORES: frozenset({"datastore"}),
    DISKS: frozenset({"storage", "guest"}),
}
WINDOWS: Final = ((timedelta(days=28), 14400.0), (timedelta(days=2), 900.0))
"""Windows that are read, with the seconds between their points."""
_PARTS: Final = frozenset(
    {"inventory", "identity", "targets", "pools", "nas", "datastores", "storages"}
)
_MOST_ARCHIVES: Final = 20
"""Storages whose history is asked of Proxmox VE itself where no metric has it."""


@dataclass(frozen=True)
class CapacityReport:
    """All that may fill up, what presses above, then by kind; and every answer behind it."""

    rows: tuple[Capacity, ...]
    readings: tuple[Reading[Any], ...]


@dataclass
class _History:
    """Two metrics of one thing over time."""

    labels: Labels
    source: str
    used: dict[datetime, float] = field(default_factory=dict)
    size: dict[datetime, float] = field(default_factory=dict)


async def read_capacity(
    sources: Sources, now: datetime, kinds: Iterable[Kind] = KINDS
) -> CapacityReport:
    """Ask everybody at once, and foretell.

    Args:
        sources: clients of the configured backends.
        now: when.
        kinds: what is wanted.
    """
    wanted = frozenset(kinds)
    pairs = [pair for pair, of in _PAIRS.items() if of & wanted]
    picture, expiries, *ranges = await asyncio.gather(
        take_picture(sources, Wanted(end=now, parts=_parts(wanted))),
        asyncio.gather(
            *(one.query(CERTIFICATES) for one in sources.prometheus if "certificate" in wanted)
        ),
        *(_histories(sources, pair, now) for pair in pairs),
    )
    topology = build_topology(picture)
    told = {pair: found for pair, (found, _) in zip(pairs, ranges, strict=True)}
    readings: list[Reading[Any]] = [one for _, part in picture.parts() for one in part.readings]
    readings += expiries
    for _, asked in ranges:
        readings += asked
    rows = [
        *_files(told.get(FILES, ()), picture, topology, now),
        *_stores(told.get(STORES, ()), picture, now),
    ]
    known = {row.subject.key for row in rows}
    storages, archives = await _storages(sources, told.get(DISKS, ()), picture, topology, now)
    readings += archives
    rows += [row for row in storages if row.subject.key not in known]
    for answer in expiries:
        for sample in answer.data.samples if answer.data is not None else ():
            if sample.value:
                expiry = now + timedelta(seconds=sample.value - now.timestamp())
                rows.append(
                    Capacity(
                        kind="certificate",
                        subject=Names(topology).site(sample.labels.get("instance", "")),
                        source=answer.source,
                        outlook="expired" if expiry <= now else "expires",
                        full_at=expiry,
                    )
                )
    current = as_full_as_their_stores(as_of_now(rows, picture), topology)
    distinct = {row.key: row for row in current if row.kind in wanted}
    ordered = sorted(distinct.values(), key=lambda row: urgency(row, now))
    return CapacityReport(tuple(ordered), tuple(readings))


def _parts(wanted: frozenset[Kind]) -> frozenset[str]:
    left_out = set()
    if "pool" not in wanted:
        left_out |= {"pools"}
    if "datastore" not in wanted and "storage" not in wanted:
        left_out |= {"datastores"}
    if "storage" not in wanted:
        left_out |= {"storages"}
    return _PARTS - left_out if wanted != {"certificate"} else frozenset()


async def _histories(
    sources: Sources, pair: tuple[str, str], now: datetime
) -> tuple[list[_History], list[Reading[Any]]]:
    """Histories of everything a pair of metrics knows."""
    asked = [
        (place, client.query_range(query, now - length, now, step))
        for client in sources.prometheus
        for place, query in enumerate(pair)
        for length, step in WINDOWS
    ]
    answers = await asyncio.gather(*(question for _, question in asked))
    found: dict[tuple[object, ...], _History] = {}
    for (place, _), answer in zip(asked, answers, strict=True):
        for series in answer.data.series if answer.data is not None else ():
            labels = {name: text for name, text in series.labels.items() if name != "__name__"}
            key = (series.source, *sorted(labels.items()))
            history = found.setdefault(key, _History(labels, series.source))
            (history.size if place else history.used).update(_points(series))
    return list(found.values()), list(answers)


def _points(series: Series) -> Sequence[Point]:
    return series.points


def _foretold(
    kind: Kind,
    subject: Subject,
    source: str,
    used: Mapping[datetime, float],
    size: float | Mapping[datetime, float],
    now: datetime,
    *notes: str,
    full: bool = False,
) -> Capacity:
    sizes = size if isinstance(size, float) else sorted(size.items())
    course = tuple(sorted(used.items()))
    told = forecast(course, sizes, now=now, full=full)
    return Capacity(
        kind=kind,
        subject=subject,
        source=source,
        outlook=told.outlook.value,
        used=told.used,
        size=told.size,
        growth=told.growth,
        full_at=told.full_at,
        earliest=told.earliest,
        latest=told.latest,
        full_since=told.full_since,
        always_full=told.always_full,
        basis=told.basis,
        points=told.points,
        notes=(*notes, *told.notes),
        course=course,
    )


def _files(
    histories: Sequence[_History], picture: Picture, topology: Topology, now: datetime
) -> list[Capacity]:
    """Pools and file systems; of a pool or device that is mounted often, the telling mount."""
    chosen: dict[tuple[str, str], tuple[tuple[bool, float, int], Subject, Kind, _History]] = {}
    names = Names(topology)
    for history in histories:
        labels = history.labels
        machine = names.machine_of(labels)
        host = machine.name if machine is not None else labels.get("instance", "")
        device, mount = labels.get("device", ""), labels.get("mountpoint", "")
        of_guest = machine is not None and machine.kind is SubjectKind.GUEST
        kind: Kind = "guest" if of_guest else "filesystem"
        subject = Subject(kind=SubjectKind.FILESYSTEM, name=f"{host}:{mount}")
        if labels.get("fstype") == "zfs" and not (of_guest and "subvol" in device):
            kind = "pool"
            pool = device.partition("/")[0]
            subject = Subject(kind=SubjectKind.POOL, name=f"{host}/{pool}")
            device = pool
        size = max(history.size.values(), default=0.0)
        # The root of a pool first, then the largest, then the shortest path.
        rank = (labels.get("device") != device, -size, len(mount))
        key = (host, device)
        if history.used and history.size and (key not in chosen or rank < chosen[key][0]):
            chosen[key] = (rank, subject, kind, history)
    rows: dict[str, Capacity] = {}
    nas = _nas_pools(picture)
    for _, subject, kind, history in chosen.values():
        source = history.source
        if kind == "pool":
            own, whole = nas.get(subject.key, (source, max(history.size.items())[1]))
            # What a dataset may still take is what the pool has left, whoever uses it.
            used = {at: whole - free for at, free in history.used.items()}
            rows[subject.key] = _foretold(kind, subject, own, used, whole, now)
        else:
            used = {
                at: history.size[at] - free
                for at, free in history.used.items()
                if at in history.size
            }
            rows[subject.key] = _foretold(kind, subject, source, used, history.size, now)
    for reading in picture.pools.readings:
        for pool_row in reading.data or ():
            name = f"{nas_names(picture)[reading.source]}/{pool_row.name}"
            told = Subject(kind=SubjectKind.POOL, name=name)
            if told.key not in rows:
                whole_now = pool_row.usable or pool_row.size
                rows[told.key] = Capacity(
                    kind="pool", subject=told, source=reading.source,
                    outlook=Outlook.UNKNOWN.value,
                    used=pool_row.usable_used if pool_row.usable else pool_row.used,
                    size=whole_now, notes=("no metric tells its history",),
                )  # fmt: skip
    return list(rows.values())


def _nas_pools(picture: Picture) -> dict[str, tuple[str, float]]:
    """Source and usable bytes of the pools a NAS tells of, by subject."""
    hosts = nas_names(picture)
    return {
        f"pool:{hosts[source]}/{pool.name}": (source, float(pool.usable))
        for source, pools in picture.pools.with_source()
        for pool in pools
        if pool.usable
    }


def _stores(histories: Sequence[_History], picture: Picture, now: datetime) -> list[Capacity]:
    """Datastores: by metrics, and by the server's own estimate where there are none."""
    rows: dict[str, Capacity] = {}
    full = {
        store.name for stores in picture.datastores for store in stores if store.trend == "full"
    }
    for history in histories:
        subject = Subject(kind=SubjectKind.DATASTORE, name=history.labels.get("datastore", ""))
        if subject.name and history.used and history.size:
            rows[subject.name] = _foretold(
                "datastore", subject, history.source, history.used, history.size, now,
                full=subject.name in full,
            )  # fmt: skip
    for source, stores in picture.datastores.with_source():
        for store in stores:
            known = rows.get(store.name)
            if known is not None and known.outlook != Outlook.UNKNOWN.value:
                if store.server_full_at is not None and known.outlook not in (
                    Outlook.FULL.value, Outlook.GROWING.value,
                ):  # fmt: skip
                    said = f"the server itself reckons {store.server_full_at:%Y-%m-%d}"
                    known = known.model_copy(update={"notes": (*known.notes, said)})
                rows[store.name] = known.model_copy(update={"source": source})
                continue
            outlook: Outlook = {
                "full": Outlook.FULL, "not_growing": Outlook.NOT_GROWING,
                "growing": Outlook.GROWING,
            }.get(store.trend, Outlook.UNKNOWN)  # fmt: skip
            rows[store.name] = Capacity(
                kind="datastore",
                subject=Subject(kind=SubjectKind.DATASTORE, name=store.name),
                source=source,
                outlook=outlook.value,
                used=store.used,
                size=store.total,
                growth=store.recent_growth if store.full_basis == "recent" else store.growth,
                full_at=store.full_at,
                full_since=store.full_since,
                notes=("by the server's own estimate",) if store.full_at else (),
            )
    return list(rows.values())


async def _storages(
    sources: Sources,
    histories: Sequence[_History],
    picture: Picture,
    topology: Topology,
    now: datetime,
) -> tuple[list[Capacity], list[Reading[Any]]]:
    """Storages of Proxmox VE, and root file systems of containers it knows the fill of."""
    known = {
        storage_subject(storage).key: storage
        for storages in picture.storages
        for storage in storages
    }
    backed_up = any(True for stores in picture.datastores for _ in stores)
    rows: dict[str, Capacity] = {}
    for history in histories:
        if not any(history.used.values()) or not history.size:
            continue
        kind: Kind = "storage"
        subject = subject_of(history.labels, SubjectKind.STORAGE, topology)
        if history.labels.get("id", "").startswith("lxc/"):
            machine = Names(topology).machine_of(history.labels)
            if machine is None:
                continue
            kind = "guest"
            subject = Subject(kind=SubjectKind.FILESYSTEM, name=f"{machine.name}:/")
        storage = known.get(subject.key)
        # A storage that is a datastore of a backup server has a row of its own there.
        if subject.key in rows or (backed_up and storage is not None and storage.type == "pbs"):
            continue
        rows[subject.key] = _foretold(
            kind, subject, history.source, history.used, history.size, now
        )
    left = [
        storage
        for key, storage in known.items()
        if key not in rows and storage.size and not (backed_up and storage.type == "pbs")
    ]
    archives = await asyncio.gather(*(_archive(sources, one) for one in left[:_MOST_ARCHIVES]))
    for storage, archive in zip(left, (*archives, *[None] * len(left)), strict=False):
        points = archive.data.points if archive is not None and archive.data is not None else ()
        used = {point.at: point.disk for point in points if point.disk is not None}
        sizes = {point.at: point.disk_size for point in points if point.disk_size}
        if not used and storage.used is not None:
            used, sizes = {now: float(storage.used)}, {now: float(storage.size or 0)}
        row = _foretold(
            "storage", storage_subject(storage), storage.source, used, sizes, now,
            "by the node's own history",
        )  # fmt: skip
        rows[row.subject.key] = row
    return list(rows.values()), [one for one in archives if one is not None]


async def _archive(sources: Sources, storage: Storage) -> Reading[Any] | None:
    for client in sources.proxmox:
        if client.source == storage.source and storage.nodes:
            return await client.storage_history(storage.nodes[0], storage.name, "month")
    return None

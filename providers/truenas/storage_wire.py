"""Reads pools, datasets and disks of every version into the one model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, get_args

from pydantic import JsonValue

from providers.coercion import amount, flag, maybe_flag, text, whole
from providers.truenas.fields import (
    Row,
    bytes_of,
    limit_of,
    part,
    parts,
    prop,
    ratio,
    row,
    rows,
    said,
    when,
)
from providers.truenas.storage_models import (
    CALM,
    Dataset,
    Disk,
    Pool,
    Scan,
    ScanState,
    Vdev,
    VdevRole,
)

_SCAN_STATES: Final[Mapping[str, ScanState]] = {
    "SCANNING": "running",
    "FINISHED": "finished",
    "CANCELED": "canceled",
}
MAX_DEPTH: Final = 8
NO_TEMPERATURES: Final[Mapping[str, float]] = {}


def pools(
    source: str,
    answer: JsonValue,
    datasets: Iterable[Dataset],
    disks: Iterable[Disk],
    *,
    nested: bool,
) -> tuple[Pool, ...]:
    """The answer of ``pool.query``.

    Args:
        source: the instance.
        answer: a list of pools.
        datasets: gives each pool the space files can take, from its root dataset.
        disks: gives each member its serial number and model.
        nested: whether each pool is to hold its datasets.
    """
    by_pool: dict[str, list[Dataset]] = {}
    for dataset in datasets:
        by_pool.setdefault(dataset.pool, []).append(dataset)
    by_name = {disk.name: disk for disk in disks}
    return tuple(
        _pool(source, each, by_pool.get(text(each.get("name")), []), by_name, nested)
        for each in rows(answer, "pool.query")
    )


def _pool(
    source: str, value: Row, datasets: list[Dataset], disks: Mapping[str, Disk], nested: bool
) -> Pool:
    name = text(value.get("name"))
    root = next((each for each in datasets if each.name == name), None)
    usable = None
    if root is not None and root.used is not None and root.available is not None:
        usable = root.used + root.available
    topology = part(value, "topology")
    return Pool(
        source=source,
        name=name,
        id=whole(value.get("id")),
        guid=text(value.get("guid")),
        state=text(value.get("status")) or "UNKNOWN",
        healthy=flag(value.get("healthy")),
        warning=flag(value.get("warning")),
        status_code=text(value.get("status_code")),
        detail=said(value.get("status_detail"), 400),
        size=whole(value.get("size")),
        used=whole(value.get("allocated")),
        free=whole(value.get("free")),
        fragmentation=ratio(value.get("fragmentation")),
        usable=usable,
        usable_used=root.used if root is not None and usable is not None else None,
        scan=_scan(part(value, "scan")),
        vdevs=tuple(
            _vdev(each, role, disks, 0)
            for role in get_args(VdevRole)
            for each in parts(topology, role)
        ),
        datasets=tuple(sorted(datasets, key=lambda each: each.name)) if nested else (),
    )


def _scan(value: Row) -> Scan | None:
    function = text(value.get("function")).lower()
    state = _SCAN_STATES.get(text(value.get("state")).upper())
    if function not in ("scrub", "resilver") or state is None:
        return None
    running = state == "running"
    if running and value.get("pause"):
        state = "paused"
    return Scan(
        function="scrub" if function == "scrub" else "resilver",
        state=state,
        started=when(value, "start_time"),
        ended=None if running else when(value, "end_time"),
        progress=ratio(value.get("percentage")) if running else None,
        done=whole(value.get("bytes_issued")) or whole(value.get("bytes_processed")),
        total=whole(value.get("bytes_to_process")),
        errors=whole(value.get("errors")),
        left=amount(value.get("total_secs_left")) if running else None,
    )


def _vdev(value: Row, role: VdevRole, disks: Mapping[str, Disk], depth: int) -> Vdev:
    stats = part(value, "stats")
    gone = part(value, "unavail_disk")
    kind = text(value.get("type")).lower() or "disk"
    children = parts(value, "children") if depth < MAX_DEPTH else []
    name = text(value.get("disk")) or None
    state = text(value.get("status")) or "UNKNOWN"
    known = disks.get(name or "")
    return Vdev(
        name=text(value.get("name")) or text(value.get("guid")),
        type=kind,
        role=role,
        state=state,
        disk=name or text(gone.get("name")) or None,
        missing=not children and name is None and kind == "disk" and state not in CALM,
        path=text(value.get("path")),
        serial=known.serial if known else text(gone.get("serial")),
        model=known.model if known else text(gone.get("model")),
        size=whole(stats.get("size")) or (known.size if known else whole(gone.get("size"))),
        read_errors=whole(stats.get("read_errors")),
        write_errors=whole(stats.get("write_errors")),
        checksum_errors=whole(stats.get("checksum_errors")),
        children=tuple(_vdev(each, role, disks, depth + 1) for each in children),
    )


def datasets(source: str, answer: JsonValue) -> tuple[Dataset, ...]:
    """The answer of ``pool.dataset.query``, flat or nested, each dataset once."""
    found: dict[str, Dataset] = {}
    pending = list(rows(answer, "pool.dataset.query"))
    while pending:
        value = pending.pop()
        pending += parts(value, "children")
        name = text(value.get("id")) or text(value.get("name"))
        if name:
            found[name] = _dataset(source, name, value)
    return tuple(found[name] for name in sorted(found))


def _dataset(source: str, name: str, value: Row) -> Dataset:
    return Dataset(
        source=source,
        name=name,
        pool=text(value.get("pool")) or name.partition("/")[0],
        kind="volume" if text(value.get("type")).upper() == "VOLUME" else "filesystem",
        used=bytes_of(value, "used"),
        available=bytes_of(value, "available"),
        snapshots_used=bytes_of(value, "usedbysnapshots"),
        quota=limit_of(value, "quota"),
        refquota=limit_of(value, "refquota"),
        mountpoint=text(prop(value, "mountpoint")),
        encrypted=flag(value.get("encrypted")),
        locked=flag(value.get("locked")),
        read_only=maybe_flag(prop(value, "readonly")),
        compress_ratio=amount(text(prop(value, "compressratio")).removesuffix("x")),
    )


def temperatures(answer: JsonValue) -> dict[str, float]:
    """The answer of ``disk.temperatures``: degrees Celsius by name, of disks that are awake."""
    found = {name: amount(value) for name, value in row(answer, "disk.temperatures").items()}
    return {name: value for name, value in found.items() if value is not None}


def disks(
    source: str, host: str, answer: JsonValue, warm: Mapping[str, float] = NO_TEMPERATURES
) -> tuple[Disk, ...]:
    """The answer of ``disk.query``, with the temperatures that are known."""
    found = []
    for value in rows(answer, "disk.query"):
        name = text(value.get("name"))
        if not name or value.get("expiretime"):
            continue
        found.append(
            Disk(
                source=source,
                host=host,
                name=name,
                serial=text(value.get("serial")),
                wwn=text(value.get("lunid")).lower().removeprefix("0x"),
                model=said(value.get("model"), 80),
                type="nvme" if name.startswith("nvme") else text(value.get("type")).lower(),
                size=whole(value.get("size")),
                pool=text(value.get("pool")) or None,
                temperature=warm.get(name),
                standby_after=_minutes(value.get("hddstandby")),
                rotation_rate=whole(value.get("rotationrate")) or None,
            )
        )
    return tuple(sorted(found, key=lambda disk: (len(disk.name), disk.name)))


def _minutes(value: object) -> float | None:
    number = amount(value)
    return None if number is None else number * 60


def with_pools(found: Iterable[Disk], of: Iterable[Pool]) -> tuple[Disk, ...]:
    """The disks, with the pool from the topology where the inventory does not name it."""
    pool_of = {
        member.disk: pool.name
        for pool in of
        for member in pool.members()
        if member.disk and not member.missing
    }
    return tuple(
        disk if disk.pool else disk.model_copy(update={"pool": pool_of.get(disk.name)})
        for disk in found
    )

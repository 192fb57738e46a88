"""Reads snapshots, snapshot tasks and replication of every version into the one model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import JsonValue

from providers.coercion import epoch, flag, text, whole
from providers.truenas.fields import (
    Row,
    bytes_of,
    part,
    parts,
    prop,
    ratio,
    rows,
    said,
    texts,
    when,
)
from providers.truenas.protection_models import Replication, SnapshotGroup, SnapshotTask

_UNITS: Final[Mapping[str, float]] = {
    "HOUR": 3600.0,
    "DAY": 86400.0,
    "WEEK": 7 * 86400.0,
    "MONTH": 30 * 86400.0,
    "YEAR": 365 * 86400.0,
}
_AUTOMATIC: Final = re.compile(r"auto[-_]|.*[-_]\d{4}-?\d\d-?\d\d[-_]\d\d[-:]?\d\d$")
_MOMENT: Final = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)[-_T](\d\d)[-:.]?(\d\d)")


@dataclass
class _Group:
    pool: str
    count: int = 0
    automatic: int = 0
    oldest: datetime | None = None
    newest: datetime | None = None
    newest_name: str = ""
    used: int | None = None

    def take(self, value: Row, name: str, at: datetime | None) -> None:
        self.count += 1
        self.automatic += bool(_AUTOMATIC.match(name))
        used = bytes_of(part(value, "properties"), "used")
        if used is not None:
            self.used = used + (self.used or 0)
        if at is None:
            return
        if self.oldest is None or at < self.oldest:
            self.oldest = at
        if self.newest is None or at > self.newest:
            self.newest, self.newest_name = at, name


def _taken(value: Row) -> datetime | None:
    return epoch(prop(part(value, "properties"), "creation")) or epoch(value.get("creation"))


@dataclass(frozen=True)
class Snapshots:
    """All snapshots, summed up."""

    number: int
    groups: tuple[SnapshotGroup, ...]
    taken: Mapping[str, datetime]
    """When each was taken, by its full name (``tank/media@auto-…``)."""


def snapshots(source: str, answer: JsonValue) -> Snapshots:
    """The answer of ``pool.snapshot.query`` or ``zfs.snapshot.query``, summed up by dataset."""
    groups: dict[str, _Group] = {}
    taken: dict[str, datetime] = {}
    listed = list(rows(answer, "the snapshot query"))
    for value in listed:
        full = text(value.get("id")) or text(value.get("name"))
        dataset = text(value.get("dataset")) or full.partition("@")[0]
        name = text(value.get("snapshot_name")) or full.partition("@")[2]
        if not dataset:
            continue
        pool = text(value.get("pool")) or dataset.partition("/")[0]
        at = _taken(value)
        if at is not None:
            taken[f"{dataset}@{name}"] = at
        groups.setdefault(dataset, _Group(pool)).take(value, name, at)
    return Snapshots(
        len(listed),
        tuple(
            SnapshotGroup(source=source, dataset=dataset, **vars(groups[dataset]))
            for dataset in sorted(groups)
        ),
        taken,
    )


def snapshot_tasks(source: str, answer: JsonValue) -> tuple[SnapshotTask, ...]:
    """The answer of ``pool.snapshottask.query``."""
    return tuple(
        SnapshotTask(
            source=source,
            id=whole(value.get("id")) or 0,
            dataset=text(value.get("dataset")),
            recursive=flag(value.get("recursive")),
            enabled=flag(value.get("enabled", True)),
            keep=_lifetime(value),
            interval=interval(part(value, "schedule")),
            schedule=cron(part(value, "schedule")),
            naming=text(value.get("naming_schema")),
            excluded=texts(value.get("exclude")),
            state=text(part(value, "state").get("state")).lower(),
            ran_at=when(part(value, "state"), "datetime"),
            error=said(part(value, "state").get("error")),
        )
        for value in rows(answer, "pool.snapshottask.query")
    )


def _lifetime(value: Row) -> float | None:
    amount = whole(value.get("lifetime_value"))
    unit = _UNITS.get(text(value.get("lifetime_unit")).upper())
    return None if amount is None or unit is None else amount * unit


def replications(
    source: str, tasks: Iterable[Row], taken: Mapping[str, datetime], local: tzinfo = UTC
) -> tuple[Replication, ...]:
    """The rows of ``replication.query``.

    Args:
        source: the instance.
        tasks: the rows.
        taken: when known snapshots were taken; of others the time in their name counts.
        local: the time zone of the NAS, which those names are in.
    """
    found = []
    for value in tasks:
        state = part(value, "state")
        last = text(state.get("last_snapshot"))
        schedule = part(value, "schedule")
        progress = part(state, "progress")
        found.append(
            Replication(
                source=source,
                id=whole(value.get("id")) or 0,
                name=text(value.get("name")),
                direction=text(value.get("direction")).lower(),
                transport=text(value.get("transport")).lower(),
                datasets=texts(value.get("source_datasets")),
                target=text(value.get("target_dataset")),
                recursive=flag(value["recursive"]) if "recursive" in value else None,
                excluded=texts(value.get("exclude")),
                enabled=flag(value.get("enabled", True)),
                automatic=flag(value.get("auto", True)),
                interval=interval(schedule) if schedule else _interval_of_source(value),
                state=text(state.get("state")).lower(),
                ran_at=when(state, "datetime"),
                last_snapshot=last,
                last_snapshot_at=taken.get(last) or named_moment(last, local),
                progress=_progress(progress),
                error=said(state.get("error") or state.get("reason"), 400),
            )
        )
    return tuple(found)


def _interval_of_source(value: Row) -> float | None:
    # Without a schedule of its own it runs after the snapshot tasks it is bound to.
    tasks = parts(value, "periodic_snapshot_tasks")
    each = [interval(part(task, "schedule")) for task in tasks]
    known = [seconds for seconds in each if seconds is not None]
    return min(known) if known and len(known) == len(each) else None


def zone(name: str) -> tzinfo:
    """The time zone of that name; UTC where it is not known."""
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def _progress(value: Row) -> float | None:
    done, total = whole(value.get("bytes_sent")), whole(value.get("bytes_total"))
    if done is not None and total:
        return min(1.0, done / total)
    return ratio(value.get("percent"))


def named_moment(name: str, local: tzinfo = UTC) -> datetime | None:
    """The time in a snapshot's name, such as ``auto-2026-11-22_14-00``, in UTC."""
    found = _MOMENT.search(name.rpartition("@")[2])
    if found is None:
        return None
    try:
        year, month, day, hour, minute = map(int, found.groups())
        return datetime(year, month, day, hour, minute, tzinfo=local).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def cron(schedule: Row) -> str:
    """The schedule as the five fields of cron; empty without one."""
    if not schedule:
        return ""
    names = ("minute", "hour", "dom", "month", "dow")
    return " ".join(text(schedule.get(name)) or "*" for name in names)


def interval(schedule: Row) -> float | None:
    """Seconds between two runs of a schedule, of those that are regular."""
    if not schedule:
        return None
    minute, hour, dom, month, dow = cron(schedule).split(" ")[:5]
    if hour == "*" or _step(hour):
        hours = text(schedule.get("begin")) or "00:00", text(schedule.get("end")) or "23:59"
        if not (hours[0].startswith("00:00") and hours[1].startswith(("23:59", "00:00"))):
            return None
    if month != "*" or (dom != "*" and dow != "*"):
        return None
    if dow != "*":
        return 7 * 86400.0 if dow.isalnum() else None
    if dom != "*":
        step = _step(dom)
        return step * 86400.0 if step else (30 * 86400.0 if dom.isdigit() else None)
    if hour != "*":
        step = _step(hour)
        return step * 3600.0 if step else (86400.0 if hour.isdigit() else None)
    step = _step(minute)
    return step * 60.0 if step else (3600.0 if minute.isdigit() else None)


def _step(field: str) -> int | None:
    head, _, step = field.partition("/")
    return int(step) if head == "*" and step.isdecimal() and int(step) else None

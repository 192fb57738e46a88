"""The tool that shows which disks sleep: power states from metrics, disks from the NAS."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from providers.reading import Reading
from providers.series import Labels, SeriesWindow
from providers.truenas import Disk
from sre_tui.tools.alert_sources import filter_text, filters_given, rows
from sre_tui.tools.arguments import Completes, ForPeople, Positional, Short, Window, format_window
from sre_tui.tools.context import ToolContext, ask_all
from sre_tui.tools.gist import with_first
from sre_tui.tools.hdd_power_join import Reported, joined, reported
from sre_tui.tools.hdd_power_series import NOT_REPORTED, Course, course
from sre_tui.tools.notes import page_of, sources_text, truncation
from sre_tui.tools.rendering import ModelView, stamp
from sre_tui.tools.result import Listing, ToolResult, result
from sre_tui.tools.tool import tool
from sre_tui.tools.truenas_names import check_known
from sre_tui.views.human import percent, size

METRIC: Final = "disk_power_state"
SHORTEST: Final = timedelta(hours=1)
LONGEST: Final = timedelta(weeks=1)
STEP: Final = 60.0
"""Seconds between two points: a week of them is just below what Prometheus gives at once."""

PowerState = Literal["standby", "idle", "active", "not reported"]


class DiskPower(BaseModel):
    """One disk: what it is, what it does now, what it did over the window."""

    model_config = ConfigDict(frozen=True)

    host: str
    name: str
    pool: str | None = None
    type: str = ""
    model: str = ""
    serial: str = ""
    size: int | None = None
    temperature: float | None = None
    """Degrees Celsius; None in standby."""
    standby_after: float | None = None
    """Seconds without access until it is to spin down."""
    state: str
    """``standby``, ``idle``, ``active`` or ``not reported``."""
    since: AwareDatetime | None = None
    """Of that state, if it began inside the window; of ``not reported`` the last report."""
    shares: dict[str, float] = Field(default_factory=dict)
    """0..1 of the window by state; ``not reported`` where no sample was."""
    changes: int | None = None
    """None if nothing was reported."""
    transition: str = ""
    """The last change: ``standby to active``."""
    gaps: int = 0
    """Stretches of the window without samples."""

    @property
    def key(self) -> str:
        """Unique among the disks of all hosts."""
        return f"{self.host}/{self.name}/{self.serial}"


class PowerListing(Listing[DiskPower]):
    """Disks, those that are awake longest first."""

    filters: dict[str, str] = Field(default_factory=dict)
    start: AwareDatetime
    end: AwareDatetime
    step: float
    """Seconds between the points that were read: what came and went between two is not counted."""

    def gist(self) -> str:
        """How many disks are in which state."""
        asleep = [disk.name for disk in self.items if disk.state == "standby"]
        return with_first(f"{self.counted('disk')}, {len(asleep)} in standby", asleep)


def _bounded(value: timedelta) -> timedelta:
    if not SHORTEST <= value <= LONGEST:
        raise ValueError("the window must be between 1h and 1w")
    return value


def _render(answer: ToolResult[PowerListing], view: ModelView) -> str:
    data = answer.data
    heading = (
        f"Power states of disks from {sources_text(answer)}{filter_text(data.filters)} over "
        f"{format_window(data.end - data.start)}, read every {data.step:g} s: "
        f"{data.total or 0} disks"
    )
    page = page_of(answer, view, heading, nothing="No disks.")
    page.rows = [_disk_text(disk, view.now) for disk in data.items]
    if note := truncation(data, "disks"):
        page.notes.append(note)
    return page.text()


def _disk_text(disk: DiskPower, now: datetime) -> str:
    about = [text for text in (disk.type, disk.model, f"serial {disk.serial}") if text != "serial "]
    if disk.size is not None:
        about.append(size(disk.size))
    if disk.pool:
        about.append(f"pool {disk.pool}")
    parts = [f"{disk.host}/{disk.name} [{disk.state}] ({', '.join(about) or NOT_REPORTED})"]
    if disk.since is not None:
        word = "last reported" if disk.state == NOT_REPORTED else "since"
        parts.append(f"{word} {stamp(disk.since, now)}")
    parts.append(", ".join(f"{state} {percent(share)}" for state, share in disk.shares.items()))
    if disk.changes is not None:
        last = f", last {disk.transition}" if disk.transition else ""
        parts.append(f"{disk.changes} changes{last}")
    if disk.temperature is not None:
        parts.append(f"{disk.temperature:g} °C")
    if disk.standby_after is not None:
        parts.append(f"standby set after {disk.standby_after / 60:g} min")
    return "; ".join(part for part in parts if part)


@tool(
    "nas disks",
    render=_render,
    needs=("prometheus", "truenas"),
    examples=("nas disks", "nas disks --since 24h --pool tank", "nas disks sdc --since 1w"),
)
async def hdd_power_status(
    context: ToolContext,
    disk: Annotated[
        str, Field(description="Only this disk, as sda or HOST/sda."), Positional(),
        Completes("disk"),
    ] = "",
    since: Annotated[
        Window, Field(description="Length of the window, 1h to 1w."), AfterValidator(_bounded),
        Short("s"),
    ] = timedelta(days=1),
    pool: Annotated[
        str | None, Field(description="Only disks of this pool."), Completes("pool")
    ] = None,
    state: Annotated[PowerState | None, Field(description="Only disks in this state now.")] = None,
    limit: Annotated[
        int, Field(description="Most disks.", ge=1, le=1000), Short("n"), ForPeople()
    ] = 100,
) -> ToolResult[PowerListing]:  # fmt: skip
    """Which disks sleep: state now, share of time per state, changes; with model and serial."""
    now = context.clock()
    start = now - since
    windows, inventories = await asyncio.gather(
        ask_all(context.prometheus, lambda client: client.query_range(METRIC, start, now, STEP)),
        ask_all(context.truenas, lambda client: client.disks()),
    )
    inventory = rows(inventories)
    seen = reported([window.data for window in windows if window.data is not None])
    addresses = {
        client.source: urlsplit(client.endpoint.url).hostname or "" for client in context.truenas
    }
    known = _disks(seen, inventory, addresses)
    readings: list[Reading[Any]] = [*windows, *inventories]
    check_known("pool", pool or "", [each.pool for each in known if each.pool], readings)
    check_known("disk", disk, [n for d in known for n in (d.name, f"{d.host}/{d.name}")], readings)
    found = [
        each
        for each in known
        if disk in ("", each.name, f"{each.host}/{each.name}")
        and pool in (None, each.pool)
        and state in (None, each.state)
    ]
    found.sort(key=_order)
    data = PowerListing(
        items=tuple(found[:limit]),
        truncated=len(found) > limit,
        total=len(found),
        hints=_hints(windows, seen, inventory, asked=bool(context.truenas)),
        filters=filters_given(disk=disk, pool=pool, state=state),
        start=start,
        end=now,
        step=STEP,
    )
    return result(data, readings, now=now)


def _disks(
    seen: Sequence[Reported], inventory: Sequence[Disk], addresses: Mapping[str, str]
) -> list[DiskPower]:
    """Each disk once: those that report with what the NAS knows of them, then the others."""
    pairs, left = joined(seen, inventory, addresses)
    found = [
        _disk(
            each.host,
            each.name,
            {**each.labels, "pool": each.pool},
            known,
            course(each.points, each.window.start, each.window.end, each.window.step),
        )
        for each, known in pairs
    ]
    nothing = Course(NOT_REPORTED, None, {NOT_REPORTED: 1.0}, 0, known=False)
    return [*found, *(_disk(each.host, each.name, {}, each, nothing) for each in left)]


def _disk(host: str, name: str, labels: Labels, known: Disk | None, did: Course) -> DiskPower:
    return DiskPower(
        host=(known.host if known else "") or host,
        name=known.name if known else name,
        pool=(known.pool if known else None) or labels.get("pool") or None,
        type=(known.type if known else "") or labels.get("type", ""),
        model=known.model if known else labels.get("model", ""),
        serial=known.serial if known else labels.get("serial", ""),
        size=known.size if known else None,
        temperature=known.temperature if known else None,
        standby_after=known.standby_after if known else None,
        state=did.state,
        since=did.since,
        shares=dict(did.shares),
        changes=did.changes if did.known else None,
        transition=did.transition,
        gaps=did.gaps,
    )


def _order(disk: DiskPower) -> tuple[bool, float, str, str]:
    return disk.type not in ("hdd", ""), disk.shares.get("standby", 0.0), disk.host, disk.name


def _hints(
    windows: Sequence[Reading[SeriesWindow]],
    seen: Sequence[Reported],
    inventory: Sequence[Disk],
    *,
    asked: bool,
) -> tuple[str, ...]:
    hints = []
    answered = [window for window in windows if window.data is not None]
    if answered and not seen:
        hints.append(
            f"Prometheus has no series {METRIC} in this window: disk_status_exporter gives it, or "
            "a script for the textfile collector with the labels disk and host (0 standby, 1 idle, "
            "2 active, below 0 unknown); smartctl_exporter has no power states"
        )
    elif not windows:
        hints.append("power states come from Prometheus, which is not configured")
    if not asked:
        hints.append("model, serial and size come from TrueNAS, which is not configured")
    elif not inventory and answered:
        hints.append("model, serial and size are not reported: no TrueNAS answered")
    return tuple(hints)

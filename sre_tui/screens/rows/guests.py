"""Guests as rows, with how they are backed up and what they did in the last hour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from rich.text import Text

from providers.proxmox import Guest
from providers.proxmox.guests import URGENCY
from providers.text import one_line
from sre_tui.live.homelab import COVERAGE, GUEST_LOAD, GUESTS
from sre_tui.screens.page_text import headline, pairs
from sre_tui.screens.rows.backup_age import newest_good
from sre_tui.screens.rows.kind import Known, Origin, RowKind, of
from sre_tui.screens.subject_queries import ChartsOf, LogsOf
from sre_tui.views.backup_coverage import remark, verdict_cell
from sre_tui.views.guests import (
    GUESTS as VIEW,
)
from sre_tui.views.guests import (
    guest_condition,
    guest_cpu,
    guest_disk,
    guest_kind,
    guest_memory,
    guest_state,
)
from sre_tui.views.human import percent, size
from widgets.blocks import is_number, sparkline
from widgets.cell import Cell, Column, Display, Tone, unmarked
from widgets.text import duration, plain_lines

if TYPE_CHECKING:
    from sre_tui.diagnosis.coverage.model import GuestCoverage
    from sre_tui.screens.about.tab import DetailTab

LOAD_WIDTH: Final = 12
_LOAD_TOP: Final = 0.2
"""Share that fills a sparkline at least, so that an idle guest does not look busy."""
_CALM: Final = ("running", "stopped", "template")


@dataclass(frozen=True)
class GuestRow:
    """A guest with what other sources know of it.

    Attributes:
        guest: as Proxmox VE lists it.
        coverage: how it is backed up; None while that is not known.
        load: its processor share, 0..1, over the last hour, the newest last; empty if not known.
    """

    guest: Guest
    coverage: GuestCoverage | None = None
    load: tuple[float | None, ...] = ()


def _rows(known: Known) -> Sequence[GuestRow]:
    data = known.get(GUESTS)
    if data is None:
        return ()
    covered = known.get(COVERAGE)
    coverage = {} if covered is None else {one.key: one for one in covered.items}
    loads = _loads(known)
    return [
        GuestRow(guest, coverage.get(guest.key), loads.get(f"{guest.type}/{guest.vmid}", ()))
        for guest in data.items
    ]


def _loads(known: Known) -> Mapping[str, tuple[float | None, ...]]:
    """Hours by the id that Proxmox VE gives; one that two clusters use is nobody's."""
    data = known.get(GUEST_LOAD)
    if data is None:
        return {}
    names = [series.labels.get("id", "") for series in data.items]
    times = Counter(names)
    return {
        name: tuple(value for _, value in series.points)
        for name, series in zip(names, data.items, strict=True)
        if times[name] == 1
    }


def _backup(row: GuestRow, display: Display) -> Cell:
    return Cell("", None) if row.coverage is None else newest_good(row.coverage, display)


def _load(row: GuestRow, _: Display) -> Cell:
    if not row.load or row.guest.status != "running":
        return Cell("", None)
    seen = [value for value in row.load if is_number(value)]
    top = max([_LOAD_TOP, *seen])
    mean = sum(seen) / len(seen) if seen else None
    return Cell(sparkline(row.load, LOAD_WIDTH, 0.0, top), mean, Tone.INFO)


def _uptime(row: GuestRow, _: Display) -> Cell:
    seconds = row.guest.uptime if row.guest.status == "running" else None
    return Cell("", None) if seconds is None else Cell(duration(seconds), seconds)


def _summary(rows: Sequence[GuestRow]) -> str:
    counts = Counter(row.guest.condition for row in rows)
    told = [f"{counts['running']} running"] if counts["running"] else []
    told += [f"{counts[word]} {word}" for word in URGENCY if word not in _CALM and counts[word]]
    return ", ".join(told)


def _label(guest: Guest) -> str:
    return one_line(guest.label, 120)


def _explain(row: GuestRow) -> str:
    guest = row.guest
    return f"explain the guest {_label(guest)}: {guest.condition} on {one_line(guest.node, 60)}"


def _changes(row: GuestRow, now: datetime) -> str:
    name = one_line(row.guest.name or str(row.guest.vmid), 60)
    return f"what changed on {name} in the last 6 hours?"


def _origin(row: GuestRow) -> Origin:
    name = one_line(row.guest.name or str(row.guest.vmid), 60)
    return Origin(f"guest {name}", name)


def _page(row: GuestRow, display: Display) -> Text:
    state = guest_state(row.guest, display)
    page = headline(state.tone, unmarked(state), row.guest.label)
    page.append("\n")
    guest = row.guest
    known: dict[str, str | Cell] = {"node": guest.node, "kind": guest_kind(guest, display)}
    known |= _use(guest)
    if row.coverage is not None:
        verdict = verdict_cell(row.coverage)
        said = "; ".join(part for part in (verdict.text, remark(row.coverage)) if part)
        known["backup"] = replace(verdict, text=said)
    seen = [value for value in row.load if is_number(value)]
    if seen:
        line = sparkline(row.load, 3 * LOAD_WIDTH, 0.0, max([_LOAD_TOP, *seen]))
        known["cpu, 1 h"] = f"{line}  {percent(min(seen))} to {percent(max(seen))}"
    pairs(page, known)
    return page


def _use(guest: Guest) -> dict[str, str | Cell]:
    """What it takes, as far as the hypervisor tells; little of what is off."""
    runs = guest.status == "running"
    cpus = f" of {guest.cpus:g} processor{'' if guest.cpus == 1 else 's'}" if guest.cpus else ""
    told = {
        "up": duration(guest.uptime) if runs and guest.uptime else "",
        "cpu": f"{percent(guest.cpu)}{cpus}" if runs and guest.cpu is not None else "",
        "memory": _of(guest.memory if runs else None, guest.memory_size),
        "disk": _of(guest.disk, guest.disk_size),
        "tags": ", ".join(guest.tags),
    }
    return {name: text for name, text in told.items() if text}


def _of(used: int | None, whole: int | None) -> str:
    if not whole:
        return ""
    return f"{percent(used / whole)} of {size(whole)}" if used is not None else size(whole)


def _copied(row: GuestRow, now: datetime) -> str:
    display = Display(now=now, utc=True, wide=True)
    lines = [
        f"{column.title}: {cell.text.strip()}"
        for column in VIEW.columns
        if (cell := column.cell(row.guest, display)).text.strip()
    ]
    return plain_lines("\n".join(lines))


def _tabs(row: GuestRow) -> Sequence[DetailTab]:
    from sre_tui.screens.about.guest import guest_tabs

    return guest_tabs(row.guest)


def _backups(row: GuestRow, known: Sequence[Any]) -> str | None:
    mine = f"guest {row.guest.key}"
    return mine if any(other.key == mine for other in known) else None


def _columns() -> tuple[Column[GuestRow], ...]:
    """The columns of the guests' view, narrowed, with what other sources add."""
    given = {column.key: column for column in VIEW.columns}
    short = {
        "cpu": partial(guest_cpu, short=True),
        "memory": partial(guest_memory, short=True),
        "disk": partial(guest_disk, short=True),
    }

    def share(key: str, title: str, priority: int) -> Column[GuestRow]:
        column = replace(
            given[key], title=title, cell=short[key], width=5, priority=priority, align="right"
        )
        return of(column, _guest)

    return (
        of(replace(given["status"], cell=guest_condition, width=12), _guest),
        of(replace(given["name"], width=12), _guest),
        of(replace(given["vmid"], width=4), _guest),
        of(replace(given["node"], width=5, priority=2), _guest),
        share("cpu", "CPU", 1),
        share("memory", "Mem", 1),
        Column("backup", "Backup", _backup, 8, 1),
        Column("load", "CPU, 1 h", _load, LOAD_WIDTH, 3),
        share("disk", "Disk", 3),
        Column("uptime", "Up", _uptime, 6, 4, "right"),
        of(given["type"], _guest),
        of(replace(given["tags"], priority=6), _guest),
        of(replace(given["ha_state"], priority=7), _guest),
        of(replace(given["source"], priority=8), _guest),
    )


def _guest(row: GuestRow) -> Guest:
    return row.guest


def _logs(row: GuestRow) -> LogsOf | None:
    return None if row.guest.name is None else LogsOf(row.guest.label, (row.guest.name,))


def _charts(row: GuestRow) -> ChartsOf | None:
    from sre_tui.screens.rows.charts import guest_charts

    guest = row.guest
    of_it = (guest.label, f"{guest.type}/{guest.vmid}", guest.memory_size)
    return None if guest.template else guest_charts(*of_it, _logs(row))


KIND: Final = RowKind(
    noun="guest",
    columns=_columns(),
    rows=_rows,
    key=lambda row: row.guest.key,
    name=lambda row: row.guest.label,
    summary=_summary,
    explain=_explain,
    changes=_changes,
    origin=_origin,
    page=_page,
    copied=_copied,
    tabs=_tabs,
    backups=_backups,
    node=lambda row: row.guest.node,
    also=lambda row: (str(row.guest.vmid),),
    logs=_logs,
    charts=_charts,
)

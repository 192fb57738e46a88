"""How guests of Proxmox VE are shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from providers.proxmox import Guest
from providers.proxmox.guests import URGENCY, Condition
from sre_tui.views.cells import (
    fill_cell,
    share_cell,
    size_cell,
    source_column,
    span_cell,
    state_cell,
    text_cell,
)
from sre_tui.views.human import moment, number, percent
from sre_tui.views.load_history import history_views
from sre_tui.views.table import TableView
from sre_tui.views.units import with_unit
from widgets.blocks import fill_bar
from widgets.cell import Cell, Column, Display, Tone, marked

_TONES: Final[Mapping[Condition, Tone]] = {
    "error": Tone.CRITICAL,
    "should run": Tone.ERROR,
    "unknown": Tone.ERROR,
    "paused": Tone.WARNING,
    "suspended": Tone.WARNING,
    "running": Tone.OK,
    "stopped": Tone.MUTED,
    "template": Tone.MUTED,
}
_KINDS: Final = {"lxc": "CT", "qemu": "VM"}
_BAR: Final = 6


def guest_state(row: Guest, _: Display) -> Cell:
    """State in words, with what holds the guest, and whether it ought to run."""
    condition = row.condition
    state = "template" if row.template else row.status
    said = [
        row.status_detail,
        row.lock,
        ("onboot" if row.onboot else "HA") if row.should_run else "",
    ]
    word = ", ".join([state, *(each for each in said if each)])
    return state_cell(word, _TONES[condition], float(URGENCY.index(condition)))


def guest_name(row: Guest, _: Display) -> Cell:
    """Name; one that is not of now has the glyph of what is old."""
    name = text_cell(row.name or "")
    if row.last_reported is None:
        return name
    return Cell(marked(Tone.STALE, name.text), name.sort, Tone.STALE)


def guest_condition(row: Guest, _: Display) -> Cell:
    """The same as `guest_state` in a word or two: off on purpose, or though it should run."""
    condition = row.condition
    return state_cell(condition, _TONES[condition], float(URGENCY.index(condition)))


def guest_cpu(row: Guest, display: Display, *, short: bool = False) -> Cell:
    """Share of its own processors, as a bar; nothing while it does not run."""
    return _share(row.cpu if row.status == "running" else None, 0.8, 0.95, short=short)


def guest_memory(row: Guest, display: Display, *, short: bool = False) -> Cell:
    """Share of its memory, as a bar; nothing while it does not run."""
    return _share(row.memory_ratio if row.status == "running" else None, 0.9, 0.97, short=short)


def _share(ratio: float | None, warn_at: float, fail_at: float, *, short: bool) -> Cell:
    if ratio is None:
        return Cell("", None)
    made: Callable[..., Cell] = share_cell if short else fill_cell
    return made(ratio, warn_at=warn_at, fail_at=fail_at)


def guest_disk(row: Guest, display: Display, *, short: bool = False) -> Cell:
    """Share of its root disk where it tells, else how large the disk is."""
    if row.disk is not None and row.disk_size:
        return _share(row.disk / row.disk_size, 0.85, 0.95, short=short)
    return size_cell(row.disk_size) if row.disk_size and not short else Cell("", None)


def guest_kind(row: Guest, _: Display) -> Cell:
    """Container or virtual machine, as their users call them."""
    return text_cell(_KINDS[row.type])


def _ha(row: Guest, _: Display) -> Cell:
    if row.ha_state is None:
        return Cell("", None)
    tone = Tone.OK if row.ha_state == "started" else Tone.WARNING
    return Cell(marked(tone, row.ha_state), row.ha_state, tone)


def _uptime(row: Guest, _: Display) -> Cell:
    return span_cell(row.uptime if row.status == "running" else None)


GUESTS: TableView[Guest] = TableView(
    columns=(
        Column("status", "State", guest_state, 17),
        Column("name", "Guest", guest_name, 16, 0, "left", True),
        Column("vmid", "Id", lambda row, _: Cell(str(row.vmid), row.vmid), 5, 0, "right"),
        Column("type", "Kind", guest_kind, 4, priority=4),
        Column("node", "Node", lambda row, _: text_cell(row.node), 8),
        Column("cpu", "CPU", guest_cpu, 15, priority=1),
        Column("memory", "Memory", guest_memory, 15, priority=1),
        Column("disk", "Disk", guest_disk, 15, priority=2),
        Column("uptime", "Up", _uptime, 10, 3, "right"),
        Column("tags", "Tags", lambda row, _: text_cell(", ".join(row.tags)), 12, priority=4),
        Column("ha_state", "HA", _ha, 10, priority=5),
        source_column(lambda row: row.source),
    ),
    rows=lambda data: data.items,
    key=lambda row: row.key,
    nothing="No guests.",
)


def _value(row: Any, display: Display) -> Cell:
    value = row.value
    if isinstance(value, datetime):
        return Cell(moment(value, display), value)
    if isinstance(value, bool):
        return Cell("yes" if value else "no", float(value))
    if isinstance(value, int | float):
        if row.unit == "ratio":
            return Cell(f"{fill_bar(value, _BAR)} {percent(value)}", float(value))
        shown = with_unit(float(value), row.unit) if row.unit else number(float(value))
        return Cell(shown, float(value))
    return text_cell(value or "")


PROPERTIES: TableView[Any] = TableView(
    columns=(
        Column("group", "Group", lambda row, _: text_cell(row.group), 11),
        Column("name", "Property", lambda row, _: text_cell(row.name), 18),
        Column("value", "Value", _value, 20),
        Column("note", "Details", lambda row, _: text_cell(row.note), 40, 1, "left", True),
    ),
    rows=lambda data: data.items,
    key=lambda row: f"{row.group}/{row.name}/{row.value}",
    nothing="No such guest.",
    headline=lambda data: _headline(data.guest.guest) if data.guest else "",
    below=lambda data: history_views([data.history] if data.history else []),
)


def _headline(guest: Guest) -> str:
    state = "template" if guest.template else guest.status
    return f"{guest.label}, {_KINDS[guest.type]} on {guest.node}, {state}"

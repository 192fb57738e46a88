"""Rows and columns of a made-up fleet, for tables under test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from widgets.cell import Cell, Column, Display, KeyedRow, Tone, keyed_rows, marked

DISPLAY = Display(now=datetime(2026, 11, 20, 12, 0, tzinfo=UTC), utc=None, wide=False)


@dataclass(frozen=True)
class Machine:
    key: str
    load: float | None
    up: bool = True
    note: str = ""


def _state(machine: Machine, _: Display) -> Cell:
    tone, word = (Tone.OK, "up") if machine.up else (Tone.CRITICAL, "down")
    return Cell(marked(tone, word), word, tone)


def _load(machine: Machine, _: Display) -> Cell:
    if machine.load is None:
        return Cell("not reported", None, Tone.MUTED)
    return Cell(
        f"{machine.load:.1f}", machine.load, Tone.WARNING if machine.load > 8 else Tone.NEUTRAL
    )


COLUMNS: list[Column[Machine]] = [
    Column("name", "Name", lambda m, _: Cell(m.key, m.key), width=12, flexible=True),
    Column("state", "State", _state, width=7, priority=1),
    Column("load", "Load", _load, width=12, priority=2, align="right"),
    Column("note", "Note", lambda m, _: Cell(m.note, m.note or None), width=40, priority=9),
]

FLEET = [
    Machine("db", 9.5, note="[critical] disk full"),
    Machine("web", 0.4),
    Machine("cache", None, up=False, note="x [/] y"),
    Machine("backup", 2.25, note="日本語のホスト"),
]


def rows_of(machines: list[Machine]) -> list[KeyedRow]:
    return keyed_rows(machines, COLUMNS, DISPLAY, lambda machine: machine.key)

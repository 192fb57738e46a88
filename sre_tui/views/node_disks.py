"""How the disks and ZFS pools of Proxmox VE nodes are shown."""

from __future__ import annotations

from typing import Final

from providers.proxmox import Disk, ZfsPool
from sre_tui.views.cells import fill_cell, size_cell, source_column, state_cell, text_cell
from sre_tui.views.human import MISSING
from sre_tui.views.table import TableView
from widgets.cell import Cell, Column, Display, Tone

_POOL_TONES: Final = {"ONLINE": Tone.OK, "DEGRADED": Tone.WARNING}


def disk_state(row: Disk, _: Display) -> Cell:
    """SMART's verdict in the vendor's word; a disk that does not tell is no healthy one."""
    if row.healthy is None:
        return state_cell(row.health or "not reported", Tone.MUTED, 1.0)
    tone = Tone.OK if row.healthy else Tone.ERROR
    return state_cell(row.health, tone, 2.0 if row.healthy else 0.0)


def pool_state(row: ZfsPool, _: Display) -> Cell:
    """State as ZFS says it."""
    tone = _POOL_TONES.get(row.health.upper(), Tone.ERROR)
    return state_cell(row.health or MISSING, tone, 1.0 if tone is Tone.OK else 0.0)


def _wear(row: Disk, _: Display) -> Cell:
    return Cell("", None) if row.wear is None else fill_cell(row.wear)


def _fill(row: ZfsPool, _: Display) -> Cell:
    return fill_cell(row.allocated / row.size if row.allocated is not None and row.size else None)


DISKS: TableView[Disk] = TableView(
    columns=(
        Column("health", "SMART", disk_state, 10),
        Column("node", "Node", lambda row, _: text_cell(row.node), 8),
        Column("path", "Disk", lambda row, _: text_cell(row.path), 12),
        Column("model", "Model", lambda row, _: text_cell(row.model), 14, 1, "left", True),
        Column("size", "Size", lambda row, _: size_cell(row.size), 10, 1, "right"),
        Column("type", "Type", lambda row, _: text_cell(row.type), 5, priority=2),
        Column("wear", "Worn", _wear, 15, priority=2),
        Column("used_by", "Used by", lambda row, _: text_cell(row.used_by), 10, priority=4),
        Column("serial", "Serial", lambda row, _: text_cell(row.serial), 14, priority=3),
        source_column(lambda row: row.source),
    ),
    rows=lambda data: data.disks.disks,
    key=lambda row: row.key,
)
POOLS: TableView[ZfsPool] = TableView(
    columns=(
        Column("health", "State", pool_state, 10),
        Column("node", "Node", lambda row, _: text_cell(row.node), 8),
        Column("name", "Pool", lambda row, _: text_cell(row.name), 12, 0, "left", True),
        Column("fill", "Fill", _fill, 15),
        Column("free", "Free", lambda row, _: size_cell(row.free), 10, 1, "right"),
        Column("size", "Size", lambda row, _: size_cell(row.size), 10, 2, "right"),
        source_column(lambda row: row.source),
    ),
    rows=lambda data: data.disks.pools,
    key=lambda row: row.key,
)

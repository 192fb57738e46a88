"""How the members of a pool and its datasets by size are shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, Final

from providers.truenas import Pool, Vdev
from sre_tui.views.human import size
from sre_tui.views.page import Block, Branch, Page, line, piece
from sre_tui.views.pools import POOLS, PoolLine, layout_text, member_state
from sre_tui.views.table import TableView
from widgets.cell import Cell, Display, Tone, marked

_COUNTERS: Final = ("read", "write", "checksum")


def member_tree(pool: Pool, display: Display) -> Page:
    """What a pool is built of, down to its disks, with states and error counters.

    Where there is room, with the models of the disks.
    """
    if not pool.vdevs:
        return [Block("", (line(piece("Its members are not reported", Tone.MUTED)),))]
    state = POOLS.columns[1].cell(PoolLine(pool), display)
    roles = [(role, list(group)) for role, group in groupby(pool.vdevs, key=lambda vdev: vdev.role)]
    branches: list[Branch] = []
    for role, vdevs in roles:
        members = tuple(_branch(vdev, wide=display.wide) for vdev in vdevs)
        if role == "data":
            branches += members
        else:
            branches.append(Branch((piece(role),), members))
    pieces = (piece(f"{pool.name}  "), state, piece(f"  {layout_text(pool)}", Tone.MUTED))
    return [Branch(pieces, tuple(branches))]


def _branch(vdev: Vdev, *, wide: bool) -> Branch:
    children = tuple(_branch(child, wide=wide) for child in vdev.children)
    return Branch(tuple(_pieces(vdev, wide=wide)), children)


def _pieces(vdev: Vdev, *, wide: bool) -> Iterator[Cell]:
    yield piece(f"{vdev.label}  ")
    yield member_state(vdev)
    counts = (vdev.read_errors, vdev.write_errors, vdev.checksum_errors)
    told = [f"{name} {count}" for name, count in zip(_COUNTERS, counts, strict=True) if count]
    if told:
        said = marked(Tone.ERROR, f"errors: {', '.join(told)}")
        yield piece(f"  {said}", Tone.ERROR)
    elif any(count is None for count in counts):
        yield piece("  errors not reported", Tone.MUTED)
    else:
        yield piece("  no errors", Tone.MUTED)
    if not vdev.children:
        # A disk is found by the serial number on its label.
        known = [size(vdev.size) if vdev.size else "", vdev.serial, vdev.model if wide else ""]
        yield piece(f"  {' '.join(text for text in known if text)}".rstrip(), Tone.MUTED)


def _by_size(data: Any) -> Sequence[PoolLine]:
    """Datasets, the largest first; what is in others counts in both."""
    found = [PoolLine(pool, dataset=one) for pool in data.items for one in pool.datasets]
    return sorted(found, key=lambda row: -(row.dataset.used or 0) if row.dataset else 0)


DATASETS: TableView[PoolLine] = TableView(
    columns=tuple(
        replace(column, title="Dataset", flexible=True) if column.key == "name" else column
        for column in POOLS.columns
        if column.key in ("name", "fill", "used", "free", "snapshots", "quota")
    ),
    rows=_by_size,
    key=lambda row: row.key,
    nothing="No dataset is reported",
)

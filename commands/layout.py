"""How wide each column of a table is in a terminal of a given width."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from widgets.cell import Column, fit_columns

RowT = TypeVar("RowT")

GAP = 2
"""Cells between two columns."""


def layout(
    columns: Sequence[Column[RowT]], natural: Mapping[str, int], width: int
) -> list[tuple[Column[RowT], int]]:
    """The columns that fit and their widths, none wider than its longest cell.

    Args:
        columns: all columns, in the order they are shown.
        natural: width of the longest cell, or of the title, by column key.
        width: room in terminal cells.
    """
    least = [replace(column, width=min(column.width, natural[column.key])) for column in columns]
    kept = {column.key for column, _ in fit_columns(least, width + GAP, GAP)}
    chosen = [column for column in columns if column.key in kept]
    widths = {column.key: min(column.width, natural[column.key]) for column in chosen}
    if len(chosen) == 1:
        return [(chosen[0], max(1, min(natural[chosen[0].key], width)))]
    spare = width - sum(widths.values()) - GAP * (len(chosen) - 1)
    # Names and ids are useless when cut, so they come before texts, within reason.
    fixed = [column for column in chosen if not column.flexible]
    spare = _widen(widths, fixed, {c.key: min(natural[c.key], 2 * c.width) for c in fixed}, spare)
    spare = _widen(widths, [column for column in chosen if column.flexible], natural, spare)
    _widen(widths, fixed, natural, spare)
    return [(column, widths[column.key]) for column in chosen]


def _widen(
    widths: dict[str, int],
    columns: Iterable[Column[RowT]],
    wanted: Mapping[str, int],
    spare: int,
) -> int:
    """Share spare cells evenly among columns that want more; gives what nobody wants."""
    growing = [column.key for column in columns if widths[column.key] < wanted[column.key]]
    while spare > 0 and growing:
        share = max(1, spare // len(growing))
        for key in growing:
            extra = min(share, wanted[key] - widths[key], spare)
            widths[key] += extra
            spare -= extra
        growing = [key for key in growing if widths[key] < wanted[key]]
    return spare

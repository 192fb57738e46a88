"""How wide each column of a table is in a given width."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from widgets.cell import Column, fit_columns

RowT = TypeVar("RowT")

GAP = 2
"""Cells between two columns."""
IMPORTANT = 2
"""Highest priority of the columns for which flexible ones give way."""
NARROWEST = 6
"""Cells below which a column that may not be left out is not narrowed further."""


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
    if all(column.priority == 0 for column in least):
        least = _narrowed(least, width)
        columns = [replace(c, width=n.width) for c, n in zip(columns, least, strict=True)]
    elif (given_way := squeezed(least, width)) is not None:
        least = given_way
        columns = [
            replace(c, width=n.width) if c.narrow else c
            for c, n in zip(columns, least, strict=True)
        ]
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


def squeezed(
    columns: Sequence[Column[RowT]], width: int, important: int = IMPORTANT
) -> list[Column[RowT]] | None:
    """The columns with some narrowed as far as the important ones need; None if that is not so.

    Args:
        columns: all columns; each gives way down to its ``narrow``.
        width: room in terminal cells.
        important: highest priority of the columns that there is to be room for.
    """
    wanted = [column for column in columns if column.priority <= important]
    widths = {column.key: column.width for column in columns}
    room = {column.key: column.width - column.narrow for column in wanted if column.narrow}
    over = sum(column.width + GAP for column in wanted) - GAP - width
    if not 0 < over <= sum(room.values()):
        return None
    while over > 0:
        most = max(room, key=lambda key: room[key])
        room[most] -= 1
        widths[most] -= 1
        over -= 1
    return [replace(column, width=widths[column.key]) for column in columns]


def _narrowed(columns: Sequence[Column[RowT]], width: int) -> list[Column[RowT]]:
    """Columns that are all wanted, the widest narrowed until they fit or can be read no more."""
    widths = [column.width for column in columns]
    spare = width - sum(widths) - GAP * (len(widths) - 1)
    while spare < 0 and max(widths) > NARROWEST:
        widths[widths.index(max(widths))] -= 1
        spare += 1
    return [replace(column, width=each) for column, each in zip(columns, widths, strict=True)]


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

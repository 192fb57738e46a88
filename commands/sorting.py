"""``--sort``: rows in the order of their fields, the same in a table and in a document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar, get_args

import typer
from annotated_types import Le

from sre_tui.views.human import count
from widgets.cell import Cell, Display, KeyedRow, SortKey, sort_rows

if TYPE_CHECKING:
    from commands.fields import Fields
    from sre_tui.tools.result import ToolResult
    from sre_tui.tools.tool import Tool

RowT = TypeVar("RowT")

UNREAD: Final = "what comes first in this order may be among rows that were not read"
MANNER = (
    "figures from the largest, times from the nearest, states from the worst, texts from A; "
    "-FIELD turns it round"
)


def sort_option(fields: Callable[[], Fields], tool: Tool[Any] | None = None) -> Any:
    """What Typer is to know of the option that takes fields to sort by.

    Args:
        fields: of the rows.
        tool: of the command, which may know orders of its own.
    """
    told, own = f"Order by these fields: {MANNER}.", own_orders(tool) if tool else ()
    if tool is not None and own:
        field = tool.arguments.model_fields["sort"]
        told = (
            f"{field.description} One of: {', '.join(own)}. [default: {field.default}] "
            f"Or by any fields: {MANNER}."
        )
    return typer.Option(
        "--sort",
        metavar="FIELD",
        help=told,
        autocompletion=lambda incomplete: _completed(fields(), own, incomplete),
    )


def own_orders(tool: Tool[Any]) -> tuple[str, ...]:
    """The orders that a tool itself knows."""
    field = tool.arguments.model_fields.get("sort")
    return () if field is None else get_args(field.annotation)


def resolved(fields: Fields, asked: Sequence[str]) -> tuple[str, ...]:
    """The fields meant, each with its ``-`` in front.

    Raises:
        Problem: if there is no such field.
    """
    names = fields.resolve([name.removeprefix("-") for name in asked])
    return tuple(
        f"-{name}" if given.startswith("-") else name
        for given, name in zip(asked, names, strict=True)
    )


def in_order(
    fields: Fields,
    rows: Sequence[RowT],
    orders: Sequence[str],
    now: datetime,
    shown: Callable[[RowT], Any] = lambda row: row,
) -> list[RowT]:
    """The rows by the first field, those that agree in it by the next; what has none comes last.

    Args:
        fields: of the rows.
        rows: models or members by name.
        orders: names of fields, with ``-`` where the order is turned round.
        now: aware UTC time; of two moments the one nearer to it comes first.
        shown: what the columns read of a row, where that is not the row itself.
    """
    found = list(rows)
    for order in reversed(orders):
        name = order.removeprefix("-")
        values = _values(fields, [(row, shown(row)) for row in found], name, now)
        keyed = [KeyedRow(f"{place:09d}", (Cell("", value),)) for place, value in enumerate(values)]
        placed = sort_rows(keyed, 0, reverse=order.startswith("-"))
        found = [found[int(row.key)] for row in placed]
    return found


def widened(tool: Tool[Any], arguments: Mapping[str, object]) -> dict[str, object]:
    """The arguments with the highest limit: what is first in another order may stand last."""
    most = most_rows(tool)
    return dict(arguments) if most is None else {**arguments, "limit": most}


def most_rows(tool: Tool[Any]) -> int | None:
    """The highest limit that a tool takes; None if it takes none."""
    field = tool.arguments.model_fields.get("limit")
    bounds = [each.le for each in field.metadata if isinstance(each, Le)] if field else []
    return int(str(bounds[0])) if bounds else None


def sorted_answer(
    tool: Tool[Any],
    answer: ToolResult[Any],
    fields: Fields,
    orders: Sequence[str],
    arguments: Mapping[str, object],
    now: datetime,
) -> ToolResult[Any]:
    """An answer to widened arguments in that order, cut at the limit that was asked for.

    A hint tells where not even the highest limit let all rows through.
    """
    data = answer.data
    field = tool.arguments.model_fields.get("limit")
    given = tool.arguments.model_validate(arguments)
    limit = getattr(given, "limit", len(data.items)) if field else len(data.items)
    items = in_order(fields, data.items, orders, now, _line_of(tool, data))
    # Where a backend tells only so many rows, no order brings the others.
    unread = (f"{UNREAD}: only {count(len(items), 'row')} of more could be read",)
    update = {
        "hints": (*data.hints, *(unread if data.truncated else ())),
        "items": tuple(items[:limit]),
        "truncated": data.truncated or len(items) > limit,
        "total": data.total if data.total is not None or data.truncated else len(items),
    }
    return answer.model_copy(update={"data": data.model_copy(update=update)})


def _line_of(tool: Tool[Any], data: Any) -> Callable[[Any], Any]:
    """What the columns of a tool's table read of an item."""
    from sre_tui.views.registry import table_view

    view = table_view(tool.name)
    if list(view.rows(data)) == list(data.items):
        return lambda item: item
    # Of an item that is shown in several lines, the first is its own.
    return lambda item: view.rows(data.model_copy(update={"items": (item,)}))[0]


def _values(
    fields: Fields, rows: Sequence[tuple[Any, Any]], name: str, now: datetime
) -> Iterable[SortKey]:
    """What the rows are sorted by, so that what matters most is the least."""
    (column,) = fields.columns([name])
    display = Display(now=now, utc=None, wide=True)
    is_shown = any(column.cell is each.cell for each in fields.shown)
    raw = [fields.reach(row, name) for row, _ in rows]
    values = [column.cell(line, display).sort if is_shown else _plain(value)
              for (_, line), value in zip(rows, raw, strict=True)]  # fmt: skip
    # A state is sorted by its rank, a figure by itself.
    is_figure = any(isinstance(value, int | float | datetime) for value in raw)
    return [_first_least(value, now, is_figure=is_figure) for value in values]


def _first_least(value: SortKey, now: datetime, *, is_figure: bool) -> SortKey:
    if isinstance(value, datetime):
        return abs((now - value).total_seconds())
    if is_figure and isinstance(value, int | float):
        return -value
    return value


def _plain(value: object) -> SortKey:
    if value is None or isinstance(value, int | float | str | datetime):
        return value
    return str(value)


def _completed(fields: Fields, own: Sequence[str], incomplete: str) -> list[str]:
    names = dict.fromkeys([*own, *fields.completions("")])
    before, comma, last = incomplete.rpartition(",")
    sign = "-" if last.startswith("-") else ""
    begun = last.removeprefix("-")
    return [f"{before}{comma}{sign}{name}" for name in names if name.startswith(begun)]

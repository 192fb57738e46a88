"""Listings that no tool answers, in the shape and with the options of those that one does."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from commands.fields import split_names
from commands.output import OutputOptions, display_of, write_json, write_json_lines, write_table
from commands.sorting import in_order, resolved
from sre_tui.views.human import left_out

if TYPE_CHECKING:
    from commands.fields import Fields
    from commands.invocation import Invocation

Row = BaseModel | dict[str, Any]
"""A row as the document has it; its members are what the columns read."""


def listing_options(
    *, as_json: bool, as_jsonl: bool, only: str | None, order: str | None, utc: bool | None = None
) -> OutputOptions:
    """What the options of a listing ask for.

    Args:
        as_json: ``--json``.
        as_jsonl: ``--jsonl``.
        only: ``--fields``, as it was typed.
        order: ``--sort``, as it was typed.
        utc: ``--utc`` or ``--local``.
    """
    return OutputOptions(
        json=as_json, jsonl=as_jsonl, fields=split_names(only), sort=split_names(order), utc=utc
    )


def write_listing(
    invocation: Invocation,
    fields: Fields,
    rows: Sequence[Row],
    options: OutputOptions,
    folded: Collection[str] = (),
    most: int | None = None,
    beside: Mapping[str, object] | None = None,
) -> None:
    """Write rows as a table or as a document.

    Args:
        invocation: where to write.
        fields: what the rows are made of.
        rows: all of them.
        options: how they are wanted.
        folded: columns that are broken rather than cut.
        most: how many rows at most; all if None.
        beside: what the JSON document has beside its rows.

    Raises:
        Problem: a field was asked for that there is not.
    """
    stdout = invocation.environment.stdout
    if options.sort:
        now = invocation.environment.clock()
        rows = in_order(fields, rows, resolved(fields, options.sort), now)
    if left := len(rows[most:]) if most is not None else 0:
        invocation.narrator.trace(left_out(left, "row", f"-n {len(rows)} shows all"))
        rows = rows[:most]
    asked = fields.resolve(options.fields)
    if options.for_program:
        items = [row if isinstance(row, dict) else row.model_dump(mode="json") for row in rows]
        if asked:
            items = [fields.pick(item, asked) for item in items]
        if options.jsonl:
            write_json_lines(stdout, items)
        else:
            write_json(stdout, {"schema_version": 1, "data": {**(beside or {}), "items": items}})
        return
    columns = fields.columns(asked) if asked else fields.shown
    write_table(invocation, columns, rows, display_of(invocation, options), folded=folded)

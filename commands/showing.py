"""Writes what a tool answers: rows and pages to stdout, what is not as it should be to stderr."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from commands.fields import Fields
from commands.invocation import Invocation
from commands.output import (
    OutputOptions,
    display_of,
    room_of,
    write_json,
    write_json_lines,
    write_table,
)
from commands.sorting import most_rows
from providers.reading import State, without_paths
from providers.text import clean
from sre_tui.tools.result import Listing, ToolResult
from sre_tui.tools.tool import Tool
from sre_tui.views.human import left_out, moment
from widgets.cell import Column, Display

if TYPE_CHECKING:
    from sre_tui.views.table import TableView


def show(
    invocation: Invocation,
    tool: Tool[Any],
    answer: ToolResult[Any],
    options: OutputOptions,
    fields: Fields | None = None,
) -> None:
    """Write a result to stdout, and what is not as it should be to stderr."""
    stdout = invocation.environment.stdout
    for warning in answer.warnings:
        _warn(invocation, warning, fitted=not options.for_program)
    if options.for_program:
        document = answer.model_dump(mode="json")
        rows = document["data"].get("items")
        if fields is not None:
            picked = [fields.pick(row, options.fields) for row in rows or [document["data"]]]
            document["data"] = (
                picked[0] if rows is None else {**document["data"], "items": rows and picked}
            )
        if options.jsonl:
            write_json_lines(stdout, document["data"].get("items", [document["data"]]))
        else:
            write_json(stdout, document, compact=options.compact)
        return
    from sre_tui.views.registry import table_view

    view = table_view(tool.name)
    display = display_of(invocation, options)
    if fields is None:
        view = view.instead(answer.data) or view
    if fields is None and view.page is not None:
        from commands.pages import write_page

        write_page(invocation, view.page(answer.data, display, room_of(invocation)))
        _write_age(invocation, answer, display)
        for note in _notes(view, answer):
            invocation.narrator.trace(note)
        return
    columns = view.columns if fields is None else fields.columns(options.fields)
    if fields is None and (headline := view.headline(answer.data)):
        stdout.write(f"{_fitted(invocation, clean(headline))}\n")
    title = view.title(answer.data) if fields is None else ""
    _show_table(invocation, tool, view, columns, answer, display, title)
    if fields is None:
        for more in view.below(answer.data):
            stdout.write("\n")
            rows = more.rows(answer.data)
            write_table(invocation, more.columns, rows, display, chosen=False)
        _write_age(invocation, answer, display)


def _write_age(invocation: Invocation, answer: ToolResult[Any], display: Display) -> None:
    """Below a table of old data, from when it is: a table that is passed on has no stderr."""
    old = [source for source in answer.sources if source.state is State.STALE]
    if old:
        names = ", ".join(dict.fromkeys(source.source for source in old))
        since = moment(min(source.observed_at for source in old), display)
        told = f"as of {since}: {names} gave no good answer now"
        invocation.environment.stdout.write(f"{_fitted(invocation, clean(told))}\n")


def _warn(invocation: Invocation, warning: str, *, fitted: bool) -> None:
    said = f"warning: {warning}"
    told = _fitted(invocation, said) if fitted else said
    invocation.narrator.warn(told.removeprefix("warning: "))


def _fitted(invocation: Invocation, text: str) -> str:
    """A line broken between words where it is wider than the terminal."""
    width = room_of(invocation)
    if width is None:
        return text
    from commands.wrapping import wrapped

    return wrapped(text, width)


def _show_table(
    invocation: Invocation,
    tool: Tool[Any],
    view: TableView[Any],
    columns: Sequence[Column[Any]],
    answer: ToolResult[Any],
    display: Display,
    title: str,
) -> None:
    rows = view.rows(answer.data)
    if rows:
        write_table(invocation, columns, rows, display, title=title, folded=view.folded)
    elif text := view.text(answer.data):
        invocation.environment.stdout.write(f"{clean(text)}\n")
    else:
        invocation.narrator.say(view.nothing)
    if view.charts is not None and invocation.environment.stdout.isatty():
        from commands.charts import write_charts

        write_charts(invocation, view.charts(answer.data), utc=display.utc)
    for note in _notes(view, answer):
        invocation.narrator.trace(note)
    if isinstance(answer.data, Listing) and answer.data.truncated:
        invocation.narrator.trace(_rest_of(tool, answer.data))


def _notes(view: TableView[Any], answer: ToolResult[Any]) -> Iterator[str]:
    """The notes; what was warned of is not told again, only what it costs."""
    told = [without_paths(one.detail) for one in answer.sources if one.detail]
    for note in view.notes(answer.data):
        said = next((one for one in told if note.endswith(f": {one}")), "")
        yield note.removesuffix(f": {said}") if said else note


def _rest_of(tool: Tool[Any], data: Listing[Any]) -> str:
    """How to see the rows that the limit did not let through."""
    most = most_rows(tool)
    left = None if data.total is None else data.total - data.shown
    if most is None or data.shown >= most:
        return left_out(left, "row", "more than one answer holds, so ask for less at once")
    if data.total is not None and data.total <= most:
        return left_out(left, "row", f"-n {data.total} shows all")
    return left_out(left, "row", f"-n takes up to {most}")

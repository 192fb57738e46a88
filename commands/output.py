"""stdout: documents for programs, tables for people. The only module that writes data."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TextIO

from commands.layout import room
from providers.text import clean
from widgets.cell import Column, Display, Tone
from widgets.layout import GAP, layout

if TYPE_CHECKING:
    from rich.console import Console

    from commands.invocation import Invocation
    from sre_tui.views.record import Section

STYLES: Mapping[Tone, str] = {
    Tone.OK: "green",
    Tone.INFO: "cyan",
    Tone.WARNING: "yellow",
    Tone.ERROR: "red",
    Tone.CRITICAL: "bold red",
    Tone.MUTED: "dim",
    Tone.NEUTRAL: "",
    Tone.STALE: "dim italic",
}
"""The terminal's own colours, so that the user's theme decides what they look like."""


ENDLESS: Final = 1_000_000
"""Cells of a line that may have any number."""


@dataclass(frozen=True)
class OutputOptions:
    """How a command's data is wanted."""

    json: bool = False
    jsonl: bool = False
    fields: tuple[str, ...] = ()
    sort: tuple[str, ...] = ()
    """Fields the rows are ordered by; with ``-`` in front, turned round."""
    utc: bool | None = None
    """None for relative times, True for UTC, False for local time."""
    watch: float | None = None
    """Seconds between two looks; None looks once."""
    compact: bool = False
    """Whether a JSON document is one line."""

    @property
    def for_program(self) -> bool:
        """Whether a program reads it."""
        return self.json or self.jsonl


def write_json(stream: TextIO, document: object, *, compact: bool = False) -> None:
    """One JSON document and a line end; a compact one is a single line."""
    indent = None if compact else 2
    stream.write(json.dumps(document, ensure_ascii=False, allow_nan=False, indent=indent) + "\n")


def write_json_lines(stream: TextIO, documents: Iterable[object]) -> None:
    """One compact JSON document per line, each flushed for whoever reads along."""
    for document in documents:
        stream.write(json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n")
        stream.flush()


def write_table(
    invocation: Invocation,
    columns: Sequence[Column[Any]],
    rows: Sequence[Any],
    display: Display,
    *,
    title: str = "",
    chosen: bool = True,
    folded: Collection[str] = (),
) -> None:
    """Rows as an aligned table: fitted to a terminal, whole and untruncated in a pipe.

    Args:
        invocation: where to write.
        columns: what may be shown.
        rows: what is shown.
        display: how.
        title: a line above.
        chosen: whether ``--fields`` chooses among these columns.
        folded: keys of columns whose text is broken into lines rather than cut.
    """
    from rich.table import Table
    from rich.text import Text

    stream = invocation.environment.stdout
    width = room_of(invocation)
    console = console_of(invocation)
    cells = [[column.cell(row, display) for column in columns] for row in rows]
    texts = [[Text(flat(cell.text), style=STYLES[cell.tone]) for cell in row] for row in cells]
    natural = {
        column.key: max([len(column.title), *(row[i].cell_len for row in texts)])
        for i, column in enumerate(columns)
    }
    fitted: Sequence[tuple[Column[Any], int | None]] = [(column, None) for column in columns]
    hidden: list[str] = []
    if width is not None:
        judged = [kept(c, [row[i].plain for row in texts]) for i, c in enumerate(columns)]
        telling = [column for column in judged if column is not None]
        fitted = layout(telling, natural, width)
        shown = {column.key for column, _ in fitted}
        hidden = [_name_of(column) for column in telling if column.key not in shown]
    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold dim")
    for column, cells_wide in fitted:
        table.add_column(
            Text(column.title),
            justify=column.align,
            no_wrap=column.key not in folded,
            overflow="fold" if column.key in folded else "ellipsis",
            width=cells_wide,
        )
    shown = {column.key for column, _ in fitted}
    for row in texts:
        table.add_row(
            *(text for column, text in zip(columns, row, strict=True) if column.key in shown)
        )
    with console.capture() as capture:
        if title:
            console.print(Text(flat(title), style="dim"))
        console.print(table)
    write_lines(stream, capture.get())
    if hidden and width is not None:
        from commands.wrapping import wrapped

        stream.flush()
        ways = "a wider terminal, --fields" if chosen else "a wider terminal"
        told = f"hidden for want of width: {', '.join(hidden)} ({ways})"
        invocation.narrator.trace(wrapped(told, width))


def write_record(invocation: Invocation, sections: Sequence[Section]) -> None:
    """Names and values under headings: wrapped on a terminal, whole in a pipe."""
    from rich.table import Table
    from rich.text import Text

    console = console_of(invocation)
    width = max((len(name) for section in sections for name, _ in section.rows), default=0)
    with console.capture() as capture:
        for section in sections:
            if section.title:
                console.print()
                console.print(Text(section.title, style="bold"))
            table = Table.grid(padding=(0, GAP, 0, 0))
            table.add_column(min_width=width, no_wrap=True)
            table.add_column(overflow="fold")
            for name, cell in section.rows:
                table.add_row(
                    Text(flat(name), style="dim"), Text(clean(cell.text), style=STYLES[cell.tone])
                )
            console.print(table)
    write_lines(invocation.environment.stdout, capture.get())


def room_of(invocation: Invocation) -> int | None:
    """Terminal cells that a line on stdout may have; None if it may have any number."""
    environment = invocation.environment
    return room(environment.stdout, environment.variables)


def display_of(invocation: Invocation, options: OutputOptions) -> Display:
    """How values are made human on stdout."""
    return Display(
        now=invocation.environment.clock(), utc=options.utc, wide=room_of(invocation) is None
    )


def _name_of(column: Column[Any]) -> str:
    """What ``--fields`` takes for a column: its title, unless a comma in it would part it."""
    return column.key if "," in column.title else column.title


def console_of(invocation: Invocation) -> Console:
    """A console that lays text out for stdout: in the room a line has, without end if it has any.

    On a terminal that is its width, in a pipe there is no end; ``COLUMNS`` goes before both.
    """
    from rich.console import Console

    stream = invocation.environment.stdout
    return Console(
        file=stream,
        force_terminal=invocation.colored,
        color_system="standard" if invocation.colored else None,
        no_color=not invocation.colored,
        width=room_of(invocation) or ENDLESS,
        highlight=False,
        markup=False,
        emoji=False,
    )


def write_lines(stream: TextIO, text: str) -> None:
    """Lines that were laid out, without the blanks at their ends."""
    stream.writelines(line.rstrip() + "\n" for line in text.splitlines())


def flat(text: str) -> str:
    """Text of outsiders as one line without control characters."""
    return clean(text).replace("\n", " ").replace("\t", " ")


def kept(column: Column[Any], texts: Sequence[str]) -> Column[Any] | None:
    """The column if it is worth its room: one that may be dropped and is empty is not."""
    if column.priority == 0:
        return column
    if column.tells_apart:
        return replace(column, priority=0) if len(set(texts)) > 1 else None
    return column if any(texts) else None

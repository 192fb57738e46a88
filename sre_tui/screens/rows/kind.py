"""A kind of row: all that a pane and a detail screen have to know of what they show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from rich.text import Text

from sre_tui.screens.subject_queries import ChartsOf, LogsOf
from widgets.cell import Cell, Column, Display

if TYPE_CHECKING:
    from sre_tui.screens.about.tab import DetailTab

RowT = TypeVar("RowT")
ViewT = TypeVar("ViewT")

Known: TypeAlias = Mapping[str, Any]
"""The data of each feed that brought any, by the feed's name."""


def of(column: Column[ViewT], take: Callable[[RowT], ViewT]) -> Column[RowT]:
    """A view's column for rows that have what the view is about in them."""

    def cell(row: RowT, display: Display) -> Cell:
        return column.cell(take(row), display)

    return Column(
        column.key,
        column.title,
        cell,
        column.width,
        column.priority,
        column.align,
        column.flexible,
        column.tells_apart,
    )


@dataclass(frozen=True)
class Origin:
    """Where the cause of what a row tells is looked for.

    Attributes:
        about: the row in words, as an investigation takes it.
        host: the thing whose changes are listed; empty for everything.
        at: when it began, aware UTC; None for now.
    """

    about: str
    host: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class RowKind(Generic[RowT]):
    """One kind of row.

    Attributes:
        noun: what one of them is called in a sentence, for example ``guest``.
        columns: of the pane's table; those of the highest priority number go first where the pane
            is narrow.
        rows: takes the rows out of what is known, the most pressing first.
        key: unique among the rows of all sources, and the same from poll to poll.
        name: what it is called, for the breadcrumb and the palette.
        summary: all rows in a few words, for the title of the pane.
        explain: the question that explains one.
        changes: the question what changed around it.
        origin: where its cause is looked for without a question.
        page: what is known of it without asking anybody.
        foot: more of that, below what is asked for first.
        copied: the same as plain lines, for the clipboard.
        tabs: what its details consist of.
        backups: of the rows of the pane of backups, the key of the one that is about it; None if
            there is none.
        node: the node of Proxmox VE that it runs on; None if it runs on none.
        also: what else it is called, such as the number of a guest.
        logs: whose log lines tell about it; None if nobody's do.
        charts: its metrics; None if it has none.
        gone: said of one that is open and not listed any more.
    """

    noun: str
    columns: tuple[Column[RowT], ...]
    rows: Callable[[Known], Sequence[RowT]]
    key: Callable[[RowT], str]
    name: Callable[[RowT], str]
    summary: Callable[[Sequence[RowT]], str]
    explain: Callable[[RowT], str]
    changes: Callable[[RowT, datetime], str]
    origin: Callable[[RowT], Origin]
    page: Callable[[RowT, Display], Text]
    copied: Callable[[RowT, datetime], str]
    tabs: Callable[[RowT], Sequence[DetailTab]]
    backups: Callable[[RowT, Sequence[Any]], str | None] = lambda row, known: None
    node: Callable[[RowT], str | None] = lambda row: None
    also: Callable[[RowT], tuple[str, ...]] = lambda row: ()
    logs: Callable[[RowT], LogsOf | None] = lambda row: None
    charts: Callable[[RowT], ChartsOf | None] = lambda row: None
    foot: Callable[[RowT, Display], Text] | None = None
    gone: str = "no longer there"

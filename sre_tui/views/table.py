"""A result as a table: which rows, which columns, what stands above and below."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from widgets.cell import Column, Display

if TYPE_CHECKING:
    from sre_tui.views.page import Page
    from widgets.plot import Series

RowT = TypeVar("RowT")


def _no_notes(data: Any) -> Sequence[str]:
    return tuple(getattr(data, "hints", ()))


@dataclass(frozen=True)
class TableView(Generic[RowT]):
    """One tool's result as rows and columns.

    Attributes:
        columns: in the order they are shown.
        rows: takes the rows out of the result's data.
        key: a row's stable key, unique in the table.
        nothing: said where there are no rows.
        title: one line above the table where it has rows, such as the query.
        headline: lines above it even where it has none: which thing the rows are about.
        notes: lines below it, such as hints and what was left out.
        charts: the same as curves, where the rows are series.
        made_from: column key to the row's member, or the dotted path into one, that the column
            shows, where the key is not that member's name.
        text: what stands in place of rows where the result is one text.
        instead: another view, where the result is of another kind than most.
        below: further tables of the same result, for what was asked for beside its rows.
        folded: keys of columns whose text a terminal breaks into lines rather than cuts: what is
            read, such as a log line, and not only looked up.
        page: paragraphs and trees that people read in place of the table, which is then left to
            those who ask for some of its columns; made for a width, or for any if that is None.
    """

    columns: tuple[Column[RowT], ...]
    rows: Callable[[Any], Sequence[RowT]]
    key: Callable[[RowT], str]
    nothing: str = "Nothing found."
    title: Callable[[Any], str] = lambda data: ""
    headline: Callable[[Any], str] = lambda data: ""
    notes: Callable[[Any], Sequence[str]] = _no_notes
    charts: Callable[[Any], Sequence[Series]] | None = None
    made_from: Mapping[str, str] = field(default_factory=dict)
    text: Callable[[Any], str] = lambda data: ""
    instead: Callable[[Any], TableView[Any] | None] = lambda data: None
    below: Callable[[Any], Sequence[TableView[Any]]] = lambda data: ()
    folded: tuple[str, ...] = ()
    page: Callable[[Any, Display, int | None], Page] | None = None

"""Tabs of a detail screen: what each asks for, how that is shown, and what a row of it opens."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, TypeAlias

from rich.text import Text

from widgets import plot
from widgets.cell import Column, Display


@dataclass(frozen=True, slots=True)
class ToRow:
    """The details of a row of a pane."""

    pane: str
    key: str


@dataclass(frozen=True, slots=True)
class ToNode:
    """The details of a node of Proxmox VE."""

    name: str


@dataclass(frozen=True, slots=True)
class ToTaskLog:
    """The log of a task: the tool that reads it, its id, and what it is called."""

    tool: str
    upid: str
    name: str


@dataclass(frozen=True, slots=True)
class ToRunbook:
    """A whole runbook."""

    id: str
    title: str


Opening: TypeAlias = ToRow | ToNode | ToTaskLog | ToRunbook


@dataclass(frozen=True, slots=True)
class Window:
    """How far charts look back."""

    title: str
    since: str
    history: str
    """The same as the archive of Proxmox VE knows it."""


WINDOWS: Final = (
    Window("1 h", "1h", "hour"), Window("24 h", "24h", "day"), Window("7 d", "7d", "week"),
)  # fmt: skip


@dataclass(frozen=True)
class AsText:
    """A text of the width there is; the tool's own view if `text` is None."""

    text: Callable[[Any, Display, int], Text] | None = None


@dataclass(frozen=True)
class AsChart:
    """One series as a curve; None where the answer has no such series."""

    series: Callable[[Any], plot.Series | None]


@dataclass(frozen=True)
class AsRows:
    """A list to move in.

    Attributes:
        columns: of the list.
        rows: takes the rows out of the answer.
        key: unique among them.
        nothing: said where there are none.
        opens: what a row opens; None for a list that only shows.
    """

    columns: tuple[Column[Any], ...]
    rows: Callable[[Any], Sequence[Any]]
    key: Callable[[Any], str]
    nothing: str
    opens: Callable[[Any], Opening | None] | None = None


@dataclass(frozen=True)
class Asked:
    """A tool and its arguments."""

    tool: str
    arguments: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class DetailPart:
    """Something that is asked about a thing while the tab it stands in is open.

    Attributes:
        title: heading; of a chart its title.
        tool: who is asked.
        arguments: with what.
        form: how the answer is shown.
        windowed: whether it looks back as far as the charts do; an archive by its own words.
        first: what is asked before it; `then` makes the arguments of what came.
        then: the arguments that the first answer adds.
        instead: what draws the same curve where this one's backend is not configured, or has no
            such series.
    """

    title: str
    tool: str
    arguments: Mapping[str, object] = field(default_factory=dict)
    form: AsText | AsChart | AsRows = AsText()
    windowed: Literal["", "since", "history"] = ""
    first: Asked | None = None
    then: Callable[[Any], Mapping[str, object]] = lambda data: {}
    instead: DetailPart | None = None

    def looking_back(self, window: Window) -> Mapping[str, object]:
        """The argument that says how far."""
        if not self.windowed:
            return {}
        return {self.windowed: window.since if self.windowed == "since" else window.history}


@dataclass(frozen=True)
class DetailTab:
    """One tab; the first one of a row begins with what is known of the row.

    Attributes:
        id: a word, unique among the tabs.
        title: in the line of tabs.
        parts: in their order; texts and charts stand above lists.
        page: what is known without asking anybody, for tabs that have such a thing.
        below: more of that, below the parts.
    """

    id: str
    title: str
    parts: tuple[DetailPart, ...] = ()
    page: Callable[[Display, int], Text] | None = None
    below: Callable[[Display, int], Text] | None = None


def task_rows(view: Any, tool: str, *, fewer: Sequence[str] = ()) -> AsRows:
    """Tasks as a list whose rows open their logs; what went wrong is never left out."""
    narrow = {"type": 14, "subject": 14, "status": 14}
    return AsRows(
        columns=tuple(
            replace(
                column,
                width=min(column.width, narrow.get(column.key, column.width)),
                priority=0 if column.key == "status" else column.priority,
            )
            for column in view.columns
            if column.key not in ("upid", *fewer)
        ),
        rows=view.rows,
        key=view.key,
        nothing="No task in this time.",
        opens=lambda row: ToTaskLog(tool, row.upid, f"{row.type} {row.subject}".strip()),
    )

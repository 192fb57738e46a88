"""What a report consists of once it is worded: said once for terminal, Markdown, HTML and mail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Final, TypeAlias

from sre_tui.memory.report_sections import Heading
from sre_tui.views.human import count
from widgets.cell import Cell, Column, Display, Tone

DAY: Final = 86400.0


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a paragraph: what it says, what it means, and whether it stands out."""

    text: str
    tone: Tone = Tone.NEUTRAL
    strong: bool = False
    code: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, or an item of a list.

    Attributes:
        spans: its pieces, one behind the other.
        mark: of an item, what stands before it: ``·``, ``1.`` or the sign of a tone whose word is
            in the text; empty for a paragraph.
        depth: how deep an item is in a list of lists; 0 at the top.
        verbatim: a line as somebody wrote it, or a command: set in one width.
    """

    spans: tuple[Span, ...]
    mark: str = ""
    depth: int = 0
    verbatim: bool = False

    @property
    def text(self) -> str:
        """The words alone."""
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True)
class Table:
    """Rows under headings.

    Attributes:
        title: a line above; empty for none.
        columns: in the order they are shown.
        rows: what is shown, few enough for a page.
        bars: keys of columns whose cells are shares, sorted by 0..1, that begin with a bar.
        folded: keys of columns whose texts are broken into lines rather than cut.
        more: what is not shown and how to see it; empty if all is shown.
    """

    title: str
    columns: tuple[Column[Any], ...]
    rows: tuple[Any, ...]
    bars: tuple[str, ...] = ()
    folded: tuple[str, ...] = ()
    more: str = ""

    def words(self, column: Column[Any], cell: Cell) -> str:
        """The text of a cell on one line, without the bar that is drawn before a share."""
        words = cell.text.split()
        is_bar = column.key in self.bars and isinstance(cell.sort, float)
        return " ".join(words[1:] if is_bar else words)

    def cells(self, display: Display) -> list[tuple[Cell, ...]]:
        """The cells of each row."""
        return [tuple(column.cell(row, display) for column in self.columns) for row in self.rows]


@dataclass(frozen=True)
class Stack:
    """One part of each bar, such as what is critical: a value for each label of the bars."""

    name: str
    tone: Tone
    values: tuple[float, ...]


@dataclass(frozen=True)
class Bars:
    """Amounts by day or by name.

    Attributes:
        key: tells the charts of a report apart: a name for a file.
        title: what is counted, with its unit.
        labels: one for each bar.
        stacks: the parts of the bars.
        beside: whether the parts stand beside each other instead of on top.
        told: the figures in words, for whoever does not see the chart.
        days: whether the labels are the days of the window, one after the other.
    """

    key: str
    title: str
    labels: tuple[str, ...]
    stacks: tuple[Stack, ...]
    told: str
    beside: bool = False
    days: bool = True

    @property
    def totals(self) -> tuple[float, ...]:
        """The whole of each bar."""
        return tuple(
            sum(stack.values[place] for stack in self.stacks) for place in range(len(self.labels))
        )


@dataclass(frozen=True)
class Curve:
    """How one thing went, and how it will go on."""

    name: str
    points: tuple[tuple[datetime, float], ...]
    foreseen: tuple[tuple[datetime, float], ...] = ()
    presses: bool = False
    """Whether somebody has to do something about it soon."""


@dataclass(frozen=True)
class Curves:
    """Shares 0..1 over time.

    Attributes:
        key: tells the charts of a report apart: a name for a file.
        title: what is measured, with its unit.
        curves: what is drawn, the most pressing first.
        limit: share that is drawn as a line.
        until: end of what was measured; what comes after it is foreseen.
        told: the figures in words, for whoever does not see the chart.
    """

    key: str
    title: str
    curves: tuple[Curve, ...]
    limit: float
    until: datetime
    zone: tzinfo
    told: str


Chart: TypeAlias = Bars | Curves
Part: TypeAlias = Paragraph | Table | Chart


@dataclass(frozen=True)
class Chapter:
    """One section.

    Attributes:
        key: its name in JSON.
        title: its heading.
        tone: how grave the gravest of it is; never OK where something is not known.
        word: the same in a few words.
        sentence: what it comes to.
        parts: what bears that out, in the order it is read.
        lacking: what is missing and why.
        quiet: whether its sentence is all there is to tell.
    """

    key: Heading
    title: str
    tone: Tone
    word: str
    sentence: str
    parts: tuple[Part, ...] = ()
    lacking: tuple[str, ...] = ()
    quiet: bool = False

    @property
    def charts(self) -> tuple[Chart, ...]:
        """The charts among its parts."""
        return tuple(part for part in self.parts if isinstance(part, Bars | Curves))


@dataclass(frozen=True)
class Figure:
    """A figure that tells much at a glance: ``14``, ``alerts fired``, ``5 more than before``."""

    value: str
    name: str
    note: str = ""
    tone: Tone = Tone.NEUTRAL


@dataclass(frozen=True)
class Document:
    """A whole report, worded."""

    title: str
    window: str
    tone: Tone
    verdict: str
    """In one word, as `sre check` puts it."""
    sentence: str
    """The verdict's sentence."""
    figures: tuple[Figure, ...]
    summary: tuple[Paragraph, ...]
    signature: str
    """Who wrote the summary, from what."""
    remarks: tuple[str, ...]
    """What is to be known of the summary: what nothing bears out, why no model wrote it."""
    lacking: tuple[str, ...]
    """Titles of the chapters of which not all is known."""
    chapters: tuple[Chapter, ...]
    origin: str
    """Which report it is, when it was made, and how to see all of its figures."""
    display: Display = field(repr=False)
    """How cells of tables are made human: times are absolute, in the zone of the report."""

    @property
    def telling(self) -> tuple[Chapter, ...]:
        """Those with something to read."""
        return tuple(chapter for chapter in self.chapters if not chapter.quiet)

    @property
    def quiet(self) -> tuple[Chapter, ...]:
        """Those of one sentence."""
        return tuple(chapter for chapter in self.chapters if chapter.quiet)

    @property
    def charts(self) -> tuple[Chart, ...]:
        """All charts, in the order they are read."""
        return tuple(chart for chapter in self.chapters for chart in chapter.charts)


def length_of(span: timedelta) -> str:
    """How long a window is, in words: ``7 days``, ``24 hours``."""
    if span < timedelta(hours=47):
        return count(max(1, round(span.total_seconds() / 3600)), "hour")
    return count(round(span.total_seconds() / DAY), "day")


@dataclass(frozen=True)
class Times:
    """The window of a report, and how times in it are told: in its zone, with the day."""

    since: datetime
    until: datetime
    made: datetime
    zone: tzinfo

    @property
    def before(self) -> str:
        """The window before, in words."""
        return f"the {self.length} before"

    @property
    def length(self) -> str:
        """How long the window is, in words."""
        return length_of(self.until - self.since)

    def at(self, moment: datetime | None) -> str:
        """A moment: ``Mon 16 Nov 03:12``, with the year where it is another one; empty if none."""
        if moment is None:
            return ""
        local = moment.astimezone(self.zone)
        year = f" {local.year}" if local.year != self.made.astimezone(self.zone).year else ""
        return f"{local:%a} {local.day} {local:%b}{year} {local:%H:%M}"

    def on(self, moment: datetime | None) -> str:
        """The day of a moment: ``Mon 16 Nov``; empty if there is none."""
        return "" if moment is None else self.day(moment.astimezone(self.zone).date())

    def day(self, day: date) -> str:
        """A day: ``Mon 16 Nov``; of another year ``16 Nov 2027``."""
        if day.year != self.made.astimezone(self.zone).year:
            return f"{day.day} {day:%b} {day.year}"
        return f"{day:%a} {day.day} {day:%b}"

    def cell(self, moment: datetime | None) -> Cell:
        """A moment in a table."""
        return Cell(self.at(moment), moment)


def text(*pieces: str | Span) -> Paragraph:
    """A paragraph of plain texts and pieces."""
    return Paragraph(tuple(Span(each) if isinstance(each, str) else each for each in pieces))


def item(*pieces: str | Span) -> Paragraph:
    """An item of a list."""
    return Paragraph(text(*pieces).spans, mark="·")


def verbatim(words: str, tone: Tone = Tone.NEUTRAL) -> Paragraph:
    """A line as somebody wrote it, below the item it belongs to."""
    return Paragraph((Span(words, tone, code=True),), depth=1, verbatim=True)


def column(
    key: str, title: str, shown: Callable[[Any], Cell], width: int, priority: int = 0, *,
    right: bool = False, flexible: bool = False,
) -> Column[Any]:  # fmt: skip
    """A column whose cells depend on the row alone: times are worded when it is made."""

    def cell(row: Any, _: Display) -> Cell:
        return shown(row)

    return Column(key, title, cell, width, priority, "right" if right else "left", flexible)

"""What stands in one tab of a detail screen: a page with texts and charts, and lists below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Protocol

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import ItemGrid, Vertical
from textual.widget import Widget

from sre_tui.screens.about.tab import AsChart, AsRows, AsText, DetailPart, DetailTab, Opening
from sre_tui.screens.page_scroll import PageScroll
from sre_tui.screens.page_text import result_text
from sre_tui.screens.rows_pane import RowTable
from sre_tui.views.registry import table_view
from widgets import plot
from widgets.cell import Display, Tone, keyed_rows
from widgets.chart import Chart
from widgets.page import PageText, toned
from widgets.pane import PaneKind, PaneState, badge_of
from widgets.text import plain_line

_MARGIN: Final = 6
"""Columns left and right of the page, with its scrollbar."""
_TELLS: Final = (PaneKind.READY, PaneKind.STALE, PaneKind.PARTIAL)


class KnowsParts(Protocol):
    """What was answered about each part."""

    def told_by(self, part: DetailPart) -> DetailPart:
        """The part whose answer is shown in its place."""
        ...

    def data_of(self, part: DetailPart) -> object | None:
        """The answer; None while there is none."""
        ...

    def standing_of(self, part: DetailPart, *, rows: int, nothing: str) -> PaneState:
        """How far the answer can be trusted."""
        ...

    @property
    def reading(self) -> Display:
        """How values are made human."""
        ...


class PartTable(RowTable):
    """A list in a tab; `enter` does something only where its rows open something."""

    def __init__(self, part: DetailPart, form: AsRows, *, id: str) -> None:  # noqa: A002
        """The list of a part."""
        super().__init__(form.columns, id=id)
        self.part = part
        self.form = form
        self.rows_now: dict[str, object] = {}
        # A list that is hidden after it was shown would lose the focus it is given meanwhile.
        self.display = False

    @property
    def opening(self) -> Opening | None:
        """What the row under the cursor opens."""
        row = self.rows_now.get(self.cursor_key or "")
        if row is None or self.form.opens is None:
            return None
        return self.form.opens(row)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim what leads nowhere."""
        if action == "select_cursor":
            return self.form.opens is not None
        return super().check_action(action, parameters)


class PartChart(Vertical):
    """One chart, or why there is none."""

    def __init__(self, part: DetailPart, *, id: str) -> None:  # noqa: A002
        """The chart of a part."""
        super().__init__(id=id, classes="detail--chart")
        self.part = part

    def compose(self) -> ComposeResult:
        """What is wrong, and the curve."""
        yield PageText(classes="detail--notice")
        yield Chart()

    def show(self, state: PaneState, series: plot.Series | None) -> None:
        """Show the curve, and what is wrong with it."""
        notice = Text()
        if state.kind is not PaneKind.READY or series is None:
            notice = _notice(self.part.title, state, series is not None)
        self.query_one(PageText).text = notice
        self.query_one(PageText).display = bool(notice.plain)
        chart = self.query_one(Chart)
        chart.display = series is not None
        chart.series = series


class DetailBody(Vertical):
    """One tab."""

    def __init__(self, tab: DetailTab) -> None:
        """What the tab consists of."""
        super().__init__(id=f"tab-body-{tab.id}", classes="detail--body")
        self.tab = tab
        self.led: Widget | None = None
        """What the keys were given to last."""
        lists = [part for part in tab.parts if isinstance(part.form, AsRows)]
        self._lists = tuple(enumerate(lists))
        self._page = tuple(part for part in tab.parts if not isinstance(part.form, AsRows))
        self.set_class(bool(self._page) or tab.page is not None, "-paged")

    def compose(self) -> ComposeResult:
        """A page that scrolls, and lists."""
        if self._page or self.tab.page is not None:
            with PageScroll(classes="detail--page"):
                yield from self._compose_page()
        for number, part in self._lists:
            if isinstance(part.form, AsRows):
                below = " -below" if number else ""
                yield PageText(id=f"heading-{number}", classes=f"detail--heading{below}")
                yield PartTable(part, part.form, id=f"list-{number}")

    def _compose_page(self) -> Iterator[Widget]:
        if self.tab.page is not None:
            yield PageText(id="known")
        charts: list[PartChart] = []
        for number, part in enumerate(self._page):
            if isinstance(part.form, AsChart):
                charts.append(PartChart(part, id=f"chart-{number}"))
            else:
                yield PageText(id=f"text-{number}")
        if charts:
            yield ItemGrid(
                *charts,
                classes="detail--charts" if len(charts) == len(self._page) and self.tab.page is None
                else "detail--charts -below",
                min_column_width=52,
                stretch_height=False,
            )  # fmt: skip
        if self.tab.below is not None:
            yield PageText(id="below")

    def show(self, known: KnowsParts) -> None:
        """Show what is known now."""
        room = max(1, self.screen.size.width - _MARGIN)
        if self.tab.page is not None:
            page = self.tab.page(known.reading, room)
            page.rstrip()
            self.query_one("#known", PageText).text = page
        if self.tab.below is not None:
            page = self.tab.below(known.reading, room)
            page.rstrip()
            self.query_one("#below", PageText).text = Text("\n") + page
        for number, asked in enumerate(self._page):
            part = known.told_by(asked)
            data = known.data_of(part)
            if isinstance(part.form, AsChart):
                state = known.standing_of(part, rows=1, nothing="")
                self.query_one(f"#chart-{number}", PartChart).show(
                    state, None if data is None else part.form.series(data)
                )
            elif isinstance(part.form, AsText):
                state = known.standing_of(part, rows=1, nothing="")
                text = _heading(part.title, state, room, data is not None)
                if data is not None:
                    text.append_text(_told(part, part.form, data, known.reading, room))
                text.rstrip()
                # Parts are told apart by an empty line above each but the first.
                first = self.tab.page is None and number == 0
                self.query_one(f"#text-{number}", PageText).text = (
                    text if first else Text("\n") + text
                )
        for number, part in self._lists:
            self._show_list(number, part, known, room)
        self.set_class(any(table.display for table in self.query(PartTable)), "-listing")

    def _show_list(self, number: int, part: DetailPart, known: KnowsParts, room: int) -> None:
        table = self.query_one(f"#list-{number}", PartTable)
        form, data = table.form, known.data_of(part)
        rows: Sequence[object] = () if data is None else form.rows(data)
        # Two rows of one key would be one too many, and a backend may send them.
        table.rows_now = {form.key(row): row for row in rows}
        told = list(table.rows_now.values())
        state = known.standing_of(part, rows=len(told), nothing=form.nothing)
        title = f"{part.title} · {len(told):,}" if told else part.title
        if getattr(data, "truncated", False):
            total = getattr(data, "total", None)
            title += f" of {total:,}" if total else ", there are more"
        text = _heading(title, state, room, data is not None)
        text.rstrip()
        self.query_one(f"#heading-{number}", PageText).text = text
        table.display = bool(told)
        table.set_rows(keyed_rows(told, form.columns, known.reading, form.key))

    @property
    def wants_focus(self) -> Widget | None:
        """What the keys belong to: a list with rows, else the page."""
        for table in self.query(PartTable):
            if table.display:
                return table
        return next(iter(self.query(PageScroll)), None)

    @property
    def copied(self) -> str:
        """What can be read in it, as plain lines."""
        texts = [each.text.plain.strip() for each in self.query(PageText)]
        for table in self.query(PartTable):
            for row in table.rows_now.values():
                cells = (column.cell(row, self._copy_display) for column in table.form.columns)
                texts.append("  ".join(plain_line(cell.text) for cell in cells if cell.text))
        return "\n".join(text for text in texts if text)

    @property
    def _copy_display(self) -> Display:
        from sre_tui.screens.level import Level

        screen = self.screen
        if not isinstance(screen, Level):
            raise TypeError("a tab stands in a level")
        return Display(now=screen.clock(), utc=True, wide=True)


def _told(part: DetailPart, form: AsText, data: object, display: Display, room: int) -> Text:
    if form.text is not None:
        return form.text(data, display, room)
    return result_text(table_view(part.tool), data, display, room)


def _heading(title: str, state: PaneState, room: int, has_data: bool) -> Text:
    """Title, a line, the state, and below what is wrong."""
    badge = badge_of(state)
    title = plain_line(title)
    line = "─" * max(0, room - len(title) - len(badge) - 4)
    text = Text.assemble(
        (f"{title} ", "bold"), (line, toned(Tone.MUTED)), (f" {badge}" if badge else "")
    )
    text.append("\n")
    if state.kind is not PaneKind.READY:
        text.append(f"{_words(state)}\n", toned(Tone.WARNING if has_data else Tone.MUTED))
    return text


def _notice(title: str, state: PaneState, has_series: bool) -> Text:
    """Why a chart is not there, or is not of now."""
    text = Text(f"{plain_line(title)}  ", "bold")
    if state.kind in _TELLS and not has_series:
        why = "" if state.kind is PaneKind.READY else f" · {_words(state)}"
        return text.append(f"no data in this time{why}", toned(Tone.MUTED))
    tone = Tone.WARNING if has_series else Tone.MUTED
    return text.append(f"{badge_of(state)}  {_words(state)}", toned(tone))


def _words(state: PaneState) -> str:
    said = (each for each in (state.headline, state.detail, state.hint) if each)
    return plain_line(" · ".join(said))

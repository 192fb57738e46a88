"""Log lines as they are written: of a machine, or of any query."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final, Protocol, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input

from providers.clock import Clock
from providers.loki import LogEntry
from providers.loki.levels import ORDER, at_least
from providers.loki.models import Level as LogLevel
from providers.reading import State
from sre_tui.live.feed import AskTool
from sre_tui.live.line_buffer import BufferedLine, LineBuffer
from sre_tui.live.log_streams import StreamsFeed
from sre_tui.live.log_tail import LEVELS, WINDOWS, LogTail
from sre_tui.live.snapshot import Snapshot
from sre_tui.screens.actions import bindings
from sre_tui.screens.filter_line import FilterChanged, FilterLeft, FilterLine
from sre_tui.screens.level import Level
from sre_tui.screens.log_lines import (
    LineLook,
    copied,
    haystack,
    nothing_shown,
    pieces,
    question,
)
from sre_tui.screens.query_line import QueryLeft, QueryLine, QueryRun
from sre_tui.screens.rows_pane import Inquired
from sre_tui.screens.subject_queries import LogsOf
from sre_tui.views.human import count
from sre_tui.views.mistakes import caret
from widgets.cell import Tone
from widgets.line_view import LineChosen, LineView
from widgets.pane import READY, Pane, PaneKind, PaneState

_STREAMS: Final = "streams"
_LINES: Final = "lines"
_WITH_DATES: Final = timedelta(hours=12)
"""Windows from which on times need their date."""


class AsksTools(Protocol):
    """What the app does for feeds of one's own."""

    @property
    def ask_tool(self) -> AskTool | None:
        """Asks a tool once; None where there is nobody to ask."""
        ...


class LinesView(LineView):
    """The lines."""

    PART: ClassVar[str] = "lines"


class LogsScreen(Level):
    """Follows the end until the user goes up."""

    PART: ClassVar[str] = "logs"
    BINDINGS: ClassVar[list[BindingType]] = bindings("logs")

    def __init__(self, clock: Clock, of: LogsOf | None = None) -> None:
        """Lines of these streams, of all streams without any."""
        super().__init__(clock)
        self._of = of or LogsOf("All")
        self._query = ""
        self._window = min(WINDOWS, key=lambda name: abs(WINDOWS[name] - self._of.window))
        self._good = ""
        self._level: LogLevel | None = None
        self._filter = ""
        self._tail: LogTail | None = None
        self._paused = False
        self._buffer = LineBuffer()
        self._known: dict[int, BufferedLine] = {}
        self._look = LineLook()
        self._taken: Snapshot | None = None
        self._complete_at: datetime | None = None
        self._is_new = True
        self._is_cut = False
        self._hints: tuple[str, ...] = ()
        self._mistake = ""
        self._possible = (False, False)

    @property
    def crumbs(self) -> tuple[str, ...]:
        """Whose lines."""
        return (self._of.title, "Logs")

    def body(self) -> ComposeResult:
        """The query, the lines, the filter."""
        yield QueryLine("LogQL", '{hostname="media"} |= "error"', id="query")
        with Pane("Lines", id="logs"):
            yield LinesView(self._draw)
            yield FilterLine()

    @property
    def view(self) -> LinesView:
        """The lines."""
        return self.query_one(LinesView)

    @property
    def chosen(self) -> LogEntry | None:
        """The line under the cursor."""
        line = self.view.cursor_line
        return None if line is None or line not in self._known else self._known[line].entry

    def on_mount(self) -> None:
        """Find the streams, unless the query is known."""
        self.watch(self.view, "following", self._tell, init=False)
        self._to_lines()
        if self._of.query:
            self._run(self._of.query)
        else:
            ask = self._ask_tool
            if ask is not None:
                self.ask_feed(_STREAMS, StreamsFeed(ask, self._of.hosts, self._of.nas))
        self.show()

    def show(self) -> None:
        """Take in what came."""
        streams = self.answer(_STREAMS)
        if not self._query and streams is not None and self.data(_STREAMS) is not None:
            self.rest(_STREAMS)
            found = self.data(_STREAMS)
            if found is not None and found.query:
                self._hints = (found.note,) if found.note else ()
                self._run(found.query)
        last = self.answer(_LINES)
        if last is not None and last is not self._taken and not self.is_behind(_LINES):
            self._take(last)
        self._tell()

    def undo(self) -> bool:
        """Show all lines again."""
        if not self._filter:
            return False
        self.query_one(FilterLine).clear()
        return True

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim what needs a line, or a query, while there is none."""
        if action in ("filter", "back") and isinstance(self.focused, Input):
            return False
        if action in ("explain", "copy", "open"):
            return True if self.is_mounted and self.chosen is not None else None
        if action in ("level", "pause", "narrower", "wider", "patterns"):
            return True if self._query else None
        return True

    def action_open(self) -> None:
        """Open the line under the cursor."""
        self.view.action_choose()

    async def action_filter(self) -> None:
        """Type a filter."""
        self.query_one(FilterLine).open()

    def action_level(self) -> None:
        """Show only what is more pressing, and after the last step everything again."""
        self._level = LEVELS[(LEVELS.index(self._level) + 1) % len(LEVELS)]
        self._begin_tail()

    def action_pause(self) -> None:
        """Let the lines stand still, or go on with what came in the meantime."""
        self._paused = not self._paused
        if self._paused:
            self.rest(_LINES)
        elif self._tail is not None:
            self.ask_feed(_LINES, self._tail)
        self._tell()

    def action_narrower(self) -> None:
        """Look less far back."""
        self._step(-1)

    def action_wider(self) -> None:
        """Look further back."""
        self._step(1)

    def action_edit_query(self) -> None:
        """Edit the query."""
        self.query_one(QueryLine).edit()

    def action_patterns(self) -> None:
        """Count the lines by what they say."""
        from sre_tui.screens.log_patterns import PatternsScreen

        since = f"{WINDOWS[self._window].total_seconds():g}s"
        self.app.push_screen(PatternsScreen(self.clock, self._query, since, self._level))

    def action_explain(self) -> None:
        """Ask the chat about the line."""
        if (entry := self.chosen) is not None:
            self.post_message(Inquired(*question(entry)))

    def action_copy(self) -> None:
        """Copy the line."""
        if (entry := self.chosen) is not None:
            self.app.copy_to_clipboard(copied(entry))
            self.notify("Copied the line")

    @property
    def _ask_tool(self) -> AskTool | None:
        return cast("AsksTools", self.app).ask_tool

    def _step(self, step: int) -> None:
        names = list(WINDOWS)
        at = min(len(names) - 1, max(0, names.index(self._window) + step))
        if names[at] == self._window:
            self.notify(f"{self._window} is the {'longest' if step > 0 else 'shortest'} window")
            return
        self._window = names[at]
        self._begin_tail()

    def _run(self, query: str) -> None:
        self._query = query
        line = self.query_one(QueryLine)
        line.text = query
        line.complain("")
        self._begin_tail()
        self._tell_bindings()

    def _begin_tail(self) -> None:
        """Ask anew; the lines there are stay until the answer comes."""
        ask = self._ask_tool
        if ask is None or not self._query:
            return
        self._paused, self._is_new, self._mistake = False, True, ""
        self._complete_at = None
        window = WINDOWS[self._window]
        self._tail = LogTail(ask, self._query, window, self._level, self.clock)
        self.ask_feed(_LINES, self._tail)
        self._show_lines()
        self._tell()

    def _take(self, snapshot: Snapshot) -> None:
        self._taken = snapshot
        if snapshot.mistake is not None:
            # Asking the same again would be of no use.
            self.rest(_LINES)
            self._mistake = snapshot.mistake.message
            line = self.query_one(QueryLine)
            line.complain(caret(snapshot.mistake))
            line.edit()
            return
        data = self.data(_LINES)
        if data is None:
            return
        is_live = snapshot.state in (State.OK, State.PARTIAL)
        missed = self._complete_at is not None and data.start > self._complete_at
        if self._is_new or (is_live and missed):
            # After a pause longer than the window there would be a hole nobody sees.
            self._buffer = LineBuffer()
            self._is_cut = data.truncated or not self._is_new
            self._hints = data.hints or (self._hints if not data.items else ())
            self._is_new, self._good = False, self._query
        if is_live:
            self._complete_at = data.end
        if self._buffer.add(data.items) or not self._known or len(self._buffer) != len(self._known):
            self._index()
            self._show_lines()

    def _index(self) -> None:
        lines = self._buffer.lines
        self._known = {line.number: line for line in lines}
        hosts = {line.entry.host for line in lines}
        dates = WINDOWS[self._window] >= _WITH_DATES
        self._look = LineLook(dates, host=len(hosts) > 1)

    def _show_lines(self) -> None:
        wanted = frozenset(ORDER) if self._level is None else frozenset(at_least(self._level))
        text = self._filter.removeprefix("!").casefold()
        inverted = self._filter.startswith("!")
        shown = [
            line.number
            for line in self._known.values()
            if line.entry.level in wanted
            and (not text or (text in haystack(line.entry)) is not inverted)
        ]
        self.view.nothing = nothing_shown(len(self._known), self._level, self._filter)
        self.view.show(shown)
        self.query_one(FilterLine).count(len(shown), len(self._known))
        self._tell_bindings()

    def _tell_bindings(self) -> None:
        # The footer is built anew each time, which is too much for every answer.
        possible = (bool(self._query), bool(self.view.lines))
        if possible != self._possible:
            self._possible = possible
            self.refresh_bindings()

    def _draw(self, line: int, width: int) -> Sequence[tuple[str, Tone]]:
        known = self._known.get(line)
        return [] if known is None else list(pieces(known.entry, self._look, width))

    def _tell(self) -> None:
        pane = self.query_one("#logs", Pane)
        pane.state = self._state()
        pane.title = " · ".join(self._titles())

    def _titles(self) -> list[str]:
        shown, total = len(self.view.lines), len(self._known)
        lines = count(total, "line") if shown == total else f"{shown:,} of {count(total, 'line')}"
        told = (
            [f"last {self._window}"]
            if self._is_new and not total
            else [lines, f"last {self._window}"]
        )
        told.append("all levels" if self._level is None else f"{self._level} or worse")
        if self._is_asking:
            told.append("asking…")
        elif self._paused:
            told.append("paused, space goes on")
        elif self._query:
            told.append("following" if self.view.following else "G follows")
        if self._buffer.dropped:
            told.append(f"the oldest {self._buffer.dropped:,} dropped")
        elif self._is_cut:
            told.append("older ones left out")
        return told

    def _state(self) -> PaneState:
        if not self._query:
            return self._state_of_streams()
        if self._mistake:
            detail = self._mistake
            return PaneState(PaneKind.ERROR, "Loki rejects this query", detail, "esc takes it back")
        if self._is_asking and self._known and self._good == self._query:
            # Lines of the same query stay true while more or fewer of them are asked for.
            return READY
        nothing = f"No line in the last {self._window}"
        state = self.state_of(_LINES, rows=len(self._known), nothing=nothing)
        if state.kind is PaneKind.EMPTY:
            hint = "] looks further back" if self._window != list(WINDOWS)[-1] else "i edits it"
            level = f" of level {self._level} or worse; v shows others" if self._level else ""
            why = "; ".join(self._hints) or state.detail
            return PaneState(PaneKind.EMPTY, f"{nothing}{level}", why, hint)
        return state

    @property
    def _is_asking(self) -> bool:
        return bool(self._query) and self._is_new and not self._mistake

    def _state_of_streams(self) -> PaneState:
        if self._ask_tool is None:
            return PaneState(PaneKind.NOT_CONFIGURED, "Nobody can be asked", "LOKI_URL")
        found = self.data(_STREAMS)
        if found is None:
            return self.state_of(_STREAMS)
        return PaneState(PaneKind.EMPTY, "There are no logs", found.note, "i takes any LogQL")

    @on(QueryRun)
    def _query_run(self, event: QueryRun) -> None:
        event.stop()
        self._run(event.text)
        self.view.follow()
        self._to_lines()

    @on(QueryLeft)
    def _query_left(self, event: QueryLeft) -> None:
        event.stop()
        if self._mistake and self._good:
            self._run(self._good)
        self._to_lines()

    @on(FilterChanged)
    def _filter_changed(self, event: FilterChanged) -> None:
        event.stop()
        self._filter = event.text
        self._show_lines()
        self._tell()

    @on(FilterLeft)
    def _filter_left(self, event: FilterLeft) -> None:
        event.stop()
        self._to_lines()

    @on(LineChosen)
    def _line_chosen(self, event: LineChosen) -> None:
        from sre_tui.screens.log_line import LogLineScreen

        event.stop()
        if event.line in self._known:
            self.app.push_screen(LogLineScreen(self.clock, self._known[event.line].entry))

    def _to_lines(self) -> None:
        self.query_one("#logs", Pane).focus_content(self.view)

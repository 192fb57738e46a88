"""Many lines of one row each, the newest last: follows the end until the user goes up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from widgets.cell import Tone
from widgets.text import truncate
from widgets.tones import tone_style

Draw = Callable[[int, int], Iterable[tuple[str, Tone]]]
"""Makes a line's pieces out of its number and the width there is, each piece safe to draw."""


class LineChosen(Message):
    """Enter, or a click on the line under the cursor."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line


class LineView(ScrollView, can_focus=True):
    """Shows lines by number with `show`; only those on the screen are drawn.

    The cursor stays on its line while others come and go. While it stands on the last one, it
    follows what comes.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "cursor_down", "Down", show=False, id="lines.down"),
        Binding("k,up", "cursor_up", "Up", show=False, id="lines.up"),
        Binding("pagedown", "page_down", "Page down", show=False, id="lines.page-down"),
        Binding("pageup", "page_up", "Page up", show=False, id="lines.page-up"),
        Binding("g,home", "first", "Oldest", show=False, id="lines.first"),
        Binding("G,end", "last", "Follow", show=False, id="lines.last"),
        Binding("enter", "choose", "Open", show=False, id="lines.choose"),
    ]

    COMPONENT_CLASSES: ClassVar[set[str]] = {"line-view--cursor"}

    DEFAULT_CSS = """
    LineView {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        & > .line-view--cursor {
            background: $block-cursor-blurred-background;
            color: $block-cursor-blurred-foreground;
        }
        &:focus > .line-view--cursor {
            background: $block-cursor-background;
            color: $block-cursor-foreground;
        }
        &:ansi > .line-view--cursor {
            color: ansi_default; background: ansi_default; text-style: reverse;
        }
    }
    """

    following: reactive[bool] = reactive(True)
    nothing: reactive[str] = reactive("")

    def __init__(
        self,
        draw: Draw,
        *,
        id: str | None = None,  # noqa: A002 - the name every Textual widget uses
        classes: str | None = None,
    ) -> None:
        """A view without lines yet."""
        super().__init__(id=id, classes=classes)
        self._draw = draw
        self._lines: Sequence[int] = ()
        self._cursor = 0
        self._placing = False

    @property
    def cursor_line(self) -> int | None:
        """Number of the line under the cursor; None if there is none."""
        return self._lines[self._cursor] if self._cursor < len(self._lines) else None

    @property
    def lines(self) -> Sequence[int]:
        """The numbers of all lines shown."""
        return self._lines

    def show(self, lines: Sequence[int]) -> None:
        """Show these lines, in this order; the cursor and what is seen stay where they are."""
        before, cursor = self._lines, self._cursor
        offset = cursor - self.scroll_offset.y
        self._lines = lines
        self._placing = True
        try:
            self.virtual_size = Size(self.size.width, len(lines))
            if self.following or not lines:
                self._cursor = max(0, len(lines) - 1)
                self.scroll_end(animate=False, force=True, immediate=True)
            else:
                self._cursor = _place(before, cursor, lines)
                top = max(0, self._cursor - offset)
                self.scroll_to(y=top, animate=False, force=True, immediate=True)
        finally:
            self._placing = False
        self.refresh()

    def follow(self) -> None:
        """Go to the end, and stay there."""
        self._move_to(len(self._lines) - 1)
        self.following = True

    def on_resize(self) -> None:
        """Keep the end in sight."""
        self.show(self._lines)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Take the cursor along with what the mouse scrolls."""
        super().watch_scroll_y(old_value, new_value)
        if self._placing or not self._lines:
            return
        top = round(new_value)
        bottom = min(len(self._lines), top + max(1, self.size.height)) - 1
        if top >= self.max_scroll_y and new_value > old_value:
            self._cursor = len(self._lines) - 1
        else:
            self._cursor = min(max(self._cursor, top), bottom)
        self.following = self._cursor == len(self._lines) - 1
        self.refresh()

    def action_cursor_down(self) -> None:
        """One line down."""
        self._move_to(self._cursor + 1)

    def action_cursor_up(self) -> None:
        """One line up."""
        self._move_to(self._cursor - 1)

    def action_page_down(self) -> None:
        """A screenful down."""
        self._move_to(self._cursor + max(1, self.size.height - 1))

    def action_page_up(self) -> None:
        """A screenful up."""
        self._move_to(self._cursor - max(1, self.size.height - 1))

    def action_first(self) -> None:
        """To the oldest line."""
        self._move_to(0)

    def action_last(self) -> None:
        """To the newest line, and follow."""
        self.follow()

    def action_choose(self) -> None:
        """Open the line."""
        if (line := self.cursor_line) is not None:
            self.post_message(LineChosen(line))

    def on_click(self, event: events.Click) -> None:
        """Go to a line; open it if it is the one already."""
        at = self.scroll_offset.y + event.y
        if at >= len(self._lines):
            return
        if at == self._cursor:
            self.action_choose()
        else:
            self._move_to(at)

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        width, ground = self.scrollable_content_region.width, self.rich_style
        at = self.scroll_offset.y + y
        if at >= len(self._lines):
            said = truncate(self.nothing, width) if y == 0 and not self._lines else ""
            return Strip([Segment(said, ground)]).adjust_cell_length(width, ground)
        cursor = Style.null()
        if at == self._cursor:
            cursor = self.get_component_rich_style("line-view--cursor", partial=True)
        segments = [
            Segment(text, ground + tone_style(self, tone) + cursor)
            for text, tone in self._draw(self._lines[at], width)
            if text
        ]
        return Strip(segments).adjust_cell_length(width, ground + cursor)

    def _move_to(self, at: int) -> None:
        if not self._lines:
            return
        last = len(self._lines) - 1
        self._cursor = min(max(0, at), last)
        self._placing = True
        try:
            top, height = self.scroll_offset.y, max(1, self.size.height)
            if self._cursor < top:
                self.scroll_to(y=self._cursor, animate=False, force=True, immediate=True)
            elif self._cursor >= top + height:
                y = self._cursor - height + 1
                self.scroll_to(y=y, animate=False, force=True, immediate=True)
        finally:
            self._placing = False
        self.following = self._cursor == last
        self.refresh()


def _place(before: Sequence[int], cursor: int, lines: Sequence[int]) -> int:
    """Where the line of the cursor is now; else the nearest that is left."""
    places = {line: at for at, line in enumerate(lines)}
    for line in [*before[cursor:], *reversed(before[:cursor])]:
        if line in places:
            return places[line]
    return min(cursor, len(lines) - 1)

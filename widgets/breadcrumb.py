"""Where one is, as the way from the bottom to here; a click on a step leads back to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from widgets.text import plain_line

_BETWEEN: Final = " › "
_LEFT_OUT: Final = f"…{_BETWEEN}"


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step, and the level that it leads back to, counted from 0 at the bottom."""

    text: str
    level: int


class CrumbChosen(Message):
    """The user wants back to that level."""

    def __init__(self, level: int) -> None:
        super().__init__()
        self.level = level


class Breadcrumb(Widget):
    """Assign `crumbs`; the last one is where one is."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"breadcrumb--pointed"}
    DEFAULT_CSS = """
    Breadcrumb {
        height: 1;
        & > .breadcrumb--pointed { text-style: underline; }
    }
    """

    crumbs: reactive[Sequence[Crumb]] = reactive(())
    pointed: reactive[int | None] = reactive(None)
    """The level under the mouse."""
    _steps: Sequence[tuple[range, int]] = ()
    """The cells of each step that leads back, and its level."""

    def render(self) -> Text:
        """The steps; those at the bottom are left out where there are too many."""
        here = max((crumb.level for crumb in self.crumbs), default=0)
        room = self.content_size.width
        texts = [plain_line(crumb.text) for crumb in self.crumbs]
        first = 0
        while first < len(texts) - 1 and cell_len(_joined(texts, first)) > room:
            first += 1
        line = Text(_joined(texts, first), no_wrap=True, end="")
        steps: list[tuple[range, int]] = []
        at = len(_LEFT_OUT) if first else 0
        for crumb, text in zip(self.crumbs[first:], texts[first:], strict=True):
            if crumb.level < here:
                start = cell_len(line.plain[:at])
                steps.append((range(start, start + cell_len(text)), crumb.level))
                if crumb.level == self.pointed:
                    mark = self.get_component_rich_style("breadcrumb--pointed", partial=True)
                    line.stylize(mark, at, at + len(text))
            at += len(text) + len(_BETWEEN)
        self._steps = steps
        line.truncate(max(0, room), overflow="ellipsis")
        return line

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Underline what a click would lead to."""
        self.pointed = self._level_at(event)

    def on_leave(self) -> None:
        """The mouse has gone."""
        self.pointed = None

    def on_click(self, event: events.Click) -> None:
        """Lead back."""
        level = self._level_at(event)
        if level is not None:
            event.stop()
            self.post_message(CrumbChosen(level))

    def _level_at(self, event: events.MouseEvent) -> int | None:
        x = event.x - self.styles.padding.left
        return next((level for cells, level in self._steps if x in cells), None)


def _joined(texts: Sequence[str], first: int) -> str:
    return (_LEFT_OUT if first else "") + _BETWEEN.join(texts[first:])

"""Lines under headings that fold; the cursor keeps its line by key while they change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Final

from rich.text import Text
from textual import events, on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from widgets.page import in_theme

MARGIN: Final = 5
"""Columns that are not text: the sign of a heading, a column left and right, the scrollbar."""
_SIGNS: Final = {True: "▸ ", False: "▾ "}
_OPENS: Final = "› "


@dataclass(frozen=True, slots=True)
class OutlineLine:
    """One line, or several that belong together.

    Attributes:
        key: unique among all lines, and the same when they are made anew.
        text: what it says, already broken to the width; its styles may name tones.
        under: key of the heading it is folded under; empty for what always stays.
        heading: whether others are folded under it.
        folded: whether it is folded when it is seen for the first time.
        opens: whether there is more to see of it.
    """

    key: str
    text: Text
    under: str = ""
    heading: bool = False
    folded: bool = False
    opens: bool = False


class OutlineOpened(Message):
    """Enter or a click on a line that is no heading; `key` is its key."""

    def __init__(self, outline: Outline, key: str) -> None:
        super().__init__()
        self.outline = outline
        self.key = key

    @property
    def control(self) -> Outline:
        """The outline."""
        return self.outline


class Outline(OptionList):
    """Its only way in is `set_lines`; no text is ever parsed as markup."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", "Down", show=False, id="outline.down"),
        Binding("k", "cursor_up", "Up", show=False, id="outline.up"),
        Binding("g", "first", "Top", show=False, id="outline.top"),
        Binding("G", "last", "Bottom", show=False, id="outline.bottom"),
        Binding("left", "fold", "Fold", show=False, id="outline.fold"),
        Binding("right", "unfold", "Unfold", show=False, id="outline.unfold"),
    ]
    DEFAULT_CSS = """
    Outline {
        height: 1fr;
        max-height: 100%;
        border: none;
        padding: 0;
        background: transparent;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        &:focus { border: none; background-tint: $foreground 0%; }
        /* Tones stay legible on it. */
        & > .option-list--option-highlighted, &:focus > .option-list--option-highlighted {
            background: $block-cursor-blurred-background;
            color: $foreground;
            text-style: bold;
        }
        &:ansi > .option-list--option-highlighted {
            color: ansi_default; background: ansi_default; text-style: reverse;
        }
    }
    """

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - the name every Textual widget uses
        classes: str | None = None,
    ) -> None:
        """An empty outline."""
        super().__init__(id=id, classes=classes, markup=False)
        self._all: tuple[OutlineLine, ...] = ()
        self._shown: list[OutlineLine] = []
        self._folded: dict[str, bool] = {}

    @property
    def cursor_key(self) -> str | None:
        """Key of the line under the cursor."""
        at = self.highlighted
        return self._shown[at].key if at is not None and at < len(self._shown) else None

    @property
    def shown_keys(self) -> list[str]:
        """Keys of the lines that are not folded away."""
        return [line.key for line in self._shown]

    def on_mount(self) -> None:
        """Take the colours of another theme when it changes."""
        self.watch(self.app, "theme", self._draw_anew, init=False)

    def set_lines(self, lines: Sequence[OutlineLine]) -> None:
        """Show these lines; what was folded stays so.

        Raises:
            ValueError: two lines share a key.
        """
        if len({line.key for line in lines}) != len(lines):
            raise ValueError("two lines have the same key")
        for line in lines:
            if line.heading:
                self._folded.setdefault(line.key, line.folded)
        self._all = tuple(lines)
        self._update()

    def is_folded(self, key: str) -> bool:
        """Whether the lines under a heading are folded away."""
        return self._folded.get(key, False)

    def fold_all(self, folded: bool) -> None:
        """Fold every heading, or none."""
        self._folded.update((line.key, folded) for line in self._all if line.heading)
        self._update()

    def action_fold(self) -> None:
        """Fold the lines that the one under the cursor belongs to."""
        self._fold(True)

    def action_unfold(self) -> None:
        """Show the lines under the heading under the cursor."""
        self._fold(False)

    def _fold(self, folded: bool) -> None:
        at = self.highlighted
        if at is None or at >= len(self._shown):
            return
        line = self._shown[at]
        heading = line.key if line.heading else line.under
        if heading:
            self._folded[heading] = folded
            self._update(heading if folded else None)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        line = self._shown[event.option_index]
        if line.heading:
            self._folded[line.key] = not self.is_folded(line.key)
            self._update()
        else:
            self.post_message(OutlineOpened(self, line.key))

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()

    def on_resize(self, _: events.Resize) -> None:
        """The one under the cursor stays in view."""
        self.call_after_refresh(self.scroll_to_highlight)

    def _draw_anew(self) -> None:
        self._update(force=True)

    def _update(self, cursor: str | None = None, *, force: bool = False) -> None:
        """Show what is not folded; the cursor goes to its line, else to the nearest left."""
        shown = [
            replace(line, folded=self.is_folded(line.key)) if line.heading else line
            for line in self._all
            if not (line.under and self.is_folded(line.under))
        ]
        before = self._shown
        if shown == before and not force:
            return
        keys = {line.key: place for place, line in enumerate(shown)}
        at = self.highlighted or 0
        wanted = [cursor] if cursor else [line.key for line in before[at:]]
        wanted += [line.key for line in reversed(before[:at])]
        offset = self.scroll_offset.y
        with self.app.batch_update():
            self._shown = shown
            self.set_options([Option(self._drawn(line), id=line.key) for line in shown])
            self.scroll_to(y=offset, animate=False, immediate=True, force=True)
            self.highlighted = next((keys[key] for key in wanted if key in keys), 0)

    def _drawn(self, line: OutlineLine) -> Text:
        text = in_theme(self, line.text)
        text.rstrip()
        sign = _SIGNS[line.folded] if line.heading else _OPENS if line.opens else "  "
        drawn = Text(" ")
        for number, part in enumerate(text.split("\n", allow_blank=True)):
            drawn.append(f"\n {' ' * len(sign)}" if number else sign)
            drawn.append_text(part)
        return drawn

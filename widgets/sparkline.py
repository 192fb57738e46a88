"""The shape of a series in one line."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from widgets.blocks import sparkline


class Sparkline(Widget):
    """Block characters from numbers, newest at the right; gaps stay visible as ``·``."""

    DEFAULT_CSS = """
    Sparkline {
        width: 1fr;
        height: 1;
        color: $text-primary;
        &.-empty { text-style: dim; }
    }
    """

    values: reactive[tuple[float | None, ...]] = reactive(())

    def __init__(
        self,
        values: Sequence[float | None] = (),
        *,
        low: float | None = None,
        high: float | None = None,
        id: str | None = None,  # noqa: A002 - the name every Textual widget uses
        classes: str | None = None,
    ) -> None:
        """A sparkline.

        Args:
            values: Numbers, oldest first; None and NaN are gaps.
            low: Value of the lowest block; None takes the least one.
            high: Value of the highest block; None takes the greatest one.
            id: Widget id.
            classes: CSS classes.
        """
        super().__init__(id=id, classes=classes)
        self._low, self._high = low, high
        self.values = tuple(values)

    def watch_values(self) -> None:
        """Mark a series with nothing in it."""
        self.set_class(all(value is None for value in self.values), "-empty")

    def render(self) -> Text:
        """As many of the values as there are cells."""
        if not self.values:
            return Text("no data", no_wrap=True, end="")
        shown = sparkline(self.values, self.size.width, self._low, self._high)
        return Text(shown, no_wrap=True, end="")

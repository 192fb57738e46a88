"""How full something is: a bar, the percentage and a word."""

from __future__ import annotations

from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from widgets.blocks import fill_bar, percent
from widgets.cell import Tone
from widgets.text import truncate


class Bar(Widget):
    """A fill bar as wide as it may be, followed by the percentage and a label.

    An unknown ratio reads ``not reported``. Thresholds set the class and a glyph.
    """

    DEFAULT_CSS = """
    Bar {
        width: 1fr;
        height: 1;
        color: $text-primary;
        &.-warning { color: $text-warning; }
        &.-error { color: $text-error; }
        &.-muted { color: $foreground; text-style: dim; }
    }
    """

    ratio: reactive[float | None] = reactive(None)
    label: reactive[str] = reactive("")

    def __init__(
        self,
        ratio: float | None = None,
        label: str = "",
        *,
        warn_at: float = 0.8,
        fail_at: float = 0.9,
        id: str | None = None,  # noqa: A002 - the name every Textual widget uses
        classes: str | None = None,
    ) -> None:
        """A bar.

        Args:
            ratio: Fill, 0..1; None if it is not known.
            label: What stands after the percentage.
            warn_at: Ratio from which it is a warning.
            fail_at: Ratio from which it is an error.
            id: Widget id.
            classes: CSS classes.
        """
        super().__init__(id=id, classes=classes)
        self._warn_at, self._fail_at = warn_at, fail_at
        self.set_reactive(Bar.ratio, ratio)
        self.set_reactive(Bar.label, label)
        self._classify()

    @property
    def tone(self) -> Tone:
        """What the ratio means by the thresholds."""
        if self.ratio is None:
            return Tone.MUTED
        if self.ratio >= self._fail_at:
            return Tone.ERROR
        return Tone.WARNING if self.ratio >= self._warn_at else Tone.NEUTRAL

    def watch_ratio(self) -> None:
        """Let the ratio drive the class."""
        self._classify()

    def render(self) -> Text:
        """The bar in the width there is."""
        width = self.size.width
        share = "not reported" if self.ratio is None else percent(self.ratio)
        words = f" {self.tone.glyph} {share:>4} {self.label}".rstrip()
        words = truncate(words, max(0, width - min(10, width // 2)))
        room = max(0, width - Text(words).cell_len)
        return Text(fill_bar(self.ratio, room) + words, no_wrap=True, end="")

    def _classify(self) -> None:
        tones = (Tone.WARNING, Tone.ERROR, Tone.MUTED)
        self.update_classes({f"-{tone}": self.tone is tone for tone in tones})

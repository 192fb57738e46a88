"""A word with a glyph, coloured by its tone."""

from __future__ import annotations

from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from widgets.cell import Tone, marked
from widgets.text import plain_text


class Badge(Widget):
    """Glyph and word in one line, as wide as its text, for example ``✓ prometheus``."""

    DEFAULT_CSS = """
    Badge {
        width: auto;
        height: 1;
        padding: 0 1;
        &.-ok { color: $text-success; }
        &.-info { color: $text-primary; }
        &.-warning { color: $text-warning; }
        &.-error { color: $text-error; }
        &.-critical { color: $text-error; text-style: bold; }
        &.-muted { text-style: dim; }
        &.-stale { text-style: dim italic; }
    }
    """

    word: reactive[str] = reactive("", layout=True)
    tone: reactive[Tone] = reactive(Tone.NEUTRAL, layout=True)

    def __init__(
        self,
        word: str = "",
        tone: Tone = Tone.NEUTRAL,
        *,
        id: str | None = None,  # noqa: A002 - the name every Textual widget uses
        classes: str | None = None,
    ) -> None:
        """A badge with this word and tone."""
        super().__init__(id=id, classes=classes)
        self.set_reactive(Badge.word, word)
        self.set_reactive(Badge.tone, tone)
        self.add_class(f"-{tone}")

    def watch_tone(self, old: Tone, new: Tone) -> None:
        """Let the tone drive the class."""
        self.update_classes({f"-{old}": False, f"-{new}": True})

    def render(self) -> Text:
        """Glyph and word."""
        return plain_text(marked(self.tone, self.word))

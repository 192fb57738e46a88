"""Text with tones: whoever makes it names what a piece means, the theme says how that looks."""

from __future__ import annotations

from rich.style import Style
from rich.text import Span, Text
from textual.reactive import reactive
from textual.widget import Widget

from widgets.cell import Tone
from widgets.tones import tone_style

_MARK = "@"


def toned(tone: Tone) -> str:
    """The name of a tone where a Rich text takes a style, for example ``bold @error``."""
    return f"{_MARK}{tone}"


def in_theme(widget: Widget, text: Text) -> Text:
    """The text, whose styles may name tones, in the colours of the theme of a widget."""

    def look(names: str) -> Style:
        style = Style.null()
        for name in names.split():
            if name.startswith(_MARK):
                style += tone_style(widget, Tone(name[1:]))
            else:
                style += Style.parse(name)
        return style

    shown = Text(text.plain)
    shown.spans = [Span(span.start, span.end, look(str(span.style))) for span in text.spans]
    return shown


class PageText(Widget):
    """Assign `text`; its styles may name tones."""

    DEFAULT_CSS = """
    PageText {
        width: 1fr;
        height: auto;
    }
    """

    text: reactive[Text] = reactive(Text(), layout=True)

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - the name every Textual widget uses
        classes: str | None = None,
    ) -> None:
        """An empty page."""
        super().__init__(id=id, classes=classes)

    def render(self) -> Text:
        """The text in the colours of the theme."""
        return in_theme(self, self.text)

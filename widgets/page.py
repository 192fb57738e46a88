"""Text with tones: whoever makes it names what a piece means, the theme says how that looks."""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style
from rich.text import Span, Text
from textual.reactive import reactive
from textual.widget import Widget

from widgets.cell import Tone

_MARK = "@"


def toned(tone: Tone) -> str:
    """The name of a tone where a Rich text takes a style, for example ``bold @error``."""
    return f"{_MARK}{tone}"


def in_theme(widget: Widget, text: Text, prefix: str) -> Text:
    """The text with its tones in the colours of the theme.

    Args:
        widget: has a component class ``PREFIX--TONE`` for every tone.
        text: what is shown; its styles may name tones.
        prefix: of those classes.
    """

    def look(names: str) -> Style:
        style = Style.null()
        for name in names.split():
            if name.startswith(_MARK):
                known = f"{prefix}--{name[1:]}"
                style += widget.get_component_rich_style(known, partial=True)
            else:
                style += Style.parse(name)
        return style

    shown = Text(text.plain)
    shown.spans = [Span(span.start, span.end, look(str(span.style))) for span in text.spans]
    return shown


class PageText(Widget):
    """Assign `text`; its styles may name tones."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"page-text--{tone}" for tone in Tone}

    DEFAULT_CSS = """
    PageText {
        width: 1fr;
        height: auto;
        & > .page-text--ok { color: $text-success; }
        & > .page-text--info { color: $text-primary; }
        & > .page-text--warning { color: $text-warning; }
        & > .page-text--error { color: $text-error; }
        & > .page-text--critical { color: $text-error; text-style: bold; }
        & > .page-text--muted { text-style: dim; }
        & > .page-text--stale { text-style: dim italic; }
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
        return in_theme(self, self.text, "page-text")

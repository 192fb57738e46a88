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
        shown = Text(self.text.plain)
        shown.spans = [
            Span(span.start, span.end, self._look(str(span.style))) for span in self.text.spans
        ]
        return shown

    def _look(self, names: str) -> Style:
        look = Style.null()
        for name in names.split():
            if name.startswith(_MARK):
                look += self.get_component_rich_style(f"page-text--{name[1:]}", partial=True)
            else:
                look += Style.parse(name)
        return look

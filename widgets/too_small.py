"""A container that says so when the terminal is too small for what is in it."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.widget import Widget
from textual.widgets import Static


class SizeGate(Container):
    """Covers its content with a message below a least size; the content stays as it was."""

    DEFAULT_CSS = """
    SizeGate {
        layers: content cover;
        & > * { layer: content; }
        & > .size-gate--cover {
            layer: cover;
            width: 100%;
            height: 100%;
            background: $background;
            color: $foreground;
            content-align: center middle;
            text-align: center;
        }
    }
    """

    def __init__(
        self,
        *children: Widget,
        least_width: int = 60,
        least_height: int = 16,
        id: str | None = None,  # noqa: A002 - the name every Textual widget uses
        classes: str | None = None,
    ) -> None:
        """A gate around `children` that needs this many terminal cells."""
        super().__init__(*children, id=id, classes=classes)
        self._least = (least_width, least_height)
        self._message = Static(classes="size-gate--cover", markup=False)
        self._message.display = False

    def compose(self) -> ComposeResult:
        """The content and the cover over it."""
        yield from super().compose()
        yield self._message

    def on_resize(self, event: events.Resize) -> None:
        """Cover the content when there is too little room."""
        width, height = event.size
        least_width, least_height = self._least
        too_small = width < least_width or height < least_height
        # Not by a class, for which all that is in here would be styled anew.
        self._message.display = too_small
        if too_small:
            self._message.update(
                "The terminal is too small\n"
                f"{width}x{height}, {least_width}x{least_height} is needed"
            )

"""What the tones look like in the theme of now.

Component classes would say the same, but Textual styles each of them anew for each widget whenever
the focus or a class changes.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from rich.style import Style
from textual.color import Color
from textual.widget import Widget

from widgets.cell import Tone

_COLORS: Final = {
    Tone.OK: "text-success",
    Tone.INFO: "text-primary",
    Tone.WARNING: "text-warning",
    Tone.ERROR: "text-error",
    Tone.CRITICAL: "text-error",
}
"""Variables of a theme."""
_SHAPES: Final = {
    Tone.CRITICAL: Style(bold=True),
    Tone.MUTED: Style(dim=True),
    Tone.STALE: Style(dim=True, italic=True),
}


def tone_style(widget: Widget, tone: Tone) -> Style:
    """The style of a tone in the theme that the widget is drawn in, without a ground."""
    name = _COLORS.get(tone)
    color = "" if name is None else widget.app.theme_variables[name]
    return _style(tone, color)


@lru_cache(maxsize=256)
def _style(tone: Tone, color: str) -> Style:
    shape = _SHAPES.get(tone, Style.null())
    return Style(color=Color.parse(color).rich_color) + shape if color else shape

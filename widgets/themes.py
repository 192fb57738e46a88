"""Colours beside those that Textual brings: for eyes and screens that need all the contrast."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from textual.theme import BUILTIN_THEMES, Theme

_ON_BLACK: Final = Theme(
    name="high-contrast",
    primary="#00FFFF",
    secondary="#FFFF00",
    warning="#FFD700",
    error="#FF5050",
    success="#00FF00",
    accent="#00FFFF",
    foreground="#FFFFFF",
    background="#000000",
    surface="#000000",
    panel="#202020",
    boost="#000000",
    luminosity_spread=0.0,
    text_alpha=1.0,
    variables={
        "text": "#FFFFFF",
        "text-muted": "#D0D0D0",
        "text-disabled": "#B0B0B0",
        "border": "#FFFF00",
        "border-blurred": "#A0A0A0",
        "block-cursor-foreground": "#000000",
        "block-cursor-background": "#FFFF00",
        "block-cursor-blurred-foreground": "#FFFFFF",
        "block-cursor-blurred-background": "#404040",
        "block-hover-background": "#303030",
        "footer-key-foreground": "#FFFF00",
        "input-selection-background": "#0050FF",
        "screen-selection-background": "#0050FF",
        "scrollbar": "#FFFFFF",
        "scrollbar-background": "#303030",
        "link-color": "#00FFFF",
    },
)
_ON_WHITE: Final = Theme(
    name="high-contrast-light",
    primary="#0000C0",
    secondary="#005050",
    warning="#704000",
    error="#B00000",
    success="#005000",
    accent="#700070",
    foreground="#000000",
    background="#FFFFFF",
    surface="#FFFFFF",
    panel="#E4E4E4",
    boost="#FFFFFF",
    dark=False,
    luminosity_spread=0.0,
    text_alpha=1.0,
    variables={
        "text": "#000000",
        "text-muted": "#303030",
        "text-disabled": "#505050",
        "border": "#0000C0",
        "border-blurred": "#606060",
        "block-cursor-foreground": "#FFFFFF",
        "block-cursor-background": "#0000C0",
        "block-cursor-blurred-foreground": "#000000",
        "block-cursor-blurred-background": "#C8C8C8",
        "block-hover-background": "#D8D8D8",
        "footer-key-foreground": "#0000C0",
        "input-selection-background": "#A0C8FF",
        "screen-selection-background": "#A0C8FF",
        "scrollbar": "#000000",
        "scrollbar-background": "#D0D0D0",
        "link-color": "#0000C0",
    },
)
OWN: Final = (_ON_BLACK, _ON_WHITE)
"""Themes that an app has to register."""
SHORT: Final[Mapping[str, str]] = {
    "dark": "textual-dark",
    "light": "textual-light",
    "ansi": "ansi-dark",
}
"""Names by which people ask for a theme, and its own."""
ANSI: Final = "ansi-dark"
"""The theme that takes the colours the terminal is set to."""


def theme_names() -> list[str]:
    """Every theme by its own name, in the order of the alphabet."""
    return sorted({*BUILTIN_THEMES, *(theme.name for theme in OWN)})

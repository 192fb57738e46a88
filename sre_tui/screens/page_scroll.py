"""A page that is scrolled with the keys of a list."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.containers import VerticalScroll

from sre_tui.screens.actions import bindings


class PageScroll(VerticalScroll):
    """Scrolls with arrows, pages, and j k g G."""

    PART: ClassVar[str] = "page"
    BINDINGS: ClassVar[list[BindingType]] = bindings("page")

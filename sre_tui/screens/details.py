"""Which screen shows all about a row, by the pane it stands in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from providers.clock import Clock
from sre_tui.screens.detail import DetailScreen
from sre_tui.screens.rows_pane import RowsPane

MakesDetail: TypeAlias = Callable[[RowsPane, str, Clock], DetailScreen]

SCREENS: Final[Mapping[str, MakesDetail]] = {}
"""Screens of their own; every other row has the page its kind describes."""


def detail_screen(pane: RowsPane, key: str, clock: Clock) -> DetailScreen:
    """The screen for the row of that key."""
    return SCREENS.get(pane.spec.id, DetailScreen)(pane, key, clock)

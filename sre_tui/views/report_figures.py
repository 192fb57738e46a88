"""Figures of a report in words: how they changed, and shares that are never rounded up."""

from __future__ import annotations

from math import floor

from sre_tui.views.human import number
from widgets.cell import Cell, Tone


def against(now: int, before: int | None, when: str) -> str:
    """How an amount changed: ``5 more than in the 7 days before``."""
    if before is None:
        return f"how many in {when} is not known"
    if now == before:
        return f"{'as many ' if now else ''}as in {when}"
    more = now - before
    return f"{abs(more):,} {'more' if more > 0 else 'fewer'} than in {when}"


def change_cell(now: int, before: int | None) -> Cell:
    """The change of an amount: ``+12``, ``new``, ``same``; only what is new has a colour."""
    if before is None:
        return Cell("not known", None, Tone.MUTED)
    if not before and now:
        return Cell("new", float(now), Tone.WARNING)
    more = now - before
    if not more:
        return Cell("same", 0.0, Tone.MUTED)
    return Cell(signed(more), float(more))


def signed(more: int) -> str:
    """A difference with its sign: ``+12``."""
    return f"{'+' if more > 0 else '-'}{abs(more):,}"


def share(ratio: float) -> str:
    """A share as per cent that never says all where something is missing: ``99.95 %``."""
    return f"{number(floor(round(ratio * 1e6) / 100) / 100)} %"

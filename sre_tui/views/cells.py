"""Cells that every view needs."""

from __future__ import annotations

from widgets.cell import Cell


def text_cell(value: str) -> Cell:
    """A text on one line, sorted by itself."""
    flat = " ".join(value.split())
    return Cell(flat, flat)

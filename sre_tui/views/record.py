"""One thing with all its properties: sections of names and values."""

from __future__ import annotations

from dataclasses import dataclass

from widgets.cell import Cell


@dataclass(frozen=True)
class Section:
    """Names and values under a heading; the first section of a record has none."""

    title: str
    rows: tuple[tuple[str, Cell], ...]

"""Rows that tell the same of many things, told once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from sre_tui.views.findings import ALIKE

T = TypeVar("T")

_FIGURE: Final = re.compile(r"\d[\d.,:]*")


def alike(rows: Iterable[T], key: Callable[[T], object]) -> list[tuple[T, ...]]:
    """Rows of one key together if they are many, each by itself otherwise.

    They come in their order, many where the first of them stands.
    """
    groups: dict[object, list[tuple[int, T]]] = {}
    for place, row in enumerate(rows):
        groups.setdefault(key(row), []).append((place, row))
    joined: dict[int, tuple[T, ...]] = {}
    for several in groups.values():
        if len(several) > ALIKE:
            joined[several[0][0]] = tuple(row for _, row in several)
        else:
            joined |= {place: (row,) for place, row in several}
    return [joined[place] for place in sorted(joined)]


def without_figures(text: str, *names: str) -> str:
    """A text in which figures and names do not tell it from another one of the same kind.

    Args:
        text: the text.
        names: what it is about; of ``sdc on nas1`` either half may stand in it by itself.
    """
    halves = {half for name in names for half in (name, *name.split(" on ")) if half}
    # The longest first: one may begin with another.
    for name in sorted(halves, key=len, reverse=True):
        text = re.sub(rf"(?<!\w)(?<!\w[.-]){re.escape(name)}(?!\w|[.-]\w)", "*", text)
    return _FIGURE.sub("#", text)

"""Holds the garbage collector off while tens of thousands of rows are made.

Rows refer to no one who refers back, so there is nothing to find among them; the collector would
walk through all of them again each time a few hundred more are there.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

SELDOM: Final = 50_000
"""New objects after which the collector looks at them, while many rows are read."""
_usual: list[tuple[int, int, int]] = []
""":func:`gc.get_threshold` once for each who reads; the first is what there was before."""


@contextmanager
def uncollected() -> Iterator[None]:
    """No collection within; only for code that does not wait for anything."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Fewer collections within, for code that makes many rows and waits in between."""
    _usual.append(gc.get_threshold())
    gc.set_threshold(max(SELDOM, _usual[0][0]), *_usual[0][1:])
    try:
        yield
    finally:
        before = _usual[0]
        _usual.pop()
        if not _usual:
            gc.set_threshold(*before)

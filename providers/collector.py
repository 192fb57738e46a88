"""Holds the garbage collector off while tens of thousands of rows are made.

Rows refer to no one who refers back, so there is nothing to find among them; the collector would
walk through all of them again each time a few hundred more are there.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

SELDOM: Final = 2_000_000
"""New objects after which the collector looks at them, while many rows are read."""
_put_aside: list[bool] = []
"""Whether what was read has been put aside, which is done once in a process."""
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
            if not _put_aside:
                _put_aside.append(True)
                _age()
            gc.set_threshold(*before)


def _age() -> None:
    """Let the collector take all there is for old, without a walk through it.

    A command reads once, and ends soon. What a program leaves behind that reads again and again is
    looked for as ever.
    """
    gc.freeze()
    gc.unfreeze()

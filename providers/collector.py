"""Holds the garbage collector off while tens of thousands of rows are made.

Rows refer to no one who refers back, so there is nothing to find among them; the collector would
walk through all of them again each time a few hundred more are there.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


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

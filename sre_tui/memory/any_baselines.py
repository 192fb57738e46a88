"""Whether the memory has any baselines, told without what it takes to read them."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from sre_tui.memory.place import Place


def any_baselines(place: Place) -> bool:
    """Whether it is worth while to look for one.

    A file that cannot be looked into has none; a database that is not a file may have some.
    """
    if place.path is None:
        return True
    if not place.path.exists():
        return False
    try:
        opened = sqlite3.connect(f"{place.path.as_uri()}?mode=ro", uri=True, timeout=1.0)
        with closing(opened) as connection:
            return connection.execute("SELECT 1 FROM baselines LIMIT 1").fetchone() is not None
    except sqlite3.Error:
        return False

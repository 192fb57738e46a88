"""What alerts a journal in a file tells of, told without what it takes to read its incidents."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Final

from sre_tui.memory.incident import folded
from sre_tui.memory.place import Place
from sre_tui.memory.steps import APPLICATION_ID

_PATIENCE: Final = 1.0
"""Seconds that a writer is waited for; who reads the incidents has more."""


def alerts_in(place: Place) -> frozenset[str] | None:
    """The alerts of all incidents, :func:`folded`, with an empty name for those without one.

    Returns:
        Nothing if there is no incident. None where only who opens the memory can tell: it is no
        file, or not one that can simply be read.
    """
    if place.path is None:
        return None
    try:
        if not place.path.exists():
            return frozenset()
        uri = f"{place.path.as_uri()}?mode=rw"
        with closing(sqlite3.connect(uri, uri=True, timeout=_PATIENCE)) as connection:
            if connection.execute("PRAGMA application_id").fetchone() != (APPLICATION_ID,):
                return None
            rows = connection.execute("SELECT DISTINCT alert FROM incidents").fetchall()
    except (sqlite3.Error, OSError, ValueError):
        return None
    return frozenset(folded(str(alert)) for (alert,) in rows)

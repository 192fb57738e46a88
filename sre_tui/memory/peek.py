"""What a memory in a file has, told without what it takes to read it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import Any, Final

from sre_tui.memory.incident import folded
from sre_tui.memory.place import Place
from sre_tui.memory.steps import APPLICATION_ID
from sre_tui.usage.records import AskedQuestion

_PATIENCE: Final = 1.0
"""Seconds that a writer is waited for; who reads the incidents has more."""


def alerts_in(place: Place) -> frozenset[str] | None:
    """The alerts of all incidents, :func:`folded`, with an empty name for those without one.

    Returns:
        Nothing if there is no incident. None where only who opens the memory can tell: it is no
        file, or not one that can simply be read.
    """
    rows = _rows(place, "SELECT DISTINCT alert FROM incidents")
    return None if rows is None else frozenset(folded(str(alert)) for (alert,) in rows)


def questions_in(place: Place) -> tuple[AskedQuestion, ...] | None:
    """The last questions, the latest first; None where only who opens the memory can tell."""
    rows = _rows(
        place,
        "SELECT asked, question, tools, answered_by FROM questions"
        " ORDER BY asked DESC, number DESC LIMIT 100",
    )
    if rows is None:
        return None
    try:
        return tuple(
            AskedQuestion(asked=asked, question=question, tools=json.loads(tools), answered_by=who)
            for asked, question, tools, who in rows
        )
    except (TypeError, ValueError):
        return None


def _rows(place: Place, query: str) -> list[Any] | None:
    """What a file has; None where only who opens the memory can tell."""
    if place.path is None:
        return None
    try:
        if not place.path.exists():
            return []
        uri = f"{place.path.as_uri()}?mode=rw"
        with closing(sqlite3.connect(uri, uri=True, timeout=_PATIENCE)) as connection:
            if connection.execute("PRAGMA application_id").fetchone() != (APPLICATION_ID,):
                return None
            return connection.execute(query).fetchall()
    except (sqlite3.Error, OSError, ValueError):
        return None

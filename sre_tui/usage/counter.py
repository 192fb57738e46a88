"""Counts the calls of one run of the program."""

from __future__ import annotations

import json
import os
from datetime import datetime, timedelta
from typing import Any, Final

from providers.clock import Clock
from sre_tui import __version__
from sre_tui.environment import Folders
from sre_tui.settings import Settings
from sre_tui.usage.spool import Spool

_TICK: Final = timedelta(microseconds=1)


def spool_of(folders: Folders) -> Spool:
    """Where calls of this user wait."""
    return Spool(folders.state / "usage")


def counter_of(settings: Settings, folders: Folders, clock: Clock, front: str) -> Counter | None:
    """Counts a run; None if the settings do not want that."""
    return Counter(spool_of(folders), clock, front) if settings.memory.usage else None


class Counter:
    """One run of the program; what it is told of is kept at once, or logged as not to be kept."""

    def __init__(self, spool: Spool, clock: Clock, front: str) -> None:
        self.spool = spool
        self._clock = clock
        self._started: set[datetime] = set()
        self._run = {
            "id": os.urandom(8).hex(),
            "front": front,
            "version": __version__,
            "started": clock().isoformat(),
        }

    def ended(
        self, kind: str, name: str, seconds: float, outcome: str, **figures: float | None
    ) -> None:
        """A call has ended just now.

        Args:
            kind: as in :class:`sre_tui.usage.records.Call`, and so is the rest.
            name: of a command, tool or model, or who answered.
            seconds: how long it took.
            outcome: ``ok``, or in a word what went wrong.
            figures: tokens and cost, those that are known.
        """
        started = self._clock() - timedelta(seconds=seconds)
        while started in self._started:
            started += _TICK
        self._started.add(started)
        call: dict[str, Any] = {
            "kind": kind,
            "name": name,
            "started": started.isoformat(),
            "seconds": round(max(0.0, seconds), 6),
            "outcome": outcome,
            **{key: value for key, value in figures.items() if value is not None},
        }
        line = json.dumps({"run": self._run, "call": call}, separators=(",", ":"))
        self.spool.append(line.encode())

"""Counts the calls of one run of the program, and notes what was asked in it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, Final

from providers.clock import Clock
from providers.text import one_line
from sre_tui import __version__
from sre_tui.environment import Folders
from sre_tui.settings import Settings
from sre_tui.usage.progress import under_way
from sre_tui.usage.records import LONGEST_QUESTION
from sre_tui.usage.spool import Spool

_TICK: Final = timedelta(microseconds=1)
_SEEN_AGAIN: Final = timedelta(minutes=1)
"""How long the state of a component is not told again while it stays what it is."""


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
        self._moments: set[datetime] = set()
        self._seen: dict[str, tuple[str, datetime]] = {}
        self._front = front
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
        started = self._only(self._clock() - timedelta(seconds=seconds))
        call: dict[str, Any] = {
            "kind": kind,
            "name": name,
            "started": started.isoformat(),
            "seconds": round(max(0.0, seconds), 6),
            "outcome": outcome,
            **{key: value for key, value in figures.items() if value is not None},
        }
        self._append({"run": self._run, "call": call})
        if kind == "model":
            self.saw({"llm": outcome})

    def answered(
        self, question: str, asked: datetime, tools: Iterable[str], answered_by: str
    ) -> None:
        """A question was answered.

        Args:
            question: without secrets.
            asked: when that was.
            tools: names of those that were called for it, in order.
            answered_by: the model, or ``analyst``.
        """
        self._append(
            {
                "asked": self._only(asked).isoformat(),
                "question": one_line(question, LONGEST_QUESTION),
                "tools": list(dict.fromkeys(tools)),
                "answered_by": one_line(answered_by),
            }
        )

    def saw(self, states: Mapping[str, str]) -> None:
        """How components just were, by their names."""
        now = self._clock()
        for component, state in states.items():
            before, at = self._seen.get(component, ("", now))
            if state != before or now - at >= _SEEN_AGAIN:
                self._seen[component] = (state, now)
                self._append({"component": component, "state": state, "at": now.isoformat()})

    def under_way(self) -> AbstractContextManager[None]:
        """A question or a command is under way."""
        return under_way(self.spool.folder / "under-way", self._front)

    def _only(self, moment: datetime) -> datetime:
        """The moment, or the next that nothing else of this run has."""
        while moment in self._moments:
            moment += _TICK
        self._moments.add(moment)
        return moment

    def _append(self, document: dict[str, Any]) -> None:
        self.spool.append(json.dumps(document, separators=(",", ":")).encode())

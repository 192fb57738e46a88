"""How far long work is, on stderr."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from commands.layout import room
from providers.clock import age_in_words
from providers.text import one_line

if TYPE_CHECKING:
    from commands.invocation import Invocation


class Progress:
    """Shows steps of long work: one line written over in a terminal, else a line per step."""

    def __init__(self, invocation: Invocation, *, quiet: bool) -> None:
        self._narrator = invocation.narrator
        self._environment = invocation.environment
        self._quiet = quiet
        self._step = ""
        self._began = 0.0
        self._drawn = False

    def __call__(self, step: str, done: int, total: int, waits_for: str = "") -> None:
        """Take note of how far a step is, and of what it waits for where that has a name."""
        if self._quiet:
            return
        if step != self._step:
            self._step, self._began = step, time.monotonic()
            if not self._narrator.is_terminal:
                self._narrator.say(f"{step} ...")
        if self._narrator.is_terminal:
            # What has names is unlike each other: how long the rest takes nobody knows.
            rest = f"; waits for {waits_for}" if waits_for else self._left(done, total)
            line = f"{step}: {done} of {total}{rest}"
            # A line that is broken cannot be written over.
            width = room(self._environment.stderr, self._environment.variables)
            self._narrator.raw(f"\r\x1b[K{one_line(line, (width or 80) - 1)}")
            self._drawn = True

    def finish(self) -> None:
        """End the line that was written over."""
        if self._drawn:
            self._narrator.raw("\r\x1b[K")

    def _left(self, done: int, total: int) -> str:
        spent = time.monotonic() - self._began
        if done == 0 or done >= total or spent < 1:
            return ""
        return f", about {age_in_words(spent / done * (total - done))} left"

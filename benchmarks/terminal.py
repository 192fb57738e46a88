"""A program in a pseudo terminal of 120x40, as a user sees and types into it."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Self

from benchmarks.budget import ROOT

COLUMNS, LINES = 120, 40
PATIENCE_S = 30.0
CTRL_Q = b"\x11"


class Terminal:
    """Starts the program on entering and kills it on leaving if it still runs."""

    def __init__(self, command: Sequence[str], variables: Mapping[str, str]) -> None:
        self._command = list(command)
        self._variables = dict(variables)
        self._last = b""

    def __enter__(self) -> Self:
        self.started = time.perf_counter()
        self._child, self._terminal = pty.fork()
        if self._child == 0:
            os.chdir(ROOT)
            os.execvpe(self._command[0], self._command, self._variables)
        size = struct.pack("HHHH", LINES, COLUMNS, 0, 0)
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, size)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._child:
            os.kill(self._child, signal.SIGKILL)
            os.waitpid(self._child, 0)
        os.close(self._terminal)

    @property
    def process(self) -> int:
        """The number of the program's process."""
        return self._child

    def read(self, seconds: float) -> bytes:
        """What is written within that time, at most one piece of it; empty if nothing was."""
        if not select.select([self._terminal], [], [], seconds)[0]:
            return b""
        try:
            piece = os.read(self._terminal, 65536)
        except OSError:
            return b""
        self._last = (self._last + piece)[-300:]
        return piece

    def until(self, shown: Callable[[bytes], bool], since: float) -> float:
        """Seconds from `since` until `shown` holds for all that was written after this call.

        Raises:
            TimeoutError: it never did.
        """
        seen = b""
        while not shown(seen):
            if time.perf_counter() - since > PATIENCE_S:
                raise TimeoutError(f"it was never shown; last came {self._last!r}")
            seen += self.read(0.05)
        return time.perf_counter() - since

    def read_for(self, seconds: float) -> bytes:
        """All that is written in that time."""
        seen = b""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            seen += self.read(left)
        return seen

    def type(self, keys: bytes) -> float:
        """Type; returns when that was."""
        now = time.perf_counter()
        os.write(self._terminal, keys)
        return now

    def leave(self) -> float:
        """Seconds from ctrl+q to the end of the program."""
        asked = self.type(CTRL_Q)
        while os.waitpid(self._child, os.WNOHANG) == (0, 0):
            if time.perf_counter() - asked > PATIENCE_S:
                raise TimeoutError("the program does not end")
            self.read(0.005)
        self._child = 0
        return time.perf_counter() - asked

"""stderr and exit codes: the only module that writes the one and decides the other.

stdout carries data and nothing else. With ``--json`` an error is one JSON object on stderr:
``{"error": {"code", "message", "hint", "exit_code"}}``. Codes are stable words.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from enum import IntEnum
from typing import TextIO


class ExitCode(IntEnum):
    """What a process ends with; see the module's table."""

    OK = 0
    FAILURE = 1
    USAGE = 2
    UNREACHABLE = 3
    UNAUTHORIZED = 4
    PARTIAL = 5
    FINDINGS = 6
    INTERRUPTED = 130


EXIT_CODE_HELP = """\
  0    done
  1    failed otherwise: a backend fails inside or answers what is no answer
  2    wrong usage, wrong settings, or a query the backend rejects
  3    no backend that was asked can be reached, or it says that it is not ready
  4    a backend does not accept the credentials, or a right is missing
  5    data is there, but incomplete or old: some backend failed
  6    a finding is a warning or worse (only `check --exit-code`)
  130  interrupted with Ctrl-C"""


class Problem(Exception):
    """Ends a command with one line for the user.

    Attributes:
        message: what is wrong.
        code: stable word for programs.
        exit_code: what the process ends with.
        hint: what to do about it; shown after the message.
        offset: index of the first wrong character of a query, for programs.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        exit_code: ExitCode,
        hint: str | None = None,
        offset: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.exit_code = exit_code
        self.hint = hint
        self.offset = offset


class Narrator:
    """Writes narration to stderr, dimmed or coloured where that stream is a terminal."""

    def __init__(self, stream: TextIO, variables: Mapping[str, str], *, color: bool | None) -> None:
        self._stream = stream
        self._color = wants_color(stream, variables) if color is None else color

    @property
    def is_terminal(self) -> bool:
        """Whether a person watches."""
        return self._stream.isatty()

    def say(self, text: str) -> None:
        """A line of narration."""
        self._write(text)

    def trace(self, text: str) -> None:
        """A line that matters less, dimmed."""
        self._write(text, "2")

    def warn(self, text: str) -> None:
        """A line about something that is not as it should be."""
        self._write(f"warning: {text}", "33")

    def error(self, text: str) -> None:
        """The line a command fails with."""
        self._write(f"error: {text}", "31")

    def raw(self, text: str) -> None:
        """Text without a line end, such as a progress line that is written over."""
        self._put(text)

    def _write(self, text: str, style: str = "") -> None:
        self._put(f"\x1b[{style}m{text}\x1b[0m\n" if style and self._color else f"{text}\n")

    def _put(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (BrokenPipeError, ValueError):
            # Nobody reads the narration any more; the data on stdout is still wanted.
            self._stream = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123


def wants_color(stream: TextIO, variables: Mapping[str, str]) -> bool:
    """Whether a stream gets colour: NO_COLOR, FORCE_COLOR, TERM=dumb, then being a terminal."""
    if variables.get("NO_COLOR"):
        return False
    if variables.get("FORCE_COLOR"):
        return True
    return stream.isatty() and variables.get("TERM") != "dumb"


def report(problem: Problem, narrator: Narrator, *, as_json: bool) -> int:
    """Write a problem the way the caller asked for and give the exit code."""
    if as_json:
        document = {
            "error": {
                "code": problem.code,
                "message": _one_line(problem.message),
                "hint": _one_line(problem.hint) if problem.hint else None,
                "exit_code": int(problem.exit_code),
                # People see the place by the caret below the query.
                **({} if problem.offset is None else {"offset": problem.offset}),
            }
        }
        narrator.raw(json.dumps(document, ensure_ascii=False) + "\n")
    else:
        narrator.error(problem.message)
        if problem.hint:
            narrator.say(f"  {problem.hint}")
    return int(problem.exit_code)


def _one_line(text: str) -> str:
    """A message without the layout it has in a terminal: no line ends, no caret below a query."""
    lines = [" ".join(line.split()) for line in text.splitlines()]
    return "; ".join(line for line in lines if line.strip("^"))


def silence_stdout() -> None:
    """Point stdout at nothing, so that the interpreter's last flush does not complain."""
    with open(os.devnull, "w", encoding="utf-8") as nothing:  # noqa: PTH123
        os.dup2(nothing.fileno(), sys.stdout.fileno())

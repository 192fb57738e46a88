"""Reads questions: with history and completion from a person, line by line from a pipe."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Self, TextIO

from commands.diagnostics import Narrator
from commands.piped import MAX_BYTES
from sre_tui.complaint import why

PROMPT = "> "
GOING_ON = "… "
HISTORY_LENGTH = 1000

Completer = Callable[[str], list[str]]
"""What the words so far can go on with."""


class LineReader:
    """One question after the other; a backslash at the end of a line goes on in the next.

    Used with ``with``, so that the history is saved.

    Args:
        stdin: where questions come from.
        stdout: takes the prompt, if both are terminals.
        narrator: takes the prompt otherwise, so that it does not get among the answers.
        history: file of earlier questions.
        complete: gives the completions of a line.
    """

    def __init__(
        self,
        stdin: TextIO,
        stdout: TextIO,
        narrator: Narrator,
        *,
        history: Path,
        complete: Completer,
    ) -> None:
        self._stdin = stdin
        self._narrator = narrator
        self._history = history
        self._complete = complete
        self.interactive = stdin.isatty()
        self._edits = self.interactive and stdout.isatty()

    def __enter__(self) -> Self:
        if self._edits:
            self._start_editing()
        return self

    def __exit__(self, *_: object) -> None:
        if self._edits:
            self._save_history()

    def read(self) -> str | None:
        """The next question; None at the end.

        Raises:
            KeyboardInterrupt: if the user gives up the line.
        """
        lines: list[str] = []
        while True:
            line = self._line(GOING_ON if lines else PROMPT)
            if line is None:
                return "\n".join(lines) if lines else None
            if not line.endswith("\\"):
                return "\n".join([*lines, line])
            lines.append(line[:-1])

    def _line(self, prompt: str) -> str | None:
        if self._edits:
            # The handler of an earlier event loop would leave the line waiting.
            signal.signal(signal.SIGINT, signal.default_int_handler)
            try:
                return input(prompt)
            except EOFError:
                self._narrator.say("")
                return None
        if self.interactive:
            self._narrator.raw(prompt)
        line = self._stdin.readline(MAX_BYTES)
        if len(line) >= MAX_BYTES and not line.endswith("\n"):
            while (rest := self._stdin.readline(MAX_BYTES)) and not rest.endswith("\n"):
                pass
            self._narrator.warn(f"only the first {MAX_BYTES} characters of the line are read")
        return line.rstrip("\n") if line else None

    def _start_editing(self) -> None:
        import readline

        try:
            readline.read_history_file(self._history)
        except FileNotFoundError:
            pass
        except (OSError, ValueError) as error:
            self._narrator.warn(f"the history {self._history} cannot be read: {why(error)}")
        readline.set_history_length(HISTORY_LENGTH)
        readline.set_completer_delims(" \t\n")
        readline.set_completer(self._completion)
        is_libedit = "libedit" in (readline.__doc__ or "")
        readline.parse_and_bind("bind ^I rl_complete" if is_libedit else "tab: complete")

    def _completion(self, word: str, state: int) -> str | None:
        import readline

        found = self._complete(readline.get_line_buffer()[: readline.get_endidx()])
        return found[state] if state < len(found) else None

    def _save_history(self) -> None:
        import readline

        try:
            self._history.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self._history, os.O_CREAT | os.O_WRONLY, 0o600))
            readline.write_history_file(self._history)
        except OSError as error:
            reason = error.strerror or error
            self._narrator.warn(f"the history cannot be saved in {self._history}: {reason}")

"""The same look again and again: drawn in place on a terminal, one document per round elsewhere."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from shutil import get_terminal_size
from typing import TYPE_CHECKING, NoReturn

from commands.diagnostics import ExitCode, Narrator, report
from commands.endings import as_problem
from commands.invocation import end_on_termination
from commands.output import OutputOptions
from sre_tui.views.human import duration, left_out

if TYPE_CHECKING:
    from commands.diagnostics import Problem
    from commands.invocation import Invocation

Look = Callable[["Invocation", OutputOptions], object]
"""Asks once and writes the answer to the streams of the invocation it is given."""

_ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l"
"""The other screen, without a cursor and without breaking long lines."""
_LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l"
_HOME, _REST_OF_LINE, _REST_OF_SCREEN = "\x1b[H", "\x1b[K", "\x1b[J"


class _Page(io.StringIO):
    """What one round writes, made as for a terminal."""

    def isatty(self) -> bool:
        return True


def watch(invocation: Invocation, options: OutputOptions, title: str, look: Look) -> NoReturn:
    """Look every ``options.watch`` seconds until Ctrl-C.

    A round that fails is told on stderr and the next one is tried; what cannot become better by
    waiting, such as a wrong query, ends it.

    Args:
        invocation: where to write.
        options: how; off a terminal and with ``--json`` or ``--jsonl`` each round is one line
            that holds the whole document.
        title: the command, for the line above.
        look: asks and writes once.
    """
    stdout = invocation.environment.stdout
    if options.for_program or not stdout.isatty():
        _documents(invocation, options, look)
    if invocation.environment.variables.get("TERM") == "dumb":
        _tables(invocation, options, title, look)
    _screen(invocation, options, title, look)


def _documents(invocation: Invocation, options: OutputOptions, look: Look) -> NoReturn:
    lines = replace(options, json=True, jsonl=False, compact=True)
    while True:
        page = io.StringIO()
        problem = _round(invocation.writing_to(page), lines, look)
        if problem is not None:
            report(problem, invocation.narrator, as_json=options.for_program)
        else:
            invocation.environment.stdout.write(page.getvalue())
            invocation.environment.stdout.flush()
        _wait(options)


def _tables(invocation: Invocation, options: OutputOptions, title: str, look: Look) -> NoReturn:
    while True:
        invocation.environment.stdout.write(f"{_heading(invocation, options, title)}\n")
        problem = _round(invocation, options, look)
        if problem is not None:
            report(problem, invocation.narrator, as_json=False)
        _wait(options)


def _screen(invocation: Invocation, options: OutputOptions, title: str, look: Look) -> NoReturn:
    stdout, stderr = invocation.environment.stdout, invocation.environment.stderr
    last = ""
    with ExitStack() as stack:
        end_on_termination()
        stdout.write(_ENTER)
        stack.callback(stdout.flush)
        stack.callback(stdout.write, _LEAVE)
        while True:
            page = _Page()
            heading = _heading(invocation, options, title)
            narration = page if stderr.isatty() else stderr
            problem = _round(invocation.writing_to(page, narration), options, look)
            said = _Page()
            if problem is None:
                last = page.getvalue()
            else:
                # Elsewhere than on this screen it is the only thing that is told of the failure.
                narrator = invocation.narrator
                if stderr.isatty():
                    narrator = Narrator(said, invocation.environment.variables, color=None)
                report(problem, narrator, as_json=False)
            stdout.write(_frame(f"{heading}\n{said.getvalue()}{last}"))
            stdout.flush()
            _wait(options)


def _round(invocation: Invocation, options: OutputOptions, look: Look) -> Problem | None:
    """Look once; a failure that may pass is returned.

    Raises:
        Exception: what does not pass by itself.
    """
    try:
        look(invocation, options)
    except Exception as error:
        problem = as_problem(error)
        if problem.exit_code is ExitCode.USAGE or problem.code == "internal":
            raise
        return problem
    return None


def _wait(options: OutputOptions) -> None:
    time.sleep(options.watch or 0.0)


def _heading(invocation: Invocation, options: OutputOptions, title: str) -> str:
    now = invocation.environment.clock()
    at = f"{now:%H:%M:%SZ}" if options.utc else f"{now.astimezone():%H:%M:%S}"
    return f"{title}, every {duration(options.watch or 0.0)}, {at}; Ctrl-C ends"


def _frame(text: str) -> str:
    """The text from the upper left corner on, over what stands there, cut at the last line."""
    lines = text.splitlines()
    height = get_terminal_size().lines
    if len(lines) > height:
        rest = len(lines) - height + 1
        lines = [*lines[: height - 1], left_out(rest, "line", "a higher terminal or -n")]
    return _HOME + "\n".join(f"{line}{_REST_OF_LINE}" for line in lines) + _REST_OF_SCREEN

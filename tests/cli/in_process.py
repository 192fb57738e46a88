"""Runs `sre` in the process of the test, with the streams, variables and folder of one of its own.

It costs half of what a forked run does, as each keeps what the ones before it have computed.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import chdir, contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from unittest.mock import patch

from commands.main import run


@contextmanager
def logging_restored() -> Iterator[None]:
    """What a command changes in its process, which is its own otherwise."""
    root = logging.getLogger()
    before = root.handlers, root.level, logging.lastResort, logging.raiseExceptions
    try:
        yield
    finally:
        for handler in root.handlers:
            if handler not in before[0]:
                handler.close()
        root.handlers, level, logging.lastResort, logging.raiseExceptions = before
        root.setLevel(level)


def run_in_process(
    arguments: list[str],
    variables: Mapping[str, str],
    folder: Path,
    patience: float,
    stdin: int,
) -> tuple[int, bytes, bytes]:
    """Exit code, stdout and stderr of one run."""
    with TemporaryFile() as out, TemporaryFile() as err:
        with (
            logging_restored(),
            _ended_after(patience),
            patch.dict(os.environ, variables, clear=True),
            chdir(folder),
            open(stdin, encoding="utf-8", closefd=False) as reading,
            open(out.fileno(), "w", encoding="utf-8", closefd=False) as told,
            open(err.fileno(), "w", encoding="utf-8", closefd=False) as narrated,
            patch.multiple(sys, stdin=reading, stdout=told, stderr=narrated),
        ):
            code = run(arguments)
        out.seek(0)
        err.seek(0)
        return code, out.read(), err.read()


@contextmanager
def _ended_after(seconds: float) -> Iterator[None]:
    # One that hangs would take all other tests with it.
    before = signal.signal(signal.SIGALRM, _late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _late(_number: int, _frame: object) -> None:
    raise TimeoutError("`sre` has not ended in time")

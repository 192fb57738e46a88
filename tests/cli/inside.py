"""Runs `sre` inside the process of the test, where the process itself is not the point."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from commands.main import run
from providers.clock import system_clock
from sre_tui.environment import Environment, Folders
from tests.cli.in_process import logging_restored
from tests.cli.running import Done


def run_inside(
    arguments: Sequence[str],
    folder: Path,
    variables: Mapping[str, str] | None = None,
    *,
    now: datetime | None = None,
) -> Done:
    """How a command line ends in a folder; ``now`` is where its clock stands."""
    out, err = io.StringIO(), io.StringIO()
    environment = Environment(
        variables=variables or {},
        stdin=io.StringIO(),
        stdout=out,
        stderr=err,
        clock=system_clock if now is None else lambda: now,
        folders=Folders.under(folder),
        working_folder=folder,
    )
    with logging_restored():
        code = run(arguments, environment)
    return Done(code, out.getvalue(), err.getvalue())

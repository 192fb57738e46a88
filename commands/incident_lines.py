"""Incidents as lines of JSON, as another memory has written them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import nullcontext
from itertools import count
from pathlib import Path
from typing import Final, TextIO

from pydantic import ValidationError

from commands.diagnostics import ExitCode, Problem
from providers.text import one_line
from sre_tui.complaint import why
from sre_tui.memory.incident import Incident, IncidentError, checked, first_mistake

_LONGEST: Final = 1_000_000
"""Characters of a line."""


def read_incidents(file: str, stdin: TextIO) -> Iterator[Incident]:
    """The incidents of a file, or of stdin for ``-``.

    Raises:
        Problem: with the number of the line that is not one.
    """
    try:
        source = (
            nullcontext(stdin) if file == "-" else Path(file).expanduser().open(encoding="utf-8")
        )
        with source as stream:
            for number in count(1):
                line = stream.readline(_LONGEST + 1)
                if not line:
                    return
                if line.strip():
                    yield _incident(line, f"line {number}")
    except (OSError, ValueError, RuntimeError) as error:
        raise Problem(
            f"{one_line(file)} cannot be read: {one_line(why(error))}",
            code="unreadable",
            exit_code=ExitCode.USAGE,
        ) from error


def _incident(line: str, where: str) -> Incident:
    try:
        if len(line) > _LONGEST:
            raise ValueError("it is too long")
        return checked(Incident.model_validate(json.loads(line)))
    except ValidationError as error:
        reason = first_mistake(error)
    except RecursionError:
        reason = "it is nested too deeply"
    except (ValueError, IncidentError) as error:
        reason = str(error)
    raise Problem(
        f"{where} is not an incident: {one_line(reason)}",
        code="usage",
        exit_code=ExitCode.USAGE,
        hint="nothing was imported; `sre incidents export` prints what can be read",
    )

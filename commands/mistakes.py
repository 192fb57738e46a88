"""Says what is wrong with a tool's arguments in the words of its command line."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from commands.diagnostics import ExitCode, Problem
from sre_tui.nearest import nearest
from sre_tui.tools.arguments import Positional
from sre_tui.tools.tool import Tool

_WORDS = {
    "int_parsing": "must be a whole number",
    "float_parsing": "must be a number",
    "string_too_short": "must not be empty",
}


def as_usage_problem(tool: Tool[Any], error: ValidationError) -> Problem:
    """One line for each argument that does not fit, under the name it is given by."""
    found = error.errors(include_url=False, include_context=False)
    return Problem(
        "\n       ".join(_line(tool, each) for each in found),
        code="usage",
        exit_code=ExitCode.USAGE,
        hint=f"`sre {' '.join(tool.command)} --help` shows what is possible",
    )


def _line(tool: Tool[Any], problem: ErrorDetails) -> str:
    name = str(problem["loc"][0]) if problem["loc"] else ""
    field = tool.arguments.model_fields.get(name)
    label = f"--{name.replace('_', '-')}"
    given = problem["input"]
    if field is not None:
        place = next((m for m in field.metadata if isinstance(m, Positional)), None)
        if place is not None:
            label = place.metavar or name.upper()
    if problem["type"] == "literal_error" and field is not None:
        allowed = _choices(field.annotation)
        close = nearest(str(given), allowed, limit=1)
        guess = f" (did you mean {close[0]}?)" if close else ""
        return f"{label} cannot be {given!r}{guess}; allowed: {', '.join(allowed)}"
    if problem["type"] == "value_error":
        return f"{label}: {problem['msg'].removeprefix('Value error, ')}"
    words = _WORDS.get(problem["type"]) or problem["msg"].replace("Input should be", "must be")
    return f"{label} {words}, not {given!r}" if given != "" else f"{label} {words}"


def _choices(annotation: Any) -> list[str]:
    arguments = get_args(annotation)
    if all(isinstance(each, str) for each in arguments):
        return [str(each) for each in arguments]
    return [each for inner in arguments for each in _choices(inner)]

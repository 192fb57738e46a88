"""What is said of an incident: in options, through a pipe, or as answers to questions."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from copy import copy
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from commands.diagnostics import ExitCode, Problem
from commands.mistakes import as_usage_problem
from commands.parameters import parameter_of
from commands.piped import read_piped
from sre_tui.memory.incident import LONGEST_TEXT, LONGEST_TITLE
from sre_tui.tools.arguments import Moment
from sre_tui.tools.registry import get_tool

if TYPE_CHECKING:
    from commands.invocation import Invocation

RECORD: Final = get_tool("memory_record_incident")
FIELDS: Final = RECORD.arguments.model_fields
_ASKED: Final = {
    "title": "What was wrong",
    "subject": "What it is about, such as nas1/tank",
    "severity": "How bad: critical, warning or info",
    "services": "What it affects, with commas between",
    "cause": "Why it happened",
    "resolution": "What helped",
}
"""What a person is asked for, and how, if not even a title was given."""
_TEXTS: Final = ("description", "cause", "resolution")
"""What may come from stdin."""
_NOTHING: Final = "-"
"""Typed to make empty what was proposed."""
_ANY_TITLE: Final = "its own"
"""Stands for the title where only other values are looked at."""


def with_options(
    names: tuple[str, ...], *, positional: bool = False
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the arguments of the tool that records, none of which has to be given."""

    def give(command: Callable[..., None]) -> Callable[..., None]:
        own = [
            each
            for each in inspect.signature(command, eval_str=True).parameters.values()
            if each.kind is not inspect.Parameter.VAR_KEYWORD
        ]
        made = []
        for name in names:
            field = copy(FIELDS[name])
            field.default = None
            if name == "title" and not positional:
                field.metadata = []
            made.append(parameter_of(name, field))
        parameters = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in (*own, *made)]
        command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        command.__annotations__ = {each.name: each.annotation for each in parameters}
        return command

    return give


def given_values(invocation: Invocation, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that were given, with the text from stdin in its place.

    Raises:
        Problem: if one is too long, or two are to come from stdin.
    """
    given = {name: value for name, value in values.items() if value not in (None, [], ())}
    piped = [name for name in _TEXTS if given.get(name) == "-"]
    if len(piped) > 1:
        raise wrong_usage(
            f"only one of {', '.join(f'--{name}' for name in piped)} can be read from stdin"
        )
    for name in piped:
        given[name] = _piped(invocation, name)
    for name, value in given.items():
        if isinstance(value, str) and len(value) > _most(name):
            raise wrong_usage(
                f"--{name} has {len(value):,} characters, and may have {_most(name):,}"
            )
    return given


def changed_values(invocation: Invocation, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that were given, as an incident has them.

    Raises:
        Problem: if one does not fit.
    """
    given = given_values(invocation, values)
    parsed = checked_values({"title": _ANY_TITLE, **given})
    now = invocation.environment.clock()
    found = {name: getattr(parsed, name) for name in given}
    return {
        name: value.resolve(now) if isinstance(value, Moment) else value
        for name, value in found.items()
    }


def checked_values(given: Mapping[str, Any]) -> Any:
    """The arguments of the tool that records.

    Raises:
        Problem: with a line for each that does not fit.
    """
    try:
        return RECORD.arguments.model_validate(dict(given))
    except ValidationError as error:
        raise as_usage_problem(RECORD, error) from error


def asked_values(
    invocation: Invocation,
    given: Mapping[str, Any],
    proposed: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, str]:
    """What a person says to the questions that are left; what does not fit is asked for again.

    Args:
        invocation: the terminal.
        given: what is not asked for.
        proposed: what a person only has to agree to; - makes it empty.

    Raises:
        Problem: if what was given does not fit, or no title is said.
    """
    checked_values({"title": _ANY_TITLE, **given})
    answers: dict[str, str] = {}
    for name, question in _ASKED.items():
        if given.get(name):
            continue
        kept = proposed.get(name, "")
        suffix = "" if name == "title" else " (enter leaves it open)"
        line = _answer(invocation, name, f"{question}{f' [{kept}]' if kept else suffix}: ", kept)
        if proposed and line.strip() == _NOTHING and name != "title":
            answers[name] = ""
        elif line.strip():
            answers[name] = line.strip()
        elif name == "title" and not kept:
            raise wrong_usage("nothing was recorded: an incident needs a title")
        if not line:
            # Nobody answers any more; what was said counts.
            invocation.narrator.say("")
            break
    return answers


def wrong_usage(message: str, hint: str | None = None) -> Problem:
    """The problem of a call that was wrong."""
    return Problem(message, code="usage", exit_code=ExitCode.USAGE, hint=hint)


def _answer(invocation: Invocation, name: str, question: str, kept: str) -> str:
    """A line that fits, or an empty one; without a line end where there are no more lines."""
    while True:
        invocation.narrator.raw(question)
        try:
            line = invocation.environment.stdin.readline()
        except UnicodeError:
            raise wrong_usage("what was typed is not UTF-8") from None
        said = line.strip()
        if not said or (kept and said == _NOTHING):
            return line
        if len(said) > _most(name):
            problem = f"it has {len(said):,} characters, and may have {_most(name):,}"
        else:
            try:
                checked_values({"title": _ANY_TITLE, name: said})
            except Problem as error:
                problem = error.message
            else:
                return line
        invocation.narrator.say(f"  {problem}")


def _piped(invocation: Invocation, name: str) -> str:
    stdin = invocation.environment.stdin
    piped = read_piped(stdin, must=True)
    if piped is None:
        try:
            return stdin.read()
        except ValueError:
            raise wrong_usage(f"there is no text on stdin for --{name}") from None
    if piped.cut:
        raise wrong_usage(f"--{name} is too long: it may have {LONGEST_TEXT:,} characters")
    return piped.text


def _most(name: str) -> int:
    return LONGEST_TEXT if name in _TEXTS else LONGEST_TITLE

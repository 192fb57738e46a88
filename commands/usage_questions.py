"""`sre usage --questions`: what was asked the last times, and which tools that took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import typer

from commands.diagnostics import ExitCode
from commands.output import OutputOptions, display_of, write_json, write_table
from providers.reading import SourceStatus, State
from sre_tui.tools.result import Listing, result
from sre_tui.usage.records import AskedQuestion
from sre_tui.views.human import left_out

if TYPE_CHECKING:
    from commands.invocation import Invocation


@dataclass(frozen=True)
class Asked:
    """Which questions are wanted.

    Attributes:
        back: those of this last time; all if None.
        search: those with this in their words, their tools or who answered, in any case.
        limit: at most so many, of patterns if they are wanted.
        alike: whether those that are alike are one.
    """

    back: timedelta | None
    search: str
    limit: int
    alike: bool


def write_questions(
    invocation: Invocation,
    kept: Sequence[AskedQuestion],
    status: SourceStatus,
    wanted: Asked,
    *,
    as_json: bool,
    utc: bool | None,
) -> None:
    """Write those that are wanted, the latest or the most asked first.

    Raises:
        typer.Exit: with the code for a part, if some wait for the memory.
    """
    now = invocation.environment.clock()
    since = None if wanted.back is None else now - wanted.back
    found = [each for each in kept if (since is None or each.asked >= since)
             and _has(each, wanted.search)]  # fmt: skip
    answer = result(_listing(found, wanted), [status], now=now)
    for warning in answer.warnings:
        invocation.narrator.warn(warning)
    if as_json:
        write_json(invocation.environment.stdout, answer.model_dump(mode="json"))
    else:
        _show(invocation, answer.data, wanted, utc)
    if answer.state is not State.OK:
        raise typer.Exit(ExitCode.PARTIAL)


def _has(question: AskedQuestion, search: str) -> bool:
    told = (question.question, question.answered_by, *question.tools)
    return any(search.casefold() in each.casefold() for each in told)


def _listing(found: Sequence[AskedQuestion], wanted: Asked) -> Listing[Any]:
    rows: Sequence[Any] = found
    if wanted.alike:
        from sre_tui.usage.alike import patterns

        rows = patterns(found)
    return Listing[Any](
        items=tuple(rows[: wanted.limit]), truncated=len(rows) > wanted.limit, total=len(rows)
    )


def _show(invocation: Invocation, found: Listing[Any], wanted: Asked, utc: bool | None) -> None:
    from sre_tui.views.questions import PATTERNS, QUESTIONS

    view = PATTERNS if wanted.alike else QUESTIONS
    if not found.items:
        filters = wanted.search or wanted.back is not None
        invocation.narrator.say("No question fits." if filters else view.nothing)
        return
    display = display_of(invocation, OutputOptions(utc=utc))
    write_table(invocation, view.columns, found.items, display, chosen=False)
    if found.truncated:
        total = found.total or 0
        invocation.narrator.trace(left_out(total - found.shown, "row", f"-n {total} shows all"))

"""The shape of an answer from one tool: the conclusion, sections, what could not be checked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

from sre_tui.agent.analyst.calls import Call, DataT
from sre_tui.agent.analyst.coverage import tool_source
from sre_tui.agent.analyst.endings import gaps, next_steps
from sre_tui.agent.analyst.fact_questions import IS_IT
from sre_tui.agent.analyst.known import Attempt
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.lookup import Handler
from sre_tui.agent.analyst.own import own_here
from sre_tui.agent.analyst.runbook_steps import fix_call, steps_of
from sre_tui.agent.analyst.wording import close_to, code, names

MOST: Final = 12
"""Lines of a section."""
Section = tuple[str, Sequence[str]]

_WHETHER: Final = re.compile(
    r"^(is|are|was|were|does|do|did|has|have|can|could|any|anything|ist|sind|war|hat|haben|gibt|"
    r"läuft|laufen|kann|wird|werden)\b"
)
_ASKS_FOR_TROUBLE: Final = re.compile(
    r"\b(fail\w*|wrong|degraded|down|offline|stopped|inactive|broken|errors?|problems?|complain\w*|"
    r"complaints?|missing|stuck|damaged|bad|dead|died|dying|broke|crash\w*|unhealthy|any|"
    r"anything|fehler|probleme|kaputt|defekt)\b"
)


def yes_no(look: Look, *, fine: bool) -> str:
    """``Yes: `` or ``No: `` where the question is whether something is so, else nothing.

    Args:
        look: the question.
        fine: whether all is as it should be.
    """
    folded = look.question.folded
    if not _WHETHER.match(folded):
        return ""
    trouble = _ASKS_FOR_TROUBLE.search(folded) or IS_IT.match(folded)
    return "Yes: " if fine is not bool(trouble) else "No: "


async def read(
    look: Look, name: str, tool: str, kind: type[DataT], **arguments: object
) -> tuple[DataT | None, str]:
    """One call's data, None if it gave none, and its citation."""
    found = (await look.ask(**{name: Call(tool, arguments)}))[name]
    return found.data(kind), found.cite


def told(look: Look, lead: str, *sections: Section) -> Iterator[str]:
    """The answer in pieces; figures in it were counted or read here.

    Args:
        look: the question.
        lead: the conclusion.
        sections: titles with their lines.
    """
    tell = look.caller.counted
    yield tell(lead) + "\n\n"
    for title, lines in sections:
        if lines:
            shown = [f"- {line}\n" for line in lines[:MOST]]
            if len(lines) > MOST:
                shown.append(f"- and {len(lines) - MOST} more\n")
            yield tell((f"**{title}**\n" if title else "") + "".join(shown)) + "\n"
    steps = steps_of(look.found.get("runbook"), kind=look.remedy, own=own_here(look))
    if steps is not None:
        yield next_steps(steps)
    yield from gaps(look)


async def with_runbook(look: Look, kind: str, **own: str) -> None:
    """Look up what to do, for the end of the answer.

    Args:
        look: the question.
        kind: the failure pattern that is wrong.
        own: names for the commands: ``vmid``, ``pool``, ``datastore`` ...
    """
    look.own |= own
    look.remedy = kind
    await look.ask(runbook=fix_call(kind))


def unknown_name(look: Look, words: Sequence[str], near: Sequence[str], cite: str) -> Iterator[str]:
    """Says that nothing is called so, and what comes near."""
    said = names([code(one, 60) for one in words])
    yield f"**Nothing here is called {said}**, so there is nothing to say about it.{cite}\n\n"
    if near:
        yield f"{close_to(near)}\n\n"
    yield from gaps(look)


def hedge(look: Look, tools: Iterable[str], used: str) -> str:
    """The backend that tells, where a tool that knows better gave no data; else nothing.

    Args:
        look: the question.
        tools: tools that could have told.
        used: the one the answer rests on.
    """
    better = [tool for tool in tools if tool != used and look.caller.offers(tool)]
    lost = any(look.coverage.trouble(tool_source(tool)) for tool in better)
    return tool_source(used) if lost else ""


def rather(attempt: Attempt, tool: str, otherwise: Handler) -> Handler:
    """The attempt's answer; if its tool gave no data, why, and what the others still know."""

    async def chosen(look: Look) -> Iterator[str]:
        pieces = await attempt(look)
        if pieces is not None:
            return pieces
        source = tool_source(tool)
        trouble = look.coverage.trouble(source)
        if trouble:
            look.coverage.told.add(source)
        rest = await otherwise(look)
        if not trouble:
            return rest
        return chain([f"**{trouble}**\n\n"], rest)

    return chosen


async def cannot_tell(look: Look) -> Iterator[str]:
    """Says that nobody else knows; the reason was told before."""
    return chain(["Nothing else tells what was asked.\n\n"], gaps(look))


__all__ = [
    "Attempt", "Section", "cannot_tell", "hedge", "rather", "read", "told", "unknown_name",
    "with_runbook", "yes_no",
]  # fmt: skip

"""How answers begin and end: names nobody knows, what to do next, what could not be checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sre_tui.agent.analyst.calls import MAX_CALLS
from sre_tui.agent.analyst.coverage import bounded, tool_source
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.runbook_steps import Steps
from sre_tui.agent.analyst.wording import close_to, code, names, plain


def unknown_names(look: Look) -> Iterator[str]:
    """Says which names in the question are known nowhere, with the nearest."""
    if look.focus.named:
        return
    for unknown in look.focus.unknown[:3]:
        said = f"Nothing here is called {code(unknown.word, 60)}. {close_to(unknown.near)}"
        yield f"{said.rstrip()}\n\n"


def gaps(look: Look, further: Iterable[str] = ()) -> Iterator[str]:
    """Says which data is old, and what could not be checked.

    Args:
        look: the question.
        further: what could not be checked beside what the question's calls tell.
    """
    old = look.coverage.old(look.now)
    if old:
        yield f"**Old data**: {look.caller.counted(old)}\n\n"
    lines = [*look.coverage.missing(), *look.gaps, *further]
    if look.caller.dropped:
        sources = list(dict.fromkeys(tool_source(tool) for tool in look.caller.dropped))
        bound = look.caller.counted(f"at most {MAX_CALLS} calls for one question")
        lines.append(f"further looks at {names(sources)} ({bound})")
    if lines:
        told = "".join(f"- {line}\n" for line in bounded(lines))
        yield f"**Not checked**\n{look.caller.counted(told)}\n"


def next_steps(steps: Steps) -> str:
    """The section with what to do."""
    where = f", section {plain(steps.heading)}" if steps.heading else ""
    if not steps.items:
        return (
            f"**What to do next**: see the runbook {plain(steps.title)} "
            f"(`sre runbooks show {steps.id}`).{steps.cite}\n\n"
        )
    command = f"`sre runbooks show {steps.id}`"
    title = f"{plain(steps.title)}{where}"
    head = f"**What to do next**, from the runbook {title} ({command}{steps.note}){steps.cite}\n"
    return head + "".join(f"{n}. {item}\n" for n, item in enumerate(steps.items, 1)) + "\n"


def bullets(lines: Sequence[str]) -> str:
    """A list, with an empty line behind it."""
    return "".join(f"- {line}\n" for line in lines) + "\n"


__all__ = ["bullets", "gaps", "next_steps", "unknown_names"]

"""A lookup: a kind of question, the tools that answer it, and who words the answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

from sre_tui.agent.analyst.calls import Caller
from sre_tui.agent.analyst.coverage import backend_of
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.question import Intent

Handler = Callable[[Look], Awaitable[Iterator[str]]]


@dataclass(frozen=True)
class Lookup:
    """One way to answer a kind of question.

    Attributes:
        intent: the kind of question.
        answer: makes the calls and words the answer.
        needs: tools without which it cannot be used.
        otherwise: answers in its place if a needed tool is not offered and no other lookup of the
            intent can be used; it finds in ``look.gaps`` which backend is missing.
    """

    intent: Intent
    answer: Handler
    needs: tuple[str, ...] = ()
    otherwise: Handler | None = None


def handler_for(look: Look, lookups: Sequence[Lookup]) -> Handler:
    """The first lookup of the question's intent whose tools are all offered, or its substitute."""
    fitting = [one for one in lookups if one.intent is look.question.intent]
    for one in fitting:
        if not _lacking(one, look.caller):
            return one.answer
    for tool in _lacking(fitting[0], look.caller):
        look.note_missing_backends(backend_of(tool))
    return fitting[0].otherwise or fitting[0].answer


def _lacking(lookup: Lookup, caller: Caller) -> list[str]:
    return [tool for tool in lookup.needs if not caller.offers(tool)]


__all__ = ["Handler", "Lookup", "handler_for"]

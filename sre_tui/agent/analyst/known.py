"""Stops where a question is only about something that does not exist here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from sre_tui.agent.analyst.clients import CLIENTS
from sre_tui.agent.analyst.entities import Unknown
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.lookup import Handler
from sre_tui.agent.analyst.wording import close_to, code, names, plain
from sre_tui.diagnosis.language.aliases import meant_by

Attempt = Callable[[Look], Awaitable[Iterator[str] | None]]


_OF_THE_QUESTION: Final = {"query", "filters", "hints"}
"""Parts of an answer that only repeat what was asked."""


async def nothing_known(look: Look) -> bool:
    """Whether the only things the question names are known to no backend.

    Asks for the names of services in the logs and of alerts before it says so.
    """
    if look.focus.unknown and not look.focus.named:
        missing = [name for name in ("identity", "targets", "alerts", "logs")
                   if name not in look.found]  # fmt: skip
        if missing:
            await look.discover(*missing)
    # Only who could read the names can say that one does not exist.
    telling = "identity" if look.caller.offers("prometheus_instant_query") else "logs"
    read = telling in look.found and look.found[telling].ok
    metrics = all("_" in one.word for one in look.focus.unknown)
    return bool(look.focus.unknown) and not metrics and not look.focus.named and read


def not_known(look: Look) -> Iterator[str]:
    """Says which names are known nowhere, what comes near, and what was looked through."""
    from sre_tui.agent.analyst.endings import gaps

    unknown = look.focus.unknown[:3]
    listed = names([code(one.word, 60) for one in unknown])
    cites = "".join(look.cite(name) for name in ("identity", "targets", "logs"))
    yield f"**Nothing here is called {listed}**, so there is nothing to say about it.{cites}\n\n"
    near = [name for one in unknown for name in one.near]
    if near:
        yield f"{close_to(near)}\n\n"
    yield "Looked through: hosts, guests, containers, services, pools and disks in the metrics"
    yield ", services in the logs, and alerts.\n\n" if look.cite("logs") else " and alerts.\n\n"
    yield from gaps(look)


def unplaced(look: Look) -> tuple[str, ...]:
    """What the question names where only a name can stand, and nothing that was read is called."""
    if look.focus.named:
        return ()
    said = {one.word for one in look.focus.unknown} or set(look.question.named)
    return tuple(word for word in look.question.named if word in said
                 and "_" not in word and word.casefold() not in CLIENTS
                 and not _meant(look, word))  # fmt: skip


def not_told(look: Look, words: Sequence[str]) -> Iterator[str]:
    """Says that nothing can be told of a thing, where its names could not be read."""
    from sre_tui.agent.analyst.endings import gaps

    listed = names([code(one, 60) for one in words])
    away = names([plain(one) for one in look.coverage.failed])
    why = f": {away} gave no answer" if away else ""
    yield f"**Nothing is known of {listed} now**{why}.\n\n"
    yield from gaps(look)


def or_strangers(attempt: Attempt) -> Attempt:
    """The attempt, whose answer is not given if the question names what no backend knows.

    An answer about everything would else be taken for one about a thing that does not exist.
    """

    async def checked(look: Look) -> Iterator[str] | None:
        pieces = await attempt(look)
        if pieces is None or not look.question.named:
            return pieces
        told = " ".join(
            found.ran.result.data.model_dump_json(exclude=_OF_THE_QUESTION)
            for found in look.caller.made
            if found.ran is not None and found.ran.result is not None
        ).casefold()
        strange = [word for word in look.question.named
                   if word.casefold() not in told and not _meant(look, word)]  # fmt: skip
        if not strange:
            return pieces
        await look.discover("identity")
        if not _unknown(look, strange):
            return pieces
        await look.discover("targets", "alerts", "logs")
        unknown = _unknown(look, strange)
        look.focus = replace(look.focus, unknown=unknown or look.focus.unknown)
        return not_known(look) if unknown else pieces

    return checked


def _unknown(look: Look, words: Sequence[str]) -> tuple[Unknown, ...]:
    return tuple(one for one in look.focus.unknown if one.word in words)


def _meant(look: Look, word: str) -> bool:
    """Whether it is a common word for a program or part of one, such as "the photos"."""
    return any(word.casefold() in said.split() for said in meant_by(look.question.text))


def about_known(handler: Handler, *parts: str) -> Callable[[Look], Awaitable[Iterator[str]]]:
    """The handler, which only comes to work if the question is about something that exists.

    Args:
        handler: words the answer.
        parts: what is to be discovered first, as :meth:`Look.discover` takes it.
    """

    async def checked(look: Look) -> Iterator[str]:
        await look.discover(*parts)
        if await nothing_known(look):
            return not_known(look)
        return await handler(look)

    return checked


__all__ = [
    "Attempt", "about_known", "not_known", "not_told", "nothing_known", "or_strangers", "unplaced",
]  # fmt: skip

"""Stops where a question is only about something that does not exist here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from sre_tui.agent.analyst.calls import Call
from sre_tui.agent.analyst.clients import CLIENTS
from sre_tui.agent.analyst.entities import Unknown
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.lookup import Handler
from sre_tui.agent.analyst.wording import close_to, code, names, plain
from sre_tui.diagnosis.language.aliases import meant_by
from sre_tui.tools.pbs_data import DatastoreListing
from sre_tui.tools.truenas_data import PoolListing
from sre_tui.views.human import percent, size

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
        await _ask_for_unknown(look)
    # Only who could read the names can say that one does not exist.
    telling = "identity" if look.caller.offers("prometheus_instant_query") else "logs"
    read = telling in look.found and look.found[telling].ok
    metrics = all("_" in one.word for one in look.focus.unknown)
    return bool(look.focus.unknown) and not metrics and not look.focus.named and read


async def _ask_for_unknown(look: Look) -> None:
    """Ask those for names that no metric tells: datastores that are away, and data sets."""
    if not look.focus.unknown or look.focus.named or "stores" in look.found:
        return
    calls = {"stores": Call("pbs_datastore_status", {})}
    if any("/" in one.word for one in look.focus.unknown):
        calls["sets"] = Call("truenas_pool_status", {"datasets": True})
    await look.ask(**{name: call for name, call in calls.items()
                      if look.caller.offers(call.tool)})  # fmt: skip


def _told_elsewhere(look: Look) -> list[tuple[str, str, str]]:
    """What is known of unknown names that are a datastore or a data set: with its command."""
    said = {one.word.casefold() for one in look.focus.unknown}
    found: list[tuple[str, str, str]] = []
    stores = look.found["stores"].data(DatastoreListing) if "stores" in look.found else None
    for store in stores.items if stores is not None else ():
        if store.name.casefold() in said:
            state = f"{percent(store.ratio)} full" if store.ratio is not None else "not readable"
            state = "not plugged in" if store.mount == "notmounted" else state
            text = f"datastore {plain(store.name, 60)} is {plain(store.maintenance, 80) or state}"
            found.append((text, "sre backups datastores", look.cite("stores")))
    pools = look.found["sets"].data(PoolListing) if "sets" in look.found else None
    for pool in pools.items if pools is not None else ():
        for one in pool.datasets:
            if one.name.casefold() in said:
                used = f" and uses {size(one.used)}" if one.used is not None else ""
                text = f"{plain(one.name, 80)} is a data set of pool {plain(pool.name, 40)}{used}"
                found.append((text, "sre pools --datasets", look.cite("sets")))
    return found


def not_known(look: Look) -> Iterator[str]:
    """Says which names are known nowhere, what comes near, and what was looked through."""
    from sre_tui.agent.analyst.endings import gaps

    for text, command, cite in _told_elsewhere(look)[:1]:
        yield "**The built-in analyst has no answer to this question**; what it knows: "
        yield f"{look.caller.counted(text)}.{cite} {code(command)} tells more of it.\n\n"
        yield from gaps(look)
        return
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

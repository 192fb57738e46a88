"""Reads that are shared while a scope is open."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Awaitable, Callable
from contextvars import copy_context

import pytest

from providers.shared_reads import shared, shared_reads, sharing, unshared


class Backend:
    """Counts what it is asked, and answers when it is told to."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.open = asyncio.Event()

    def read(self, name: str) -> Callable[[], Awaitable[str]]:
        async def ask() -> str:
            self.asked.append(name)
            await self.open.wait()
            if name == "broken":
                raise ValueError(name)
            return f"answer to {name}"

        return ask


async def test_equal_reads_are_made_once_and_others_apart() -> None:
    backend = Backend()
    backend.open.set()
    async with shared_reads():
        assert sharing()
        found = await asyncio.gather(
            *(shared(name, backend.read(name)) for name in ("a", "b", "a"))
        )
        assert await shared("a", backend.read("a")) == "answer to a"
    assert found == ["answer to a", "answer to b", "answer to a"]
    assert backend.asked == ["a", "b"]


async def test_without_a_scope_every_read_is_made() -> None:
    backend = Backend()
    backend.open.set()
    assert not sharing()
    for _ in range(2):
        await shared("a", backend.read("a"))
    assert backend.asked == ["a", "a"]


async def test_a_scope_within_another_shares_with_it_and_the_next_one_does_not() -> None:
    backend = Backend()
    backend.open.set()
    async with shared_reads():
        await shared("a", backend.read("a"))
        async with shared_reads():
            await shared("a", backend.read("a"))
        assert sharing()
    async with shared_reads():
        await shared("a", backend.read("a"))
    assert backend.asked == ["a", "a"]


async def test_a_failure_is_everybodys() -> None:
    backend = Backend()
    backend.open.set()
    async with shared_reads():
        for _ in range(2):
            with pytest.raises(ValueError, match="broken"):
                await shared("broken", backend.read("broken"))
    assert backend.asked == ["broken"]


async def test_one_who_gives_up_takes_nothing_from_the_others() -> None:
    backend = Backend()
    async with shared_reads():
        hasty = asyncio.ensure_future(shared("a", backend.read("a")))
        patient = asyncio.ensure_future(shared("a", backend.read("a")))
        await asyncio.sleep(0)
        hasty.cancel()
        with pytest.raises(asyncio.CancelledError):
            await hasty
        backend.open.set()
        assert await patient == "answer to a"


async def test_what_nobody_waits_for_ends_with_the_scope() -> None:
    backend = Backend()
    stopped = asyncio.Event()

    async def ask() -> str:
        try:
            return await backend.read("slow")()
        finally:
            stopped.set()

    async with shared_reads():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await shared("slow", ask)
        await asyncio.sleep(0)
    assert stopped.is_set() or backend.asked == []


async def test_an_answer_that_is_shared_in_another_shape_is_not_kept_as_it_came() -> None:
    backend = Backend()
    backend.open.set()

    async def shaped() -> int:
        with unshared():
            return len(await shared("rows", backend.read("rows")))

    async with shared_reads():
        lengths = await asyncio.gather(*(shared("length", shaped) for _ in range(2)))
        assert backend.asked == ["rows"]
        await shared("rows", backend.read("rows"))
    assert lengths == [len("answer to rows")] * 2
    assert backend.asked == ["rows", "rows"]


async def test_answers_are_let_go_of_with_the_scope_whoever_keeps_its_context() -> None:
    class Rows:
        pass

    async def rows() -> Rows:
        return Rows()

    async with shared_reads():
        answer = weakref.ref(await shared("rows", rows))
        # As a connection does that is made within and stays open.
        context = copy_context()
        assert answer() is not None
    # The loop holds on to what woke this task for as long as its step takes.
    await asyncio.sleep(0)
    assert answer() is None
    assert context

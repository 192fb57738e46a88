"""Equal reads that several questions need are made once, while one scope is open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

T = TypeVar("T")

_reads: ContextVar[dict[Hashable, asyncio.Future[Any]] | None] = ContextVar("reads", default=None)


def sharing() -> bool:
    """Whether a scope is open, so that a broad read costs no more than a narrow one."""
    return _reads.get() is not None


@asynccontextmanager
async def shared_reads() -> AsyncIterator[None]:
    """Let everything asked within, in whatever task, share equal reads, failed ones too.

    A scope within another is the same one. Reads that nobody waits for any more end with it.
    """
    if sharing():
        yield
        return
    reads: dict[Hashable, asyncio.Future[Any]] = {}
    before = _reads.set(reads)
    try:
        yield
    finally:
        _reads.reset(before)
        for read in reads.values():
            read.cancel()
        await asyncio.gather(*reads.values(), return_exceptions=True)
        # A connection that stays open keeps the context it was made in, and with it this.
        reads.clear()


@contextmanager
def unshared() -> Iterator[None]:
    """Reads within are made for their asker alone, and nobody holds on to the answers.

    For what is shared in another shape: tens of thousands of rows need not be kept as JSON too.
    """
    before = _reads.set(None)
    try:
        yield
    finally:
        _reads.reset(before)


async def shared(key: Hashable, ask: Callable[[], Awaitable[T]]) -> T:
    """The answer of ``ask``, or of an equal read that was begun before.

    Args:
        key: what makes reads equal.
        ask: makes the read; its own errors are raised to all who share it.
    """
    reads = _reads.get()
    if reads is None:
        return await ask()
    if key not in reads:
        reads[key] = asyncio.ensure_future(ask())
    # One who gives up must not take the answer from the others.
    answer: T = await asyncio.shield(reads[key])
    return answer

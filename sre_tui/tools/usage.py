"""Counts calls of tools, however they end."""

from __future__ import annotations

import time
from asyncio import CancelledError
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from providers.errors import BackendError, InvalidQuery
from providers.reading import State
from sre_tui.complaint import Complaint

if TYPE_CHECKING:
    from sre_tui.usage.counter import Counter


@contextmanager
def counted(counter: Counter | None, tool: str) -> Iterator[Callable[[State], None]]:
    """Count one call of a tool around its work, which tells the state of its answer."""
    if counter is None:
        yield lambda _: None
        return
    since = time.monotonic()
    outcome = "failed"

    def told(state: State) -> None:
        nonlocal outcome
        outcome = state.value

    try:
        yield told
    except BaseException as error:
        outcome = _outcome(error)
        raise
    finally:
        counter.ended("tool", tool, time.monotonic() - since, outcome)


def _outcome(error: BaseException) -> str:
    match error:
        case BackendError():
            return error.state.value
        # What was asked for is wrong, or nothing may be done about it: the tool did what it should.
        case InvalidQuery() | Complaint():
            return "rejected"
        case CancelledError() | KeyboardInterrupt():
            return "cancelled"
        case _:
            return "failed"

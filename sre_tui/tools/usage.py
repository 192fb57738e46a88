"""Counts calls of tools, however they end."""

from __future__ import annotations

import time
from asyncio import CancelledError
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from providers.errors import BackendError, InvalidQuery
from providers.reading import State, joint_state
from sre_tui.complaint import Complaint
from sre_tui.settings import BACKENDS
from sre_tui.tools.result import ToolResult

if TYPE_CHECKING:
    from sre_tui.usage.counter import Counter


@contextmanager
def counted(counter: Counter | None, tool: str) -> Iterator[Callable[[ToolResult[Any]], None]]:
    """Count one call of a tool around its work, which tells its answer."""
    if counter is None:
        yield lambda _: None
        return
    since = time.monotonic()
    outcome = "failed"

    def told(answer: ToolResult[Any]) -> None:
        nonlocal outcome
        outcome = answer.state.value
        counter.saw(_components(answer))

    try:
        yield told
    except BaseException as error:
        outcome = _outcome(error)
        raise
    finally:
        counter.ended("tool", tool, time.monotonic() - since, outcome)


def _components(answer: ToolResult[Any]) -> dict[str, str]:
    """The state of each kind of backend behind an answer; what an instance is called is private."""
    states: dict[str, list[State]] = {}
    for source in answer.sources:
        kind = source.source.partition(":")[0]
        if kind in BACKENDS:
            states.setdefault(kind, []).append(source.state)
    return {kind: joint_state(each).value for kind, each in states.items()}


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

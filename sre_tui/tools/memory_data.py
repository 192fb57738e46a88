"""Opens the memory for a tool, away from the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from providers.errors import BackendError
from providers.reading import SourceStatus, State
from sre_tui.memory.place import SOURCE, place_of
from sre_tui.tools.context import ToolContext

if TYPE_CHECKING:
    from sre_tui.memory.baselines import Baselines
    from sre_tui.memory.incidents import Incidents
    from sre_tui.memory.reports import Reports
    from sre_tui.memory.store import Store

T = TypeVar("T")


async def with_incidents(
    context: ToolContext, work: Callable[[Incidents], T]
) -> tuple[T, tuple[str, ...]]:
    """Do something with the incidents in the memory.

    Returns:
        What the work gave, and what is to be told of the memory.

    Raises:
        BackendError: if the memory cannot be used.
        NotKept: if it cannot be written.
        Complaint: what the work itself refuses.
    """
    return await asyncio.to_thread(_with_store, context, lambda store: work(_incidents(store)))


async def asked_incidents(
    context: ToolContext, work: Callable[[Incidents], T]
) -> tuple[T | None, SourceStatus, tuple[str, ...]]:
    """The same for a question: a memory that cannot be asked is a state of the answer.

    Returns:
        What the work gave, how far that can be trusted, and what is to be told of the memory.

    Raises:
        Complaint: what the work itself refuses.
    """
    return await _asked(context, lambda store: work(_incidents(store)))


async def with_baselines(context: ToolContext, work: Callable[[Baselines], T]) -> T:
    """Do something with the baselines in the memory.

    Raises:
        BackendError: if the memory cannot be used.
        NotKept: if it cannot be written.
    """
    done = await asyncio.to_thread(_with_store, context, lambda store: work(_baselines(store)))
    return done[0]


async def asked_baselines(
    context: ToolContext, work: Callable[[Baselines], T]
) -> tuple[T | None, SourceStatus]:
    """The same for a question: a memory that cannot be asked is a state of the answer.

    Returns:
        What the work gave, and how far that can be trusted.
    """
    value, status, _ = await _asked(context, lambda store: work(_baselines(store)))
    return value, status


async def with_reports(context: ToolContext, work: Callable[[Reports], T]) -> T:
    """Do something with the reports in the memory.

    Raises:
        BackendError: if the memory cannot be used.
        NotKept: if it cannot be written.
        Complaint: what the work itself refuses.
    """
    done = await asyncio.to_thread(_with_store, context, lambda store: work(_reports(store)))
    return done[0]


async def asked_reports(
    context: ToolContext, work: Callable[[Reports], T]
) -> tuple[T | None, SourceStatus]:
    """The same for a question: a memory that cannot be asked is a state of the answer.

    Returns:
        What the work gave, and how far that can be trusted.

    Raises:
        Complaint: what the work itself refuses.
    """
    value, status, _ = await _asked(context, lambda store: work(_reports(store)))
    return value, status


async def _asked(
    context: ToolContext, work: Callable[[Store], T]
) -> tuple[T | None, SourceStatus, tuple[str, ...]]:
    now = context.clock()
    try:
        value, remarks = await asyncio.to_thread(_with_store, context, work)
    except BackendError as error:
        status = SourceStatus(
            source=SOURCE, state=error.state, observed_at=now, detail=error.detail
        )
        return None, status, ()
    return value, SourceStatus(source=SOURCE, state=State.OK, observed_at=now), remarks


def _incidents(store: Store) -> Incidents:
    from sre_tui.memory.incidents import Incidents

    return Incidents(store)


def _baselines(store: Store) -> Baselines:
    from sre_tui.memory.baselines import Baselines

    return Baselines(store)


def _reports(store: Store) -> Reports:
    from sre_tui.memory.reports import Reports

    return Reports(store)


def _with_store(context: ToolContext, work: Callable[[Store], T]) -> tuple[T, tuple[str, ...]]:
    from sre_tui.memory.store import open_store

    with open_store(place_of(context.settings, context.folders)) as store:
        return work(store), store.remarks

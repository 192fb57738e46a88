"""Logs of tasks: of one that was asked for, and the ends of those of tasks that failed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final, Protocol, Self, TypeVar

from providers.reading import Reading
from sre_tui.tools.context import ask_all
from sre_tui.tools.notes import page_of
from sre_tui.tools.rendering import ModelView, stamp
from sre_tui.tools.result import Listing, ToolResult
from sre_tui.tools.tool import ArgumentError
from sre_tui.views.human import duration

TAIL: Final = 6
"""Last lines of a failed task's log that are shown with it."""
TOLD: Final = 3
"""Failed tasks whose log is read at once."""
LOG_LINES: Final = 200


class Task(Protocol):
    """What is asked of a task, whichever product it is of."""

    @property
    def key(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def upid(self) -> str: ...
    @property
    def user(self) -> str: ...
    @property
    def started(self) -> datetime: ...
    @property
    def seconds(self) -> float | None: ...
    @property
    def state(self) -> str: ...
    @property
    def log(self) -> tuple[str, ...]: ...
    def model_copy(self, *, update: dict[str, Any]) -> Self: ...


def counted(listing: Listing[Any]) -> str:
    """How many tasks there are, as far as they were read."""
    if listing.total is None:
        return f"at least {len(listing.items)}"
    return f"{listing.total}"


def course_text(task: Task, now: datetime) -> Iterator[str]:
    """When a task ran, for whom, and where more about it is."""
    yield f"began {stamp(task.started, now)}"
    if task.state == "running":
        yield f"running for {duration((now - task.started).total_seconds())}"
    elif task.seconds is not None:
        yield f"took {duration(task.seconds)}"
    yield f"by {task.user or 'not reported'}"
    if task.state in ("error", "warning"):
        yield f"id {task.upid}"
    if task.log:
        yield f"log ends: {' | '.join(task.log)}"


def render_log(answer: ToolResult[Any], log: Log, heading: str, view: ModelView) -> str:
    """The log of one task as a model reads it."""
    page = page_of(answer, view, heading, nothing="Its log is empty.")
    page.rows += log.lines
    return page.text()


class Log(Protocol):
    """What a task wrote."""

    @property
    def lines(self) -> tuple[str, ...]: ...


TaskT = TypeVar("TaskT", bound=Task)
LogT = TypeVar("LogT", bound=Log)


class LogClient(Protocol[LogT]):
    """One server that keeps logs of tasks."""

    @property
    def source(self) -> str: ...
    async def task_log(self, upid: str, lines: int = ...) -> Reading[LogT]:
        """The last lines of a log; raises ValueError if the text is no task id."""
        ...


async def log_of(
    clients: Sequence[LogClient[LogT]], upid: str
) -> tuple[LogT | None, list[Reading[LogT]]]:
    """The log of one task, and the readings that matter for it.

    Raises:
        ArgumentError: if the text is no task id.
    """
    try:
        readings = await ask_all(clients, lambda client: client.task_log(upid, LOG_LINES))
    except ValueError as error:
        raise ArgumentError(f"log: {error}") from error
    # Only one of several servers has it; that the others do not is no failure.
    having = [reading for reading in readings if reading.data is not None] or readings
    return next((reading.data for reading in having if reading.data is not None), None), having


async def with_logs(clients: Sequence[LogClient[Any]], tasks: Sequence[TaskT]) -> list[TaskT]:
    """The tasks, the newest failed ones with the end of their log."""
    by_source = {client.source: client for client in clients}

    async def tail(task: TaskT) -> tuple[str, ...] | None:
        try:
            reading = await by_source[task.source].task_log(task.upid, TAIL)
        except ValueError:
            # Its id is written in a way of its own; it is shown without its log.
            return None
        return reading.data.lines if reading.data is not None else None

    failed = [task for task in tasks if task.state == "error"][:TOLD]
    tails = await asyncio.gather(*(tail(task) for task in failed))
    ends = {t.key: lines for t, lines in zip(failed, tails, strict=True) if lines is not None}
    return [
        task.model_copy(update={"log": ends[task.key]}) if task.key in ends else task
        for task in tasks
    ]

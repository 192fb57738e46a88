"""The process that keeps the plan: one report at a time, late ones made up for once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from providers.text import one_line
from sre_tui.schedule.plan import GRACE, Plan

log = logging.getLogger(__name__)

_JOB: Final = "report"
LOOK: Final = 60.0
"""Seconds after which the clock is looked at: timers stand still while the machine sleeps, and know
nothing of a clock that is set."""

Job = Callable[[], Awaitable[int]]
"""Makes a report and gives the exit code of that."""
Say = Callable[[str], None]


async def keep(
    plan: Plan,
    job: Job,
    stopped: asyncio.Event,
    say: Say,
    *,
    at_once: bool = False,
) -> None:
    """Make reports when they are due, until told to stop; one under way is then broken off.

    Args:
        plan: when they are due.
        job: makes one.
        stopped: set from outside.
        say: takes a line about what was done, and when the next one is due.
        at_once: whether the first one is made now: one is missing.
    """
    from apscheduler import events
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    running: set[asyncio.Task[Any]] = set()

    async def work() -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        try:
            say("making a report")
            code = await job()
            say("the report is made" if not code else _failed(code))
        finally:
            running.discard(task)

    def heard(event: Any) -> None:
        if event.code == events.EVENT_JOB_MAX_INSTANCES:
            say("a report is due while the one before is still being made: it is left out")
        elif event.code == events.EVENT_JOB_MISSED:
            say(f"the report of {event.scheduled_run_time:%Y-%m-%d %H:%M} is too late to be made")
        else:
            error = event.exception
            log.error("a scheduled report failed", exc_info=error)
            say(f"the report failed: {one_line(str(error)) or type(error).__name__}")
        say(_next(scheduler))

    scheduler = AsyncIOScheduler(timezone=plan.zone)
    scheduler.add_listener(
        heard, events.EVENT_JOB_MAX_INSTANCES | events.EVENT_JOB_MISSED | events.EVENT_JOB_ERROR
    )
    scheduler.add_listener(lambda _: say(_next(scheduler)), events.EVENT_JOB_EXECUTED)
    made = scheduler.add_job(
        work,
        plan.trigger(),
        id=_JOB,
        coalesce=True,
        max_instances=1,
        misfire_grace_time=int(GRACE.total_seconds()),
    )
    scheduler.start()
    if at_once:
        # When the next one is due is told when this one is made.
        made.modify(next_run_time=datetime.now(plan.zone))
    else:
        say(_next(scheduler))
    try:
        while not await _within(stopped, LOOK):
            scheduler.wakeup()
    finally:
        scheduler.shutdown(wait=False)
        for task in tuple(running):
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def _failed(code: int) -> str:
    # What it wrote on stderr stands above.
    return f"the report ended with exit code {code}: `sre doctor` tells what is wrong"


async def _within(event: asyncio.Event, seconds: float) -> bool:
    """Whether it is set by then."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()


def _next(scheduler: Any) -> str:
    job = scheduler.get_job(_JOB)
    at = None if job is None else job.next_run_time
    return "no further report is due" if at is None else f"next report {at:%a %Y-%m-%d %H:%M %Z}"

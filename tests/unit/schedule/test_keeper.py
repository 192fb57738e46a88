"""The process that keeps the plan."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, tzinfo

import pytest

from sre_tui.schedule import keeper
from sre_tui.schedule.keeper import keep
from sre_tui.schedule.plan import Plan

SELDOM = Plan("0 7 29 2 *", UTC, "UTC")
"""Never due while a test runs."""


class Kept:
    """A keeper that works, and what it said."""

    def __init__(self, job: Callable[[], Awaitable[int]], *, at_once: bool) -> None:
        self.said: list[str] = []
        self.news = asyncio.Event()
        self.stopped = asyncio.Event()
        self.task = asyncio.create_task(keep(SELDOM, job, self.stopped, self._say, at_once=at_once))

    def _say(self, line: str) -> None:
        self.said.append(line)
        self.news.set()

    async def until(self, words: str) -> None:
        while not any(words in line for line in self.said):
            await self.news.wait()
            self.news.clear()

    async def end(self) -> None:
        self.stopped.set()
        await self.task


async def test_one_that_is_missing_is_made_at_once_and_once() -> None:
    made = 0

    async def job() -> int:
        nonlocal made
        made += 1
        return 0

    kept = Kept(job, at_once=True)
    await kept.until("the report is made")
    await kept.until("next report Tue 2028-02-29")
    await kept.end()
    assert made == 1


async def test_nothing_is_made_before_it_is_due() -> None:
    async def job() -> int:
        pytest.fail("it was not due")

    kept = Kept(job, at_once=False)
    await kept.until("next report")
    await kept.end()
    assert not any("making" in line for line in kept.said)


async def test_one_that_came_due_while_the_machine_slept_is_made_soon_after(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moment = datetime(2028, 2, 28, 22, tzinfo=UTC)

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Clock:
            return cls.fromtimestamp(moment.timestamp(), UTC)

    monkeypatch.setattr("apscheduler.schedulers.base.datetime", Clock)
    monkeypatch.setattr(keeper, "LOOK", 0.005)

    async def job() -> int:
        return 0

    kept = Kept(job, at_once=False)
    await kept.until("next report Tue 2028-02-29 07:00")
    assert not any("making" in line for line in kept.said)
    # No timer went on meanwhile.
    moment = datetime(2028, 2, 29, 9, tzinfo=UTC)
    await kept.until("the report is made")
    await kept.end()


async def test_the_exit_code_of_one_that_failed_is_told_and_the_plan_goes_on() -> None:
    async def job() -> int:
        return 3

    kept = Kept(job, at_once=True)
    await kept.until("the report ended with exit code 3: `sre doctor` tells what is wrong")
    assert not kept.task.done()
    await kept.end()


async def test_one_that_breaks_is_told_in_a_line() -> None:
    async def job() -> int:
        raise OSError("no more processes\nsecond line")

    kept = Kept(job, at_once=True)
    await kept.until("the report failed: no more processes")
    assert all("\n" not in line for line in kept.said)
    await kept.end()


async def test_who_ends_it_breaks_off_the_one_under_way() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def job() -> int:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return 0

    kept = Kept(job, at_once=True)
    await begun.wait()
    await kept.end()
    assert ended.is_set()

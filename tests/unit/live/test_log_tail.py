from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from providers.errors import InvalidQuery, Unreachable
from providers.reading import State
from sre_tui.live.log_tail import LOOKS, SWEEP_EVERY, LogTail
from sre_tui.live.poller import Poller
from sre_tui.live.snapshot import Snapshot
from sre_tui.tools.loki_data import LogListing
from sre_tui.tools.result import ToolResult
from tests.screens.homelab import NOW, status
from tests.screens.panes import answered

HOUR = timedelta(hours=1)


class Loki:
    def __init__(self) -> None:
        self.now = NOW
        self.asked: list[Mapping[str, object]] = []
        self.outcome: State | Exception = State.OK

    def clock(self) -> datetime:
        return self.now

    async def ask(self, tool: str, arguments: Mapping[str, object]) -> ToolResult[Any]:
        assert tool == "loki_query_logs"
        self.asked.append(arguments)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        data = LogListing(query="q", start=NOW, end=NOW)
        result = answered(tool, data, status("loki:main", self.outcome)).result
        assert result is not None
        return result

    async def look(self, tail: LogTail, after: float = 2.0) -> str:
        self.now += timedelta(seconds=after)
        await tail.fetch()
        return str(self.asked[-1]["since"])


async def test_the_window_is_asked_for_once_and_then_what_may_be_new() -> None:
    loki = Loki()
    tail = LogTail(loki.ask, "q", HOUR, None, loki.clock)
    assert await loki.look(tail) == "3600s"
    short = [await loki.look(tail) for _ in range(SWEEP_EVERY - 1)]
    assert set(short) == {f"{LOOKS[0].total_seconds():g}s"}
    assert await loki.look(tail) == f"{LOOKS[1].total_seconds():g}s"
    assert {one["query"] for one in loki.asked} == {"q"}
    assert "level" not in loki.asked[0]


async def test_after_a_pause_what_was_missed_is_asked_for() -> None:
    loki = Loki()
    tail = LogTail(loki.ask, "q", HOUR, "error", loki.clock)
    await loki.look(tail)
    assert await loki.look(tail, after=100) == "300s"
    assert await loki.look(tail, after=2000) == "3600s"
    assert loki.asked[0]["level"] == "error"


async def test_what_one_of_several_did_not_tell_is_asked_for_when_it_is_back() -> None:
    loki = Loki()
    tail = LogTail(loki.ask, "q", HOUR, None, loki.clock)
    await loki.look(tail)
    loki.outcome = State.PARTIAL
    # While it is away the others are not asked for more and more.
    assert {await loki.look(tail, after=19) for _ in range(5)} == {"30s"}
    loki.outcome = State.OK
    assert await loki.look(tail) == "30s"
    assert await loki.look(tail) == "300s"
    assert await loki.look(tail) == "30s"


@pytest.mark.parametrize("state", [State.STALE, State.UNREACHABLE])
async def test_what_nobody_told_is_asked_for_again(state: State) -> None:
    loki = Loki()
    tail = LogTail(loki.ask, "q", HOUR, None, loki.clock)
    await loki.look(tail)
    loki.outcome = state
    await loki.look(tail, after=20)
    await loki.look(tail, after=20)
    assert await loki.look(tail, after=20) == "300s"


async def test_a_window_shorter_than_a_look_is_all_that_is_asked_for() -> None:
    loki = Loki()
    tail = LogTail(loki.ask, "q", timedelta(seconds=20), None, loki.clock)
    assert [await loki.look(tail), await loki.look(tail)] == ["20s", "20s"]


async def test_a_rejected_query_is_no_failure_inside() -> None:
    loki = Loki()
    loki.outcome = mistake = InvalidQuery("{a=", "unexpected end", 3)
    came: list[Snapshot] = []
    first = asyncio.Event()

    def take(snapshot: Snapshot) -> None:
        came.append(snapshot)
        first.set()

    tail = LogTail(loki.ask, "{a=", HOUR, None, loki.clock)
    task = asyncio.create_task(Poller(tail, take, loki.clock).run())
    await first.wait()
    task.cancel()
    assert came[0].mistake is mistake
    assert came[0].state is State.BAD_RESPONSE
    assert came[0].troubles[0].detail == "unexpected end"
    loki.outcome = Unreachable("refused")
    with pytest.raises(Unreachable):
        await tail.fetch()

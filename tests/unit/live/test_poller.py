from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from providers.errors import Unreachable
from providers.reading import State
from sre_tui.live.feed import NotConfigured
from sre_tui.live.poller import LONGEST, Poller, wait_for
from sre_tui.live.snapshot import Snapshot
from sre_tui.tools.result import ToolResult
from sre_tui.tools.tool import ArgumentError
from tests.screens.homelab import ALERTS, GRAFANA, NOW, snapshot, status

INTERVAL = 10.0


def result(state: State = State.OK) -> ToolResult[Any]:
    made = snapshot(*ALERTS, sources=(status(GRAFANA, state),)).result
    assert made is not None
    return made


@dataclass
class Script:
    """A feed that gives what is next; it keeps on giving the last one."""

    outcomes: list[ToolResult[Any] | Exception]
    recalled: ToolResult[Any] | Exception | None = None
    name: str = "alerts"
    interval: float = INTERVAL
    rounds: int = 0

    async def recall(self) -> ToolResult[Any] | None:
        if isinstance(self.recalled, Exception):
            raise self.recalled
        return self.recalled

    async def fetch(self) -> ToolResult[Any]:
        outcome = self.outcomes[min(self.rounds, len(self.outcomes) - 1)]
        self.rounds += 1
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


@dataclass
class Time:
    """Time that passes when a test lets it."""

    waits: list[float] = field(default_factory=list)
    _go: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    _waiting: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        self.waits.append(seconds)
        self._waiting.release()
        passed = asyncio.create_task(self._go.acquire())
        woken = asyncio.create_task(event.wait())
        _done, rest = await asyncio.wait({passed, woken}, return_when=asyncio.FIRST_COMPLETED)
        for task in rest:
            task.cancel()

    def pass_by(self) -> None:
        self._go.release()

    async def until_waiting(self) -> None:
        await self._waiting.acquire()


@asynccontextmanager
async def polling(
    script: Script, chance: Callable[[], float] = lambda: 0.5
) -> AsyncIterator[tuple[Poller, list[Snapshot], Time]]:
    delivered: list[Snapshot] = []
    time = Time()
    poller = Poller(script, delivered.append, lambda: NOW, wait=time.wait, chance=chance)
    task = asyncio.create_task(poller.run())
    try:
        yield poller, delivered, time
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_each_round_is_one_snapshot() -> None:
    script = Script([result()])
    async with polling(script) as (_, delivered, time):
        for _ in range(3):
            await time.until_waiting()
            time.pass_by()
        await time.until_waiting()
        assert [one.state for one in delivered] == [State.OK] * 4
        assert delivered[0].feed == "alerts"
        assert delivered[0].taken_at == NOW
        assert time.waits == [INTERVAL] * 4


async def test_what_was_known_comes_first() -> None:
    async with polling(Script([result()], recalled=result(State.STALE))) as (_, delivered, time):
        await time.until_waiting()
        assert [one.state for one in delivered] == [State.STALE, State.OK]


async def test_what_was_known_may_be_unreadable() -> None:
    script = Script([result()], recalled=OSError("disk"))
    async with polling(script) as (_, delivered, time):
        await time.until_waiting()
        assert [one.state for one in delivered] == [State.OK]


async def test_failures_slow_it_down_up_to_a_limit_and_success_ends_that() -> None:
    outcomes: list[ToolResult[Any] | Exception] = [
        *[Unreachable("refused")] * 7,
        result(State.STALE),
        result(),
    ]
    async with polling(Script(outcomes)) as (_, delivered, time):
        for _ in range(8):
            await time.until_waiting()
            time.pass_by()
        await time.until_waiting()
        assert time.waits == [20.0, *[LONGEST] * 7, INTERVAL]
        assert [one.detail for one in delivered[0].troubles] == ["refused"]
        assert delivered[0].state is State.UNREACHABLE


async def test_missing_setting_is_no_reason_to_slow_down() -> None:
    script = Script([NotConfigured(("grafana", "prometheus"))])
    async with polling(script) as (_, delivered, time):
        await time.until_waiting()
        assert delivered[0].state is State.NOT_CONFIGURED
        assert delivered[0].troubles[0].source == "grafana, prometheus"
        assert time.waits == [INTERVAL]


async def test_mistake_inside_is_a_snapshot_too() -> None:
    async with polling(Script([KeyError("x"), result()])) as (_, delivered, time):
        await time.until_waiting()
        time.pass_by()
        await time.until_waiting()
        assert [one.state for one in delivered] == [State.BAD_RESPONSE, State.OK]
        assert "KeyError" in delivered[0].troubles[0].detail


async def test_jitter_keeps_feeds_out_of_step() -> None:
    numbers = iter([0.0, 1.0])
    async with polling(Script([result()]), lambda: next(numbers)) as (_, _delivered, time):
        await time.until_waiting()
        time.pass_by()
        await time.until_waiting()
        assert time.waits == [INTERVAL * 0.9, INTERVAL * 1.1]


async def test_refresh_does_not_wait() -> None:
    async with polling(Script([result()])) as (poller, delivered, time):
        await time.until_waiting()
        poller.refresh()
        await time.until_waiting()
        assert len(delivered) == 2


async def test_paused_begins_no_round_but_for_a_refresh() -> None:
    script = Script([result()])
    async with polling(script) as (poller, delivered, time):
        await time.until_waiting()
        poller.pause()
        assert poller.paused
        time.pass_by()
        for _ in range(20):
            await asyncio.sleep(0)
        assert script.rounds == 1
        poller.refresh()
        await time.until_waiting()
        assert script.rounds == 2
        time.pass_by()
        for _ in range(20):
            await asyncio.sleep(0)
        assert script.rounds == 2
        poller.resume()
        await time.until_waiting()
        assert script.rounds == 3
        assert len(delivered) == 3


async def test_hidden_begins_no_round_and_shown_asks_only_what_is_due() -> None:
    script = Script([result()])
    async with polling(script) as (poller, _delivered, time):
        await time.until_waiting()
        poller.hide()
        poller.show()
        for _ in range(20):
            await asyncio.sleep(0)
        assert script.rounds == 1
        poller.hide()
        time.pass_by()
        for _ in range(20):
            await asyncio.sleep(0)
        assert script.rounds == 1
        poller.show()
        await time.until_waiting()
        assert script.rounds == 2


async def test_paused_and_hidden_are_two_reasons_to_rest() -> None:
    script = Script([result()])
    async with polling(script) as (poller, _delivered, time):
        await time.until_waiting()
        poller.pause()
        poller.hide()
        time.pass_by()
        for _ in range(20):
            await asyncio.sleep(0)
        poller.show()
        for _ in range(20):
            await asyncio.sleep(0)
        assert script.rounds == 1
        poller.resume()
        await time.until_waiting()
        assert script.rounds == 2


async def test_waiting_ends_by_time_or_by_event() -> None:
    event = asyncio.Event()
    await wait_for(event, 0)
    assert not event.is_set()
    event.set()
    await wait_for(event, 3600)


async def test_what_the_user_can_mend_is_told_as_it_is() -> None:
    complaint = ArgumentError("nothing here is called 'medai'; did you mean media?")
    async with polling(Script([complaint])) as (_, delivered, time):
        await time.until_waiting()
        assert delivered[0].complaint is complaint
        assert delivered[0].troubles[0].detail == str(complaint)
        assert delivered[0].state is State.BAD_RESPONSE

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from queue import Queue

import pytest

from sre_tui.live.live_data import LiveData
from sre_tui.live.snapshot import Snapshot
from tests.screens.homelab import NOW
from tests.unit.live.test_poller import Script, result

PATIENCE = 30.0
HOUR = 3600.0


@dataclass
class Heard:
    """What was delivered, and in which thread."""

    came: Queue[Snapshot] = field(default_factory=Queue)
    threads: set[str] = field(default_factory=set)

    def __call__(self, snapshot: Snapshot) -> None:
        self.threads.add(threading.current_thread().name)
        self.came.put(snapshot)

    def next(self) -> str:
        return self.came.get(timeout=PATIENCE).feed


@pytest.fixture
def started() -> Iterator[Callable[..., tuple[LiveData, Heard]]]:
    running: list[LiveData] = []

    def start(*scripts: Script) -> tuple[LiveData, Heard]:
        heard = Heard()
        live = LiveData(scripts, heard, lambda: NOW)
        running.append(live)
        live.start()
        return live, heard

    yield start
    for live in running:
        live.stop()


Start = Callable[..., tuple[LiveData, Heard]]


def test_every_feed_is_asked_in_a_thread_of_its_own(started: Start) -> None:
    scripts = [Script([result()], name=name, interval=HOUR) for name in ("a", "b")]
    _, heard = started(*scripts)
    assert {heard.next(), heard.next()} == {"a", "b"}
    assert heard.threads == {"live data"}


def test_one_feed_that_never_answers_delays_no_other(started: Start) -> None:
    @dataclass
    class Silent(Script):
        async def fetch(self) -> None:  # type: ignore[override]
            import asyncio

            await asyncio.Event().wait()

    _, heard = started(Silent([], name="silent"), Script([result()], name="b", interval=HOUR))
    assert heard.next() == "b"


def test_refresh_asks_all_at_once(started: Start) -> None:
    live, heard = started(Script([result()], name="a", interval=HOUR))
    heard.next()
    live.refresh()
    assert heard.next() == "a"


def test_what_is_opened_is_asked_until_it_is_closed(started: Start) -> None:
    live, heard = started(Script([result()], name="a", interval=HOUR))
    heard.next()
    opened = Heard()
    close = live.watch(Script([result()], name="detail", interval=HOUR), opened)
    assert opened.next() == "detail"
    live.refresh()
    assert opened.next() == "detail"
    assert heard.next() == "a"
    close()
    live.refresh()
    assert heard.next() == "a"
    assert opened.came.empty()


def test_stop_ends_the_thread_and_releases_what_was_opened() -> None:
    released = threading.Event()

    async def release() -> None:
        released.set()

    heard = Heard()
    live = LiveData([Script([result()], name="a", interval=HOUR)], heard, lambda: NOW, release)
    live.start()
    heard.next()
    live.stop()
    assert released.wait(PATIENCE)
    live.refresh()
    live.stop()


def test_before_the_start_nothing_happens() -> None:
    heard = Heard()
    live = LiveData([Script([result()])], heard, lambda: NOW)
    live.refresh()
    live.pause()
    live.stop()
    assert heard.came.empty()

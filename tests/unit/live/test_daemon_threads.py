from __future__ import annotations

import asyncio
import threading

import pytest

from sre_tui.live.daemon_threads import DaemonThreads


def _fail() -> None:
    raise KeyError("x")


async def test_calls_run_in_daemon_threads_and_come_back() -> None:
    asyncio.get_running_loop().set_default_executor(DaemonThreads())
    assert await asyncio.to_thread(lambda: threading.current_thread().daemon)
    assert await asyncio.gather(*(asyncio.to_thread(pow, 2, n) for n in range(40))) == [
        2**n for n in range(40)
    ]
    with pytest.raises(KeyError):
        await asyncio.to_thread(_fail)


def test_loop_ends_without_waiting_for_a_blocked_call() -> None:
    released, begun = threading.Event(), threading.Event()

    def block() -> None:
        begun.set()
        released.wait(60)

    async def main() -> None:
        asyncio.get_running_loop().set_default_executor(DaemonThreads())
        task = asyncio.create_task(asyncio.to_thread(block))
        # The other thread cannot begin before this one lets it.
        await asyncio.get_running_loop().run_in_executor(None, begun.wait)
        task.cancel()

    asyncio.run(main())
    assert not released.is_set()
    released.set()

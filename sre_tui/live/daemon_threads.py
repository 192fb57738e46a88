"""Threads that nobody waits for when the app ends."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

AT_ONCE: Final = 16
"""Calls that run at the same time; further ones wait in their threads."""


class DaemonThreads(ThreadPoolExecutor):
    """An executor for an event loop whose blocking calls must not delay the end of the process.

    asyncio waits for its own executor, so that a slow import or a slow disk would keep a terminal
    busy that the user has already left. Nothing that must be completed may run here.
    """

    def __init__(self) -> None:
        super().__init__(max_workers=1)
        self._places = threading.Semaphore(AT_ONCE)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run the call in a thread of its own."""
        future: Future[T] = Future()

        def work() -> None:
            with self._places:
                if not future.set_running_or_notify_cancel():
                    return
                try:
                    future.set_result(fn(*args, **kwargs))
                except BaseException as error:  # noqa: BLE001 - it is raised where it is awaited
                    future.set_exception(error)

        threading.Thread(target=work, name="blocking call", daemon=True).start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Wait for nothing."""

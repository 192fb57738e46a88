"""Tells when an app has nothing left to do by asking its event loop, not by looking at a clock."""

from __future__ import annotations

import asyncio
from typing import Any

from textual._context import active_app

FRAME = 1 / 20
"""Seconds between two paintings of an app that nobody waits for."""
_SOON = 1 / 100
"""Timers due within so many seconds belong to what is being done, such as taking a new size."""
_PATIENCE = 1.0


async def until_idle(*_: float) -> None:
    """Return when all is painted and only input, threads and later timers can change that.

    Textual's own `wait_for_idle` sleeps 20 ms or more each time and reads the load of the process.
    Like that one it gives up after a second, for an app that never rests.
    """
    # How much is due next, and when, the event loop tells nobody else.
    loop: Any = asyncio.get_running_loop()
    until = loop.time() + _PATIENCE
    while loop.time() < until:
        await asyncio.sleep(0)
        if loop._ready or _painted():
            continue
        due = min(
            (timer.when() for timer in loop._scheduled if not timer.cancelled()), default=until
        )
        wait = due - loop.time()
        if wait > _SOON:
            return
        await asyncio.sleep(max(0.0, wait))


def _painted() -> bool:
    """Paint now what waits for the next frame; whether there was any."""
    waiting = [
        screen for screen in active_app.get().screen_stack if screen._update_timer._active.is_set()
    ]
    for screen in waiting:
        screen._on_timer_update()
    return bool(waiting)

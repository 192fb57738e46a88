"""Tells when an app has nothing left to do by asking its event loop, not by looking at a clock."""

from __future__ import annotations

import asyncio
import math
import time
from typing import Any
from weakref import WeakSet

from textual._context import active_app, visible_screen_stack
from textual.geometry import Region
from textual.screen import Screen

FRAME = 1 / 4
"""Seconds between two layouts of an app that nobody waits for."""
_SOON = 1 / 100
"""Timers due within so many seconds belong to what is being done, such as taking a new size."""
_PATIENCE = 1.0
"""Seconds of computing, of which a busy machine gives as many in a longer time."""


async def until_idle(*_: object) -> None:
    """Return when all is painted and only input, threads and later timers can change that.

    Textual's own `wait_for_idle` sleeps 20 ms or more each time and reads the load of the process.
    Like that one it gives up after a second, for an app that never rests.
    """
    # How much is due next, and when, the event loop tells nobody else.
    loop: Any = asyncio.get_running_loop()
    until = time.process_time() + _PATIENCE
    while time.process_time() < until:
        await asyncio.sleep(0)
        if loop._ready or _painted():
            continue
        due = min(
            (timer.when() for timer in loop._scheduled if not timer.cancelled()), default=math.inf
        )
        wait = due - loop.time()
        if wait > _SOON:
            return
        await asyncio.sleep(max(0.0, wait))


_paint = Screen._compositor_refresh
_changed: WeakSet[Screen[Any]] = WeakSet()


def paint_at_rest(screen: Screen[Any]) -> None:
    """Stands in for the painting of a screen, whose frames on the way to rest nobody sees."""
    if screen is screen.app.screen:
        # As when it is painted: what changed is known to the compositor by now.
        screen._dirty_widgets.clear()
        _changed.add(screen)
    else:
        _paint(screen)


def _painted() -> bool:
    """Lay out and paint now what waits for it; whether there was any."""
    stack = active_app.get().screen_stack
    waiting = [screen for screen in stack if screen._update_timer._active.is_set()]
    for screen in waiting:
        screen._on_timer_update()
    if waiting:
        return True
    changed = [screen for screen in stack if screen in _changed]
    for screen in changed:
        _changed.discard(screen)
        if screen is screen.app.screen:
            _render(screen)
        else:
            _paint(screen)
    return bool(changed)


def _render(screen: Screen[Any]) -> None:
    """What painting does up to the pieces of widgets, which no terminal waits for to be joined."""
    compositor = screen._compositor
    visible_screen_stack.set(screen.app._background_screens)
    changed = compositor._dirty_regions.copy()
    compositor._dirty_regions.clear()
    if changed:
        crop = Region.from_union(changed).intersection(compositor.size.region)
        for _ in compositor._get_renders(crop):
            pass
    screen._dirty_widgets.clear()
    screen.app.post_display_hook()

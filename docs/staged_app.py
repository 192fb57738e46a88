"""The app over a simulated homelab, for documents: the clock stands still, a script types."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic

from textual.pilot import Pilot
from textual.widget import Widget

from sre_tui.app import SreApp
from sre_tui.app_parts import AppParts
from sre_tui.live.agent_answers import AgentAnswers
from sre_tui.live.feed import ToolFeed, ask_tool
from sre_tui.live.homelab import homelab_feeds
from sre_tui.screens.look import Look
from sre_tui.settings import BACKENDS
from sre_tui.tools.context import ToolContext

PATIENCE = 25.0
"""Seconds until what does not come is given up."""
QUIET = 3.0
"""Seconds without a change after which a screen is taken for finished."""
_ASKING = ("loading", "Asking the sources")
_SCROLLBAR = " ▁▂▃▄▅▆▇█"
ONCE = 3600.0
"""Seconds between two polls: what is shown comes from the first ones."""


@dataclass(frozen=True)
class StagedApp:
    """A running app and the hand on its keyboard."""

    app: SreApp
    pilot: Pilot[None]

    @property
    def text(self) -> str:
        """The screen as plain text, one line a row."""
        strips = self.app.screen._compositor.render_strips()  # noqa: SLF001
        return "\n".join("".join(part.text for part in strip).rstrip() for strip in strips)

    def within(self, widget: Widget) -> list[str]:
        """The rows of a widget without its frame."""
        area = widget.content_region
        rows = self.text.splitlines()[area.y : area.bottom]
        return [row[area.x : area.right].rstrip(_SCROLLBAR) for row in rows]

    async def press(self, *keys: str) -> None:
        """Type, and let the app take it in."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait for something."""
        given_up = monotonic() + PATIENCE
        while not holds():
            if monotonic() > given_up:
                raise SystemExit(f"{what} never came:\n{self.text}")
            await self.pilot.pause(0.05)
        await self.pilot.pause()

    async def shows(self, *words: str) -> None:
        """Wait until all of that can be read."""
        await self.until(lambda: all(word in self.text for word in words), str(words))

    async def settled(self) -> None:
        """Wait until everything that is polled has answered, and the first rows are drawn."""
        names = {feed.name for feed in self.app._parts.feeds}  # noqa: SLF001
        await self.until(lambda: names <= set(self.app.main.snapshots), "the first answers")

    async def quiet(self) -> None:
        """Wait until nothing has been drawn for a while, and nothing is being asked."""
        before, since = "", monotonic()
        while monotonic() - since < QUIET or any(word in before for word in _ASKING):
            if monotonic() - since > PATIENCE:
                raise SystemExit(f"it never became quiet:\n{before}")
            await self.pilot.pause(0.1)
            now = self.text
            if now != before:
                before, since = now, monotonic()

    async def answered(self) -> None:
        """Wait for the answer in the chat."""
        await self.until(lambda: not self.app.main.chat.busy, "the answer")


@asynccontextmanager
async def staged_app(
    context: ToolContext,
    folder: Path,
    *,
    size: tuple[int, int],
    homelab: str = "homelab",
) -> AsyncIterator[StagedApp]:
    """Open the app over the homelab of a context.

    Args:
        context: its clock says what time it is.
        folder: where conversations are written.
        size: columns and lines.
        homelab: the name in the header.
    """
    settings = context.settings
    live = ToolContext(settings, context.folders, context.clock, kept=context.kept)

    def feed_of(tool: str, given: Mapping[str, object]) -> ToolFeed:
        return ToolFeed(live, tool, tool, given, ONCE)

    async with AgentAnswers(context, folder) as answers:
        feeds = homelab_feeds(live)
        app = SreApp(
            AppParts(
                homelab=homelab,
                clock=context.clock,
                answers=answers,
                feeds=feeds,
                feed_of=feed_of,
                ask_tool=partial(ask_tool, live),
                look=Look(theme="textual-dark"),
                release=live.aclose,
                sources=[
                    f"{backend}:{endpoint.name}"
                    for backend in BACKENDS
                    for endpoint in settings.endpoints(backend)
                ],
            )
        )
        app.animation_level = "none"
        async with app.run_test(size=size) as pilot:
            yield StagedApp(app, pilot)


_VARYING = re.compile(r"(?<=127\.0\.0\.1:)\d+")


def without_ports(text: str) -> str:
    """Text without the ports of the simulated homelab, which are others each time."""
    return _VARYING.sub("PORT", text)

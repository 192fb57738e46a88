"""A bare app that shows the widgets under test and keeps the messages they post."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.widget import Widget

from tests.screens.svg import svg_of, text_of

SIZES = {"80x24": (80, 24), "120x40": (120, 40)}
PATIENCE = 2000
"""Looks at the screen before a test gives up."""

MessageT = TypeVar("MessageT", bound=Message)


class Stage(App[None]):
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, *shown: Widget, css: str = "") -> None:
        super().__init__()
        self.animation_level = "none"
        self.theme = "textual-dark"
        self._widgets = shown
        if css:
            self.stylesheet.add_source(css)

    def compose(self) -> ComposeResult:
        yield from self._widgets


@dataclass
class Scene:
    app: Stage
    pilot: Pilot[None]
    messages: list[Message] = field(default_factory=list)

    @property
    def text(self) -> str:
        return text_of(self.app)

    @property
    def svg(self) -> str:
        return svg_of(self.app)

    def posted(self, kind: type[MessageT]) -> list[MessageT]:
        return list({id(m): m for m in self.messages if isinstance(m, kind)}.values())

    async def settle(self, when: Callable[[], bool] = lambda: True) -> None:
        """Wait until everything posted so far is handled and `when` holds."""
        await self.pilot.pause()
        for _ in range(PATIENCE):
            if when():
                return
            # It may be a thread or a server that is waited for.
            await self.pilot.pause(0.005)
        raise AssertionError("the screen never settled")


@asynccontextmanager
async def shown(
    *widgets: Widget, size: tuple[int, int] = (80, 24), css: str = ""
) -> AsyncIterator[Scene]:
    messages: list[Message] = []
    app = Stage(*widgets, css=css)
    async with app.run_test(size=size, message_hook=messages.append) as pilot:
        await pilot.pause()
        yield Scene(app, pilot, messages)

"""What levels ask for, and the answers that a test gives, without a thread that asks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from pydantic import BaseModel

from providers.reading import SourceStatus
from sre_tui.live.recording import Recorder
from sre_tui.live.snapshot import Snapshot
from tests.screens.panes import answered
from tests.screens.stage import SIZES, Scene, on_stage


@dataclass
class Asked:
    tool: str
    arguments: Mapping[str, Any]
    deliver: Callable[[Snapshot], object]
    over: bool = False


@dataclass
class Deliveries:
    """Stands in for the app's pollers."""

    scene: Scene
    asked: list[Asked] = field(default_factory=list)

    def watch(
        self, tool: str, arguments: Mapping[str, object], deliver: Callable[[Snapshot], object]
    ) -> Callable[[], None]:
        one = Asked(tool, arguments, deliver)
        self.asked.append(one)
        return lambda: setattr(one, "over", True)

    @property
    def last(self) -> Asked:
        return self.asked[-1]

    async def bring(self, snapshot: Snapshot) -> None:
        """Answer what was asked last."""
        self.last.deliver(snapshot)
        await self.scene.settle()

    async def answer(self, data: BaseModel, *sources: SourceStatus) -> None:
        """Answer it with these data."""
        await self.bring(answered(self.last.tool, data, *sources))


@asynccontextmanager
async def on_deliveries(
    monkeypatch: pytest.MonkeyPatch, size: str = "120x40", record: Recorder | None = None
) -> AsyncIterator[tuple[Scene, Deliveries]]:
    """The app on a stage, with a test in the place of its pollers."""
    async with on_stage(size=SIZES[size], record=record) as scene:
        made = Deliveries(scene)
        monkeypatch.setattr(scene.app, "watch_feed", made.watch)
        yield scene, made

"""The report as a level: read, stepped through, and made in the background."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sre_tui.live.report_desk import ReportDesk
from sre_tui.memory.report import Report, SectionState
from sre_tui.report.collect import SECTIONS
from sre_tui.screens.page_scroll import PageScroll
from sre_tui.screens.report import ReportScreen
from sre_tui.settings import Settings
from sre_tui.tools.context import ToolContext
from sre_tui.tools.memory_data import with_reports
from tests.screens.stage import SIZES, Scene, on_stage
from tests.stubs.homelab_tools import context_in
from tests.stubs.reports import MADE, full_report, quiet_report

SOMEWHERE = {"prometheus": [{"name": "main", "url": "http://127.0.0.1:1"}]}
"""A backend that nobody asks here."""


class Maker:
    """Stands in for what makes reports: one section after the other, as it is let."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.report = quiet_report().model_copy(update={"id": "fresh", "made": MADE})
        self.fault: Exception | None = None
        self.begun = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._may = asyncio.Event()
        monkeypatch.setattr("sre_tui.report.make.make_report", self)

    async def __call__(self, context: ToolContext, *, told: Any) -> Report:
        self.begun += 1
        self._loop, self._may = asyncio.get_running_loop(), asyncio.Event()
        state: SectionState = "ok"
        for place, heading in enumerate(SECTIONS):
            if place == 4:
                await self._may.wait()
            told(heading, state)
        if self.fault is not None:
            raise self.fault
        return self.report

    def go_on(self) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._may.set)


def settings(**more: Any) -> Settings:
    return Settings.model_validate({**SOMEWHERE, **more})


@asynccontextmanager
async def on_archive(
    folder: Path, *reports: Report, size: str = "120x40", context: ToolContext | None = None
) -> AsyncIterator[Scene]:
    """The app over an archive with these, the oldest first, three hours after the full one."""
    used = context or context_in(folder, settings())
    for each in reports:
        await with_reports(used, lambda archive, each=each: archive.add(each))
    async with on_stage(size=SIZES[size], reports=ReportDesk(used)) as scene:
        scene.clock.now = MADE + timedelta(hours=3)
        yield scene


def aged(days: int, report: Report) -> Report:
    """The same some days before."""
    span = timedelta(days=days)
    changes = {"id": f"week{days}", "made": report.made - span, "since": report.since - span}
    return report.model_copy(update={**changes, "until": report.until - span})


async def opened(scene: Scene, *words: str) -> None:
    await scene.press("R")
    assert isinstance(scene.app.screen, ReportScreen)
    await scene.settle(lambda: scene.says(*words))


async def test_the_latest_report_is_shown_and_a_new_one_is_made_meanwhile(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    maker = Maker(monkeypatch)
    async with on_archive(tmp_path, aged(7, quiet_report()), full_report()) as scene:
        await opened(scene, "made 3 h ago", "1 of 2", "tank is degraded")
        await scene.press("n")
        await scene.settle(lambda: scene.says("Making a report: 4 of 9 sections"))
        # Reading goes on, and a second one is not begun.
        await scene.press("G", "n")
        assert scene.app.screen.query_one(PageScroll).scroll_y > 0
        assert scene.says("It is under way")
        maker.go_on()
        await scene.settle(lambda: scene.says("Report fresh", "1 of 3", "A quiet week"))
        assert not scene.says("Making a report")
        assert scene.app.screen.query_one(PageScroll).scroll_y == 0
        assert maker.begun == 1

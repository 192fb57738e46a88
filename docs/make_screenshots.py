"""Draw the screenshots of the documents from the demo: ``make screenshots``.

The clock stands still, so that the pictures change only when the app does.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from textual.widgets import TextArea

from docs.staged_app import StagedApp, staged_app
from index.builder import build
from sre_tui.agent.limits import Deadline
from sre_tui.demo.scenario_load import load_scenario
from sre_tui.evals.stage import play
from sre_tui.screens.investigation import InvestigationScreen
from sre_tui.settings import BACKENDS
from sre_tui.tools.runbook_index import sources
from widgets.transcript import Transcript

FOLDER = Path(__file__).parent / "screenshots"
SCENARIO = "nas-disk-failing"
WIDE = (150, 46)
USUAL = (120, 40)
SMALL = (80, 24)

Scene = Callable[[StagedApp], Awaitable[None]]


async def main() -> None:
    """Write every picture."""
    logging.lastResort = logging.NullHandler()
    # How long an answer took is the one thing that no clock of the app's tells.
    Deadline.elapsed = property(lambda _: 0.0)  # type: ignore[assignment]
    FOLDER.mkdir(exist_ok=True)
    async with play(load_scenario(SCENARIO)) as stage:
        context = stage.context
        build(sources(context.settings), context.folders.index)
        for size, scenes in SCENES.items():
            async with staged_app(context, context.folders.state, size=size) as app:
                for field in app.app.main.query(TextArea):
                    field.cursor_blink = False
                for scene in scenes:
                    await scene(app)


async def _take(app: StagedApp, name: str) -> None:
    await app.pilot.pause()
    app.app.save_screenshot(f"{name}.svg", str(FOLDER))


async def _panes(app: StagedApp) -> None:
    await app.settled()
    await app.shows("SmartDiskFailing", "critical,", "Full in", "▂", "✓ ok")
    await app.shows(*(f"✓ {name}:main" for name in BACKENDS))
    await _take(app, "panes")


async def _explained(app: StagedApp) -> None:
    await app.press("1", "e")
    await app.shows("explain the alert")
    await app.answered()
    app.app.main.query_one(Transcript).scroll_home(animate=False)
    await _take(app, "explain")


async def _guest(app: StagedApp) -> None:
    await app.press("2", "slash", *"media", "enter", "enter", "3")
    await app.shows("media (101)", "CPU")
    await app.quiet()
    await _take(app, "guest")
    await app.press("escape", "escape")


async def _alert(app: StagedApp) -> None:
    await app.settled()
    await app.press("1", "enter")
    await app.shows("SmartDiskFailing", "Overview")
    await app.quiet()
    await _take(app, "alert")
    await app.press("escape")


async def _pool(app: StagedApp) -> None:
    await app.press("3", "enter")
    await app.shows("raidz")
    await app.quiet()
    await _take(app, "pool")
    await app.press("escape")


async def _logs(app: StagedApp) -> None:
    await app.press("1", "j", "l")
    await app.shows("media")
    await app.quiet()
    await _take(app, "logs")
    await app.press("escape", "k")


async def _charts(app: StagedApp) -> None:
    await app.press("1", "m")
    await app.quiet()
    await _take(app, "charts")
    await app.press("escape")


async def _findings(app: StagedApp) -> None:
    await app.press("f")
    await app.shows("sdc on nas1")
    await app.quiet()
    await _take(app, "findings")
    await app.press("escape")


async def _timeline(app: StagedApp) -> None:
    await app.press("1", "C", *["right_square_bracket"] * 2)
    await app.quiet()
    await _take(app, "timeline")
    await app.press("escape")


async def _investigation(app: StagedApp) -> None:
    await app.press("1", "i")
    screen = app.app.screen
    assert isinstance(screen, InvestigationScreen)
    await app.until(lambda: screen.found is not None, "the investigation")
    await _take(app, "investigation")
    await app.press("escape")


async def _small(app: StagedApp) -> None:
    await app.shows("SmartDiskFailing", *(f"✓ {name}" for name in BACKENDS))
    await _take(app, "small")
    await app.press("e")
    await app.answered()
    app.app.main.query_one(Transcript).scroll_home(animate=False)
    await _take(app, "small-explain")


SCENES: dict[tuple[int, int], tuple[Scene, ...]] = {
    WIDE: (_panes, _guest, _explained),
    USUAL: (_alert, _pool, _logs, _charts, _findings, _timeline, _investigation),
    SMALL: (_small,),
}


if __name__ == "__main__":
    asyncio.run(main())

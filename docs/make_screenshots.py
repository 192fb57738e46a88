"""Draw the screenshots of the README from the demo: ``make screenshots``.

The clock stands still, so that the pictures change only when the app does.
"""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from textual.pilot import Pilot

from index.builder import build
from sre_tui.app import AppParts, SreApp
from sre_tui.demo.runtime.demo import start_demo
from sre_tui.environment import Environment, Folders
from sre_tui.live.agent_answers import AgentAnswers
from sre_tui.live.feed import ToolFeed
from sre_tui.live.homelab import homelab_feeds
from sre_tui.settings import BACKENDS, Settings, load_settings
from sre_tui.tools.context import ToolContext
from sre_tui.tools.runbook_index import sources
from widgets.transcript import Transcript

NOW = datetime(2026, 11, 20, 23, 2, 11, tzinfo=UTC)
FOLDER = Path(__file__).parent / "screenshots"
SIZE = (150, 46)
PATIENCE = 600


async def main() -> None:
    """Write ``panes.svg``, ``explain.svg`` and ``guest.svg``."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as root:
        folders = Folders.under(Path(root))
        build(sources(Settings()), folders.index)
        async with start_demo("nas-disk-failing", clock=NOW.timestamp) as demo:
            environment = replace(Environment(), variables=demo.environment, folders=folders)
            settings = load_settings(environment)
            async with (
                ToolContext(settings, folders, lambda: NOW) as context,
                AgentAnswers(context) as answers,
            ):
                live = ToolContext(settings, folders, lambda: NOW, kept=context.kept)
                parts = AppParts(
                    homelab="homelab",
                    clock=lambda: NOW,
                    answers=answers,
                    feeds=homelab_feeds(live),
                    feed_of=lambda tool, given: ToolFeed(live, tool, tool, given, 3600.0),
                    release=live.aclose,
                )
                app = SreApp(parts)
                async with app.run_test(size=SIZE) as pilot:
                    await _until(
                        app, pilot, "SmartDiskFailing", "critical,", "Full in", "▂", "✓ ok"
                    )
                    await _until(app, pilot, *(f"✓ {name}:main" for name in BACKENDS))
                    app.save_screenshot("panes.svg", str(FOLDER))
                    await pilot.press("2", "enter")
                    await _until(app, pilot, "starts on boot", "Verified")
                    app.save_screenshot("guest.svg", str(FOLDER))
                    await pilot.press("escape", "1", "e")
                    await _until(app, pilot, "explain the alert")
                    while app.main.chat.busy:
                        await pilot.pause(0.05)
                    app.query_one(Transcript).scroll_home(animate=False)
                    await pilot.pause()
                    app.save_screenshot("explain.svg", str(FOLDER))


async def _until(app: SreApp, pilot: Pilot[None], *words: str) -> None:
    for _ in range(PATIENCE):
        shown = app.export_screenshot().replace("&#160;", " ")
        if all(word in shown for word in words):
            return
        await pilot.pause(0.05)
    raise SystemExit(f"{words} never came")


if __name__ == "__main__":
    asyncio.run(main())

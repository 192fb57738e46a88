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
from sre_tui.app import ALERTS_FEED, AppParts, SreApp
from sre_tui.demo.runtime.demo import start_demo
from sre_tui.environment import Environment, Folders
from sre_tui.live.agent_answers import AgentAnswers
from sre_tui.live.feed import ToolFeed
from sre_tui.settings import Settings, load_settings
from sre_tui.tools.context import ToolContext
from sre_tui.tools.runbook_index import sources
from widgets.transcript import Transcript

NOW = datetime(2026, 11, 20, 23, 2, 11, tzinfo=UTC)
FOLDER = Path(__file__).parent / "screenshots"
SIZE = (140, 44)
PATIENCE = 600


async def main() -> None:
    """Write ``alerts.svg`` and ``explain.svg``."""
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
                feed = ToolFeed(context, ALERTS_FEED, "grafana_get_alerts", {}, 3600.0)
                parts = AppParts(
                    homelab="homelab", clock=lambda: NOW, answers=answers, feeds=[feed]
                )
                app = SreApp(parts)
                async with app.run_test(size=SIZE) as pilot:
                    await _until(app, pilot, "SmartDiskFailing")
                    app.save_screenshot("alerts.svg", str(FOLDER))
                    await pilot.press("e")
                    await _until(app, pilot, "more, end shows it")
                    app.query_one(Transcript).scroll_home(animate=False)
                    await pilot.pause()
                    app.save_screenshot("explain.svg", str(FOLDER))


async def _until(app: SreApp, pilot: Pilot[None], word: str) -> None:
    for _ in range(PATIENCE):
        if word in app.export_screenshot().replace("&#160;", " "):
            return
        await pilot.pause(0.05)
    raise SystemExit(f"{word!r} never came")


if __name__ == "__main__":
    asyncio.run(main())

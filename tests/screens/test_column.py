"""The app over the simulated homelab: real tools, real sockets, the built-in analyst."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from textual.pilot import Pilot

from providers.clock import system_clock
from sre_tui.app import AppParts, SreApp
from sre_tui.demo.runtime.demo import RunningDemo, start_demo
from sre_tui.environment import Environment, Folders
from sre_tui.live.agent_answers import AgentAnswers
from sre_tui.live.feed import ToolFeed
from sre_tui.live.homelab import ALERTS
from sre_tui.settings import Settings, load_settings
from sre_tui.tools.context import ToolContext
from tests.screens.svg import text_of
from widgets.pane import PaneKind
from widgets.transcript import Transcript

PATIENCE = 600
"""Looks at the screen before a test gives up."""


def _settings(demo: RunningDemo, folders: Folders) -> Settings:
    return load_settings(replace(Environment(), variables=demo.environment, folders=folders))


@asynccontextmanager
async def _app(settings: Settings, folders: Folders) -> AsyncIterator[tuple[SreApp, Pilot[None]]]:
    async with (
        ToolContext(settings, folders, system_clock) as context,
        AgentAnswers(context) as answers,
    ):
        live = ToolContext(settings, folders, system_clock, kept=context.kept)
        feed = ToolFeed(live, ALERTS, "grafana_get_alerts", {}, 3600.0)
        app = SreApp(
            AppParts(
                homelab="demo",
                clock=system_clock,
                answers=answers,
                feeds=[feed],
                feed_of=lambda tool, given: ToolFeed(live, tool, tool, given, 3600.0),
                release=live.aclose,
            )
        )
        async with app.run_test(size=(120, 40)) as pilot:
            yield app, pilot
            # An answer that came while the app is taken apart would find no screen.
            app._live.stop()
            await pilot.pause()


def _kind(app: SreApp) -> PaneKind:
    return app.main.rows_pane("alerts").state.kind


async def _until(app: SreApp, pilot: Pilot[None], *words: str) -> None:
    for _ in range(PATIENCE):
        if all(word in text_of(app) for word in words):
            return
        await pilot.pause(0.02)
    raise AssertionError(f"{words} never came:\n{text_of(app)}")


async def test_from_a_red_row_to_the_cause_with_one_key(tmp_path: Path) -> None:
    folders = Folders.under(tmp_path)
    async with start_demo("nas-disk-failing") as demo:
        settings = _settings(demo, folders)
        async with _app(settings, folders) as (app, pilot):
            await _until(app, pilot, "SmartDiskFailing", "✓ grafana:main", "✓ prometheus:main")
            await pilot.press("e")
            for _ in range(PATIENCE):
                if app.main.chat._answers and app.main.chat._answers[-1].complete:
                    break
                await pilot.pause(0.02)
            said = app.main.chat._answers[-1]
            assert said.complete
            assert "sdc" in said.text
            assert app.main.chat.evidence
            # A long answer is shown from its beginning; who wrote it stands at its end.
            app.query_one(Transcript).scroll_end(animate=False)
            await _until(app, pilot, "built-in analyst ·", "tool calls")

        await demo.break_backend("grafana", "500")
        await demo.break_backend("prometheus", "500")
        async with _app(settings, folders) as (app, pilot):
            await _until(app, pilot, "◌ stale", "SmartDiskFailing")
            assert _kind(app) is PaneKind.STALE
            key = app.main.rows_pane("alerts").chosen_key
            assert key is not None
            await demo.mend_backend("grafana")
            await demo.mend_backend("prometheus")
            # The breaker lets a request through again after a while.
            for _ in range(PATIENCE):
                await pilot.press("ctrl+r")
                if _kind(app) is PaneKind.READY:
                    break
                await pilot.pause(0.05)
            assert _kind(app) is PaneKind.READY
            assert app.main.rows_pane("alerts").chosen_key == key
        assert app.broken is None

"""The app over the simulated homelab: real tools, real sockets, the built-in analyst."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from textual.pilot import Pilot

from providers.clock import system_clock
from sre_tui.app import SreApp
from sre_tui.app_parts import AppParts
from sre_tui.demo.runtime.demo import RunningDemo, start_demo
from sre_tui.environment import Environment, Folders
from sre_tui.live.agent_answers import AgentAnswers
from sre_tui.live.feed import ToolFeed
from sre_tui.live.homelab import ALERTS, COVERAGE, DATASTORES, GUESTS, POOLS, homelab_feeds
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
async def _app(
    settings: Settings, folders: Folders, *names: str
) -> AsyncIterator[tuple[SreApp, Pilot[None]]]:
    """The app with the feeds of these names."""
    async with (
        ToolContext(settings, folders, system_clock) as context,
        AgentAnswers(context) as answers,
    ):
        live = ToolContext(settings, folders, system_clock, kept=context.kept)
        feeds = [feed for feed in homelab_feeds(live) if feed.name in names]
        app = SreApp(
            AppParts(
                homelab="demo",
                clock=system_clock,
                answers=answers,
                feeds=feeds,
                feed_of=lambda tool, given: ToolFeed(live, tool, tool, given, 3600.0),
                release=live.aclose,
                ask_again=live.ask_again,
            )
        )
        async with app.run_test(size=(120, 40)) as pilot:
            yield app, pilot
            # An answer that came while the app is taken apart would find no screen.
            app._live.stop()
            # The demo's server does not like to be stopped while a connection is being closed.
            thread = app._live._thread
            if thread is not None:
                await asyncio.to_thread(thread.join)
            await pilot.pause()


def _kind(app: SreApp) -> PaneKind:
    return app.main.rows_pane("alerts").state.kind


async def _until(app: SreApp, pilot: Pilot[None], *words: str) -> None:
    for _ in range(PATIENCE):
        if all(word in text_of(app) for word in words):
            return
        await pilot.pause(0.02)
    raise AssertionError(f"{words} never came:\n{text_of(app)}")


async def _see_every_pane(app: SreApp, pilot: Pilot[None]) -> None:
    """What the real tools bring reaches every pane, and a row opens with what is asked for it."""
    await _until(app, pilot, "²Guests 13", "✓ running", "³Pools 2", "✓ online", "⁴Backups 16")
    kinds = {pane.state.kind for pane in app.main.rows_panes}
    assert kinds <= {PaneKind.READY, PaneKind.PARTIAL}
    await pilot.press("3", "enter")
    await _until(app, pilot, "demo › Pools › tank", "raidz2-0", "Snapshots")
    await pilot.press("2")
    await _until(app, pilot, "tank/media")
    await pilot.press("escape", "1")


async def test_from_a_red_row_to_the_cause_with_one_key(tmp_path: Path) -> None:
    folders = Folders.under(tmp_path)
    async with start_demo("nas-disk-failing", guests=10) as demo:
        settings = _settings(demo, folders)
        rows = (ALERTS, GUESTS, POOLS, COVERAGE, DATASTORES)
        async with _app(settings, folders, *rows) as (app, pilot):
            await _until(app, pilot, "SmartDiskFailing", "✓ grafana:main", "✓ prometheus:main")
            await _see_every_pane(app, pilot)
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
        async with _app(settings, folders, ALERTS) as (app, pilot):
            await _until(app, pilot, "◌ stale", "SmartDiskFailing")
            assert _kind(app) is PaneKind.STALE
            key = app.main.rows_pane("alerts").chosen_key
            assert key is not None
            await demo.mend_backend("grafana")
            await demo.mend_backend("prometheus")
            # Both were left alone by now; who asks does not wait until they would be asked.
            await pilot.press("ctrl+r")
            for _ in range(PATIENCE):
                if _kind(app) is PaneKind.READY:
                    break
                await pilot.pause(0.02)
            assert _kind(app) is PaneKind.READY
            assert app.main.rows_pane("alerts").chosen_key == key
        assert app.broken is None

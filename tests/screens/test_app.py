from __future__ import annotations

import asyncio
import logging
import threading
from typing import Any

import pytest

from commands.main import run
from providers.errors import Unreachable
from sre_tui.agent import wording
from sre_tui.app import SreApp
from sre_tui.app_parts import AppParts
from sre_tui.live import answers
from sre_tui.live.snapshot import Snapshot
from sre_tui.tools.result import ToolResult
from tests.screens.answers import ScriptedAnswers
from tests.screens.homelab import ALERTS, NOW, snapshot
from tests.screens.stage import on_stage
from tests.unit.live.test_poller import Script, result
from widgets.key_footer import KeyFooter


class Warming(ScriptedAnswers):
    def __init__(self, error: Exception | None = None, model: str | None = "qwen3") -> None:
        super().__init__(model)
        self.ended = threading.Event()
        self.in_daemon = False
        self._error = error

    def warm_up(self) -> None:
        self.in_daemon = threading.current_thread().daemon
        self.ended.set()
        if self._error is not None:
            raise self._error


@pytest.mark.parametrize("error", [None, ImportError("no such module")])
async def test_warm_up_runs_in_a_thread_nobody_waits_for(error: Exception | None) -> None:
    warming = Warming(error)
    app = SreApp(AppParts("attic", lambda: NOW, warming, warm_up=True))
    async with app.run_test() as pilot:
        await pilot.pause()
        await asyncio.to_thread(warming.ended.wait, 30)
        assert warming.in_daemon
        await pilot.press("5", *"yes")
        assert app.main.chat.prompt.text == "yes"
    assert app.broken is None


async def test_the_analyst_is_loaded_when_somebody_comes_to_the_chat() -> None:
    warming, loaded = Warming(model=None), threading.Event()
    feed = Script([result()], interval=3600.0)
    app = SreApp(AppParts("attic", lambda: NOW, warming, feeds=[feed], warm_up=True))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app._warm_up, "_load", loaded.set)
        async with app.run_test() as pilot:
            while not loaded.is_set():
                await pilot.pause()
            assert not warming.ended.is_set()
            await pilot.press("5")
            while not warming.ended.is_set():
                await pilot.pause()
            assert warming.in_daemon


async def test_feeds_fill_the_app_and_ctrl_r_asks_again() -> None:
    feed = Script([Unreachable("connection refused"), result()], interval=3600.0)
    async with on_stage(feeds=[feed]) as scene:
        await scene.settle(lambda: scene.says("alerts cannot be reached", "connection refused"))
        await scene.press("ctrl+r")
        await scene.settle(lambda: scene.says("SmartDiskFailing", "Alerts 5"))
        assert feed.rounds == 2
        await scene.settle(lambda: scene.table.has_focus)


async def test_warm_up_waits_for_the_first_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sre_tui.app._LATEST_WARM_UP", 3600.0)
    shown: list[bool] = []

    class Late(Warming):
        def warm_up(self) -> None:
            shown.append(bool(app.main.snapshots))
            super().warm_up()

    warming = Late()
    feed = Script([result()], interval=3600.0)
    app = SreApp(AppParts("attic", lambda: NOW, warming, feeds=[feed], warm_up=True))
    async with app.run_test() as pilot:
        while not warming.ended.is_set():
            await pilot.pause()
    assert shown == [True]


async def test_nothing_is_asked_before_the_keys_are_painted() -> None:
    painted: list[bool] = []

    class Watching(Script):
        async def recall(self) -> ToolResult[Any] | None:
            painted.append(bool(scene_app.main.query_one(KeyFooter).keys))
            return None

    feed = Watching([result()], interval=3600.0)
    scene_app = SreApp(AppParts("attic", lambda: NOW, ScriptedAnswers(), feeds=[feed]))
    async with scene_app.run_test() as pilot:
        while not feed.rounds:
            await pilot.pause()
    assert painted == [True]


def test_the_app_and_the_agent_call_the_analyst_alike() -> None:
    assert answers.ANALYST == wording.ANALYST


async def test_pause_holds_the_feeds_and_resume_asks_at_once() -> None:
    feed = Script([result()], interval=3600.0)
    async with on_stage(feeds=[feed]) as scene:
        await scene.settle(lambda: scene.says("SmartDiskFailing"))
        await scene.press("space")
        assert scene.says("paused, space goes on")
        assert feed.rounds == 1
        await scene.press("space")
        await scene.settle(lambda: feed.rounds == 2)


async def test_snapshot_of_another_feed_only_tells_of_its_sources() -> None:
    async with on_stage() as scene:
        await scene.arrive(snapshot(*ALERTS))
        other = snapshot()
        assert other.result is not None
        logs = other.result.model_copy(
            update={"sources": (other.sources[0].model_copy(update={"source": "loki:main"}),)}
        )
        scene.app._deliver(Snapshot("logs", NOW, logs))
        await scene.settle(lambda: scene.says("✓ loki:main"))
        assert scene.says("Alerts 5", "SmartDiskFailing")


async def test_broken_app_ends_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("inside")

    apps: list[SreApp] = []

    async def breaks() -> None:
        async with on_stage() as scene:
            apps.append(scene.app)
            monkeypatch.setattr(scene.pane, "show_again", broken)
            scene.app._deliver(snapshot(*ALERTS))
            await scene.settle(lambda: scene.app.broken is not None)

    with pytest.raises(KeyError):
        await breaks()
    assert isinstance(apps[0].broken, KeyError)
    apps[0]._print_error_renderables()
    captured = capsys.readouterr()
    assert "Traceback" not in captured.out + captured.err


def test_without_a_terminal_the_command_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    # The command sends the log to a file for the rest of the process.
    monkeypatch.setattr(logging.root, "handlers", list(logging.root.handlers))
    monkeypatch.setattr(logging, "raiseExceptions", logging.raiseExceptions)
    assert run(["tui"]) == 2
    said = capsys.readouterr().err
    assert "the app needs a terminal" in said
    assert "Traceback" not in said

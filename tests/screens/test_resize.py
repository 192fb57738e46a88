"""Every screen made small and wide again: nothing breaks, and all is where it was."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from textual.screen import Screen

from sre_tui.agent.events import Answered, ToolFinished
from sre_tui.screens.logs import LogsScreen
from sre_tui.screens.reader import RunbookScreen
from tests.screens.conclusions import CHANGES, FOUND
from tests.screens.details import ANSWERS, backends
from tests.screens.homelab import answer, evidence
from tests.screens.logs import Loki
from tests.screens.panes import everything
from tests.screens.stage import Scene, on_stage
from widgets.pane import Pane

WIDE, TALL, SMALL, TINY = (200, 24), (200, 40), (80, 24), (40, 12)
FROM_THE_PANES = {
    "guests, filtered": "2 z slash m e",
    "an alert": "1 enter",
    "charts of a guest": "2 enter 3",
    "a pool": "3 enter",
    "a backup": "4 G enter",
    "logs": "2 l",
    "a log line": "2 l G enter",
    "metrics": "2 m",
    "findings": "f",
    "a runbook": "colon d n s enter",
    "what changed": "w",
    "an investigation": "I",
    "help": "question_mark",
    "the palette": "ctrl+p",
    "going somewhere": "colon p o o",
    "one piece of evidence": "5 ctrl+o enter",
}
"""Keys that lead to each screen."""
AWAITED: dict[type[Screen[Any]], str] = {LogsScreen: "100 lines", RunbookScreen: "How to mend"}
"""What stands there once all of it has come."""


async def _ask(scene: Scene) -> None:
    await scene.press("e")
    said = answer("Cited [E1].\n\n- one\n- two\n", evidence=(evidence(1),))
    scene.answers.runs[-1].send(ToolFinished(evidence=evidence(1)), Answered(answer=said))
    await scene.settle(lambda: not scene.chat.busy)


async def _back(scene: Scene) -> None:
    while not scene.at_main:
        await scene.app.pop_screen()
    scene.main.zoomed = False
    scene.pane.clear_filter()
    scene.main.action_show_pane("alerts")


async def _screens(scene: Scene) -> AsyncIterator[str]:
    for name, keys in FROM_THE_PANES.items():
        for key in keys.split():
            await scene.press(key)
            # What a thread brings is waited for, and the focus that goes to it.
            if awaited := AWAITED.get(type(scene.app.screen)):
                await scene.settle(
                    lambda awaited=awaited: awaited in scene.text and not scene.focused_is(Pane)  # type: ignore[misc]
                )
        yield name
        await _back(scene)


async def test_from_200_columns_to_40_and_back(monkeypatch: pytest.MonkeyPatch) -> None:
    loki = Loki()
    runbooks = (("dns-down", "DNS does not answer"),)
    async with on_stage(
        size=WIDE, ask_tool=loki.ask, feed_of=loki.feed, runbooks=runbooks
    ) as scene:
        backends(scene, monkeypatch, {**ANSWERS, "what_changed": CHANGES, "investigate": FOUND})
        await scene.arrive(*everything())
        await _ask(scene)
        seen = set()
        async for name in _screens(scene):
            screen, focused, before = scene.app.screen, scene.app.screen.focused, scene.text
            seen.add(before)
            await scene.pilot.resize_terminal(*TINY)
            lines = scene.text.splitlines()
            assert len(lines) <= TINY[1], name
            assert all(len(line) <= TINY[0] for line in lines), name
            assert screen.is_modal or scene.says("The terminal is too small", "60x16"), name
            await scene.pilot.resize_terminal(*WIDE)
            assert scene.app.screen is screen, name
            assert screen.focused is focused, name
            assert scene.text == before, name
        assert len(seen) == len(FROM_THE_PANES)

        await scene.pilot.resize_terminal(*TALL)
        before = scene.text
        await scene.pilot.press("enter")
        await scene.pilot.resize_terminal(*SMALL)
        await scene.press("escape")
        # The screen below had no place when the size changed.
        assert scene.says("1 Alerts", "5 Chat", "SmartDiskFailing")
        assert "Ask about your homelab" not in scene.text
        await scene.press("enter", "question_mark")
        await scene.pilot.resize_terminal(*TALL)
        await scene.press("escape", "escape")
        assert scene.text == before
    assert scene.app.broken is None

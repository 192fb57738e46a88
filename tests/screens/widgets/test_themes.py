from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.containers import Horizontal
from textual.theme import BUILTIN_THEMES

from tests.screens.svg import SvgSnapshot
from tests.screens.widgets.rows import COLUMNS, FLEET, rows_of
from tests.screens.widgets.stage import Scene, shown
from tests.screens.widgets.test_chart import _series
from tests.stubs.slow import sampled
from widgets.badge import Badge
from widgets.bar import Bar
from widgets.cell import Tone
from widgets.chart import Chart
from widgets.pane import Pane, PaneKind, PaneState
from widgets.prompt import Prompt, SlashCommand
from widgets.table import KeyedTable
from widgets.tool_line import CallState, ToolCall, ToolLine
from widgets.transcript import Transcript

WORDS = ("◆ down", "◌ stale · 6 min old", "✗ failed nodes", "▲  83%", "✗ no access", "▲ careful")
CSS = "Pane { height: 8; } #badges { height: 1; } Transcript { height: 4; }"


async def _fill(scene: Scene, table: KeyedTable, chat: Transcript, prompt: Prompt) -> None:
    table.set_rows(rows_of(FLEET))
    await chat.add_notice("careful", Tone.WARNING)
    prompt.focus()
    await scene.pilot.press("slash")
    await scene.settle()


async def _scene_words(theme: str | None) -> tuple[str, str]:
    table, chat = KeyedTable(COLUMNS), Transcript()
    prompt = Prompt([SlashCommand("/new", "start over")])
    parts = (
        Pane("Stale", table, state=PaneState(PaneKind.STALE, "no answer", age_s=372)),
        Pane("Refused", state=PaneState(PaneKind.UNAUTHORIZED)),
        Pane("Load", Chart(_series())),
        Horizontal(*(Badge(tone.value, tone) for tone in Tone), id="badges"),
        Bar(0.83),
        ToolLine(ToolCall("nodes", {}, CallState.FAILED)),
        chat,
        prompt,
    )
    async with shown(*parts, size=(100, 40), css=CSS) as scene:
        prompt._field.cursor_blink = False
        if theme is not None:
            scene.app.theme = theme
        await _fill(scene, table, chat, prompt)
        return scene.text, scene.svg


@pytest.mark.parametrize("theme", sampled(sorted(BUILTIN_THEMES)))
async def test_every_theme_shows_the_same_words(theme: str) -> None:
    text, _ = await _scene_words(theme)
    for words in WORDS:
        assert words in text


async def test_ansi_theme(snapshot: SnapshotAssertion) -> None:
    text, svg = await _scene_words("ansi-dark")
    assert "▲ careful" in text
    assert svg == snapshot(extension_class=SvgSnapshot)


async def test_no_color(monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    text, svg = await _scene_words(None)
    assert all(words in text for words in WORDS)
    assert svg == snapshot(extension_class=SvgSnapshot)

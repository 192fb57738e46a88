from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.widgets import TextArea

from tests.screens.widgets.rows import COLUMNS
from tests.screens.widgets.stage import shown
from tests.unit.widgets.hostile import EXAMPLES, hostile
from widgets.badge import Badge
from widgets.bar import Bar
from widgets.cell import Cell, KeyedRow, Tone
from widgets.chart import Chart
from widgets.pane import Pane, PaneKind, PaneState
from widgets.plot import Series
from widgets.prompt import Prompt, SlashCommand
from widgets.table import KeyedTable
from widgets.text import plain_line
from widgets.tool_line import CallState, ToolCall, ToolLine
from widgets.transcript import Transcript

START = datetime(2026, 11, 20, tzinfo=UTC)


def _row(key: str, text: str, tone: Tone = Tone.ERROR) -> KeyedRow:
    return KeyedRow(key, tuple(Cell(text, text, tone) for _ in COLUMNS))


@pytest.mark.parametrize("text", EXAMPLES)
async def test_table_shows_the_plain_text(text: str) -> None:
    table = KeyedTable(COLUMNS)
    async with shown(table, size=(120, 10)) as scene:
        table.set_rows([_row(text or "empty", text), _row("other", "other row")])
        table.sort_by("note")
        await scene.settle()
        assert plain_line(text)[:8].strip() in scene.text
        assert "other row" in scene.text
        assert "\x1b" not in scene.text


# Five screens with five cases on each: starting an app costs more than what is shown on it.
FIVE = settings(max_examples=5, deadline=None)


def _five(*case: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.tuples(*case), min_size=5, max_size=5)


@FIVE
@given(cases=_five(st.lists(hostile, min_size=1, max_size=6), hostile))
async def test_table_takes_anything(cases: list[tuple[list[str], str]]) -> None:
    table = KeyedTable(COLUMNS)
    async with shown(table, size=(60, 12)) as scene:
        for texts, query in cases:
            for index in range(len(texts)):
                table.set_rows([_row(str(n), text) for n, text in enumerate(texts[index:])])
                table.set_filter(query)
                table.sort_by("name", reverse=bool(index % 2))
            table.set_filter("")
            await scene.settle()
            assert table.shown_keys == ["0"]
            assert table.row_count == 1


@FIVE
@given(cases=_five(hostile, hostile, hostile, st.sampled_from(PaneKind)))
async def test_small_widgets_take_anything(cases: list[tuple[str, str, str, PaneKind]]) -> None:
    badge, bar, chart = Badge("w"), Bar(0.5), Chart()
    pane = Pane("title", badge, bar, chart)
    async with shown(pane) as scene:
        for a, b, c, kind in cases:
            chart.series = Series(a, ((START, 1.0), (START + timedelta(hours=1), 2.0)), unit=b)
            pane.title, badge.word, bar.label = a, b, c
            pane.state = PaneState(kind, a, b, c, age_s=5.0)
            await scene.settle()
            assert pane.has_class(f"-{kind}")
            assert "\x1b" not in scene.text
            assert "\u202e" not in scene.text


@FIVE
@given(cases=_five(hostile, hostile, st.lists(hostile, max_size=5)))
async def test_chat_takes_anything(cases: list[tuple[str, str, list[str]]]) -> None:
    chat = Transcript()
    async with shown(chat) as scene:
        for number, (a, b, pieces) in enumerate(cases, start=1):
            prompt = Prompt([SlashCommand("/" + a, b, {a: b})], placeholder=b, history=[a])
            await scene.app.mount(prompt)
            await chat.add_user(a)
            async with chat.turn(b) as turn:
                line = ToolLine(ToolCall(a, {a: b}, CallState.FAILED, 1.0, b, b))
                await turn.add_tool(line)
                line.open = True
                for piece in pieces:
                    await turn.write(piece)
                await turn.finish(a, flagged=pieces)
            await chat.add_notice(b)
            prompt.focus()
            prompt.text = "/"
            await scene.pilot.press("tab", "enter", "up")
            await scene.settle()
            assert "\x1b" not in scene.text
            assert len(chat.entries) == 3 * number
            assert prompt.query_one(TextArea).has_focus
            await prompt.remove()


async def test_streamed_text_keeps_its_words() -> None:
    chat = Transcript()
    async with shown(chat, size=(120, 40)) as scene:
        async with chat.turn("model") as turn:
            for piece in (
                "disk [crit",
                "ical] full, x [/] y, ",
                "<none> and \x1b[31m",
                "red & [E1]",
            ):
                await turn.write(piece)
        await scene.settle(lambda: "E1" in scene.text)
        assert "disk [critical] full, x [/] y, <none> and red & [E1]" in scene.text

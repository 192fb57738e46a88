from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.containers import Vertical

from tests.screens.svg import SvgSnapshot
from tests.screens.widgets.stage import SIZES, shown
from widgets.tool_line import CallState, ToolCall, ToolLine

RESULT = "\n".join(f"line {number} [red]x[/]" for number in range(30))
CALLS = [
    ToolCall("metrics_query", {"query": 'up{job="[node]"}'}),
    ToolCall(
        "logs_query", {"query": '{app="web"}', "limit": 50}, CallState.DONE, 1.24, RESULT, "E1"
    ),
    ToolCall("nodes", {}, CallState.PARTIAL, 61.0, "pve3 timed out", "E2"),
    ToolCall("pools", {"nas": "n" * 200}, CallState.FAILED, 3.0, "connection refused"),
]


@pytest.mark.parametrize("size", SIZES)
async def test_lines_in_every_state(size: str, snapshot: SnapshotAssertion) -> None:
    lines = [ToolLine(call) for call in CALLS]
    async with shown(Vertical(*lines), size=SIZES[size]) as scene:
        lines[1].focus()
        await scene.pilot.press("enter")
        await scene.settle()
        assert '▸ • running metrics_query(query=up{job="[node]"})' in scene.text
        assert '▾ ✓ done logs_query(query={app="web"}, limit=50) [E1] 1.2 s' in scene.text
        assert "line 3 [red]x[/]" in scene.text
        assert lines[1].has_class("-open")
        rest = scene.text.partition("line 3")[2]
        if size == "120x40":
            assert "… 10 more lines" in rest
            assert "▸ ▲ partial nodes [E2] 1 min" in rest
            assert "…) 3.0 s" in rest
            assert "connection refused" not in rest
        assert lines[3].has_class("-failed")
        assert scene.svg == snapshot(extension_class=SvgSnapshot)


async def test_call_goes_on_and_mouse_opens() -> None:
    line = ToolLine(ToolCall("nodes"))
    async with shown(line) as scene:
        await scene.pilot.click(line)
        await scene.settle()
        assert "no result yet" in scene.text
        line.call = ToolCall("nodes", {}, CallState.DONE, 0.4, "3 nodes")
        await scene.settle()
        assert "▾ ✓ done nodes 0.4 s" in scene.text
        assert "3 nodes" in scene.text
        assert not line.has_class("-running")
        await scene.pilot.click(line)
        await scene.settle()
        assert "3 nodes" not in scene.text

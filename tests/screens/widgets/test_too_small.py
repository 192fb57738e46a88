from __future__ import annotations

from syrupy.assertion import SnapshotAssertion
from textual.widgets import Input

from tests.screens.svg import SvgSnapshot
from tests.screens.widgets.stage import shown
from widgets.too_small import SizeGate


async def test_message_below_the_least_size(snapshot: SnapshotAssertion) -> None:
    field = Input()
    gate = SizeGate(field, least_width=60, least_height=16)
    async with shown(gate, size=(80, 24)) as scene:
        field.focus()
        field.value = "typed text"
        await scene.settle()
        assert "typed text" in scene.text
        await scene.pilot.resize_terminal(50, 12)
        await scene.settle(lambda: "50x12, 60x16 is needed" in scene.text)
        assert "typed text" not in scene.text
        assert scene.svg == snapshot(extension_class=SvgSnapshot)
        await scene.pilot.resize_terminal(60, 16)
        await scene.settle(lambda: "typed text" in scene.text)
        assert field.has_focus

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.containers import Vertical

from tests.screens.svg import SvgSnapshot
from tests.screens.widgets.stage import SIZES, shown
from widgets.badge import Badge
from widgets.bar import Bar
from widgets.cell import Tone
from widgets.sparkline import Sparkline


@pytest.mark.parametrize("size", SIZES)
async def test_badges_bars_and_sparklines(size: str, snapshot: SnapshotAssertion) -> None:
    badges = [Badge(tone.value, tone) for tone in Tone]
    bars = [Bar(0.004, "tank"), Bar(0.83, "tank"), Bar(0.97, "[b]tank[/b]"), Bar(None, "tank")]
    lines = [Sparkline([1, 2, None, 4, 8, 3]), Sparkline([None, None]), Sparkline()]
    async with shown(Vertical(*badges, *bars, *lines), size=SIZES[size]) as scene:
        for glyph_and_word in ("✓ ok", "▲ warning", "✗ error", "◆ critical", "◌ stale"):
            assert glyph_and_word in scene.text
        assert "█░" in scene.text
        assert "<1% tank" in scene.text
        assert "▲  83% tank" in scene.text
        assert "✗  97% [b]tank[/b]" in scene.text
        assert "not reported tank" in scene.text
        assert "▁▂·▄█▃" in scene.text
        assert "no data" in scene.text
        assert [bar.has_class("-warning") for bar in bars] == [False, True, False, False]
        assert bars[2].has_class("-error")
        assert bars[3].has_class("-muted")
        assert [line.has_class("-empty") for line in lines] == [False, True, True]
        assert scene.svg == snapshot(extension_class=SvgSnapshot)


async def test_state_drives_classes() -> None:
    badge, bar = Badge("pve", Tone.OK), Bar(0.1)
    async with shown(badge, bar) as scene:
        badge.tone = Tone.ERROR
        badge.word = "unreachable"
        bar.ratio = 0.95
        await scene.settle()
        assert badge.has_class("-error")
        assert not badge.has_class("-ok")
        assert "✗ unreachable" in scene.text
        assert bar.has_class("-error")

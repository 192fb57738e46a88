"""Lines that fold: the cursor by key, what enter does, and hostile text."""

from __future__ import annotations

import pytest
from rich.text import Text

from tests.screens.widgets.stage import shown
from tests.unit.widgets.hostile import EXAMPLES
from widgets.outline import Outline, OutlineLine, OutlineOpened
from widgets.text import plain_lines


def _line(key: str, under: str = "", **changes: bool) -> OutlineLine:
    return OutlineLine(key, Text(f"text of {key}\nmore", "@warning"), under, **changes)


LINES = (
    _line("top"),
    _line("one", heading=True),
    _line("one a", "one"),
    _line("one b", "one", opens=True),
    _line("two", heading=True, folded=True),
    _line("two a", "two"),
)


async def test_outline_folds_and_keeps_its_cursor() -> None:
    outline = Outline()
    async with shown(outline) as scene:
        outline.set_lines(LINES)
        outline.focus()
        await scene.settle()
        assert outline.shown_keys == ["top", "one", "one a", "one b", "two"]
        assert "▾ text of one" in scene.text
        assert "› text of one b" in scene.text
        assert "▸ text of two\n   more" in scene.text
        await scene.pilot.press("G", "enter")
        assert outline.shown_keys[-1] == "two a"
        assert outline.cursor_key == "two"
        # New lines above, and the one under the cursor stays under it.
        outline.set_lines((_line("new"), *LINES))
        await scene.settle()
        assert outline.cursor_key == "two"
        assert outline.shown_keys[-1] == "two a"
        await scene.pilot.press("k", "left")
        assert outline.cursor_key == "one"
        assert outline.is_folded("one")
        await scene.pilot.press("right", "j", "j", "enter")
        assert [each.key for each in scene.posted(OutlineOpened)] == ["one b"]
        # A line that is gone gives its place to the nearest one.
        outline.set_lines([line for line in LINES if line.key != "one b"])
        assert outline.cursor_key == "two"
        outline.fold_all(True)
        assert outline.shown_keys == ["top", "one", "two"]
        scene.app.theme = "textual-light"
        await scene.settle()
        assert outline.cursor_key == "two"
        with pytest.raises(ValueError, match="same key"):
            outline.set_lines((_line("x"), _line("x")))
        outline.set_lines(())
        await scene.pilot.press("enter", "left", "right", "j")
        assert outline.cursor_key is None


async def test_hostile_lines_are_only_text() -> None:
    outline = Outline()
    async with shown(outline) as scene:
        outline.set_lines(
            [OutlineLine(text, Text(plain_lines(text))) for text in dict.fromkeys(EXAMPLES)]
        )
        await scene.settle()
        assert "x [/] y" in scene.text
        assert "disk [critical] full" in scene.text

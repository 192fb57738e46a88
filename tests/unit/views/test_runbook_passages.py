"""A passage in a table is one short line without the fences of its code."""

from datetime import UTC, datetime
from types import SimpleNamespace

from sre_tui.views.runbooks import PASSAGES
from widgets.cell import Display


def test_a_passage_is_short_and_has_no_fences() -> None:
    passage = "Look first:\n```sh\nzpool status -x\n```\nThen " + "read on " * 60
    row = SimpleNamespace(id="pool", heading="Fix", source="a", score=1.0, passage=passage)
    column = next(each for each in PASSAGES.columns if each.key == "passage")
    shown = column.cell(row, Display(datetime(2026, 11, 22, tzinfo=UTC), utc=None, wide=False)).text
    assert shown.startswith("Look first: zpool status -x Then read on")
    assert shown.endswith(" …")
    assert len(shown) <= 160

"""The timeline as a level: what it shows in each state, its window, and each of its keys."""

from __future__ import annotations

from datetime import timedelta

import pytest
from syrupy.assertion import SnapshotAssertion

from providers.reading import State
from sre_tui.live.snapshot import Snapshot
from sre_tui.screens.detail import DetailScreen
from sre_tui.screens.rows_pane import RowTable
from sre_tui.screens.timeline import WINDOWS, TimelineScreen
from sre_tui.tools.tool import ArgumentError
from sre_tui.tools.what_changed import ChangeListing
from tests.screens.conclusions import CHANGES, EVENTS
from tests.screens.deliveries import on_deliveries
from tests.screens.homelab import ALERTS, NOW, status
from tests.screens.homelab import snapshot as alerts_of
from tests.screens.panes import answered
from tests.screens.stage import SIZES
from tests.screens.svg import SvgSnapshot

LOKI = "loki:main"
REFUSED = "nothing listens at http://loki (connection refused)"
EMPTY = ChangeListing(start=NOW - timedelta(minutes=30), end=NOW)


@pytest.mark.parametrize("size", SIZES)
async def test_timeline_in_every_state(
    size: str, snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch
) -> None:
    def looks(name: str) -> None:
        assert scene.svg == snapshot(name=name, extension_class=SvgSnapshot)

    async with on_deliveries(monkeypatch, size) as (scene, made):
        await scene.press("w")
        assert scene.says("attic › Changes › everywhere, the last 30 min", "Asking the sources…")
        looks("loading")
        await made.answer(CHANGES, status(LOKI))
        await scene.settle(lambda: scene.says("Changes 4 · 1 critical, on 2 subjects"))
        assert scene.says(
            "13:34:11", "◆ critical", "sdc on nas1", "13:44 ", "a read from sdc takes"
        )
        # What belongs to one thing stands together, its first change decides where.
        order = [EVENTS[place].key for place in (0, 2, 1, 3)]
        assert scene.level_table.shown_keys == order
        looks("ready")
        await made.answer(CHANGES, status(LOKI, State.STALE, REFUSED, age_s=372))
        assert scene.says("◌ stale · 6 min old", "this is how it was", "transcoding stalls")
        looks("stale")
        await made.answer(EMPTY, status(LOKI))
        assert scene.says("Nothing changed in this window", f"{LOKI} answered")
        looks("empty")
        await made.answer(EMPTY, status(LOKI, State.UNREACHABLE, REFUSED))
        assert scene.says("cannot be reached", "connection refused", "ctrl+r tries again")
        looks("error")


async def test_window_is_moved_and_widened(monkeypatch: pytest.MonkeyPatch) -> None:
    async with on_deliveries(monkeypatch) as (scene, made):
        await scene.press("w")
        await made.answer(CHANGES, status(LOKI))
        await scene.settle(lambda: scene.focused_is(RowTable))
        await scene.press("j")
        at = scene.level_table.cursor_key
        await scene.press("right_square_bracket")
        assert made.last.arguments["window"] == "60m"
        assert scene.says("the last 1 h", "◌ stale", "this is what was asked for before")
        assert made.asked[0].over
        # An answer to what is not asked any more is none.
        made.asked[0].deliver(answered("what_changed", EMPTY, status(LOKI)))
        await made.answer(CHANGES, status(LOKI))
        assert not scene.says("◌ stale")
        assert scene.level_table.cursor_key == at
        assert len(scene.level_table.shown_keys) == len(EVENTS)
        await scene.press("comma")
        assert made.last.arguments["at"] == (NOW - timedelta(hours=1)).isoformat()
        assert scene.says("1 h before and after 2026-11-20 13:02 UTC")
        await scene.press("full_stop")
        assert "at" not in made.last.arguments
        await scene.press("comma", "n")
        assert "at" not in made.last.arguments
        await scene.press("a")
        assert made.last.arguments["all"] is True
        assert scene.says("routine too")
        for _ in WINDOWS:
            await scene.press("left_square_bracket")
        assert made.last.arguments["window"] == "5m"
        asked = len(made.asked)
        await scene.press("left_square_bracket", "o", "full_stop")
        assert len(made.asked) == asked


async def test_rows_lead_to_their_own_timeline(monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []
    async with on_deliveries(monkeypatch) as (scene, made):
        monkeypatch.setattr(scene.app, "copy_to_clipboard", copied.append)
        await scene.arrive(alerts_of(*ALERTS))
        await scene.settle(lambda: scene.table.has_focus)
        await scene.press("C")
        assert isinstance(scene.app.screen, TimelineScreen)
        assert made.last.arguments["host"] == "nas1"
        assert made.last.arguments["at"] == (NOW - timedelta(hours=3)).isoformat()
        refused = Snapshot(
            "what_changed",
            NOW,
            trouble=status("what_changed", State.BAD_RESPONSE, "x"),
            complaint=ArgumentError("nothing here is called 'nas1'"),
        )
        await made.bring(refused)
        assert scene.says("nothing here is called 'nas1'", "o lists what changed everywhere")
        await scene.press("o")
        assert "host" not in made.last.arguments
        await made.answer(CHANGES, status(LOKI))
        await scene.settle(lambda: scene.focused_is(RowTable))
        await scene.press("y", "j", "enter")
        assert "sdc reports unreadable sectors" in copied[-1]
        assert isinstance(scene.app.screen, DetailScreen)
        assert scene.says("a read from sdc takes 583 ms", "1 min", "level shift", "0.583",
                          "sre metrics range disk_read")  # fmt: skip
        await scene.press("escape", "slash", *"restarted", "enter")
        assert scene.level_table.shown_keys == [EVENTS[3].key]
        await scene.press("C")
        assert made.last.arguments["host"] == "media"
        assert len(scene.app.screen_stack) == 3
        await scene.press("escape", "escape", "escape")
        assert scene.at_main
        assert all(one.over for one in made.asked)

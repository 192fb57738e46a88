from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion

from providers.reading import State
from sre_tui.live.live_data import LiveData
from sre_tui.screens.main import ORDER
from sre_tui.screens.pane_tabs import PaneTabs
from sre_tui.screens.rows_pane import RowTable
from tests.screens.homelab import ALERTS, status
from tests.screens.homelab import snapshot as snapshot_of
from tests.screens.panes import everything
from tests.screens.stage import Scene, on_stage
from tests.screens.svg import SvgSnapshot


async def _with_alerts(scene: Scene) -> None:
    await scene.arrive(snapshot_of(*ALERTS))
    await scene.settle(lambda: scene.table.has_focus)


def _shown(scene: Scene) -> list[str]:
    return [pane for pane in ORDER if scene.main.query_one(f"#{pane}").is_on_screen]


async def test_wide_shows_all_narrow_one_at_a_time() -> None:
    async with on_stage(size=(100, 40)) as scene:
        await scene.arrive(*everything())
        assert _shown(scene) == list(ORDER)
        assert not scene.main.query_one(PaneTabs).is_on_screen
        await scene.pilot.resize_terminal(99, 40)
        await scene.settle(lambda: _shown(scene) == ["alerts"])
        assert scene.says("1 Alerts", "2 Guests", "3 Pools", "4 Backups", "5 Chat")
        for pane in ("guests", "pools", "backups"):
            await scene.press("tab")
            await scene.settle(lambda pane=pane: _shown(scene) == [pane])  # type: ignore[misc]
            await scene.settle(lambda: scene.table.has_focus)
        await scene.press("tab")
        await scene.settle(lambda: _shown(scene) == ["chat"])
        await scene.settle(lambda: scene.chat.prompt.has_focus_within)
        await scene.press("tab")
        await scene.settle(lambda: _shown(scene) == ["alerts"])
        await scene.settle(lambda: scene.table.has_focus)
        await scene.press("shift+tab")
        await scene.settle(lambda: scene.chat.prompt.has_focus_within)
        await scene.pilot.resize_terminal(140, 40)
        await scene.settle(lambda: _shown(scene) == list(ORDER))
        assert scene.chat.prompt.has_focus_within


async def test_wide_and_short_shows_one_pane_beside_the_chat() -> None:
    async with on_stage(size=(120, 24)) as scene:
        await scene.arrive(*everything())
        assert _shown(scene) == ["alerts", "chat"]
        await scene.press("3")
        await scene.settle(lambda: _shown(scene) == ["pools", "chat"])
        await scene.press("5")
        await scene.settle(lambda: scene.chat.prompt.has_focus_within)
        assert _shown(scene) == ["pools", "chat"]
        await scene.press("escape")
        await scene.settle(lambda: scene.table.has_focus)
        assert scene.chosen == "fast"


async def test_nothing_is_drawn_of_hidden_panes_and_all_is_there_when_they_are_shown() -> None:
    async with on_stage(size=(80, 24)) as scene:
        await scene.arrive(*everything())
        guests = scene.main.rows_pane("guests")
        assert guests.title == "²Guests 4 · 2 running, 1 should run"
        assert guests.query_one(RowTable).total == 0
        await scene.press("2")
        await scene.settle(lambda: guests.query_one(RowTable).total == 4)
        assert scene.says("nextcloud", "✗ should run")


async def test_only_what_is_shown_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted: list[frozenset[str]] = []
    monkeypatch.setattr(LiveData, "show_only", lambda _, names: wanted.append(frozenset(names)))
    async with on_stage(size=(80, 24)) as scene:
        await scene.settle(lambda: wanted == [{"alerts", "health"}])
        await scene.press("3")
        await scene.settle(lambda: len(wanted) == 2)
        assert wanted[-1] == {"alerts", "health", "pools", "forecast", "snapshots"}
        await scene.pilot.resize_terminal(120, 40)
        await scene.settle(lambda: len(wanted) == 3)
        assert wanted[-1] >= {"guests", "coverage", "datastores", "guest-load", "pools"}


async def test_what_is_typed_after_the_key_of_a_pane_belongs_there() -> None:
    async with on_stage() as scene:
        await _with_alerts(scene)
        await scene.pilot.press("5", *"yes")
        await scene.settle(lambda: scene.chat.prompt.text == "yes")
        assert scene.answers.asked == []


async def test_what_is_asked_after_the_key_of_a_hidden_pane_is_about_that_pane() -> None:
    async with on_stage(size=(80, 24)) as scene:
        await scene.arrive(*everything())
        await scene.pilot.press("3", "j", "e")
        await scene.settle(lambda: bool(scene.answers.asked))
        assert scene.answers.asked == ["explain the pool tank (online)"]


async def test_numbers_and_clicks_choose_the_pane() -> None:
    async with on_stage(size=(80, 24)) as scene:
        await _with_alerts(scene)
        await scene.press("5")
        await scene.settle(lambda: scene.chat.prompt.has_focus_within)
        await scene.pilot.click("#tab-alerts")
        await scene.settle(lambda: scene.table.has_focus)
        await scene.pilot.click("#tab-chat")
        await scene.settle(lambda: scene.chat.prompt.has_focus_within)
        await scene.press("escape")
        await scene.settle(lambda: scene.table.has_focus)
        await scene.press("5", "escape")
        await scene.press("1")
        assert scene.table.has_focus


async def test_explaining_on_a_small_screen_brings_the_chat_to_the_front() -> None:
    async with on_stage(size=(80, 24)) as scene:
        await _with_alerts(scene)
        await scene.press("e")
        await scene.settle(lambda: _shown(scene) == ["chat"])
        assert scene.says("explain the alert SmartDiskFailing on nas1")
        await scene.press("escape")
        await scene.settle(lambda: not scene.chat.busy)
        await scene.press("escape")
        await scene.settle(lambda: scene.table.has_focus)


async def test_zoom_and_back_by_escape() -> None:
    async with on_stage() as scene:
        await _with_alerts(scene)
        await scene.press("z")
        await scene.settle(lambda: _shown(scene) == ["alerts"])
        assert scene.pane.region.width == 120
        assert scene.says("2 Guests")
        await scene.press("shift+tab")
        await scene.settle(lambda: _shown(scene) == ["chat"])
        await scene.press("tab")
        await scene.settle(lambda: scene.table.has_focus)
        await scene.press("escape")
        await scene.settle(lambda: _shown(scene) == list(ORDER))


@pytest.mark.parametrize("size", [(59, 30), (80, 15)])
async def test_too_small(size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    async with on_stage(size=size) as scene:
        await scene.arrive(snapshot_of(*ALERTS))
        await scene.settle()
        assert scene.says("The terminal is too small", f"{size[0]}x{size[1]}, 60x16 is needed")
        assert not scene.says("SmartDiskFailing")
        assert scene.svg == snapshot(extension_class=SvgSnapshot)
        await scene.pilot.resize_terminal(60, 16)
        await scene.settle(lambda: scene.says("SmartDisk", "Alerts 5"))


async def test_resizing_through_all_sizes_keeps_cursor_and_focus() -> None:
    async with on_stage(size=(200, 50)) as scene:
        await _with_alerts(scene)
        await scene.press("j", "j")
        for width in (200, 120, 99, 80, 61, 40, 59, 100, 200):
            await scene.pilot.resize_terminal(width, 24)
            await scene.settle()
            assert scene.chosen == "HostHighIoWait"
        assert scene.table.has_focus


async def test_quit_leaves_at_once() -> None:
    async with on_stage() as scene:
        await _with_alerts(scene)
        await scene.press("q")
        assert not scene.app.is_running or scene.app._exit


async def test_ctrl_q_leaves_while_typing() -> None:
    async with on_stage() as scene:
        await scene.press("5")
        await scene.settle(lambda: scene.chat.prompt.has_focus_within)
        await scene.pilot.press("ctrl+q")
        assert scene.app._exit


async def test_age_and_state_are_shown_at_every_width() -> None:
    names = ("prometheus", "grafana", "loki", "proxmox", "pbs", "truenas")
    async with on_stage(size=(60, 24), sources=[f"{name}:main" for name in names]) as scene:
        await _with_alerts(scene)
        fine = [status(f"{name}:main") for name in names[:-1]]
        broken = status("truenas:main", State.UNREACHABLE)
        scene.main.sources = {one.source: one for one in [*fine, broken]}
        await scene.settle(lambda: "truenas" in scene.text.splitlines()[1])
        for width in (60, 80, 100, 111, 112, 120):
            await scene.pilot.resize_terminal(width, 24)
            shown = scene.within(scene.pane)
            assert "State Age" in shown, width
            assert "◆ firing 3 h" in shown, width
            line = scene.text.splitlines()[1]
            assert "truenas unreachable" in line or "truenas:main unreachable" in line, width
            assert "✓ prometheus" in line, width
            assert ("✓ pbs" in line) == (width > 60)
            assert (" ok" in line) == (width == 60)
        assert not scene.says("Summary")
        await scene.pilot.resize_terminal(200, 50)
        assert scene.says("Summary", "SMART says sdc")

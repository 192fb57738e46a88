from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion

from providers.reading import State
from tests.screens.homelab import ALERTS, status
from tests.screens.homelab import snapshot as snapshot_of
from tests.screens.stage import Scene, on_stage
from tests.screens.svg import SvgSnapshot


async def _with_alerts(scene: Scene) -> None:
    await scene.arrive(snapshot_of(*ALERTS))
    await scene.settle(lambda: scene.table.has_focus)


def _shown(scene: Scene) -> set[str]:
    return {pane for pane in ("alerts", "chat") if scene.main.query_one(f"#{pane}").region.width}


async def test_wide_shows_both_narrow_one_at_a_time() -> None:
    async with on_stage(size=(100, 30)) as scene:
        await _with_alerts(scene)
        assert _shown(scene) == {"alerts", "chat"}
        await scene.pilot.resize_terminal(99, 30)
        await scene.settle(lambda: _shown(scene) == {"alerts"})
        assert scene.says("1 Alerts", "2 Chat")
        await scene.press("tab")
        await scene.settle(lambda: _shown(scene) == {"chat"})
        await scene.settle(lambda: scene.chat.prompt.has_focus_within)
        await scene.press("tab")
        await scene.settle(lambda: _shown(scene) == {"alerts"})
        await scene.settle(lambda: scene.table.has_focus)
        await scene.press("shift+tab")
        await scene.settle(lambda: scene.chat.prompt.has_focus_within)
        await scene.pilot.resize_terminal(140, 30)
        await scene.settle(lambda: _shown(scene) == {"alerts", "chat"})
        assert scene.chat.prompt.has_focus_within


async def test_what_is_typed_after_the_key_of_a_pane_belongs_there() -> None:
    async with on_stage() as scene:
        await _with_alerts(scene)
        await scene.pilot.press("2", *"yes")
        await scene.settle(lambda: scene.chat.prompt.text == "yes")
        assert scene.answers.asked == []


async def test_numbers_and_clicks_choose_the_pane() -> None:
    async with on_stage(size=(80, 24)) as scene:
        await _with_alerts(scene)
        await scene.press("2")
        await scene.settle(lambda: scene.chat.prompt.has_focus_within)
        await scene.pilot.click("#tab-alerts")
        await scene.settle(lambda: scene.table.has_focus)
        await scene.pilot.click("#tab-chat")
        await scene.settle(lambda: scene.chat.prompt.has_focus_within)
        await scene.press("escape")
        await scene.settle(lambda: scene.table.has_focus)
        await scene.press("2", "escape")
        await scene.press("1")
        assert scene.table.has_focus


async def test_explaining_on_a_small_screen_brings_the_chat_to_the_front() -> None:
    async with on_stage(size=(80, 24)) as scene:
        await _with_alerts(scene)
        await scene.press("e")
        await scene.settle(lambda: _shown(scene) == {"chat"})
        assert scene.says("explain the alert SmartDiskFailing on nas1")
        await scene.press("escape")
        await scene.settle(lambda: not scene.chat.busy)
        await scene.press("escape")
        await scene.settle(lambda: scene.table.has_focus)


async def test_zoom_and_back_by_escape() -> None:
    async with on_stage() as scene:
        await _with_alerts(scene)
        await scene.press("z")
        await scene.settle(lambda: _shown(scene) == {"alerts"})
        assert scene.pane.region.width == 120
        await scene.press("tab")
        await scene.settle(lambda: _shown(scene) == {"chat"})
        await scene.press("tab")
        await scene.settle(lambda: scene.table.has_focus)
        await scene.press("escape")
        await scene.settle(lambda: _shown(scene) == {"alerts", "chat"})


@pytest.mark.parametrize("width", [60, 80, 100, 111, 112, 120])
async def test_age_and_state_are_shown_at_every_width(width: int) -> None:
    async with on_stage(size=(width, 24)) as scene:
        await _with_alerts(scene)
        shown = scene.within(scene.pane)
        assert "State Age" in shown
        assert "◆ firing 3 h" in shown


@pytest.mark.parametrize("width", [60, 80, 120])
async def test_a_broken_source_is_seen_at_every_width(width: int) -> None:
    names = ("prometheus", "grafana", "loki", "proxmox", "pbs", "truenas")
    async with on_stage(size=(width, 24), sources=[f"{name}:main" for name in names]) as scene:
        fine = [status(f"{name}:main") for name in names[:-1]]
        broken = status("truenas:main", State.UNREACHABLE)
        scene.main.sources = {one.source: one for one in [*fine, broken]}
        await scene.settle(lambda: "truenas" in scene.text.splitlines()[1])
        line = scene.text.splitlines()[1]
        assert "truenas unreachable" in line or "truenas:main unreachable" in line
        assert "✓ prometheus" in line
        assert ("✓ pbs" in line) == (width > 60)
        assert (" ok" in line) == (width == 60)


async def test_wide_screens_have_room_for_the_summary() -> None:
    async with on_stage(size=(200, 50)) as scene:
        await _with_alerts(scene)
        assert scene.says("Summary", "SMART says sdc")


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
        await scene.press("2")
        await scene.settle(lambda: scene.chat.prompt.has_focus_within)
        await scene.pilot.press("ctrl+q")
        assert scene.app._exit

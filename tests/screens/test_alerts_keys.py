from __future__ import annotations

import pytest
from textual import events

from providers.reading import State
from sre_tui.screens.filter_line import FilterLine
from tests.screens.answers import ScriptedAnswers
from tests.screens.homelab import ALERTS, GRAFANA, alert, snapshot, status
from tests.screens.stage import Scene, on_stage

NAMES = [one.name for one in ALERTS]


async def _with_alerts(scene: Scene) -> None:
    await scene.arrive(snapshot(*ALERTS))
    await scene.settle(lambda: scene.table.has_focus)


def _sorting(scene: Scene) -> tuple[str | None, bool]:
    return scene.table.sorting


async def test_cursor_keys() -> None:
    async with on_stage() as scene:
        await _with_alerts(scene)
        assert scene.chosen == NAMES[0]
        await scene.press("j", "j")
        assert scene.chosen == NAMES[2]
        await scene.press("k")
        assert scene.chosen == NAMES[1]
        await scene.press("G")
        assert scene.chosen == NAMES[-1]
        await scene.press("g")
        assert scene.chosen == NAMES[0]
        await scene.press("down", "up", "end", "home")
        assert scene.chosen == NAMES[0]


async def test_sort_and_reverse() -> None:
    async with on_stage() as scene:
        await _with_alerts(scene)
        assert _sorting(scene) == (None, False)
        await scene.press("s")
        assert _sorting(scene) == ("severity", False)
        await scene.press("s")
        assert _sorting(scene) == ("name", False)
        assert scene.table.shown_keys == sorted(one.key for one in ALERTS)
        await scene.press("r")
        assert scene.table.shown_keys == sorted((one.key for one in ALERTS), reverse=True)
        await scene.press("S")
        assert _sorting(scene) == ("severity", False)
        assert scene.chosen == NAMES[0]


async def test_keys_typed_in_one_burst_after_the_slash_are_filter_text() -> None:
    async with on_stage() as scene:
        await _with_alerts(scene)
        # "q" would leave, "s" sort, "t" change the theme.
        for key, character in (("slash", "/"), ("q", "q"), ("s", "s"), ("t", "t")):
            scene.app.post_message(events.Key(key, character))
        await scene.pilot.pause()
        assert scene.main.query_one(FilterLine).text == "qst"
        assert scene.app.is_running


async def test_filter_is_live_kept_and_cleared() -> None:
    async with on_stage() as scene:
        await _with_alerts(scene)
        await scene.press("slash")
        assert scene.main.query_one(FilterLine).has_class("-open")
        await scene.press(*"high")
        assert scene.says("Alerts 2 of 5", "2 of 5", "HighReadLatency", "HostHighIoWait")
        assert not scene.says("BackupStale")
        await scene.press("enter")
        assert scene.table.has_focus
        await scene.arrive(snapshot(*ALERTS))
        assert scene.says("Alerts 2 of 5", "/high")
        await scene.press("escape")
        assert scene.says("Alerts 5", "BackupStale")
        assert not scene.main.query_one(FilterLine).display


async def test_filter_inverts_and_escape_clears_while_typing() -> None:
    async with on_stage() as scene:
        await _with_alerts(scene)
        await scene.press("slash", "exclamation_mark", *"firing")
        assert "BackupStale" in scene.within(scene.pane)
        assert "HighReadLatency" not in scene.within(scene.pane)
        await scene.press("escape")
        assert scene.table.has_focus
        assert len(scene.table.shown_keys) == len(ALERTS)


async def test_filter_that_fits_nothing_leaves_the_way_back() -> None:
    async with on_stage() as scene:
        await _with_alerts(scene)
        await scene.press("slash", *"zzz", "enter")
        assert scene.says("Alerts 0 of 5", "0 of 5")
        await scene.press("e")
        assert scene.answers.asked == []
        await scene.press("escape")
        assert scene.chosen == NAMES[0]


async def test_explain_and_changes_ask_in_the_chat() -> None:
    async with on_stage() as scene:
        await _with_alerts(scene)
        await scene.press("e")
        question = "explain the alert SmartDiskFailing on nas1"
        known = "critical, firing since 2026-11-20 11:02 UTC"
        assert scene.answers.asked == [f"{question} ({known})"]
        assert scene.table.has_focus
        await scene.press("escape")
        await scene.settle(lambda: not scene.chat.busy)
        await scene.press("j", "c")
        assert scene.answers.asked[1] == "what changed on media around 2026-11-20 13:20 UTC?"


async def test_one_question_at_a_time() -> None:
    async with on_stage() as scene:
        await _with_alerts(scene)
        await scene.press("e", "e")
        assert len(scene.answers.asked) == 1
        await scene.settle(lambda: scene.says("One answer is still under way"))


async def test_copy_uses_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    async with on_stage() as scene:
        await _with_alerts(scene)
        copied: list[str] = []
        monkeypatch.setattr(scene.app, "copy_to_clipboard", copied.append)
        await scene.press("y")
        assert "alert: SmartDiskFailing" in copied[0]
        assert "query: smartctl_device_smart_status == 0" in copied[0]
        assert "label device=sdc" in copied[0]
        await scene.settle(lambda: scene.says("Copied: SmartDiskFailing"))


async def test_keys_that_need_an_alert_are_dim_without_one() -> None:
    async with on_stage() as scene:
        await scene.arrive(snapshot())
        await scene.press("e", "c", "y", "slash", "s", "enter")
        assert scene.answers.asked == []
        assert scene.app.screen is scene.main
        states = {
            active.binding.action: active.enabled
            for active in scene.app.active_bindings.values()
            if active.binding.show
        }
        assert states["explain"] is False
        assert states["app.show_help" if "app.show_help" in states else "show_help"] is True


async def test_footer_has_at_most_eight_keys() -> None:
    async with on_stage(answers=ScriptedAnswers()) as scene:
        await _with_alerts(scene)
        for place in ("1", "5", "escape", "slash"):
            await scene.press(place)
            shown = {
                active.binding.action
                for active in scene.app.active_bindings.values()
                if active.binding.show
            }
            assert 0 < len(shown) <= 8
        await scene.press("escape")
        scene.chat.transcript.focus()
        await scene.settle()
        shown = {a.binding.action for a in scene.app.active_bindings.values() if a.binding.show}
        assert 0 < len(shown) <= 8


async def test_cursor_stays_on_its_alert_while_the_backend_is_away() -> None:
    refused = status(GRAFANA, State.UNREACHABLE, "connection refused")
    async with on_stage() as scene:
        await _with_alerts(scene)
        await scene.press("j", "j")
        assert scene.chosen == "HostHighIoWait"
        await scene.arrive(snapshot(sources=(refused,)))
        assert scene.says("grafana:main cannot be reached")
        await scene.press("j", "k", "e")
        assert scene.answers.asked == []
        fresh = alert("OomKilled", "media", severity="critical")
        await scene.arrive(snapshot(fresh, *ALERTS))
        await scene.settle(lambda: scene.table.has_focus)
        assert scene.chosen == "HostHighIoWait"


async def test_cursor_stays_when_rows_come_and_go() -> None:
    async with on_stage() as scene:
        await _with_alerts(scene)
        await scene.press("j")
        await scene.arrive(snapshot(*[alert(f"New{number}") for number in range(30)], *ALERTS))
        assert scene.chosen == "HighReadLatency"
        await scene.arrive(snapshot(*ALERTS[1:]))
        assert scene.chosen == "HighReadLatency"


async def test_refresh_and_pause_without_feeds_do_no_harm() -> None:
    async with on_stage() as scene:
        await _with_alerts(scene)
        await scene.press("ctrl+r", "space")
        assert scene.says("paused, space goes on")
        await scene.press("space")
        assert not scene.says("paused")

from __future__ import annotations

import pytest
from textual import events

from providers.reading import State
from sre_tui.screens.filter_line import FilterLine
from tests.screens.homelab import ALERTS, GRAFANA, alert, snapshot, status
from tests.screens.stage import Scene, on_stage

NAMES = [one.name for one in ALERTS]


async def _with_alerts(scene: Scene) -> None:
    await scene.arrive(snapshot(*ALERTS))
    await scene.settle(lambda: scene.table.has_focus)


def _sorting(scene: Scene) -> tuple[str | None, bool]:
    return scene.table.sorting


async def test_cursor_order_copy_and_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []
    async with on_stage() as scene:
        monkeypatch.setattr(scene.app, "copy_to_clipboard", copied.append)
        await _with_alerts(scene)
        await _moves_the_cursor(scene)
        await _sorts_and_reverses(scene)
        await scene.press("y")
        assert "alert: SmartDiskFailing" in copied[0]
        assert "query: smartctl_device_smart_status == 0" in copied[0]
        assert "label device=sdc" in copied[0]
        await scene.settle(lambda: scene.says("Copied: SmartDiskFailing"))
        await scene.press("ctrl+r", "space")
        assert scene.says("paused, space goes on")
        await scene.press("space")
        assert not scene.says("paused")


async def _moves_the_cursor(scene: Scene) -> None:
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


async def _sorts_and_reverses(scene: Scene) -> None:
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


async def test_filter() -> None:
    async with on_stage() as scene:
        await _with_alerts(scene)
        # "q" would leave, "s" sort, "t" change the theme: all typed in one burst after the slash.
        for key, character in (("slash", "/"), ("q", "q"), ("s", "s"), ("t", "t")):
            scene.app.post_message(events.Key(key, character))
        await scene.pilot.pause()
        assert scene.main.query_one(FilterLine).text == "qst"
        assert scene.app.is_running
        await scene.press("escape")
        await _filters_while_one_types(scene)
        await _inverts_the_filter(scene)
        await scene.press("slash", *"zzz", "enter")
        assert scene.says("Alerts 0 of 5", "0 of 5")
        await scene.press("e")
        assert scene.answers.asked == []
        await scene.press("escape")
        assert scene.chosen == NAMES[0]


async def _filters_while_one_types(scene: Scene) -> None:
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


async def _inverts_the_filter(scene: Scene) -> None:
    await scene.press("slash", "exclamation_mark", *"firing")
    assert "BackupStale" in scene.within(scene.pane)
    assert "HighReadLatency" not in scene.within(scene.pane)
    await scene.press("escape")
    assert scene.table.has_focus
    assert len(scene.table.shown_keys) == len(ALERTS)


async def test_explain_and_changes_ask_one_question_at_a_time() -> None:
    async with on_stage() as scene:
        await _with_alerts(scene)
        await scene.press("e")
        question = "explain the alert SmartDiskFailing on nas1"
        known = "critical, firing since 2026-11-20 11:02 UTC"
        assert scene.answers.asked == [f"{question} ({known})"]
        assert scene.table.has_focus
        await scene.press("e")
        assert len(scene.answers.asked) == 1
        await scene.settle(lambda: scene.says("One answer is still under way"))
        await scene.press("escape")
        await scene.settle(lambda: not scene.chat.busy)
        await scene.press("j", "c")
        assert scene.answers.asked[1] == "what changed on media around 2026-11-20 13:20 UTC?"


def _in_footer(scene: Scene) -> dict[str, bool]:
    """The actions in the footer, and whether they can be done now."""
    active = scene.app.active_bindings.values()
    return {one.binding.action: one.enabled for one in active if one.binding.show}


async def test_footer_has_at_most_eight_keys_dim_without_an_alert() -> None:
    async with on_stage() as scene:
        await scene.arrive(snapshot())
        await scene.press("e", "c", "y", "slash", "s", "enter")
        assert scene.answers.asked == []
        assert scene.at_main
        assert _in_footer(scene)["explain"] is False
        assert _in_footer(scene)["show_help"] is True
        await _with_alerts(scene)
        assert _in_footer(scene)["explain"] is True
        for place in ("1", "5", "escape", "slash"):
            await scene.press(place)
            assert 0 < len(_in_footer(scene)) <= 8
        await scene.press("escape")
        scene.chat.transcript.focus()
        await scene.settle()
        assert 0 < len(_in_footer(scene)) <= 8


async def test_cursor_stays_on_its_alert_while_others_and_the_backend_come_and_go() -> None:
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
        await scene.press("k")
        assert scene.chosen == "HighReadLatency"
        await scene.arrive(snapshot(*[alert(f"New{number}") for number in range(30)], *ALERTS))
        assert scene.chosen == "HighReadLatency"
        await scene.arrive(snapshot(*ALERTS[1:]))
        assert scene.chosen == "HighReadLatency"

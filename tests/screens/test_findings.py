"""The findings as a level: what it shows in each state, and each of its keys."""

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion

from providers.reading import State
from sre_tui.live.snapshot import Snapshot
from sre_tui.screens.detail import DetailScreen
from sre_tui.screens.findings import FindingsScreen
from sre_tui.screens.investigation import InvestigationScreen
from sre_tui.screens.rows_pane import RowsPane, RowTable
from sre_tui.screens.timeline import TimelineScreen
from sre_tui.tools.health import HealthListing
from tests.screens.conclusions import BEGAN, FINDINGS, GRAVE, HEALTH
from tests.screens.deliveries import Deliveries, on_deliveries
from tests.screens.homelab import NOW, status
from tests.screens.panes import answered
from tests.screens.stage import SIZES, Scene
from tests.screens.svg import SvgSnapshot

PROMETHEUS = "prometheus:main"
REFUSED = "nothing listens at http://nas1 (connection refused)"


def _pane(scene: Scene) -> RowsPane:
    return scene.app.screen.query_one(RowsPane)


async def _open(scene: Scene, made: Deliveries) -> None:
    await scene.press("f")
    assert isinstance(scene.app.screen, FindingsScreen)
    assert made.last.tool == "check_health"


@pytest.mark.parametrize("size", SIZES)
async def test_findings_in_every_state(
    size: str, snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch
) -> None:
    def looks(name: str) -> None:
        assert scene.svg == snapshot(name=name, extension_class=SvgSnapshot)

    async with on_deliveries(monkeypatch, size) as (scene, made):
        await _open(scene, made)
        assert scene.says("attic › Findings", "Asking the sources…", "• loading")
        looks("loading")
        await made.answer(HEALTH, status(PROMETHEUS))
        await scene.settle(lambda: scene.says("Findings 4 · 1 critical, 5 warnings, 1 note"))
        assert scene.says("◆ critical", "sdc on nas1", "45 unreadable", "▲ warning", "and 3 more",
                          "3 h+", "• note")  # fmt: skip
        looks("ready")
        await made.answer(HEALTH, status(PROMETHEUS, State.STALE, REFUSED, age_s=372))
        assert scene.says("◌ stale · 6 min old", "this is how it was", "sdc on nas1")
        looks("stale")
        await made.answer(HealthListing(), status(PROMETHEUS))
        assert scene.says("Nothing wrong was found", "· empty")
        looks("empty")
        await made.answer(HealthListing(), status(PROMETHEUS, State.UNREACHABLE, REFUSED))
        assert scene.says("cannot be reached", "connection refused", "ctrl+r tries again")
        looks("error")
        await made.answer(HealthListing(), status(PROMETHEUS, State.UNAUTHORIZED, "401"))
        assert scene.says("Missing right:", "✗ no access")
        trouble = status("prometheus", State.NOT_CONFIGURED)
        await made.bring(Snapshot("check_health", NOW, trouble=trouble))
        assert scene.says("No source is set up for this", "PROMETHEUS_URL")
        away = status("loki:main", State.UNREACHABLE, REFUSED)
        await made.answer(HEALTH, status(PROMETHEUS), away)
        assert scene.says("▲ partial", "without loki:main", "sdc on nas1")
        await scene.press("escape")
        assert scene.at_main
        assert made.last.over


async def test_keys_on_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []
    async with on_deliveries(monkeypatch) as (scene, made):
        monkeypatch.setattr(scene.app, "copy_to_clipboard", copied.append)
        await scene.pilot.click("#health")
        assert isinstance(scene.app.screen, FindingsScreen)
        await made.answer(HEALTH, status(PROMETHEUS))
        await scene.settle(lambda: scene.focused_is(RowTable))
        await scene.press("y")
        assert "45 unreadable sectors" in copied[-1]
        await scene.press("slash", *"tank", "enter")
        assert scene.level_table.shown_keys == [FINDINGS[1].key]
        await scene.press("escape")
        assert scene.level_table.total == len(scene.level_table.shown_keys) == 4
        await scene.press("j", "j")
        key = _pane(scene).chosen_key
        newer = HEALTH.model_copy(update={"items": (*FINDINGS[2:], GRAVE, FINDINGS[1])})
        await made.answer(newer, status(PROMETHEUS))
        assert _pane(scene).chosen_key == key
        await scene.press("g", "enter")
        assert isinstance(scene.app.screen, DetailScreen)
        assert scene.says("attic › Findings › disk sdc on nas1", "threshold", "2026-11-20 11:02:11",
                          "loses data", "Check the backups", "prometheus:main",
                          "sre metrics query smartctl_pending",
                          "sre runbooks show disk-smart-warning")  # fmt: skip
        await scene.press("escape", "i")
        assert isinstance(scene.app.screen, InvestigationScreen)
        assert made.last.arguments["about"] == "disk sdc on nas1"
        await scene.press("escape", "C")
        assert isinstance(scene.app.screen, TimelineScreen)
        assert made.last.arguments["at"] == BEGAN.isoformat()
        assert made.last.arguments["host"] == "nas1"
        await scene.press("escape", "e")
        assert scene.at_main
        assert "sdc has 45 unreadable sectors" in scene.answers.asked[-1]
        assert all(one.over for one in made.asked)


async def test_c_asks_what_changed_around_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    async with on_deliveries(monkeypatch) as (scene, made):
        await _open(scene, made)
        made.last.deliver(answered("check_health", HEALTH, status(PROMETHEUS)))
        await scene.settle(lambda: scene.focused_is(RowTable))
        await scene.press("c")
        assert scene.answers.asked == ["what changed on nas1 around 2026-11-20 11:02 UTC?"]

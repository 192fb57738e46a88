from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion

from providers.reading import State
from sre_tui.live.snapshot import Snapshot
from tests.screens.homelab import (
    ALERTS,
    GRAFANA,
    PROMETHEUS,
    snapshot,
    status,
    trouble,
)
from tests.screens.stage import SIZES, on_stage
from tests.screens.svg import SvgSnapshot
from widgets.pane import PaneKind

REFUSED = "nothing listens at http://nas1:3000 (connection refused): is it running?"
STATES: dict[str, tuple[Snapshot | None, PaneKind, list[str]]] = {
    "loading": (
        None,
        PaneKind.LOADING,
        ["Asking the sources…", "Asking how things are…", "· grafana:main not asked yet"],
    ),
    "ok": (
        snapshot(*ALERTS),
        PaneKind.READY,
        [
            "◆ critical",
            "SmartDiskFailing",
            "· silenced",
            "▲ pending",
            "◆ 3 alerts firing, 1 critical: SmartDiskFailing on nas1",
            "✓ grafana:main",
        ],
    ),
    "empty": (
        snapshot(),
        PaneKind.EMPTY,
        ["No alert is firing or pending", "grafana:main, prometheus:main answered", "✓ No alert"],
    ),
    "stale": (
        snapshot(*ALERTS, sources=(status(GRAFANA, State.STALE, REFUSED, age_s=372),)),
        PaneKind.STALE,
        [
            "◌ stale · 6 min old",
            "connection refused",
            "SmartDiskFailing",
            "◌ grafana:main stale 6 min",
            "6 min ago: 3 alerts firing",
        ],
    ),
    "partial": (
        snapshot(
            *ALERTS, sources=(status(GRAFANA), status(PROMETHEUS, State.UNREACHABLE, REFUSED))
        ),
        PaneKind.PARTIAL,
        [
            "▲ partial",
            "without prometheus:main",
            "SmartDiskFailing",
            "✗ prometheus:main unreachable",
        ],
    ),
    "error": (
        snapshot(sources=(status(GRAFANA, State.UNREACHABLE, REFUSED),)),
        PaneKind.ERROR,
        [
            "grafana:main cannot be reached",
            "connection refused",
            "`sre doctor` says what to mend",
            "ctrl+r tries again",
            "Nothing is known: no answer from grafana:main",
        ],
    ),
    "unauthorized": (
        snapshot(sources=(status(GRAFANA, State.UNAUTHORIZED, "401: the token is not accepted"),)),
        PaneKind.UNAUTHORIZED,
        [
            "the token is not accepted",
            "Missing right: role Viewer",
            "ctrl+r tries again",
            "✗ grafana:main no access",
        ],
    ),
    "not-configured": (
        trouble(State.NOT_CONFIGURED, "none of grafana, prometheus is configured"),
        PaneKind.NOT_CONFIGURED,
        ["Setting: GRAFANA_URL or PROMETHEUS_URL", "`sre config init`", "No source of alerts"],
    ),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", STATES)
async def test_state_of_the_pane(name: str, size: str, snapshot: SnapshotAssertion) -> None:
    given, kind, words = STATES[name]
    async with on_stage(size=SIZES[size]) as scene:
        if given is not None:
            await scene.arrive(given)
        assert scene.pane.state.kind is kind
        shown = f"{scene.within(scene.main.header)} {scene.within(scene.pane)}"
        assert [word for word in words if word not in shown] == []
        assert scene.pane.has_focus or scene.pane.has_focus_within
        assert scene.svg == snapshot(extension_class=SvgSnapshot)


async def test_bad_answer_is_told_apart_from_no_answer() -> None:
    async with on_stage() as scene:
        await scene.arrive(
            snapshot(sources=(status(GRAFANA, State.BAD_RESPONSE, "it sent a login page"),))
        )
        assert scene.says("grafana:main gave no usable answer", "it sent a login page")


async def test_nothing_then_is_not_nothing_now() -> None:
    async with on_stage() as scene:
        await scene.arrive(snapshot(sources=(status(GRAFANA, State.STALE, REFUSED, age_s=60),)))
        assert scene.pane.state.kind is PaneKind.STALE
        assert "nothing was there then" in scene.within(scene.pane)
        assert not scene.says("No alert is firing or pending")


async def test_ages_grow_while_nothing_comes() -> None:
    async with on_stage() as scene:
        stale = snapshot(*ALERTS, sources=(status(GRAFANA, State.STALE, REFUSED, age_s=372),))
        await scene.arrive(stale)
        assert scene.says("6 min old", "14:02:11")
        scene.clock.now = scene.clock.now.replace(hour=15)
        scene.main.tell_ages()
        await scene.settle()
        assert scene.says("1 h old", "15:02:11")


async def test_same_alert_twice_is_one_row() -> None:
    async with on_stage() as scene:
        await scene.arrive(snapshot(ALERTS[0], ALERTS[0], ALERTS[1]))
        assert scene.table.total == 2

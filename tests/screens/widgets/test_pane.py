from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.screens.svg import SvgSnapshot
from tests.screens.widgets.rows import COLUMNS, FLEET, rows_of
from tests.screens.widgets.stage import SIZES, shown
from widgets.pane import Pane, PaneKind, PaneState
from widgets.table import KeyedTable

STATES: dict[PaneKind, tuple[PaneState, list[str], bool]] = {
    PaneKind.READY: (PaneState(PaneKind.READY), ["db"], True),
    PaneKind.LOADING: (PaneState(PaneKind.LOADING), ["Loading…", "• loading"], False),
    PaneKind.EMPTY: (
        PaneState(PaneKind.EMPTY, "No machine is running", hint="Start one and it appears here"),
        ["No machine is running", "Start one", "· empty"],
        False,
    ),
    PaneKind.ERROR: (
        PaneState(
            PaneKind.ERROR,
            "fleet:main does not answer",
            "connect to 10.0.0.5:8006 [/] timed out after 3 s",
            "Check that the host is up",
        ),
        ["does not answer", "[/] timed out", "Check that", "ctrl+r tries again", "✗ error"],
        False,
    ),
    PaneKind.STALE: (
        PaneState(PaneKind.STALE, "fleet:main does not answer", age_s=372.0),
        ["◌ stale · 6 min old", "◌ fleet:main does not answer", "db"],
        True,
    ),
    PaneKind.UNAUTHORIZED: (
        PaneState(PaneKind.UNAUTHORIZED, "The token may not read this", "Fleet.Audit on /"),
        ["Missing right: Fleet.Audit on /", "ctrl+r tries again", "✗ no access"],
        False,
    ),
    PaneKind.NOT_CONFIGURED: (
        PaneState(PaneKind.NOT_CONFIGURED, detail="FLEET_URL", hint="Set it and restart"),
        ["Not configured", "Setting: FLEET_URL", "· not set up"],
        False,
    ),
    PaneKind.PARTIAL: (
        PaneState(PaneKind.PARTIAL, "2 of 3 nodes answered", "pve3 timed out"),
        ["▲ partial", "2 of 3 nodes answered · pve3 timed out", "db"],
        True,
    ),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", PaneKind)
async def test_pane_state(kind: PaneKind, size: str, snapshot: SnapshotAssertion) -> None:
    state, words, content_shown = STATES[kind]
    table = KeyedTable(COLUMNS)
    pane = Pane("Machines", table)
    async with shown(pane, size=SIZES[size]) as scene:
        table.set_rows(rows_of(FLEET))
        pane.state = state
        await scene.settle()
        assert "Machines" in scene.text
        for word in words:
            assert word in scene.text
        assert pane.has_class(f"-{kind}")
        assert ("cache" in scene.text) is content_shown
        assert scene.svg == snapshot(extension_class=SvgSnapshot)


async def test_pane_goes_from_state_to_state() -> None:
    table = KeyedTable(COLUMNS)
    pane = Pane("[b]Machines[/", table, state=PaneState(PaneKind.LOADING))
    async with shown(pane) as scene:
        assert "[b]Machines[/" in scene.text
        table.set_rows(rows_of(FLEET))
        for kind, (state, words, content_shown) in STATES.items():
            pane.state = state
            await scene.settle()
            assert [name for name in PaneKind if pane.has_class(f"-{name}")] == [kind]
            assert all(word in scene.text for word in words)
            assert table.region.height > 0 if content_shown else table.region.height == 0
        pane.title = "Machines 2/4"
        await scene.settle()
        assert "Machines 2/4" in scene.text


async def test_focus_stays_in_a_pane_that_fails_for_a_moment() -> None:
    tables = [KeyedTable(COLUMNS), KeyedTable(COLUMNS)]
    panes = [Pane("One", tables[0]), Pane("Two", tables[1])]
    async with shown(*panes) as scene:
        tables[1].focus()
        await scene.settle()
        panes[1].state = PaneState(PaneKind.ERROR, "gone")
        await scene.settle(lambda: panes[1].has_focus)
        panes[1].state = PaneState(PaneKind.READY)
        await scene.settle(lambda: tables[1].has_focus)
        assert not panes[1].can_focus
        panes[0].state = PaneState(PaneKind.ERROR, "gone")
        await scene.settle()
        assert tables[1].has_focus


async def test_pane_that_loads_first_hands_the_focus_to_its_content() -> None:
    table = KeyedTable(COLUMNS)
    pane = Pane("One", table, state=PaneState(PaneKind.LOADING))
    async with shown(pane) as scene:
        pane.focus()
        await scene.settle(lambda: pane.has_focus)
        pane.state = PaneState(PaneKind.READY)
        await scene.settle(lambda: table.has_focus)


async def test_focus_is_nowhere_else_however_fast_the_states_follow_each_other() -> None:
    table = KeyedTable(COLUMNS)
    pane = Pane("One", table, state=PaneState(PaneKind.LOADING))
    async with shown(pane) as scene:
        pane.focus_content(table)
        pane.state = PaneState(PaneKind.ERROR, "gone")
        assert scene.app.focused is pane
        pane.state = PaneState(PaneKind.READY)
        pane.state = PaneState(PaneKind.ERROR, "gone again")
        await scene.settle()
        assert pane.has_focus
        assert pane.can_focus
        pane.state = PaneState(PaneKind.READY)
        await scene.settle(lambda: table.has_focus)
        scene.app.set_focus(None)
        await scene.settle(lambda: not table.has_focus)
        pane.focus_content(table)
        await scene.settle(lambda: table.has_focus)

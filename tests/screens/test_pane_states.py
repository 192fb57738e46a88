"""Every pane in each of its states: all four at 120x40, one after the other at 80x24."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from syrupy.assertion import SnapshotAssertion

from providers.reading import State
from sre_tui.live.snapshot import Snapshot
from sre_tui.screens.panes import PANES
from tests.screens.panes import EMPTY, beside, in_state
from tests.screens.stage import SIZES, Scene, on_stage
from tests.screens.svg import SvgSnapshot
from widgets.pane import PaneKind

REFUSED = "nothing listens at http://nas1 (connection refused): is it running?"
TOKEN = "401: the token is not accepted"


@dataclass(frozen=True)
class Case:
    """What comes, the state it leads to, what every pane says then, and what each says."""

    snapshots: list[Snapshot]
    kind: PaneKind
    words: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    own: dict[str, tuple[str, ...]] = field(default_factory=dict)


ROWS = {
    "alerts": ("◆ critical", "SmartDisk", "· silenced", "▲ pending"),
    "guests": ("✗ should run", "nextcloud", "97%✗", "100%✗", "✓ running"),
    "pools": ("✗ degraded", "fast", "✗ sdh removed", "✓ online", "tank", "50%"),
    "backups": ("✗ nearly full", "≡ main", "✗ not covered", "▲ stale", "9 d", "✓ ok"),
}
CASES: dict[str, Case] = {
    "loading": Case(
        [],
        PaneKind.LOADING,
        ("Asking the sources…", "• loading"),
        ("Asking how things are…", "· grafana:main not asked yet"),
    ),
    "ok": Case(
        [*in_state(State.OK), *beside()],
        PaneKind.READY,
        (),
        ("◆ 3 alerts firing, 1 critical: SmartDiskFailing on nas1", "✓ grafana:main"),
        {
            "alerts": (*ROWS["alerts"], "¹Alerts 5 · 3 firing, 1 critical"),
            "guests": (*ROWS["guests"], "²Guests 4 · 2 running, 1 should run", "▲ 9 d", "✓ 20 h"),
            "pools": (*ROWS["pools"], "³Pools 2 · 1 with problems", "41 d ▲"),
            "backups": (*ROWS["backups"], "⁴Backups 6", "1 not covered, 1 stale", "full in 9 d"),
        },
    ),
    "empty": Case(
        in_state(State.OK, data=EMPTY),
        PaneKind.EMPTY,
        ("answered", "· empty"),
        ("✓ No alert is firing",),
        {
            "alerts": ("No alert is firing or pending",),
            "guests": ("There is no guest",),
            "pools": ("There is no pool",),
            "backups": ("No guest and no datastore",),
        },
    ),
    "stale": Case(
        in_state(State.STALE, REFUSED),
        PaneKind.STALE,
        ("◌ stale · 6 min old", "connection refused", "this is how it was"),
        ("6 min ago: 3 alerts firing",),
        {pane: words[:2] for pane, words in ROWS.items()},
    ),
    "partial": Case(
        in_state(State.PARTIAL, REFUSED),
        PaneKind.PARTIAL,
        ("▲ partial", "connection refused"),
        ("◆ 3 alerts firing", "grafana:other"),
        {
            "alerts": ("without grafana:other", *ROWS["alerts"][:2]),
            "guests": ("without proxmox:other", *ROWS["guests"][:2]),
            "pools": ("without truenas:other", *ROWS["pools"][:2]),
            "backups": ("without pbs:other", *ROWS["backups"][:2]),
        },
    ),
    "error": Case(
        in_state(State.UNREACHABLE, REFUSED),
        PaneKind.ERROR,
        ("cannot be reached", "connection refused", "`sre doctor` says", "ctrl+r tries again"),
        ("Nothing is known: no answer from grafana:main",),
    ),
    "unauthorized": Case(
        in_state(State.UNAUTHORIZED, TOKEN),
        PaneKind.UNAUTHORIZED,
        (TOKEN, "Missing right:", "ctrl+r tries again"),
        ("✗ grafana",),
        {
            "alerts": ("role Viewer",),
            "guests": ("role PVEAuditor",),
            "pools": ("privilege Readonly Admin",),
            "backups": ("role Audit",),
        },
    ),
    "not-configured": Case(
        in_state(State.NOT_CONFIGURED),
        PaneKind.NOT_CONFIGURED,
        ("No source is set up for this", "`sre config init`"),
        ("No source of alerts is set up",),
        {
            "alerts": ("Setting: GRAFANA_URL",),
            "guests": ("Setting: PROXMOX_URL",),
            "pools": ("Setting: TRUENAS_URL",),
            "backups": ("Setting: PBS_URL",),
        },
    ),
}


def _missing(scene: Scene, case: Case, pane: str) -> list[str]:
    shown = scene.framed(scene.main.rows_pane(pane))
    return [word for word in (*case.words, *case.own.get(pane, ())) if word not in shown]


async def _play(scene: Scene, case: Case) -> None:
    await scene.arrive(*case.snapshots)
    await scene.settle(lambda: all(pane.state.kind is case.kind for pane in scene.main.rows_panes))
    await scene.settle()


@pytest.mark.parametrize("name", CASES)
async def test_all_panes_side_by_side(name: str, snapshot: SnapshotAssertion) -> None:
    case = CASES[name]
    async with on_stage(size=SIZES["120x40"]) as scene:
        await _play(scene, case)
        header = scene.within(scene.main.header)
        assert [word for word in case.header if word not in header] == []
        assert {spec.id: _missing(scene, case, spec.id) for spec in PANES} == {
            spec.id: [] for spec in PANES
        }
        assert scene.pane.has_focus or scene.pane.has_focus_within
        assert scene.svg == snapshot(extension_class=SvgSnapshot)


@pytest.mark.parametrize("name", CASES)
async def test_one_pane_at_a_time(name: str, snapshot: SnapshotAssertion) -> None:
    case = CASES[name]
    async with on_stage(size=SIZES["80x24"]) as scene:
        await _play(scene, case)
        for number, spec in enumerate(PANES, 1):
            await scene.press(str(number))
            await scene.settle(
                lambda spec=spec: scene.main.rows_pane(spec.id).has_focus_within  # type: ignore[misc]
            )
            assert _missing(scene, case, spec.id) == []
            assert scene.svg == snapshot(name=spec.id, extension_class=SvgSnapshot)

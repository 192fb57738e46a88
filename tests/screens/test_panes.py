"""Keys in every pane, and details that are asked for while they are open."""

from __future__ import annotations

from typing import Any

import pytest

from providers.pbs import Datastore
from providers.proxmox import Guest
from providers.reading import State
from sre_tui.live.homelab import ALERTS, COVERAGE, DATASTORES, GUESTS, POOLS
from sre_tui.screens.detail import DetailScreen
from sre_tui.screens.panes import PANES
from sre_tui.screens.rows_pane import RowsPane, RowTable
from sre_tui.tools.backup_coverage_listing import CoverageListing
from sre_tui.tools.pbs_data import DatastoreListing
from sre_tui.tools.proxmox_guest_data import GuestListing, GuestProperties, Property
from sre_tui.tools.truenas_data import PoolListing
from tests.screens.details import ANSWERS, backends, dead
from tests.screens.homelab import snapshot as alerts_of
from tests.screens.homelab import status
from tests.screens.panes import (
    COVERAGE_ROWS,
    FULL,
    GUEST_ROWS,
    PBS,
    POOL_ROWS,
    PROXMOX,
    TRUENAS,
    answered,
    coverage,
    everything,
    guest,
    pool,
)
from tests.screens.stage import Scene, on_stage
from tests.unit.widgets.hostile import EXAMPLES

LIKE = {"guests": "media", "pools": "fast", "backups": "media"}
"""What is filtered for, and is found once."""


async def _open(scene: Scene, pane: str) -> RowsPane:
    number = [spec.id for spec in PANES].index(pane) + 1
    await scene.press(str(number))
    found = scene.main.rows_pane(pane)
    await scene.settle(lambda: found.has_focus_within)
    return found


async def test_every_pane_is_filtered_sorted_explained_and_asked_about_alike(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copied: list[str] = []
    async with on_stage() as scene:
        monkeypatch.setattr(scene.app, "copy_to_clipboard", copied.append)
        await scene.arrive(*everything())
        for name, word in LIKE.items():
            pane = await _open(scene, name)
            table = pane.query_one(RowTable)
            every = table.shown_keys
            await scene.press("G")
            assert table.cursor_key == every[-1]
            await scene.press("g")
            assert table.cursor_key == every[0]
            await scene.press("j", "k")
            assert table.cursor_key == every[0]
            await scene.press("s", "s")
            assert table.sorting == (pane.kind.columns[1].key, False)
            await scene.press("r")
            assert table.sorting[1]
            await scene.press("S")
            assert table.sorting == (pane.kind.columns[0].key, False)
            await scene.press("slash", *word, "enter")
            assert len(table.shown_keys) == 1
            assert f"1 of {len(every)}" in scene.framed(pane)
            chosen = pane.chosen
            await scene.press("e")
            assert scene.answers.asked[-1] == pane.kind.explain(chosen)
            await scene.press("escape")
            await scene.settle(lambda: not scene.chat.busy)
            await scene.press("c")
            assert scene.answers.asked[-1] == pane.kind.changes(chosen, scene.clock.now)
            await scene.press("escape")
            await scene.settle(lambda: not scene.chat.busy)
            await scene.press("y")
            assert word in copied[-1]
            await scene.press("escape")
            assert sorted(table.shown_keys) == sorted(every)


async def test_cursor_stays_on_its_row_while_rows_come_and_go() -> None:
    async with on_stage() as scene:
        await scene.arrive(*everything())
        pane = await _open(scene, "guests")
        await scene.press("j", "j")
        assert scene.chosen == "db (104)"
        more = GuestListing(items=(*(guest(200 + n, f"new{n}") for n in range(9)), *GUEST_ROWS))
        await scene.arrive(answered(GUESTS, more, status(PROXMOX)))
        assert scene.chosen == "db (104)"
        await scene.arrive(
            answered(GUESTS, GuestListing(), status(PROXMOX, State.UNREACHABLE, "x"))
        )
        assert pane.chosen is None
        await scene.press("j", "e", "enter")
        assert scene.answers.asked == []
        assert scene.app.screen is scene.main
        await scene.arrive(answered(GUESTS, FULL[GUESTS], status(PROXMOX)))
        await scene.settle(lambda: scene.chosen == "db (104)")


async def test_one_dead_backend_leaves_what_others_say() -> None:
    async with on_stage() as scene:
        await scene.arrive(*everything())
        dead = status(PROXMOX, State.UNREACHABLE, "refused")
        await scene.arrive(answered(GUESTS, GuestListing(), dead))
        assert "cannot be reached" in scene.framed(scene.main.rows_pane("guests"))
        assert "sdh removed" in scene.framed(scene.main.rows_pane("pools"))
        assert "not covered" in scene.framed(scene.main.rows_pane("backups"))
        assert "SmartDiskFailing" in scene.framed(scene.main.rows_pane("alerts"))
        away = status(PBS, State.UNREACHABLE, "refused")
        await scene.arrive(answered(DATASTORES, DatastoreListing(), away))
        shown = scene.framed(scene.main.rows_pane("backups"))
        assert "without pbs:main" in shown
        assert "not covered" in shown


def _hostile() -> list[Any]:
    guests: list[Guest] = []
    for number, text in enumerate(EXAMPLES):
        guests.append(guest(100 + number, text or None, node=text, lock=text, tags=(text,),
                            status="stopped"))  # fmt: skip
    covered = tuple(
        coverage(one, "never", None, reason=text, error=text, former_names=(text,))
        for one, text in zip(guests, EXAMPLES, strict=True)
    )
    pools = tuple(
        pool(text, id=number, state=text, detail=text, source=f"truenas:{number}")
        for number, text in enumerate(EXAMPLES)
    )
    stores = tuple(
        Datastore(source=f"pbs:{number}", name=text, comment=text, error=text, maintenance=text)
        for number, text in enumerate(EXAMPLES)
    )
    return [
        alerts_of(),
        answered(GUESTS, GuestListing(items=tuple(guests)), status(PROXMOX)),
        answered(COVERAGE, CoverageListing(items=covered), status(PBS)),
        answered(POOLS, PoolListing(items=pools), status(TRUENAS)),
        answered(DATASTORES, DatastoreListing(items=stores), status(PBS)),
    ]


async def test_hostile_names_are_only_text_in_every_pane(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    properties = GuestProperties(
        asked="x",
        items=tuple(Property(group=text, name=text, value=text, note=text) for text in EXAMPLES),
    )
    answers = {
        **ANSWERS,
        "proxmox_get_guest_config": properties,
        "truenas_pool_status": dead("truenas", "[/] \x1b[31m"),
        "grafana_get_alerts": dead("grafana", "a" * 10_000),
    }
    async with on_stage() as scene:
        backends(scene, monkeypatch, answers)
        await scene.arrive(*_hostile())
        assert scene.says("x [/] y", "disk [critical]")
        assert scene.is_clean
        for pane in ("guests", "pools", "backups"):
            found = await _open(scene, pane)
            assert found.query_one(RowTable).total >= len(EXAMPLES)
            await scene.press("e", "y", "s", "r", "G", "g")
            assert "\n" not in scene.answers.asked[-1]
            assert len(scene.answers.asked[-1]) < 400
            assert scene.is_clean
            await scene.press("escape")
            await scene.settle(lambda: not scene.chat.busy)
            if pane == "backups":
                continue
            for _ in range(4):
                await scene.press("enter")
                await scene.settle(lambda: isinstance(scene.app.screen, DetailScreen))
                await scene.settle()
                assert scene.is_clean
                await scene.press("escape", "j", "j", "j")
    assert scene.app.broken is None


async def test_rows_are_found_by_name_in_the_palette_until_they_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with on_stage() as scene:
        backends(scene, monkeypatch)
        await scene.arrive(*everything())
        await scene.press("ctrl+p", *"guest media")
        await scene.settle(lambda: scene.says("Guest media (101)"))
        await scene.press("enter")
        await scene.settle(lambda: scene.says("attic › Guests › media (101)"))
        await scene.press("escape")
        pane = scene.main.rows_pane("pools")
        scene.main.post_message(_chosen(pane, "gone"))
        await scene.settle(lambda: scene.says("This pool is no longer there"))


def _chosen(pane: RowsPane, key: str) -> Any:
    from sre_tui.screens.rows_pane import RowChosen

    return RowChosen(pane.spec.id, key)


def test_stub_rows_are_those_of_the_feeds() -> None:
    assert {one.feed for one in everything()} >= {ALERTS, GUESTS, POOLS, COVERAGE, DATASTORES}
    assert len(COVERAGE_ROWS) == len(GUEST_ROWS)
    assert POOL_ROWS[0].state == "DEGRADED"

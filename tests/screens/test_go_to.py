from __future__ import annotations

import asyncio

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.command import CommandPalette
from textual.widgets import Input, OptionList

from sre_tui.screens.detail import DetailScreen
from sre_tui.screens.findings import FindingsScreen
from sre_tui.screens.go_to import GoToScreen
from sre_tui.screens.help import HelpScreen
from sre_tui.screens.places import Place, matching
from sre_tui.screens.reader import RunbookScreen
from tests.screens.panes import everything
from tests.screens.stage import SIZES, Scene, on_stage
from widgets.breadcrumb import Breadcrumb

RUNBOOKS = (("dns-down", "DNS does not answer"), ("zfs-pool-full", "A [red]pool[/] is full"))


def _places(*names: str) -> list[Place]:
    return [Place(name, "", ("101",) if "media" in name else (), lambda: None) for name in names]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("guests", "Guests"),
        ("Guest media", "Guest media"),
        ("media", "Guest media"),
        ("101", "Guest media"),
        ("med", "Guest media"),
        ("full", "Runbook zfs-pool-full"),
        ("pool", "Pool tank"),
        ("oboo", "Guest audiobookshelf"),
    ],
)
def test_what_is_called_so_comes_first(typed: str, first: str) -> None:
    places = _places(
        "Guests",
        "Guest media",
        "Backup media",
        "Guest media-old",
        "Guest audiobookshelf",
        "Runbook zfs-pool-full",
        "Pool tank",
    )
    assert matching(places, typed)[0].name == first


def test_words_in_any_order_and_nothing_at_all() -> None:
    places = _places("Guest media", "Runbook zfs-pool-full")
    assert [one.name for one in matching(places, "full zfs")] == ["Runbook zfs-pool-full"]
    assert matching(places, "no such thing") == []
    assert matching(places, "  \x1b[2J ") == places


async def _go(scene: Scene, typed: str) -> None:
    await scene.press("colon")
    assert isinstance(scene.app.screen, GoToScreen)
    scene.app.screen.query_one(Input).value = typed
    await scene.press("enter")


async def test_go_anywhere_by_name(snapshot: SnapshotAssertion) -> None:
    async with on_stage(runbooks=RUNBOOKS) as scene:
        await scene.arrive(*everything())
        await _go(scene, "104")
        await scene.settle(lambda: scene.says("attic › Guests › db (104)"))
        await _go(scene, "dns-down")
        await scene.settle(lambda: isinstance(scene.app.screen, RunbookScreen))
        await scene.settle(lambda: scene.says("How to mend dns-down", "Guests › db (104) › DNS"))
        await _go(scene, "checks")
        await scene.settle(lambda: isinstance(scene.app.screen, FindingsScreen))
        await _go(scene, "zfs")
        await scene.settle(lambda: scene.at_main)
        assert scene.main.front == "pools"

        await scene.press("colon", "f", "a", "s", "tab")
        field = scene.app.screen.query_one(Input)
        field.cursor_blink = False
        assert field.value == "Pool fast"
        await scene.press("escape")
        assert scene.at_main
        await scene.press("colon", *"pool", "down")
        await scene.settle(lambda: scene.says("Runbook zfs-pool-full", "A [red]pool[/] is full"))
        await scene.draw("places", snapshot)
        await scene.press("enter")
        await scene.settle(lambda: scene.says("attic › Pools › fast"))

        await _go(scene, "no such thing")
        assert scene.says("Nothing here is called so")
        await scene.press("escape", "question_mark", "colon")
        assert isinstance(scene.app.screen, HelpScreen)
        await scene.press("escape")
        await _go(scene, "q")
        assert scene.app._exit


async def test_colon_is_a_letter_where_one_types_and_a_click_goes_there() -> None:
    async with on_stage(size=SIZES["80x24"]) as scene:
        await scene.arrive(*everything())
        await scene.press("slash", "colon")
        assert scene.at_main
        await scene.press("escape", "5", "a", "colon")
        assert scene.chat.prompt.text == "a:"
        await scene.press("escape", "escape", "2", "colon", *"media")
        await scene.pilot.click(OptionList, offset=(3, 0))
        await scene.settle(lambda: isinstance(scene.app.screen, DetailScreen))
        assert scene.says("media (101)")


async def test_palette_finds_everything_from_every_level() -> None:
    async with on_stage(runbooks=RUNBOOKS) as scene:
        await scene.arrive(*everything())
        await scene.press("enter")
        await scene.settle(lambda: isinstance(scene.app.screen, DetailScreen))
        for typed, shown, crumb in (
            ("guest nextc", "Guest nextcloud (103)", "Guests › nextcloud (103)"),
            ("tank", "Pool tank", "Pools › tank"),
            ("zfs-p", "Runbook zfs-pool-full", "A [red]pool[/] is full"),
            ("what chan", "What changed", "] Wider"),
        ):
            await scene.press("ctrl+p")
            assert isinstance(scene.app.screen, CommandPalette)
            scene.app.screen.query_one(Input).value = typed
            await scene.settle(lambda shown=shown: scene.says(shown))  # type: ignore[misc]
            await scene.press("enter")
            await scene.settle(lambda crumb=crumb: scene.says(crumb))  # type: ignore[misc]
            await scene.settle(lambda: not isinstance(scene.app.screen, CommandPalette))


async def test_palette_finds_what_was_typed_before_it_knew_the_runbooks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = asyncio.Event()
    async with on_stage(runbooks=RUNBOOKS) as scene:
        await scene.arrive(*everything())
        listing = scene.app.list_runbooks

        async def list_late() -> None:
            await known.wait()
            await listing()

        monkeypatch.setattr(scene.app, "list_runbooks", list_late)
        await scene.press("ctrl+p", *"zfs")
        known.set()
        await scene.settle(lambda: scene.says("Runbook zfs-pool-full"))


async def test_a_click_on_the_breadcrumb_leads_back() -> None:
    async with on_stage(size=SIZES["80x24"], runbooks=RUNBOOKS) as scene:
        await scene.arrive(*everything())
        for place in ("HighReadLatency", "media", "tank", "dns-down"):
            await _go(scene, place)
            await scene.settle(lambda: not isinstance(scene.app.screen, GoToScreen))
        line = scene.app.screen.query_one(Breadcrumb)
        shown = scene.within(line)
        assert shown.startswith("… › ")
        assert shown.endswith("Pools › tank › DNS does not answer")
        at = scene.text.splitlines()[line.region.y].index("tank")
        await scene.pilot.hover(Breadcrumb, offset=(at, 0))
        assert line.pointed == 3
        await scene.pilot.click(Breadcrumb, offset=(at, 0))
        await scene.settle(lambda: scene.says("Pools › tank") and not scene.says("DNS does"))
        await scene.pilot.click(Breadcrumb, offset=(1, 0))
        await scene.settle(lambda: scene.at_main)

"""The journal as a level: what it shows in each state, and what is written from it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.widgets import Input

from providers.reading import State
from sre_tui.live.feed import ToolFeed
from sre_tui.live.recording import change_incident, record_incident
from sre_tui.memory.incident import Incident
from sre_tui.memory.incidents import Incidents, Wanted
from sre_tui.screens.incidents import IncidentScreen, IncidentsScreen
from sre_tui.screens.investigation import InvestigationScreen
from sre_tui.screens.keys import commands
from sre_tui.screens.record import RecordScreen
from sre_tui.screens.rows_pane import RowTable
from sre_tui.tools.context import ToolContext
from sre_tui.tools.memory_data import with_incidents
from sre_tui.tools.memory_incidents import IncidentMatches
from tests.screens.deliveries import Deliveries, on_deliveries
from tests.screens.homelab import NOW, status
from tests.screens.hostile import MIXED
from tests.screens.stage import SIZES, Scene, on_stage
from tests.screens.svg import SvgSnapshot
from tests.stubs.homelab_tools import context_in

MEMORY = status("memory", State.OK)
HOUR = timedelta(hours=1)


def incident(id_: str, title: str, age: int, **more: object) -> Incident:
    at = NOW - age * HOUR
    values = {"id": id_, "title": title, "started": at, "recorded": at, "updated": at, **more}
    return Incident.model_validate(values)


BUFFERS = incident(
    "k7m2", "Jellyfin [b]buffers[/]", 5, subject="nas1/sdc", severity="critical",
    alert="SmartDiskFailing", services=("jellyfin", "immich"),
    description="It stalls\nevery evening.", cause="a disk dies", session="s-1",
)  # fmt: skip
CABLE = incident(
    "c4bl", "tank degraded", 30, subject="nas1/tank", severity="warning",
    cause="a cable came loose", resolution="put it back", ended=NOW - 28 * HOUR,
)  # fmt: skip
POWER = incident("p0wr", "Power cut", 3, ended=NOW - 2 * HOUR)
LISTED = IncidentMatches(items=(POWER, BUFFERS, CABLE), total=3)


async def opened(scene: Scene, made: Deliveries) -> None:
    await scene.press("J")
    assert isinstance(scene.app.screen, IncidentsScreen)
    await made.answer(LISTED, MEMORY)
    await scene.settle(lambda: scene.focused_is(RowTable))


@pytest.mark.parametrize("size", SIZES)
async def test_incidents_in_every_state(
    size: str, snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def looks(name: str) -> None:
        await scene.settle()
        assert scene.svg == snapshot(name=name, extension_class=SvgSnapshot)

    async with on_deliveries(monkeypatch, size) as (scene, made):
        await scene.press("J")
        assert made.last.tool == "memory_search_incidents"
        assert scene.says("attic › Incidents", "Asking the sources…")
        await looks("loading")
        await made.answer(IncidentMatches(), MEMORY)
        assert scene.says("No incident was recorded yet: n records one")
        await looks("empty")
        away = status("memory", State.UNREACHABLE, "nothing listens at db:5432")
        await made.answer(IncidentMatches(), away)
        assert scene.says("memory cannot be reached", "nothing listens", "ctrl+r tries again")
        await looks("error")
        await made.answer(LISTED, MEMORY)
        await scene.settle(lambda: scene.says("Incidents 3 · 1 open"))
        # What goes on comes first, then the latest.
        assert scene.level_table.shown_keys == ["k7m2", "p0wr", "c4bl"]
        assert scene.says("▲ open", "Jellyfin [b]buffers[/]", "◆ critical", "✓ closed", "5 h ago")
        assert scene.says("n New", "E Edit", "X Close", "? Help")
        await looks("ready")
        await scene.press("enter")
        assert isinstance(scene.app.screen, IncidentScreen)
        assert scene.says("attic › Incidents › Jellyfin [b]buffers[/]", "jellyfin, immich",
                          "every evening.", "a disk dies", "sre incidents show k7m2",
                          "E Edit", "X Close")  # fmt: skip
        await looks("details")


async def test_keys_on_an_incident(monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []
    async with on_deliveries(monkeypatch) as (scene, made):
        monkeypatch.setattr(scene.app, "copy_to_clipboard", copied.append)
        await opened(scene, made)
        await scene.press("y", "slash", *"tank", "enter")
        assert "every evening." in copied[-1]
        assert scene.level_table.shown_keys == ["c4bl"]
        await scene.press("escape", "s")
        assert len(scene.level_table.shown_keys) == 3
        await scene.press("i")
        assert isinstance(scene.app.screen, InvestigationScreen)
        await scene.press("escape", "enter", "y")
        assert "sre incidents show" in copied[-1]
        offered = {each.action.id for each in commands(scene.app.screen)}
        assert {"incident.edit", "incident.close", "detail.explain", "app.report"} <= offered
        await scene.press("e")
        assert scene.at_main
        assert "what do recorded incidents say about" in scene.answers.asked[-1]


async def test_ways_to_the_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    async with on_deliveries(monkeypatch, "80x24") as (scene, made):
        for way in (("colon", *"journal", "enter"), ("5", *"/incidents", "enter")):
            await scene.press(*way)
            await scene.settle(lambda: isinstance(scene.app.screen, IncidentsScreen))
            await scene.press("escape")
            await scene.settle(lambda: scene.at_main)
        told = [(one.tool, one.over) for one in made.asked]
        assert told == [("memory_search_incidents", True)] * 2


async def test_hostile_incidents_stay_text(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = dict.fromkeys(("title", "subject", "severity", "alert", "cause", "description"), MIXED)
    one = Incident.model_validate({**POWER.model_dump(), **texts})
    evil = IncidentMatches(items=(one,), total=1)
    async with on_deliveries(monkeypatch, "80x24") as (scene, made):
        await scene.press("J")
        await made.answer(evil, MEMORY)
        await scene.settle(lambda: scene.focused_is(RowTable))
        assert scene.is_clean
        await scene.press("enter")
        assert scene.is_clean


@asynccontextmanager
async def on_journal(folder: Path, *known: Incident) -> AsyncIterator[tuple[Scene, ToolContext]]:
    """The app over a memory on the disk."""
    used = context_in(folder)

    def add(incidents: Incidents) -> None:
        for each in known:
            incidents.add(each)

    await with_incidents(used, add)
    async with on_stage(
        size=SIZES["80x24"],
        feed_of=lambda tool, arguments: ToolFeed(used, tool, tool, arguments, 60.0),
        record=partial(record_incident, used),
        change=partial(change_incident, used),
    ) as scene:
        await scene.press("J")
        yield scene, used


async def kept(used: ToolContext, words: str) -> Incident:
    found, _ = await with_incidents(used, lambda each: each.find(Wanted(words=words)))
    return found.items[0]


def fields(scene: Scene) -> dict[str, str]:
    assert isinstance(scene.app.screen, RecordScreen)
    return {field.id or "": field.value for field in scene.app.screen.query(Input)}


def said(scene: Scene, words: str) -> bool:
    shown = (*scene.app.screen.query("Toast"), *scene.app.screen.query("#said"))
    return words in " ".join(" ".join(map(scene.within, shown)).replace("▌", "").split())


async def test_incidents_are_recorded_changed_and_closed(tmp_path: Path) -> None:
    async with on_journal(tmp_path) as (scene, used):
        await scene.settle(lambda: scene.says("No incident was recorded yet"))
        await scene.press("X", "E")
        assert isinstance(scene.app.screen, IncidentsScreen)
        await scene.press("n")
        await scene.settle(lambda: scene.says("Record an incident", "What was seen", "Ended"))
        await scene.press(*"DNS [b]is[/] away", "tab", *"no names", "ctrl+s")
        await scene.settle(lambda: scene.says("Incidents 1 · 1 open", "DNS [b]is[/] away"))
        assert (await kept(used, "dns")).description == "no names"

        await scene.press("enter", "E")
        await scene.settle(lambda: scene.says("Change ", ": DNS [b]is[/] away"))
        assert fields(scene)["description"] == "no names"
        await scene.press("ctrl+s")
        assert said(scene, "nothing is different yet")
        await scene.press("end", *["backspace"] * 4, *"gone", "tab", "end", *["backspace"] * 8)
        await scene.press("tab", "tab", "tab", "tab", *"bad", "ctrl+s")
        assert said(scene, "severity")
        await scene.press(*["backspace"] * 3, *"warning", "ctrl+s")
        await scene.settle(lambda: said(scene, "Changed "))
        changed = await kept(used, "dns")
        assert (changed.title, changed.severity) == ("DNS [b]is[/] gone", "warning")
        assert changed.description == ""
        # The details follow.
        await scene.settle(lambda: scene.says("▲ warning", "DNS [b]is[/] gone"))

        await scene.press("X")
        await scene.settle(lambda: scene.says("Close ", "Ended"))
        assert fields(scene).keys() == {"ended", "resolution", "cause"}
        await scene.press("tab", *"turned it on", "ctrl+s")
        await scene.settle(lambda: scene.says("✓ closed", "turned it on"))
        over = await kept(used, "dns")
        assert (over.state, over.resolution) == ("closed", "turned it on")

        # Without an end it goes on after all.
        await scene.press("E", "tab", *["tab"] * 8, "end", *["backspace"] * 20, "ctrl+s")
        await scene.settle(lambda: scene.says("▲ open"))
        assert (await kept(used, "dns")).ended is None


async def test_what_makes_no_sense_is_refused_in_the_form(tmp_path: Path) -> None:
    async with on_journal(tmp_path, BUFFERS) as (scene, used):
        await scene.settle(lambda: scene.says("Incidents 1"))
        await scene.press("X")
        await scene.settle(lambda: scene.says("Close k7m2"))
        await scene.press("end", *["backspace"] * 20, *"2031-01-01", "ctrl+s")
        await scene.settle(lambda: said(scene, "cannot have ended in the future"))
        assert isinstance(scene.app.screen, RecordScreen)
        await scene.press("escape")
        assert (await kept(used, "jellyfin")).ended is None
        # What was typed is still there for who comes back to mend it.
        await scene.press("X")
        await scene.settle(lambda: scene.says("Close k7m2"))
        assert fields(scene)["ended"] == "2031-01-01"
        await scene.press("escape")
        assert said(scene, "Nothing was changed")


async def test_without_a_journal_nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    async with on_deliveries(monkeypatch, "80x24") as (scene, made):
        await opened(scene, made)
        await scene.press("n")
        await scene.settle(lambda: said(scene, "There is no journal to write into"))
        assert isinstance(scene.app.screen, IncidentsScreen)

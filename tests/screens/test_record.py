"""Recording what an investigation found: a form, and nothing that nobody agreed to."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.command import CommandPalette
from textual.widgets import TextArea

from providers.reading import State
from sre_tui.live.recording import record_incident
from sre_tui.memory.draft import draft_of
from sre_tui.memory.incident import Incident
from sre_tui.memory.refusals import NotSetUp, PerhapsKept
from sre_tui.screens.investigation import InvestigationScreen
from sre_tui.screens.record import RecordScreen
from sre_tui.screens.wanted import RecordWanted
from sre_tui.settings import Settings
from sre_tui.tools.memory_data import with_incidents
from tests.screens.conclusions import FOUND, NOTHING
from tests.screens.deliveries import Deliveries, on_deliveries
from tests.screens.homelab import status
from tests.screens.stage import Scene, on_stage
from tests.stubs.homelab_tools import context_in
from tests.unit.memory.killing import incident
from widgets.outline import Outline


class Journal:
    """Keeps what it is given, once it is let, unless it is to fail."""

    def __init__(self) -> None:
        self.kept: list[Mapping[str, str]] = []
        self.fault: Exception | None = None
        self.may = asyncio.Event()
        self.may.set()

    async def __call__(self, values: Mapping[str, str]) -> Incident:
        await self.may.wait()
        if self.fault is not None:
            raise self.fault
        self.kept.append(values)
        return incident(values["title"]).model_copy(update={"id": "k7m2"})


async def investigate(scene: Scene, made: Deliveries, **changes: Any) -> None:
    if scene.at_main:
        await scene.press("I")
    await made.answer(FOUND.model_copy(update=changes), status("prometheus:main", State.OK))
    await scene.settle(lambda: scene.focused_is(Outline))


def form_is_open(scene: Scene) -> bool:
    return isinstance(scene.app.screen, RecordScreen)


def told(scene: Scene) -> str:
    """What notices and the form say."""
    screen = scene.app.screen
    shown = (*screen.query("Toast"), *screen.query("#said"))
    return " ".join(" ".join(map(scene.within, shown)).replace("▌", "").split())


async def test_the_cause_is_recorded_once_its_form_is_agreed_to(
    monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    journal = Journal()
    async with on_deliveries(monkeypatch, "80x24", journal) as (scene, made):
        await scene.press("I")
        await made.answer(NOTHING, status("prometheus:main"))
        await scene.settle(lambda: scene.focused_is(Outline))
        await scene.press("r")
        assert isinstance(scene.app.screen, InvestigationScreen)
        await investigate(scene, made)
        assert scene.says("r Record")
        await scene.press("r")
        assert form_is_open(scene)
        assert scene.says("Record this incident?", "Disk sdc on nas1 is failing", "nas1/sdc",
                          "critical", "Began: 20", "^s Record")  # fmt: skip
        await scene.draw("form", snapshot)
        await scene.press("escape")
        assert scene.says("Nothing was recorded")
        assert not journal.kept

        await scene.press("r", *"!", "enter", "enter", "enter", "enter", *"x", "ctrl+s")
        assert form_is_open(scene)
        assert scene.says("severity")
        await scene.press("backspace", "ctrl+s")
        await scene.settle(lambda: scene.says("Recorded as k7m2"))
        (values,) = journal.kept
        assert values["title"] == "Disk sdc on nas1 is failing!"
        assert (values["subject"], values["severity"]) == ("nas1/sdc", "critical")


async def test_nothing_is_recorded_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal()
    async with on_deliveries(monkeypatch, "80x24", journal) as (scene, made):
        await investigate(scene, made)
        on = scene.app.screen
        assert isinstance(on, InvestigationScreen)
        on.action_record()
        on.action_record()
        await scene.settle(lambda: form_is_open(scene))
        assert sum(isinstance(one, RecordScreen) for one in scene.app.screen_stack) == 1

        journal.may.clear()
        # What it is about may be changed; it is the same incident nevertheless.
        await scene.press("tab", *"/x", "ctrl+s", "ctrl+s")
        assert scene.says("Being recorded")
        await scene.press("escape", "r")
        assert isinstance(scene.app.screen, InvestigationScreen)
        assert scene.says("It is being recorded")
        journal.may.set()
        await scene.settle(lambda: scene.says("Recorded as k7m2"))
        await scene.press("r")
        assert isinstance(scene.app.screen, InvestigationScreen)
        assert "in your journal already, as k7m2" in told(scene)
        assert [one["subject"] for one in journal.kept] == ["nas1/sdc/x"]

        over = incident().model_copy(update={"id": "k7m2", "ended": FOUND.window_end})
        await investigate(scene, made, recorded=(over,))
        await scene.press("r")
        assert form_is_open(scene)
        await scene.press("escape")
        going_on = incident().model_copy(update={"ended": None, "subject": "nas1/sdc"})
        await investigate(scene, made, recorded=(over, going_on))
        await scene.press("r")
        assert isinstance(scene.app.screen, InvestigationScreen)
        assert f"in your journal already, as {going_on.id}" in told(scene)


async def test_what_was_typed_outlives_a_store_that_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    in_the_way = tmp_path / "data"
    in_the_way.write_text("no folder", encoding="utf-8")
    context = context_in(tmp_path, Settings())
    record = partial(record_incident, context)
    async with on_deliveries(monkeypatch, "80x24", record) as (scene, made):
        await investigate(scene, made)
        await scene.press("r", *"!", "ctrl+s")
        await scene.settle(lambda: "Nothing was recorded: " in told(scene))
        assert form_is_open(scene)
        assert scene.says("Disk sdc on nas1 is failing!")
        assert "cannot be written: " in told(scene)
        assert "mend that, then record it again" in told(scene)
        # Who leaves to mend it finds it again.
        await scene.press("escape", "r")
        assert form_is_open(scene)
        assert scene.says("Disk sdc on nas1 is failing!")
        in_the_way.unlink()
        await scene.press(*"!", "ctrl+s")
        await scene.settle(lambda: scene.says("Recorded as "))
        assert isinstance(scene.app.screen, InvestigationScreen)
    (kept,), _ = await with_incidents(context, lambda each: each.all())
    assert kept.title == "Disk sdc on nas1 is failing!!"


async def test_a_fault_nobody_foresaw_is_told_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal()
    async with on_deliveries(monkeypatch, "80x24", journal) as (scene, made):
        await investigate(scene, made)
        journal.fault = TimeoutError()
        await scene.press("r", *"!", "ctrl+s")
        await scene.settle(lambda: "not known whether it was recorded" in told(scene))
        assert form_is_open(scene)
        assert scene.says("Disk sdc on nas1 is failing!")
        assert "look with sre incidents" in told(scene)
        journal.fault = PerhapsKept("not known whether it was written: look")
        await scene.press("ctrl+s")
        await scene.settle(lambda: "not known whether it was written: look" in told(scene))
        assert "othing was recorded" not in told(scene)

        journal.may.clear()
        journal.fault = NotSetUp("the disk is [b]full[/]")
        await scene.press("ctrl+s", "escape")
        journal.may.set()
        await scene.settle(lambda: "recorded: the disk is [b]full[/]" in told(scene))
        assert isinstance(scene.app.screen, InvestigationScreen)


async def test_the_form_goes_away_below_another_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal()
    journal.may.clear()
    async with on_deliveries(monkeypatch, "120x40", journal) as (scene, made):
        await investigate(scene, made)
        await scene.press("r", "ctrl+s", "ctrl+p")
        await scene.settle(lambda: isinstance(scene.app.screen, CommandPalette))
        journal.may.set()
        await scene.settle(lambda: scene.says("Recorded as k7m2"))
        assert isinstance(scene.app.screen, CommandPalette)
        await scene.press("escape")
        await scene.settle(lambda: isinstance(scene.app.screen, InvestigationScreen))


async def test_a_late_form_takes_no_keys_from_who_went_on(monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal()
    async with on_deliveries(monkeypatch, "120x40", journal) as (scene, made):
        await investigate(scene, made)
        asked_on, draft = scene.app.screen, draft_of(FOUND)
        assert draft is not None
        await scene.press("escape", "5", *"why")
        scene.app.post_message(RecordWanted(draft, FOUND, asked_on))
        await scene.settle(lambda: "Nothing was recorded: you went on" in told(scene))
        await scene.press(*" so")
        assert scene.at_main
        assert scene.chat.prompt.query_one(TextArea).text == "why so"


async def test_a_model_records_what_a_person_agrees_to() -> None:
    wanted = {"title": "Jellyfin buffers", "description": "it [b]stalls[/]", "services": "a,b"}
    async with on_stage() as scene:
        asked = asyncio.create_task(scene.app.agreed(wanted))
        await scene.settle(lambda: scene.says("The model asks: record this incident?"))
        assert scene.says("Jellyfin buffers", "What was seen: it [b]stalls[/]")
        await scene.press("tab", "!", "ctrl+s")
        assert await asked == {**wanted, "title": "Jellyfin buffers!"}
        asked = asyncio.create_task(scene.app.agreed(wanted))
        await scene.settle(lambda: scene.says("The model asks"))
        await scene.press("escape")
        assert await asked is None
        asked = asyncio.create_task(scene.app.agreed(wanted))
        await scene.settle(lambda: scene.says("The model asks"))
        asked.cancel()
        await scene.settle(lambda: scene.at_main)


async def test_a_model_that_asks_takes_nothing_that_is_typed_for_something_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wanted = {"title": "Jellyfin buffers", "description": f"{'it stalls ' * 200}Finally"}
    async with on_deliveries(monkeypatch, "80x24", Journal()) as (scene, made):
        await scene.press("5", *"why")
        asked = asyncio.create_task(scene.app.agreed(wanted))
        await scene.settle(lambda: scene.says("The model asks", "tab goes into the fields"))
        await scene.press(*"q t:", "enter", "end")
        # All that would be recorded can be read first.
        await scene.settle(lambda: scene.says("Finally"))
        assert form_is_open(scene)
        assert scene.chat.prompt.query_one(TextArea).text == "why"
        await scene.press("ctrl+s")
        assert await asked == wanted

        # One form at a time; another way out of it than its own is a refusal.
        await scene.press("escape")
        await investigate(scene, made)
        await scene.press("r")
        asked = asyncio.create_task(scene.app.agreed(wanted))
        await scene.press("!")
        assert scene.says("Record this incident?", "Disk sdc on nas1 is failing!")
        await scene.press("escape")
        await scene.settle(lambda: scene.says("The model asks"))
        await scene.app.pop_screen()
        assert await asked is None

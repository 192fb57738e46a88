"""Recording what an investigation found: a form, and nothing that nobody agreed to."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest

from providers.reading import State
from sre_tui.memory.refusals import NotSetUp
from sre_tui.screens.investigation import InvestigationScreen
from sre_tui.screens.record import RecordScreen
from tests.screens.conclusions import FOUND, NOTHING
from tests.screens.deliveries import on_deliveries
from tests.screens.homelab import status
from tests.screens.stage import on_stage
from tests.unit.memory.killing import incident
from widgets.outline import Outline


async def test_the_cause_is_recorded_once_its_form_is_agreed_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept: list[Mapping[str, str]] = []

    async def record(values: Mapping[str, str]) -> str:
        kept.append(values)
        if len(kept) > 1:
            raise NotSetUp("the disk is full")
        return "k7m2"

    async with on_deliveries(monkeypatch, "80x24") as (scene, made):
        monkeypatch.setattr(scene.app, "_parts", replace(scene.app._parts, record=record))
        await scene.press("I")
        await made.answer(NOTHING, status("prometheus:main"))
        await scene.settle(lambda: scene.focused_is(Outline))
        await scene.press("r")
        assert isinstance(scene.app.screen, InvestigationScreen)
        await made.answer(FOUND, status("prometheus:main"))
        assert scene.says("r Record")
        await scene.press("r")
        assert isinstance(scene.app.screen, RecordScreen)
        assert scene.says("Record this incident?", "Disk sdc on nas1 is failing", "nas1/sdc",
                          "critical", "Began: 20", "^s Record")  # fmt: skip
        await scene.press("escape")
        assert scene.says("Nothing was recorded")
        assert not kept

        await scene.press("r", *"!", "enter", "enter", "enter", "enter", *"x", "ctrl+s")
        assert isinstance(scene.app.screen, RecordScreen)
        assert scene.says("severity")
        await scene.press("backspace", "ctrl+s")
        await scene.settle(lambda: scene.says("Recorded as k7m2"))
        (values,) = kept
        assert values["title"] == "Disk sdc on nas1 is failing!"
        assert (values["subject"], values["severity"]) == ("nas1/sdc", "critical")
        await scene.press("r", "ctrl+s")
        await scene.settle(lambda: scene.says("Nothing was recorded: the disk"))

        known = incident().model_copy(update={"ended": None, "subject": "nas1/sdc", "id": "abcd"})
        await made.answer(
            FOUND.model_copy(update={"recorded": (known,)}),
            status("prometheus:main", State.OK),
        )
        await scene.press("r")
        assert isinstance(scene.app.screen, InvestigationScreen)
        assert scene.says("in your journal already")


async def test_a_model_records_what_a_person_agrees_to() -> None:
    wanted = {"title": "Jellyfin buffers", "description": "it [b]stalls[/]", "services": "a,b"}
    async with on_stage() as scene:
        asked = asyncio.create_task(scene.app.agreed(wanted))
        await scene.settle(lambda: scene.says("The model asks: record this incident?"))
        assert scene.says("Jellyfin buffers", "What was seen: it [b]stalls[/]")
        await scene.press("!", "ctrl+s")
        assert await asked == {**wanted, "title": "Jellyfin buffers!"}
        asked = asyncio.create_task(scene.app.agreed(wanted))
        await scene.settle(lambda: scene.says("The model asks"))
        await scene.press("escape")
        assert await asked is None
        asked = asyncio.create_task(scene.app.agreed(wanted))
        await scene.settle(lambda: scene.says("The model asks"))
        asked.cancel()
        await scene.settle(lambda: scene.at_main)

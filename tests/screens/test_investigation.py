"""An investigation as a level: what it shows in each state, what folds and what opens."""

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion

from providers.reading import State
from sre_tui.diagnosis.causes.model import Argument, Cause
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.screens.evidence import EvidenceScreen
from sre_tui.screens.investigation import InvestigationScreen
from sre_tui.screens.timeline import TimelineScreen
from sre_tui.tools.health import HealthListing
from tests.screens.conclusions import BEGAN, CHANGES, FOUND, NOTHING, event, finding, said
from tests.screens.deliveries import Deliveries, on_deliveries
from tests.screens.homelab import ALERTS, status
from tests.screens.homelab import snapshot as alerts_of
from tests.screens.stage import SIZES, Scene
from tests.screens.svg import SvgSnapshot
from tests.unit.widgets.hostile import EXAMPLES
from widgets.outline import Outline

PROMETHEUS = "prometheus:main"
REFUSED = "nothing listens at http://prometheus (connection refused)"


def _outline(scene: Scene) -> Outline:
    return scene.app.screen.query_one(Outline)


async def _go_to(scene: Scene, words: str) -> None:
    """Put the cursor on the line with these words."""
    outline = _outline(scene)
    texts = [str(option.prompt) for option in outline.options]
    place = next(number for number, text in enumerate(texts) if words in text)
    await scene.press("g", *["j"] * place)
    assert outline.highlighted == place


async def _with_found(scene: Scene, made: Deliveries) -> None:
    await scene.press("I")
    await made.answer(FOUND, status(PROMETHEUS))
    await scene.settle(lambda: scene.focused_is(Outline))


@pytest.mark.parametrize("size", SIZES)
async def test_investigation_in_every_state(
    size: str, snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch
) -> None:
    def looks(name: str) -> None:
        assert scene.svg == snapshot(name=name, extension_class=SvgSnapshot)

    async with on_deliveries(monkeypatch, size) as (scene, made):
        await scene.press("I")
        assert scene.says(
            "attic › Investigation › everything, the last 6 h", "Asking the sources…", "• loading"
        )
        looks("loading")
        await made.answer(FOUND, status(PROMETHEUS))
        await scene.settle(lambda: scene.focused_is(Outline))
        assert scene.says("✗ Disk sdc on nas1 is failing", "almost certain (97 %)", "▾ Cause 1:",
                          "+ sdc has 45 unreadable sectors", "- a running backup may be",
                          "▸ Possible cause 2", "possible (42 %)", "▸ Elsewhere")  # fmt: skip
        assert not scene.says("a backup run began")
        looks("ready")
        await made.answer(FOUND, status(PROMETHEUS, State.STALE, REFUSED, age_s=372))
        assert scene.says("◌ stale · 6 min old", "this is how it was", "▾ Cause 1:")
        looks("stale")
        away = status("loki:main", State.UNREACHABLE, REFUSED)
        await made.answer(FOUND, status(PROMETHEUS), away)
        assert scene.says("▲ partial", "without loki:main", "▾ Cause 1:")
        await made.answer(NOTHING, status(PROMETHEUS))
        assert scene.says("✓ Nothing wrong with media was found")
        looks("empty")
        await made.answer(NOTHING, status(PROMETHEUS, State.UNREACHABLE, REFUSED))
        assert scene.says("cannot be reached", "connection refused", "ctrl+r tries again")
        looks("error")
        await scene.press("e", "y", "enter", "escape")
        assert scene.at_main
        assert scene.answers.asked == []


async def test_keys_of_an_investigation(monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []
    async with on_deliveries(monkeypatch) as (scene, made):
        monkeypatch.setattr(scene.app, "copy_to_clipboard", copied.append)
        await scene.arrive(alerts_of(*ALERTS))
        await scene.settle(lambda: scene.table.has_focus)
        await scene.press("i")
        assert made.last.arguments == {"about": "SmartDiskFailing on nas1", "window": "6h"}
        await scene.press("escape")
        await _with_found(scene, made)
        await scene.press("y")
        assert "Cause 1: disk sdc on nas1 is failing" in copied[-1]
        await _go_to(scene, "Possible cause 2")
        await scene.press("enter")
        assert scene.says("▾ Possible cause 2", "a backup run began")
        await made.answer(FOUND, status(PROMETHEUS))
        assert scene.says("▾ Possible cause 2")
        assert "Possible cause 2" in str(_outline(scene).highlighted_option.prompt)  # type: ignore[union-attr]
        await scene.press("left")
        assert scene.says("▸ Possible cause 2")
        await scene.press("right", "a")
        assert scene.says("▸ Cause 1:", "▸ Possible cause 2", "▸ Next steps")
        await scene.press("a")
        assert scene.says("▾ Cause 1:", "▾ Possible cause 2")
        await _go_to(scene, "the NAS reports it")
        await scene.press("enter")
        assert isinstance(scene.app.screen, EvidenceScreen)
        assert scene.says("Evidence 2", "sre nas disks sdc", "FAILED SMART self-check",
                          "quoted by the investigation")  # fmt: skip
        await scene.press("escape")
        assert "the NAS reports it" in str(_outline(scene).highlighted_option.prompt)  # type: ignore[union-attr]
        await scene.press("C")
        assert isinstance(scene.app.screen, TimelineScreen)
        assert made.last.arguments["at"] == BEGAN.isoformat()
        await scene.press("escape")
        await _go_to(scene, "the UPS is old")
        await scene.press("enter")
        assert made.last.arguments["about"] == "pool tank on nas1"
        await scene.press("escape", "right_square_bracket")
        assert isinstance(scene.app.screen, InvestigationScreen)
        assert made.last.arguments["window"] == "12h"
        assert scene.says("the last 12 h", "this is what was asked for before")
        await _go_to(scene, "sdc has 45")
        await scene.press("e")
        assert scene.at_main
        assert "disk sdc on nas1 is failing" in scene.answers.asked[-1]


async def test_next_step_opens_its_runbook(monkeypatch: pytest.MonkeyPatch) -> None:
    async with on_deliveries(monkeypatch) as (scene, made):
        await _with_found(scene, made)
        await _go_to(scene, "What the disk says of itself")
        await scene.press("enter")
        assert scene.says(
            "the last 6 h › disk-smart-warning", "sre runbooks show disk-smart-warning"
        )
        await scene.press("escape")
        await _go_to(scene, "- a running backup may be")
        await scene.press("enter")
        assert scene.says("no backend said it itself")


async def test_hostile_conclusions_are_only_text(monkeypatch: pytest.MonkeyPatch) -> None:
    findings = tuple(
        finding(Subject(kind=SubjectKind.GUEST, name=f"{text}{number}"), text, check=f"{number}",
                why=text, advice=text, evidence=(said(text, asked=text, command=text),))
        for number, text in enumerate(EXAMPLES)
    )  # fmt: skip
    events = tuple(event(one.subject, one.text, number) for number, one in enumerate(findings))
    causes = tuple(
        Cause(kind=f"{number}", subject=one.subject, claim=one.text, confidence=0.9,
              severity=one.severity, speaks_for=(Argument(text=one.text, evidence=one.evidence),))
        for number, one in enumerate(findings)
    )  # fmt: skip
    found = FOUND.model_copy(
        update={"causes": causes, "timeline": events, "symptoms": findings, "headline": EXAMPLES[0]}
    )
    async with on_deliveries(monkeypatch) as (scene, made):
        await scene.press("f")
        await made.answer(HealthListing(items=findings), status(PROMETHEUS))
        assert scene.says("x [/] y", "disk [critical]")
        for place in ("g", "G"):
            await scene.press(place, "enter")
            assert scene.is_clean
            await scene.press("escape")
        await scene.press("escape", "w")
        await made.answer(CHANGES.model_copy(update={"items": events}), status(PROMETHEUS))
        assert scene.says("x [/] y", "disk [critical]")
        await scene.press("enter")
        assert scene.is_clean
        await scene.press("escape", "escape", "I")
        await made.answer(found, status(PROMETHEUS))
        assert scene.says("x [/] y", "disk [critical]")
        await scene.press("G", "g", "a", "a")
        assert scene.is_clean
    assert scene.app.broken is None

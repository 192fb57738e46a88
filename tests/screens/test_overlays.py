from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.command import CommandPalette

from sre_tui.agent.events import Answered, ToolFinished
from sre_tui.screens.actions import ACTIONS, PARTS
from sre_tui.screens.choice import ChoiceScreen
from sre_tui.screens.detail import DetailScreen
from sre_tui.screens.evidence import EvidenceScreen
from sre_tui.screens.help import HelpScreen
from sre_tui.screens.keys import KeyHelp, commands, key_help
from tests.screens.homelab import ALERTS, answer, evidence
from tests.screens.homelab import snapshot as snapshot_of
from tests.screens.stage import SIZES, Scene, on_stage
from tests.screens.svg import SvgSnapshot


async def _with_alerts(scene: Scene) -> None:
    await scene.arrive(snapshot_of(*ALERTS))
    await scene.settle(lambda: scene.table.has_focus)


@asynccontextmanager
async def _with_evidence(size: str = "120x40") -> AsyncIterator[Scene]:
    async with on_stage(size=SIZES[size]) as scene:
        await _with_alerts(scene)
        await scene.press("e")
        found = [
            evidence(1),
            evidence(2, "loki_query_logs", text="line one\n[b]x [/] y[/b]\nlast line"),
        ]
        text = "Cited [E1] and [E2], not [E9]."
        scene.answers.runs[-1].send(
            *(ToolFinished(evidence=one) for one in found),
            Answered(answer=answer(text, evidence=tuple(found))),
        )
        await scene.settle(lambda: not scene.chat.busy)
        yield scene


@pytest.mark.parametrize("size", SIZES)
async def test_help(size: str, snapshot: SnapshotAssertion) -> None:
    async with on_stage(size=SIZES[size]) as scene:
        await _with_alerts(scene)
        await scene.press("question_mark")
        assert isinstance(scene.app.screen, HelpScreen)
        assert scene.says("Keys", "Explain it in the chat", "Show only what contains")
        assert scene.svg == snapshot(extension_class=SvgSnapshot)
        await scene.press("escape")
        assert scene.table.has_focus


def test_every_action_has_its_own_id_and_a_heading() -> None:
    ids = [action.id for action in ACTIONS]
    assert len(ids) == len(set(ids))
    assert {action.part for action in ACTIONS} <= PARTS.keys()
    assert all(action.label and action.help for action in ACTIONS)


@pytest.mark.parametrize("size", SIZES)
async def test_palette(size: str, snapshot: SnapshotAssertion) -> None:
    async with on_stage(size=SIZES[size]) as scene:
        await _with_alerts(scene)
        await scene.press("ctrl+p")
        await scene.settle(lambda: scene.says("Explain it in the chat  (e)"))
        assert isinstance(scene.app.screen, CommandPalette)
        await scene.press(*"refresh")
        await scene.settle(lambda: scene.says("Ask every source now"))
        await scene.settle(lambda: not scene.says("Explain it"))
        for field in scene.app.screen.query("Input"):
            field.cursor_blink = False  # type: ignore[attr-defined]
        await scene.settle()
        assert scene.svg == snapshot(extension_class=SvgSnapshot)


@pytest.mark.parametrize("size", SIZES)
async def test_detail(size: str, snapshot: SnapshotAssertion) -> None:
    async with on_stage(size=SIZES[size]) as scene:
        await _with_alerts(scene)
        await scene.press("enter")
        await scene.settle(lambda: isinstance(scene.app.screen, DetailScreen))
        await scene.settle()
        assert scene.says(
            "attic › Alerts › SmartDiskFailing",
            "SMART says sdc on nas1 is failing",
            "smartctl_device_smart_status == 0",
            "https://runbooks.example/disk-smart-warning",
            "Storage / disks / SmartDiskFailing",
        )
        assert scene.svg == snapshot(extension_class=SvgSnapshot)
        await scene.press("escape")
        await scene.settle(lambda: scene.app.screen is scene.main)
        assert scene.table.has_focus


@pytest.mark.parametrize("size", SIZES)
async def test_evidence(size: str, snapshot: SnapshotAssertion) -> None:
    async with _with_evidence(size) as scene:
        await scene.press("5")
        await scene.settle(lambda: scene.chat.has_focus_within)
        await scene.press("ctrl+o")
        await scene.settle(lambda: isinstance(scene.app.screen, ChoiceScreen))
        assert scene.says("E1 grafana_get_alerts", "E2 loki_query_logs")
        await scene.press("down", "enter")
        await scene.settle(lambda: isinstance(scene.app.screen, EvidenceScreen))
        await scene.settle()
        assert scene.says("Evidence E2", "[b]x [/] y[/b]", "2 of 2", "✓ ok", "grafana:main ok")
        assert scene.svg == snapshot(extension_class=SvgSnapshot)
        await scene.press("p")
        assert scene.says("Evidence E1", "SmartDiskFailing [critical] firing", "1 of 2")
        await scene.press("p", "n", "n")
        assert scene.says("Evidence E2")
        await scene.press("escape")
        assert scene.app.screen is scene.main


@pytest.mark.parametrize("size", SIZES)
async def test_evidence_shows_the_whole_query(size: str, snapshot: SnapshotAssertion) -> None:
    reads = (f'rate(node_disk_read_time_{number}_total{{x="[/]"}}[5m])' for number in range(12))
    parts = " or ".join(reads)
    query = f"sum by (device) ({parts})"
    async with on_stage(size=SIZES[size]) as scene:
        await scene.press("5")
        await scene.settle(lambda: scene.chat.has_focus_within)
        scene.chat.prompt.text = "why?"
        await scene.press("enter")
        one = evidence(1, "prometheus_range_query", arguments={"query": query, "step": "60s"})
        scene.answers.runs[-1].send(Answered(answer=answer("So [E1].", evidence=(one,))))
        await scene.settle(lambda: not scene.chat.busy)
        scene.chat.prompt.text = "/evidence e1"
        await scene.press("enter")
        await scene.settle(lambda: isinstance(scene.app.screen, EvidenceScreen))
        await scene.settle()
        head = scene.app.screen.query_one("#evidence-head")
        shown = "".join(scene.within(head).split())
        assert "".join(f"prometheus_range_query(query={query},step=60s)".split()) in shown
        assert scene.svg == snapshot(extension_class=SvgSnapshot)
        await scene.press("end")
        await scene.settle(lambda: scene.says("SmartDiskFailing [critical] firing"))


def _find(scene: Scene, words: str) -> tuple[int, int]:
    for y, line in enumerate(scene.text.splitlines()):
        if (x := line.find(words)) >= 0:
            return x, y
    raise AssertionError(f"{words!r} is not on the screen")


async def test_help_and_palette_tell_every_key_of_the_screen() -> None:
    async with on_stage() as scene:
        await _with_alerts(scene)
        told = {one.id: one for one in _told(scene)}
        here = {"list", "rows", "filter", "chat", "transcript", "main", "app"}
        wanted = {action.id for action in ACTIONS if action.part in here and action.keys}
        assert wanted <= told.keys()
        assert told["rows.filter"].keys == "/"
        assert {"table.down", "prompt.send"} <= told.keys()
        offered = list(commands(scene.main))
        for command in offered:
            assert hasattr(command.node, f"action_{command.action.method}"), command.action.id
        ids = [command.action.id for command in offered]
        assert {"rows.explain", "chat.sessions", "app.quit", "main.zoom"} <= set(ids)
        scene.app.set_keymap({"rows.explain": "x"})
        assert {one.id: one for one in _told(scene)}["rows.explain"].keys == "x"
        await scene.press("e")
        assert scene.answers.asked == []
        await scene.press("x")
        assert len(scene.answers.asked) == 1


def _told(scene: Scene) -> list[KeyHelp]:
    return [one for group in key_help(scene.main).values() for one in group]


async def test_palette_runs_an_action_opens_an_alert_and_lists_the_themes() -> None:
    async with on_stage() as scene:
        await _with_alerts(scene)
        await scene.press("ctrl+p", *"zoom")
        await scene.settle(lambda: scene.says("One pane on the whole screen"))
        await scene.press("enter")
        await scene.settle(lambda: scene.main.zoomed)
        await scene.press("escape")
        assert not scene.main.zoomed
        await scene.press("ctrl+p", *"latency")
        await scene.settle(lambda: scene.says("Alert HighReadLatency media"))
        await scene.press("enter")
        await scene.settle(lambda: isinstance(scene.app.screen, DetailScreen))
        assert scene.says("attic › Alerts › HighReadLatency")
        await scene.press("escape", "t")
        await scene.settle(lambda: isinstance(scene.app.screen, CommandPalette))
        await scene.settle(lambda: scene.says("nord"))
        await scene.press("escape")
        scene.chat.prompt.focus()
        scene.chat.prompt.text = "/evidence"
        await scene.press("enter")
        await scene.settle(lambda: scene.says("No evidence yet"))


async def test_detail_asks_and_follows_the_data() -> None:
    async with on_stage() as scene:
        await _with_alerts(scene)
        for key, question in (("e", "explain the alert SmartDisk"), ("c", "what changed on nas1")):
            await scene.press("enter")
            await scene.settle(lambda: isinstance(scene.app.screen, DetailScreen))
            await scene.press(key)
            await scene.settle(lambda: scene.app.screen is scene.main)
            await scene.settle(lambda: scene.chat.busy)
            assert scene.answers.asked[-1].startswith(question)
            scene.chat.cancel()
            await scene.settle(lambda: not scene.chat.busy)
        await scene.press("enter")
        await scene.settle(lambda: isinstance(scene.app.screen, DetailScreen))
        louder = ALERTS[0].model_copy(update={"summary": "now sdd as well"})
        await scene.arrive(snapshot_of(louder))
        await scene.settle(lambda: scene.says("now sdd as well"))
        await scene.arrive(snapshot_of(*ALERTS[1:]))
        await scene.settle(lambda: scene.says("no longer active"))
        assert scene.says("now sdd as well")


async def test_citation_opens_its_evidence_which_is_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    async with _with_evidence() as scene:
        copied: list[str] = []
        monkeypatch.setattr(scene.app, "copy_to_clipboard", copied.append)
        await scene.pilot.click(offset=_find(scene, "E9"))
        await scene.settle(lambda: scene.says("There is no evidence E9"))
        assert scene.at_main
        await scene.pilot.click(offset=_find(scene, "E2], not"))
        await scene.settle(lambda: isinstance(scene.app.screen, EvidenceScreen))
        assert scene.says("Evidence E2", "last line")
        await scene.press("escape")
        scene.chat.prompt.focus()
        scene.chat.prompt.text = "/evidence e2"
        await scene.press("enter")
        await scene.settle(lambda: isinstance(scene.app.screen, EvidenceScreen))
        await scene.press("y")
        assert copied == ["line one\n[b]x [/] y[/b]\nlast line"]

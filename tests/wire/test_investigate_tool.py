"""The tool that investigates, over simulated incidents: answer, rendering, page, names, states."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from providers.last_known_good import NothingKept
from providers.reading import State
from sre_tui.demo.runtime.demo import RunningDemo, start_demo
from sre_tui.diagnosis.causes.model import Investigation
from sre_tui.environment import Environment, Folders
from sre_tui.settings.load import load_settings
from sre_tui.tools.context import ToolContext
from sre_tui.tools.registry import get_tool
from sre_tui.tools.rendering import ModelView, estimate_tokens
from sre_tui.tools.result import ToolResult
from sre_tui.tools.tool import ArgumentError
from sre_tui.views.page import Block
from sre_tui.views.registry import table_view
from tests.stubs.at_hand import start_at_hand
from tests.stubs.patient import patient
from tests.stubs.sizes import fewest_guests
from tests.stubs.slow import slow_but
from widgets.cell import Display

NOW = 1_795_359_600.0
"""A Sunday afternoon, 15:00."""
THEN = datetime.fromtimestamp(NOW, UTC)
LOUD = ("nas-disk-failing", "node-offline", "several-at-once")


@asynccontextmanager
async def homelab(
    scenario: str, folder: Path, guests: int = 0, *, sockets: bool = False, now: datetime = THEN
) -> AsyncIterator[tuple[RunningDemo, ToolContext]]:
    size = guests or fewest_guests(scenario)
    start = start_demo if sockets else start_at_hand
    async with start(scenario, guests=size, clock=now.timestamp) as demo:
        environment = Environment(
            variables=patient(demo.environment),
            folders=Folders.under(folder),
            working_folder=folder,
            clock=lambda: now,
        )
        settings = load_settings(environment)
        async with ToolContext(
            settings, environment.folders, environment.clock, kept=NothingKept()
        ) as context:
            yield demo, context


async def ask(context: ToolContext, about: str = "", **more: Any) -> ToolResult[Investigation]:
    return await get_tool("investigate").run(context, {"about": about, **more})


def text(answer: ToolResult[Investigation], budget: int = 4000) -> str:
    return get_tool("investigate").render(answer, ModelView(now=THEN, budget=budget))


def page(answer: ToolResult[Investigation]) -> str:
    view = table_view("investigate")
    assert view.page is not None
    display = Display(now=THEN, utc=None, wide=True)
    lines: list[str] = []
    for block in view.page(answer.data, display, None):
        assert isinstance(block, Block)
        lines.append(block.title)
        lines += ["".join(cell.text for cell in each.pieces) for each in block.lines]
    return "\n".join(lines)


async def test_a_failing_disk_is_the_cause_of_what_stands_on_it(tmp_path: Path) -> None:
    async with homelab("nas-disk-failing", tmp_path, sockets=True) as (_, context):
        answer = await ask(context, "why is jellyfin buffering?")
        moment = await ask(context, "jellyfin", at="-90m", window="2h")
        words = await get_tool("investigate").run(
            context, {"about": ["why", "is", "media", "slow"]}
        )
        with pytest.raises(ArgumentError, match=r"or other thing 'jelyfn7'; did you mean jellyfin"):
            await ask(context, "jelyfn7")
        # One letter beside a word of questions about homelabs, "node", and still a name.
        with pytest.raises(ArgumentError, match=r"or other thing 'nope'"):
            await ask(context, "nope")
    found = answer.data
    assert answer.state is State.OK
    assert {source.source for source in answer.sources} == {
        "grafana:main", "loki:main", "pbs:main", "prometheus:main", "proxmox:main", "truenas:main",
    }  # fmt: skip
    assert found.verdict == "cause"
    first = found.causes[0]
    assert (first.kind, first.subject.key) == ("disk_failing", "disk:nas1/sdc")

    said = text(answer)
    assert said.splitlines()[0].startswith('Investigation of "why is jellyfin buffering?"')
    assert "Cause 1: disk sdc on nas1 is failing [disk_failing, disk:nas1/sdc]" in said
    assert "h ago)" in said
    assert "runbook: disk-smart-warning" in said
    assert "unreadable sectors" in said
    shown = page(answer)
    assert "Disk sdc on nas1 is failing" in shown
    assert "sre runbooks show disk-smart-warning" in shown
    assert "almost certain (99 %)" in shown

    assert moment.data.window_end == THEN - timedelta(minutes=30)
    assert moment.data.window_start == moment.data.window_end - timedelta(hours=2)
    assert words.data.asked == "why is media slow"


@pytest.mark.parametrize("scenario", slow_but(["node-offline"], LOUD))
async def test_the_loudest_incidents_fit_in_1500_tokens(scenario: str, tmp_path: Path) -> None:
    async with homelab(scenario, tmp_path) as (_, context):
        answer = await ask(context)
    said = text(answer)
    assert estimate_tokens(said) <= 1500
    assert answer.data.causes
    for cause in answer.data.causes:
        if cause.confirmed:
            assert f"[{cause.kind}, {cause.subject.key}]" in said
    for budget in (1200, 700, 400):
        shorter = text(answer, budget)
        assert estimate_tokens(shorter) <= budget
        assert "Verdict: " in shorter


async def test_a_quiet_homelab_has_nothing_wrong(tmp_path: Path) -> None:
    async with homelab("quiet", tmp_path) as (_, context):
        answer = await ask(context)
    assert answer.data.verdict == "nothing_wrong"
    assert "Verdict: nothing wrong was found." in text(answer)
    shown = page(answer)
    assert shown.splitlines()[1].startswith("✓ Nothing wrong")
    assert shown.count("othing wrong was found") == 1


async def test_a_backup_that_runs_as_every_night_slows_nothing_down(tmp_path: Path) -> None:
    night = THEN.replace(hour=2, minute=30)
    async with homelab("quiet", tmp_path, now=night) as (_, context):
        tasks = await get_tool("proxmox_list_tasks").run(context, {})
        answer = await ask(context, "pve2")
    assert any(one.type == "vzdump" for one in tasks.data.items)
    assert (answer.data.verdict, answer.data.causes) == ("nothing_wrong", ())


async def test_alerts_that_nothing_confirms_are_no_trouble_and_no_all_clear(tmp_path: Path) -> None:
    async with homelab("somebody-is-hacking-us", tmp_path) as (_, context):
        answer = await ask(context)
        checked = await get_tool("check_health").run(context, {})
        narrow = await get_tool("check_health").run(context, {"only": "backups"})
    alerts = "2 alerts are firing that no check confirms, 1 of them critical"
    said = f"{alerts}: SECURITY - SSH BRUTE FORCE on vpn and 1 more"
    assert answer.data.headline == f"nothing wrong was found with the homelab; {said}."
    assert f"; {said} (sre alerts)" in checked.data.sentence
    assert (checked.data.verdict, checked.data.counts) == ("unknown", {})
    assert "confirms" not in narrow.data.sentence


async def test_where_most_checks_could_not_look_it_is_not_known(tmp_path: Path) -> None:
    async with homelab("quiet", tmp_path, sockets=True) as (demo, context):
        await demo.break_backend("prometheus", "500")
        answer = await ask(context)
    assert answer.data.verdict == "unknown"
    assert re.search(r"but \d+ of \d+ checks could not look\.$", answer.data.headline)
    assert "Verdict: unknown: not everything" in text(answer)
    assert page(answer).splitlines()[1].startswith("◌ UNKNOWN: Nothing wrong was found")


async def test_a_silent_backend_is_told_and_no_name_is_refused(tmp_path: Path) -> None:
    async with homelab("nas-disk-failing", tmp_path, sockets=True) as (demo, context):
        await demo.break_backend("proxmox", "500")
        answer = await ask(context, "wordpress-7")
    assert answer.state is State.PARTIAL
    said = text(answer)
    assert "! proxmox:main" in said
    assert said.count("proxmox:main") == 1
    assert "nothing here is called wordpress-7" in said
    assert "proxmox:main is" in page(answer)
    assert table_view("investigate").notes(answer.data) == ["nothing here is called wordpress-7"]

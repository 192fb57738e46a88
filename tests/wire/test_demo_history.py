"""Load over time from the archives of a simulated Proxmox VE, on every front but the app."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from providers.proxmox import ProxmoxClient
from providers.reading import State
from sre_tui.tools.registry import get_tool
from sre_tui.tools.rendering import ModelView
from sre_tui.tools.result import ToolResult
from tests.cli.inside import run_inside
from tests.stubs.proxmox import NOW, SECRET, Cluster, cluster, identity, world
from tests.wire.test_tools_proxmox import context_of

DAY = 86400.0
OFFLINE = {"kind": "node_offline", "target": "pve3", "at": "-20m"}
GONE = {"kind": "node_offline", "target": "pve2", "at": "-5h", "duration": "3h"}
THEN = datetime.fromtimestamp(NOW, UTC)


async def asked(lab: Cluster, called: str, **arguments: object) -> tuple[ToolResult[Any], str]:
    async with context_of(lab) as context:
        answer: ToolResult[Any] = await get_tool(called).run(context, arguments)
        return answer, get_tool(called).render(answer, ModelView(now=THEN, budget=4000))


async def test_the_course_of_a_guest_in_base_units_with_its_gaps() -> None:
    async with cluster(GONE) as lab:
        answer, text = await asked(lab, "proxmox_get_guest_config", guest="media", history="day")
    course = answer.data.history
    assert (course.subject, course.name, course.step) == ("lxc/101", "media (101)", 60.0)
    assert (course.end - course.start).total_seconds() == DAY
    assert len(course.points) == pytest.approx(1440 - 180, abs=3)
    away = [
        point for point in course.points if 2.1 < (THEN - point.at).total_seconds() / 3600 < 4.9
    ]
    assert away == []
    assert all(0 < point.cpu < 1 and point.memory > 2**30 for point in course.points)
    assert "History of media (101), last day: 11-21 15:23 to 11-22 15:23 UTC" in text
    assert "averages of 1 min" in text
    for what in ("CPU: min ", "Memory: min ", "Disk, read: min ", "Network, in: min ", "Pressure"):
        assert what in text
    assert " KiB/s at 2026-11-2" in text
    assert "of media (101) nothing was measured for 3 h of the last day" in text


async def test_nodes_of_version_8_and_one_that_cannot_tell() -> None:
    async with cluster(OFFLINE, version="8.4") as lab:
        answer, text = await asked(lab, "proxmox_node_status", history="month")
    assert [course.name for course in answer.data.histories] == ["pve1", "pve2"]
    assert {(course.step, len(course.points)) for course in answer.data.histories} == {
        (43200.0, 70)
    }
    assert answer.state is State.PARTIAL
    assert "pve3 is offline: only itself could tell its history" in text
    assert ("Waiting for disks: min " in text, "Pressure" in text) == (True, False)


async def test_what_is_not_asked_for_costs_no_request(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: object) -> None:
        raise AssertionError("nobody asked for it")

    monkeypatch.setattr(ProxmoxClient, "guest_history", never)
    monkeypatch.setattr(ProxmoxClient, "node_history", never)
    async with cluster() as lab:
        guest, _ = await asked(lab, "proxmox_get_guest_config", guest="media")
        nodes, _ = await asked(lab, "proxmox_node_status")
    assert (guest.data.history, nodes.data.histories) == (None, ())


async def test_commands_show_blocks_and_give_the_points(tmp_path: Path) -> None:
    off = next(guest for guest in world().homelab.guests if not guest.running)
    async with cluster() as lab:
        variables = {"PROXMOX_URL": lab.url, "PROXMOX_API_TOKEN": identity(SECRET)}

        async def sre(*words: str) -> tuple[str, str]:
            done = await asyncio.to_thread(run_inside, words, tmp_path, variables, now=THEN)
            assert done.code == 0, done.err
            return done.out, done.err

        shown, _ = await sre("guests", "show", "media", "--history", "hour")
        document, _ = await sre("nodes", "pve1", "--history", "hour", "--json")
        _, said = await sre("guests", "show", off.name, "--history", "week")
    below = shown.rpartition("\n\n")[2].splitlines()
    assert below[0].split() == ["media", "(101)", "14:23", "to", "15:23", "UTC", "Min", "Mean",
                                "Max", "Last", "Of"]  # fmt: skip
    (memory,) = [line for line in below if line.startswith("Memory")]
    assert ("▄" in memory or "▅" in memory, memory.rstrip().endswith("8.0 GiB")) == (True, True)
    (course,) = json.loads(document)["data"]["histories"]
    assert (course["step"], len(course["points"])) == (60.0, 60)
    first = course["points"][0]
    assert first["at"] == "2026-11-22T14:24:00Z"
    assert first["memory_size"] == 64 * 2**30
    assert f"of {off.name} ({off.vmid}) nothing was measured in the last week" in said

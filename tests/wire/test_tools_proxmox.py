"""The Proxmox VE tools over simulated clusters: facts, filters, hints, renderings, states."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from providers.last_known_good import NothingKept
from providers.reading import State
from sre_tui.environment import Folders
from sre_tui.settings import Settings
from sre_tui.tools.context import ToolContext
from sre_tui.tools.registry import get_tool
from sre_tui.tools.rendering import ModelView
from sre_tui.tools.result import ToolResult
from sre_tui.tools.tool import ArgumentError
from sre_tui.views.nodes import NODES
from sre_tui.views.registry import table_view
from tests.stubs.proxmox import NIGHT, NOBODY, NOW, SECRET, Cluster, cluster
from widgets.cell import Display, keyed_rows

OFFLINE = {"kind": "node_offline", "target": "pve3", "at": "-20m"}
STOPPED = {"kind": "guest_stopped", "target": "vaultwarden", "at": "-50m", "by": "anna@pve"}
FAILING = {"kind": "backup_failing", "target": "gitea", "at": "-3d"}
CRASHING = {"kind": "guest_crash_loop", "target": "gitea", "at": "-40m"}


def context_of(*labs: Cluster, secret: str = SECRET, timeout: float = 5.0) -> ToolContext:
    endpoints = tuple(
        lab.endpoint(secret, timeout=timeout, name="main" if not number else f"host{number}")
        for number, lab in enumerate(labs)
    )
    folder = Path("/nonexistent")
    folders = Folders(folder, folder, folder, folder, folder)
    at = datetime.fromtimestamp(labs[0].now, UTC)
    return ToolContext(Settings(proxmox=endpoints), folders, lambda: at, kept=NothingKept())


@asynccontextmanager
async def having(
    *faults: Mapping[str, Any],
    now: float = NOW,
    hanging: Collection[str] = (),
    secret: str = SECRET,
    timeout: float = 5.0,
) -> AsyncIterator[ToolContext]:
    async with AsyncExitStack() as stack:
        lab = await stack.enter_async_context(cluster(*faults, now=now, hanging=hanging))
        context = context_of(lab, secret=secret, timeout=timeout)
        yield await stack.enter_async_context(context)


async def run(context: ToolContext, called: str, /, **arguments: object) -> ToolResult[Any]:
    return await get_tool(called).run(context, arguments)


def text(answer: ToolResult[Any], context: ToolContext, budget: int = 1500) -> str:
    return get_tool(answer.tool).render(answer, ModelView(now=context.clock(), budget=budget))


def cells(answer: ToolResult[Any], context: ToolContext) -> list[dict[str, str]]:
    view = table_view(answer.tool)
    display = Display(now=context.clock(), utc=None, wide=True)
    rows = keyed_rows(view.rows(answer.data), view.columns, display, view.key)
    assert len({row.key for row in rows}) == len(rows)
    titles = [column.key for column in view.columns]
    return [dict(zip(titles, (c.text for c in row.cells), strict=True)) for row in rows]


# -- guests -----------------------------------------------------------------------------------
async def test_guests_are_listed_by_what_matters() -> None:
    async with having(STOPPED) as context:
        answer = await run(context, "proxmox_list_guests")
        told, shown = text(answer, context), cells(answer, context)
    names = [guest.name for guest in answer.data.items]
    assert names[:2] == ["vaultwarden", "actual"]
    # What is off on purpose is no trouble, and a template is no guest that could run.
    assert names[-4:] == ["win10-old", "win11", "debian-13-template", "ubuntu-2404-template"]
    assert answer.data.counts == {"running": 38, "stopped": 3, "template": 2}
    assert "Guests from proxmox:main: 43 (of all: 3 stopped, 38 running, 2 template)" in told
    assert "vaultwarden (109) lxc on pve3: stopped though it should run (starts on boot)" in told
    assert shown[0]["status"] == "✗ stopped, onboot"
    assert shown[-1]["status"] == "· template"
    media = next(row for row in shown if row["name"] == "media")
    assert media["memory"].endswith("%")
    assert "█" in media["cpu"]


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ({"status": "template"}, ["debian-13-template", "ubuntu-2404-template"]),
        ({"tag": "CORE", "node": "pve3"}, ["dns2"]),
        ({"name": "k3s"}, ["k3s-1", "k3s-2"]),
        ({"name": "101"}, ["media"]),
        ({"type": "VM", "node": "pve3", "sort": "id", "limit": 2}, ["homeassistant", "immich"]),
    ],
)
async def test_guests_are_chosen(arguments: dict[str, object], names: list[str]) -> None:
    async with having() as context:
        answer = await run(context, "proxmox_list_guests", **arguments)
    assert [guest.name for guest in answer.data.items] == names
    assert answer.data.truncated == ("limit" in arguments)


@pytest.mark.parametrize("sort", ["cpu", "memory", "disk", "uptime", "network", "name", "node"])
async def test_every_order_holds(sort: str) -> None:
    async with having() as context:
        guests = (await run(context, "proxmox_list_guests", sort=sort, status="running")).data.items
    values = {
        "cpu": lambda g: -g.cpu,
        "memory": lambda g: -g.memory_ratio,
        "disk": lambda g: -g.disk_size,
        "uptime": lambda g: g.uptime,
        "network": lambda g: -(g.net_in + g.net_out),
        "name": lambda g: g.name,
        "node": lambda g: g.node,
    }
    found = [values[sort](guest) for guest in guests]
    assert found == sorted(found)


async def test_no_guest_that_fits_says_what_there_is() -> None:
    async with having() as context:
        answer = await run(context, "proxmox_list_guests", name="medai", tag="Core")
        with pytest.raises(ArgumentError, match="no tag 'cor'; did you mean core"):
            await run(context, "proxmox_list_guests", tag="cor")
    assert answer.data.items == ()
    assert "names that come close: media" in " ".join(answer.data.hints)


async def test_an_unknown_node_is_refused_with_the_nearest() -> None:
    async with having() as context:
        for tool in ("proxmox_list_guests", "proxmox_list_tasks", "proxmox_storage",
                     "proxmox_node_status"):  # fmt: skip
            with pytest.raises(ArgumentError, match="no node 'pve11'; did you mean pve1"):
                await run(context, tool, node="pve11")


async def test_guests_of_a_dead_node_are_unknown() -> None:
    async with having(OFFLINE) as context:
        answer = await run(context, "proxmox_list_guests", status="unknown")
        running = await run(context, "proxmox_list_guests", node="pve3", status="running")
        nameless = await run(context, "proxmox_list_guests", name="immich")
        elsewhere = await run(context, "proxmox_list_guests", node="pve1", status="running")
        troubled = await run(context, "proxmox_list_guests", problems=True)
        told, shown = text(answer, context), cells(answer, context)
        mute = "pve3 does not report, so that its 13 guests (106, 108, 109, 112, 114, 115, 119, 125"
        shown_one = await run(context, "proxmox_get_guest_config", guest="immich")
        for called in ("proxmox_list_tasks", "backup_coverage"):
            with pytest.raises(ArgumentError, match="'immich' among those that report; pve3 does"):
                await run(context, called, guest="immich")
    assert troubled.data.items == answer.data.items
    assert troubled.data.filters == {"problems": "yes"}
    assert mute in shown_one.data.hints[0]
    assert nameless.data.hints[-1].startswith(mute)
    # Whoever cannot be looked at may be what is asked for.
    assert [one.state for one in (running, nameless)] == [State.PARTIAL, State.PARTIAL]
    assert running.data.items == nameless.data.items == ()
    assert elsewhere.state is State.OK
    assert answer.data.counts["unknown"] == 13
    assert answer.state is State.PARTIAL
    assert "no report for minutes from pve3 (is the node offline?)" in answer.sources[0].detail
    assert answer.data.hints == ()
    assert "106 qemu on pve3: unknown" in told
    assert {row["status"] for row in shown} == {"✗ unknown"}
    assert shown[0]["memory"] == ""


async def test_without_rights_it_is_not_said_that_there_is_nothing() -> None:
    async with having(secret=NOBODY) as context:
        answer = await run(context, "proxmox_list_guests")
        told = text(answer, context)
    assert answer.state is State.UNAUTHORIZED
    assert "the token lacks VM.Audit" in told
    assert "There is no data." in told


# -- one guest --------------------------------------------------------------------------------
@pytest.mark.parametrize("asked", ["vaultwarden", "109", "lxc/109", "main/109", "VAULTwarden"])
async def test_a_guest_by_name_or_id(asked: str) -> None:
    async with having(STOPPED) as context:
        answer = await run(context, "proxmox_get_guest_config", guest=asked)
        told, shown = text(answer, context), cells(answer, context)
    assert answer.state is State.OK
    assert answer.data.guest.guest.vmid == 109
    assert "Guest vaultwarden (109): lxc/109 on pve3 (proxmox:main)" in told
    assert "compute: cores 1; memory 512.0 MiB" in told
    assert "vzshutdown 2026-11-22 14:33:14 UTC (50 min ago) (OK by anna@pve)" in told
    onboot = next(row for row in shown if row["name"] == "starts on boot")
    assert onboot["value"] == "yes"
    assert answer.data.replications[0].target == "pve1"


async def test_disks_that_no_backup_holds_are_told() -> None:
    async with having() as context:
        answer = await run(context, "proxmox_get_guest_config", guest="docker1")
    disks = {each.name: each for each in answer.data.items if each.group == "disks"}
    assert "not in backups" in disks["scsi1"].note
    assert "not in backups" not in disks["scsi0"].note
    assert (disks["scsi0"].value, disks["scsi0"].unit) == (100 * 2**30, "B")


async def test_a_name_that_several_have_is_explained() -> None:
    async with having() as context:
        several = await run(context, "proxmox_get_guest_config", guest="k3s")
        none = await run(context, "proxmox_get_guest_config", guest="media2")
    assert several.data.guest is None
    assert "'k3s' may mean 2 guests, give one of these: 135 (k3s-1, " in several.data.missing()
    assert "there is no guest 'media2'; did you mean media (101)" in none.data.missing()


async def test_a_fragment_is_not_taken_for_a_name() -> None:
    async with having() as context:
        begun = await run(context, "proxmox_get_guest_config", guest="vaultw")
        inner = await run(context, "proxmox_get_guest_config", guest="warden")
        other = await run(context, "proxmox_get_guest_config", guest="vm/101")
        service = await run(context, "proxmox_get_guest_config", guest="jellyfin")
    assert begun.data.guest.guest.name == "vaultwarden"
    assert begun.data.hints[0] == "no guest is called 'vaultw': vaultwarden (109) is shown"
    assert (inner.data.guest, other.data.guest, service.data.guest) == (None, None, None)
    assert "did you mean vaultwarden (109)" in inner.data.missing()
    assert "did you mean media (101)" in other.data.missing()
    assert "there are: " in service.data.missing()
    assert service.data.missing().endswith("what runs inside a guest is no guest itself")


async def test_the_agent_that_does_not_run_is_told() -> None:
    async with having() as context:
        answer = await run(context, "proxmox_get_guest_config", guest="mail")
    assert "guest agent is configured but does not run" in answer.data.hints[0]


# -- nodes ------------------------------------------------------------------------------------
async def test_nodes_with_their_disks() -> None:
    async with having() as context:
        answer = await run(context, "proxmox_node_status", disks=True)
        one = await run(context, "proxmox_node_status", node="pve2")
        told, shown = text(answer, context), cells(answer, context)
        display = Display(now=context.clock(), utc=None, wide=True)
    assert "Cluster homelab: quorate, 3 of 3 nodes online" in told
    assert "pve1: online; up" in told
    assert "SMART PASSED, wear" in told
    assert "ZFS pool rpool: ONLINE" in told
    assert shown[0]["version"] == "9.2.11"
    assert "io" in shown[0]["pressure"]
    assert answer.data.disks is not None
    tables = [[column.cell(row, display).text for column in view.columns]
              for view in NODES.below(answer.data) for row in view.rows(answer.data)]  # fmt: skip
    assert [row[:3] for row in tables][::3] == [
        ["✓ PASSED", "pve1", "/dev/nvme0n1"], ["✓ ONLINE", "pve1", "rpool"],
    ]  # fmt: skip
    assert one.data.disks is None
    assert NODES.below(one.data) == []
    assert [report.node.name for report in one.data.items] == ["pve2"]


async def test_a_node_that_is_gone() -> None:
    async with having(OFFLINE) as context:
        answer = await run(context, "proxmox_node_status")
        told, shown = text(answer, context), cells(answer, context)
    assert answer.state is State.PARTIAL
    assert "Cluster homelab: quorate, 2 of 3 nodes online" in told
    assert "pve3: offline; does not answer; 13 guests belong to it" in told
    assert shown[0]["status"] == "◆ offline"
    assert [row["guests"] for row in shown] == ["? of 13", "13 of 13", "13 of 15"]
    assert "pve3: the node is offline" in answer.warnings[0]


async def test_high_availability_shows_a_guest_that_crashes() -> None:
    async with having(CRASHING) as context:
        nodes = await run(context, "proxmox_node_status")
        starts = await run(context, "proxmox_list_tasks", guest="gitea", type="start")
        guest = await run(context, "proxmox_list_guests", name="gitea")
        told = text(nodes, context)
    assert "HA service service:ct:111" in told
    assert 4 <= len(starts.data.items) <= 6
    assert {task.user for task in starts.data.items} == {"root@pam"}
    assert guest.data.items[0].ha_state in ("started", "recovery")
    assert (guest.data.items[0].uptime or 0.0) < 600


# -- tasks ------------------------------------------------------------------------------------
async def test_who_stopped_a_guest() -> None:
    async with having(STOPPED) as context:
        answer = await run(context, "proxmox_list_tasks", guest="vaultwarden", since="2h")
        told = text(answer, context)
    assert [(t.type, t.user, t.state) for t in answer.data.items] == [
        ("vzshutdown", "anna@pve", "ok")
    ]
    assert "vzshutdown vaultwarden (109) on pve3: ok" in told
    assert "by anna@pve" in told


async def test_failed_tasks_come_with_the_end_of_their_log() -> None:
    async with having(FAILING) as context:
        answer = await run(context, "proxmox_list_tasks", errors=True, since="7d")
        told, shown = text(answer, context), cells(answer, context)
        log = await run(context, "proxmox_list_tasks", log=answer.data.items[0].upid)
        written = text(log, context, budget=4000)
    assert len(answer.data.items) == 3
    assert "log ends:" in told
    assert "TASK ERROR: job errors" in told
    assert shown[0]["status"].startswith("job errors")
    view = table_view("proxmox_list_tasks")
    instead = view.instead(log.data)
    assert instead is not None
    assert "ERROR: Backup of VM 111 failed" in instead.text(log.data)
    assert "ERROR: Backup of VM 111 failed" in written
    # What became of it is known, though not when it ended.
    assert "running for" not in written


async def test_running_tasks() -> None:
    async with having(now=NIGHT) as context:
        running = await run(context, "proxmox_list_tasks", running=True)
        told, shown = text(running, context), cells(running, context)
    async with having() as context:
        idle = await run(context, "proxmox_list_tasks", running=True)
    assert {task.type for task in running.data.items} == {"vzdump"}
    assert "running for" in told
    assert shown[0]["seconds"].endswith("so far")
    assert idle.data.hints[0] == "no task runs at this moment"


async def test_what_runs_may_have_begun_before_the_window() -> None:
    async with having(now=NIGHT) as context:
        running = await run(context, "proxmox_list_tasks", running=True, since="1m")
        few = await run(context, "proxmox_list_tasks", since="7d", limit=2)
        told = text(few, context)
    assert {task.type for task in running.data.items} == {"vzdump"}
    assert few.data.truncated
    assert "at least 2" in told


async def test_no_task_says_why() -> None:
    async with having() as context:
        answer = await run(context, "proxmox_list_tasks", errors=True)
        with pytest.raises(ArgumentError, match="no guest 'medai'; did you mean media"):
            await run(context, "proxmox_list_tasks", guest="medai")
        with pytest.raises(ArgumentError, match="is no task id"):
            await run(context, "proxmox_list_tasks", log="x")
    assert answer.data.hints == ("no task failed within the last 1d",)


async def test_what_was_not_asked_is_not_said_to_be_well() -> None:
    async with having(OFFLINE) as context:
        answer = await run(context, "proxmox_list_tasks", errors=True, since="1h")
    assert answer.data.hints == ("no task failed within the last 1h, as far as could be asked",)


# -- storage ----------------------------------------------------------------------------------
async def test_storages_and_what_they_hold() -> None:
    async with having() as context:
        plain = await run(context, "proxmox_storage")
        counted = await run(context, "proxmox_storage", content=True, storage="pbs-main")
        filled = await run(context, "proxmox_storage", storage="local-zfs", history="day")
        course = text(filled, context)
        told, shown = text(counted, context), cells(counted, context)
    assert [s.name for s in plain.data.items].count("fast-vm") == 1
    ratios = [storage.ratio for storage in plain.data.items]
    assert ratios == sorted(ratios, reverse=True)
    assert all(storage.counts is None for storage in plain.data.items)
    assert plain.data.histories == ()
    courses = {each.name: each.points for each in filled.data.histories}
    assert {storage.nodes[0] for storage in filled.data.items} == {
        name.removeprefix("local-zfs on ") for name in courses
    }
    assert all(point.disk and point.disk_size for each in courses.values() for point in each)
    assert "  Used: min " in course
    assert "Root disk" not in course
    assert "holds 740 backup; newest backup 2026-11-22" in told
    assert "shared by pve1, pve2, pve3" in told
    assert shown[0]["counts"] == "740 backup"


async def test_a_node_that_is_offline_is_no_unknown_one() -> None:
    async with having(OFFLINE) as context:
        storages = await run(context, "proxmox_storage", node="pve3")
        troubled = await run(context, "proxmox_storage", problems=True)
        guest = await run(context, "proxmox_get_guest_config", guest="106")
        told = text(storages, context)
    assert storages.state is State.PARTIAL
    shown = {(each.name, each.status) for each in storages.data.items}
    assert {("local", "unknown"), ("local-zfs", "unknown"), ("fast-vm", "available")} <= shown
    assert {(each.nodes, each.status) for each in troubled.data.items} == {(("pve3",), "unknown")}
    assert "local (dir, on pve3): unknown; fill not reported" in told
    assert storages.data.hints == ()
    assert "pve3: the node is offline" in told
    assert guest.state is State.UNREACHABLE
    assert "pve3 could not be asked (595 No route to host)" in guest.warnings[0]


# -- several hosts ----------------------------------------------------------------------------
async def test_stand_alone_hosts_are_listed_together_and_told_apart() -> None:
    async with cluster(guests=10) as first, cluster(guests=10) as second:
        context = context_of(first, second)
        async with context:
            guests = await run(context, "proxmox_list_guests", type="lxc")
            double = await run(context, "proxmox_get_guest_config", guest="media")
            numbers = await run(context, "proxmox_get_guest_config", guest="101")
            single = await run(context, "proxmox_get_guest_config", guest="host1/101")
            await second.server.stop()
            half = await run(context, "proxmox_list_guests")
            tasks = await run(context, "proxmox_list_tasks")
            with pytest.raises(ArgumentError, match="among those that could be asked"):
                await run(context, "proxmox_list_tasks", guest="nobody")
            await first.server.stop()
            silent = await asyncio.gather(
                run(context, "proxmox_list_tasks", guest="media"),
                run(context, "proxmox_list_tasks", node="pve1"),
                run(context, "proxmox_node_status", node="pve1"),
                run(context, "proxmox_storage", node="pve1"),
            )
    # That nothing is known is no reason to say that something is not there.
    assert {answer.state for answer in silent} == {State.UNREACHABLE}
    assert {guest.source for guest in guests.data.items} == {"proxmox:main", "proxmox:host1"}
    assert len({guest.key for guest in guests.data.items}) == len(guests.data.items)
    assert "may mean 2 guests" in double.data.missing()
    for offered in ("main/101 (media, ", "host1/101 (media, "):
        assert offered in numbers.data.missing()
    assert single.data.guest.guest.source == "proxmox:host1"
    assert (half.state, tasks.state) == (State.PARTIAL, State.PARTIAL)
    assert {guest.source for guest in half.data.items} == {"proxmox:main"}
    assert "proxmox:host1 unreachable" in half.warnings[0]


async def test_a_hanging_node_leaves_the_rest() -> None:
    async with having(hanging={"pve2"}, timeout=3.0) as context:
        answer = await run(context, "proxmox_node_status")
    assert answer.state is State.PARTIAL
    assert [report.status is None for report in answer.data.items] == [False, True, False]

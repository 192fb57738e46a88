"""What the backup tools say of the simulated homelab, healthy, with faults and with dead parts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import stamina
from pydantic import SecretStr

from providers.endpoint import PbsEndpoint, ProxmoxEndpoint
from providers.last_known_good import NothingKept
from providers.reading import State
from sre_tui.demo.runtime.clock import frozen_clock
from sre_tui.demo.runtime.demo import RunningDemo, serve_world
from sre_tui.diagnosis.coverage.model import GuestCoverage
from sre_tui.environment import Folders
from sre_tui.settings import Settings
from sre_tui.tools.backup_coverage_listing import CoverageListing
from sre_tui.tools.context import ToolContext
from sre_tui.tools.registry import get_tool
from sre_tui.tools.rendering import ModelView, estimate_tokens
from sre_tui.tools.result import ToolResult
from sre_tui.tools.tool import ArgumentError
from sre_tui.views.registry import table_view
from tests.stubs.pbs import ANCHOR, NOW, world_of
from widgets.cell import Display, keyed_rows


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


def settings_of(demo: RunningDemo, *backends: str) -> Settings:
    given = demo.environment
    found: dict[str, Any] = {}
    if "proxmox" in backends:
        found["proxmox"] = [
            ProxmoxEndpoint(
                url=given["PROXMOX_URL"],
                token=SecretStr(given["PROXMOX_API_TOKEN"]),
                fingerprint=given["PROXMOX_FINGERPRINT"],
                timeout=60.0,
            )
        ]
    if "pbs" in backends:
        found["pbs"] = [
            PbsEndpoint(
                url=given["PBS_URL"],
                token=SecretStr(given["PBS_API_TOKEN"]),
                fingerprint=given["PBS_FINGERPRINT"],
                timeout=60.0,
            )
        ]
    return Settings(**found)


@asynccontextmanager
async def homelab(
    folder: Path, *faults: dict[str, Any], backends: tuple[str, ...] = ("proxmox", "pbs")
) -> AsyncIterator[tuple[RunningDemo, ToolContext]]:
    world = world_of(*faults)
    async with serve_world(world, scenario="test", guests=40, clock=frozen_clock(ANCHOR)) as demo:
        folders = Folders(folder, folder, folder, folder, folder)
        async with ToolContext(
            settings_of(demo, *backends), folders, lambda: NOW, kept=NothingKept()
        ) as context:
            yield demo, context


async def run(context: ToolContext, called: str, /, **arguments: object) -> ToolResult[Any]:
    return await get_tool(called).run(context, arguments)


def text(answer: ToolResult[Any], budget: int = 1500) -> str:
    return get_tool(answer.tool).render(answer, ModelView(now=NOW, budget=budget))


def table(answer: ToolResult[Any]) -> list[list[str]]:
    view = table_view(answer.tool)
    display = Display(now=NOW, utc=None, wide=True)
    rows = keyed_rows(view.rows(answer.data), view.columns, display, view.key)
    assert len({row.key for row in rows}) == len(rows)
    return [[cell.text for cell in row.cells] for row in rows]


def by_name(data: CoverageListing) -> dict[str, GuestCoverage]:
    return {item.name or str(item.vmid): item for item in data.items}


async def test_nothing_is_wrong_with_the_quiet_homelab(tmp_path: Path) -> None:
    async with homelab(tmp_path) as (_, context):
        answer = await run(context, "backup_coverage")
        problems = await run(context, "backup_coverage", problems=True)
    assert answer.state is State.OK, answer.warnings
    assert answer.data.counts == {"ok": 38, "ok_in_part": 2, "excluded": 1, "template": 2}
    found = by_name(answer.data)
    assert found["win11"].status == "stopped"
    assert found["win10-old"].verdict == "excluded"
    assert found["debian-13-template"].verdict == "template"
    assert found["docker1"].excluded_disks == ("scsi1",)
    assert [name for name, item in found.items() if item.in_part] == ["docker1", "frigate"]
    told = text(answer)
    assert "2 ok in part, 38 ok; " in told
    assert "[qemu on pve2, running] ok in part; " in told
    assert "; without scsi1 (left out on purpose: backup=0)" in told
    assert found["homeassistant"].identity == "recreated"
    assert found["homeassistant"].former_names == ("domoticz",)
    assert found["gitea"].former_names == ("gogs",)
    assert {place.rpartition("/")[2] for place in found["dev"].places} == {
        "main:lab", "archive:copies",
    } or "pbs:main/archive:copies/lab" in found["dev"].places  # fmt: skip
    assert "proxmox:main/local on pve1" in found["db"].places
    assert [job.storage for job in found["db"].jobs] == ["pbs-main", "local"]
    assert [(one.vmid, one.name) for one in answer.data.orphans] == [(1190, "wiki")]
    assert problems.data.items == ()
    assert problems.data.hints == ("43 guests without these filters, 0 with a problem",)
    assert estimate_tokens(text(answer)) < 1500
    assert answer.data.gist() == (
        "all 41 guests backed up or left out on purpose, 2 of them without some disks"
    )


@pytest.mark.parametrize(
    ("fault", "expected", "reason"),
    [
        ({"kind": "backup_failing", "target": "mail", "at": "-3d"}, "stale", "can't freeze guest"),
        ({"kind": "backup_missing", "target": "mail", "at": "-3d"}, "not_covered", "no backup job"),
        ({"kind": "verify_failing", "target": "mail", "at": "-5h"}, "damaged", "verification"),
        ({"kind": "backup_failing", "target": "mail", "at": "-60d"}, "stale", "newest good"),
    ],
)
async def test_each_fault_is_told_of_its_guest_alone(
    tmp_path: Path, fault: dict[str, Any], expected: str, reason: str
) -> None:
    async with homelab(tmp_path, fault) as (_, context):
        answer = await run(context, "backup_coverage", problems=True)
    assert [(i.name, i.verdict) for i in answer.data.items] == [("mail", expected)]
    mail = answer.data.items[0]
    assert reason in mail.reason
    assert mail.newest is not None
    assert table(answer)[0][2] == "mail"
    assert "mail (113)" in text(answer)


async def test_a_full_datastore_stops_every_backup(tmp_path: Path) -> None:
    fault = {"kind": "datastore_full", "target": "main", "at": "-4d", "within": "2d",
             "severity": 0.9}  # fmt: skip
    async with homelab(tmp_path, fault) as (_, context):
        answer = await run(context, "backup_coverage", problems=True)
        stores = await run(context, "pbs_datastore_status")
        tasks = await run(context, "pbs_list_tasks", errors=True, type="backup", limit=3)
        stale = await run(context, "pbs_list_backups", datastore="main", stale=True)
    assert answer.data.counts["stale"] >= 34
    assert all("No space left" in item.error for item in answer.data.items)
    shown = text(stores)
    assert stores.data.items[0].name == "main"
    assert "freed 0 B" in shown
    assert "garbage collection freed nothing on main" in shown
    assert tasks.data.truncated
    assert "No space left on device" in text(tasks)
    assert len(stale.data.items) >= 30


async def test_without_the_backup_server_proxmox_still_tells(tmp_path: Path) -> None:
    async with homelab(tmp_path) as (demo, context):
        await demo.break_backend("pbs", "refuse")
        answer = await run(context, "backup_coverage")
        await demo.mend_backend("pbs")
    assert answer.state is State.PARTIAL
    assert "nothing listens" in " ".join(answer.warnings)
    assert (answer.data.counts["ok"], answer.data.counts["ok_in_part"]) == (38, 2)
    media = by_name(answer.data)["media"]
    assert media.places == ("proxmox:main/pbs-main",)
    assert media.newest is not None
    assert media.newest.verified == "ok"


async def test_without_any_backup_server_it_is_said(tmp_path: Path) -> None:
    async with homelab(tmp_path, backends=("proxmox",)) as (_, context):
        answer = await run(context, "backup_coverage")
    assert answer.state is State.OK
    assert any("no backup server is configured" in hint for hint in answer.data.hints)


async def test_a_guest_is_shown_with_its_newest_backup(tmp_path: Path) -> None:
    async with homelab(tmp_path) as (demo, context):
        covered = (await run(context, "backup_coverage", guest="media")).data.items[0]
        shown = await run(context, "proxmox_get_guest_config", guest="media")
        left_out = await run(context, "proxmox_get_guest_config", guest="media", backups=False)
        loaded = await run(context, "proxmox_get_guest_config", guest="media", history="hour")
        await demo.break_backend("pbs", "refuse")
        silent = await run(context, "proxmox_get_guest_config", guest="media")
        await demo.mend_backend("pbs")
    assert shown.state is State.OK
    line = _backups(shown)
    assert (line.value, shown.data.backup) == (covered.newest.at, covered)
    assert line.note == "ok; verified; in pbs:main/main; job 01:30 to pbs-main"
    groups = list(dict.fromkeys(each.group for each in shown.data.items))
    assert groups[:3] == ["status", "backups", "compute"]
    for answer in (left_out, loaded):
        assert (_backups(answer), answer.data.backup) == (None, None)
    # The guest itself is told in full.
    assert silent.state is State.OK
    assert silent.data.hints[0].startswith("its backups: pbs:main unreachable: ")
    assert _backups(silent).note.endswith("; pbs:main does not tell")


async def test_a_guest_without_a_backup_server_says_so(tmp_path: Path) -> None:
    async with homelab(tmp_path, backends=("proxmox",)) as (_, context):
        shown = await run(context, "proxmox_get_guest_config", guest="media")
    assert shown.state is State.OK
    assert "no backup server is configured: only what Proxmox VE" in _backups(shown).note


def _backups(answer: ToolResult[Any]) -> Any:
    """The line of the backups of a guest; None if there is none."""
    return next((each for each in answer.data.items if each.group == "backups"), None)


async def test_without_proxmox_there_is_nothing_to_say(tmp_path: Path) -> None:
    async with homelab(tmp_path) as (demo, context):
        await demo.break_backend("proxmox", "500")
        answer = await run(context, "backup_coverage")
        backups = await run(context, "pbs_list_backups", limit=3)
        tasks = await run(context, "pbs_list_tasks", type="backup", limit=3)
        await demo.mend_backend("proxmox")
    assert answer.data.items == ()
    assert answer.data.orphans == ()
    assert not answer.sources[0].state.has_data
    assert backups.state is State.OK
    assert {task.guest for task in tasks.data.items} == {None}
    assert tasks.data.hints == ("names of guests are not known: proxmox:main does not tell",)


async def test_a_dead_node_does_not_make_its_guests_stale(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fault = {"kind": "node_offline", "target": "pve3", "at": "-2h"}
    async with homelab(tmp_path, fault) as (_, context):
        answer = await run(context, "backup_coverage")
        assert "pve3 could not be asked" not in caplog.text
        listed = await run(context, "proxmox_list_guests", name="immich")
        tasks = await run(context, "proxmox_list_tasks", guest="immich")
        written = await run(context, "pbs_list_tasks", guest="immich")
        shown = await run(context, "proxmox_get_guest_config", guest="immich")
        with pytest.raises(ArgumentError, match="there is no guest or host with backups 'imich'"):
            await run(context, "pbs_list_tasks", guest="imich")
    assert [(one.vmid, one.name, one.status) for one in listed.data.items] == [
        (108, "immich", "unknown")
    ]
    assert listed.data.hints == ()
    assert "guest 108 is immich by the notes of its backups" in tasks.data.hints
    assert {(task.group, task.guest) for task in written.data.items} == {("vm/108", "immich")}
    assert "immich (main:vm/108)" in text(written)
    assert "guest 108 (immich by the notes of its backups) is on pve3" in shown.warnings[0]
    problems = [item for item in answer.data.items if item.problem]
    assert problems == []
    assert (answer.data.counts["ok"], answer.data.counts["ok_in_part"]) == (38, 2)
    assert {item.name for item in answer.data.items if item.node == "pve3"} >= {"vaultwarden"}
    assert answer.warnings[-1].endswith(
        "13 guests on pve3 have their names from the notes of their backups"
    )
    weekly = by_name(answer.data)["vaultwarden"]
    assert weekly.reason.endswith("left cannot be looked into: node pve3 is offline")
    assert not any(job.late for job in weekly.jobs)
    longer = {"kind": "node_offline", "target": "pve3", "at": "-3d"}
    async with homelab(tmp_path, longer) as (_, context):
        later = await run(context, "backup_coverage", problems=True)
    assert {item.node for item in later.data.items} == {"pve3"}
    assert {item.verdict for item in later.data.items} == {"stale"}
    assert all(", and its node pve3 is offline; the" in item.reason for item in later.data.items)


async def test_one_guest_by_name_or_id(tmp_path: Path) -> None:
    async with homelab(tmp_path) as (_, context):
        by_id = await run(context, "backup_coverage", guest="103")
        one = await run(context, "backup_coverage", guest="NextCloud")
        listed = await run(context, "pbs_list_backups", guest="nextcloud", each=True)
        groups = await run(context, "pbs_list_backups", guest="vm/103")
        with pytest.raises(ArgumentError, match="did you mean nextcloud"):
            await run(context, "backup_coverage", guest="nextclod")
        with pytest.raises(ArgumentError, match="did you mean nextcloud"):
            await run(context, "pbs_list_backups", guest="nextclod")
        for tool in ("pbs_datastore_status", "pbs_list_backups", "pbs_list_tasks"):
            with pytest.raises(ArgumentError, match="no datastore 'mian'; did you mean main"):
                await run(context, tool, datastore="mian")
        nowhere = await run(context, "pbs_list_backups", namespace="nowhere")
    assert nowhere.data.hints[0].endswith("looked into has the namespace 'nowhere'")
    assert [item.vmid for item in by_id.data.items] == [103] == [i.vmid for i in one.data.items]
    assert {item.group for item in listed.data.items} == {"vm/103"}
    assert any(item.protected for item in listed.data.items)
    assert [item.datastore for item in groups.data.items] in (
        ["main", "archive"], ["archive", "main"],
    )  # fmt: skip
    assert {item.count for item in groups.data.items} >= {21}


async def test_lists_are_short_and_whole_for_a_model(tmp_path: Path) -> None:
    async with homelab(tmp_path) as (_, context):
        for name in ("pbs_list_backups", "pbs_list_tasks", "pbs_datastore_status"):
            answer = await run(context, name)
            assert answer.state is State.OK
            assert table(answer)
            assert estimate_tokens(text(answer, 800)) < 1000
            assert "None" not in text(answer)

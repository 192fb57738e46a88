"""Logs of a backup server's tasks, asked for by ids as the real server writes them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import stamina
from pydantic import SecretStr

from providers.endpoint import PbsEndpoint
from providers.last_known_good import NothingKept
from providers.pbs import TaskQuery
from providers.reading import State
from sre_tui.demo.scenario import Raw, RawTask
from sre_tui.environment import Folders
from sre_tui.settings import Settings
from sre_tui.tools.context import ToolContext
from sre_tui.tools.registry import get_tool
from sre_tui.tools.rendering import ModelView
from sre_tui.tools.result import ToolResult
from sre_tui.tools.tool import ArgumentError
from sre_tui.views.registry import table_view
from tests.stubs.pbs import ANCHOR, NAME, NOW, SECRET, client_of, pbs_server, world_of
from tests.stubs.raw_server import Received, json_reply, raw_server, reply

FULL = {"kind": "datastore_full", "target": "main", "at": "-4d", "within": "2d", "severity": 0.9}
WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


@asynccontextmanager
async def asking(folder: Path, *urls: str) -> AsyncIterator[ToolContext]:
    endpoints = [
        PbsEndpoint(name=f"pbs{i}", url=url, token=SecretStr(f"{NAME}:{SECRET}"), timeout=60.0)
        for i, url in enumerate(urls)
    ]
    folders = Folders(folder, folder, folder, folder, folder)
    settings = Settings(pbs=endpoints)
    async with ToolContext(settings, folders, lambda: NOW, kept=NothingKept()) as context:
        yield context


async def run(context: ToolContext, **arguments: object) -> ToolResult[Any]:
    return await get_tool("pbs_list_tasks").run(context, arguments)


def text(answer: ToolResult[Any]) -> str:
    return get_tool(answer.tool).render(answer, ModelView(now=NOW, budget=4000))


@pytest.mark.parametrize(
    ("kind", "escaped"),
    [
        ("backup", r":backup:main\x3alab\x3avm-"),
        ("verify", r":verify:main\x3alab\x3avm-"),
        ("verificationjob", r":verificationjob:main\x3av\x2dmain\x2dweekly:"),
        ("prunejob", r":prunejob:main\x3as\x2dprune\x2dmain:"),
        ("syncjob", r":syncjob:\x2d\x3amain\x3aarchive\x3acopies\x3as\x2dpull\x2dmain:"),
        ("garbage_collection", ":garbage_collection:main:"),
        ("logrotate", ":logrotate::"),
    ],
)
async def test_every_kind_of_task_has_its_log(kind: str, escaped: str) -> None:
    with pbs_server(world_of()) as url:
        async with client_of(url) as client:
            query = TaskQuery(kind=kind, since=NOW - 2 * WEEK, limit=2000)
            tasks = await client.tasks(query)
            assert tasks.data is not None
            task = next(t for t in tasks.data.tasks if t.type == kind and escaped in t.upid)
            log = await client.task_log(task.upid, 5)
    assert log.state is State.OK, log.detail
    assert log.data is not None
    assert log.data.lines[-1] == "TASK OK"
    told = log.data.task
    assert (told.subject, told.datastore, told.group) == (task.subject, task.datastore, task.group)
    assert (told.started, told.state, told.user) == (task.started, "ok", task.user)


async def test_a_log_that_is_too_long_is_read_from_its_end() -> None:
    upid = r"UPID:pbs:00000001:00000001:00000001:6B000000:backup:main\x3avm-100:root@pam:"
    asked = []

    def answer(request: Received) -> bytes:
        path = unquote(request.path)
        if path.endswith("/status"):
            return json_reply({"data": {"status": "stopped", "exitstatus": "WARNINGS: 2"}})
        start = int(dict(request.params)["start"])
        asked.append(start)
        lines = [{"n": n + 1, "t": f"line {n}"} for n in range(start, min(start + 5000, 6000))]
        return json_reply({"data": lines, "total": 6000})

    async with raw_server(answer) as server, client_of(server.url) as client:
        log = await client.task_log(upid, 3)
    assert log.data is not None, log.detail
    assert log.data.lines == ("line 5997", "line 5998", "line 5999")
    assert (log.data.total, asked) == (6000, [0, 5997])
    assert (log.data.task.state, log.data.task.group) == ("warning", "vm/100")


async def test_a_refused_log_says_why() -> None:
    upid = "UPID:pbs:00000001:00000001:00000001:6B000000:logrotate::root@pam:"
    async with (
        raw_server(lambda _: reply("no such task", 400)) as server,
        client_of(server.url) as client,
    ):
        log = await client.task_log(upid)
    assert log.data is None
    assert "no such task" in log.detail


async def test_failed_backups_come_with_the_end_of_their_log(tmp_path: Path) -> None:
    with pbs_server(world_of(FULL)) as url:
        async with asking(tmp_path, url) as context:
            answer = await run(context, errors=True, since="2d", type="backup", limit=5)
            told = text(answer)
            log = await run(context, log=f" {answer.data.items[0].upid} ")
            written = text(log)
    newest = answer.data.items[0]
    assert newest.log[-1] == f"TASK ERROR: {newest.status}"
    assert [bool(task.log) for task in answer.data.items] == [True] * 3 + [False] * 2
    assert f"id {newest.upid}" in told
    assert "log ends: starting new backup on datastore 'main'" in told
    assert log.data.items[0].status == newest.status
    assert "TASK ERROR: backup failed" in written
    instead = table_view("pbs_list_tasks").instead(log.data)
    assert instead is not None
    assert instead.text(log.data).splitlines() == list(log.data.log.lines)


async def test_the_server_that_has_the_task_answers_for_all(tmp_path: Path) -> None:
    small = world_of(guests=12)
    with pbs_server(small) as url, pbs_server(small, at=ANCHOR - 60 * 86400.0) as older:
        async with asking(tmp_path, older, url) as context:
            tasks = await run(context, type="garbage", since="1d")
            log = await run(context, log=tasks.data.items[0].upid)
            with pytest.raises(ArgumentError, match="log: 'x' is no task id"):
                await run(context, log="x")
            gone = await run(
                context, log="UPID:pbs:00000001:00000001:00000001:6B000000:logrotate::root@pam:"
            )
    assert log.state is State.OK, log.warnings
    assert log.data.items[0].source == "pbs:pbs1"
    assert log.data.log.lines[-1] == "TASK OK"
    assert not gone.state.has_data
    assert "no such task" in gone.warnings[0]


async def test_a_task_that_runs_for_days_runs_still(tmp_path: Path) -> None:
    long = RawTask.model_validate(
        {"backend": "pbs", "type": "syncjob", "target": "main", "at": "-3d", "duration": "4d"}
    )
    with pbs_server(world_of(guests=12, raw=Raw(tasks=(long,)))) as url:
        async with asking(tmp_path, url) as context:
            answer = await run(context, running=True)
    assert [(task.type, task.state) for task in answer.data.items] == [("syncjob", "running")]
    assert answer.data.hints == ()


async def test_a_failed_task_with_an_odd_id_is_listed_without_its_log(tmp_path: Path) -> None:
    row = {"upid": "UPID:odd", "worker_type": "backup", "user": "root@pam", "status": "broken",
           "starttime": int(ANCHOR) - 60, "endtime": int(ANCHOR) - 30}  # fmt: skip
    async with (
        raw_server(lambda _: json_reply({"data": [row]})) as server,
        asking(tmp_path, server.url) as context,
    ):
        answer = await run(context, errors=True)
    assert [(task.upid, task.state, task.log) for task in answer.data.items] == [
        ("UPID:odd", "error", ())
    ]


async def test_no_failure_among_its_own_tasks_is_no_all_clear(tmp_path: Path) -> None:
    upid = f"UPID:pbs:00000001:00000002:00000003:6740A2F0:reader:x:{NAME}:"
    row = {"upid": upid, "worker_type": "reader", "user": NAME, "starttime": int(ANCHOR) - 60}

    def answer(request: Received) -> bytes:
        return json_reply({"data": [row] if request.path.endswith("/tasks") else {}})

    with pbs_server(world_of(guests=12)) as whole:
        async with raw_server(answer) as server, asking(tmp_path, whole, server.url) as context:
            told = await run(context, errors=True, since="1m")
    assert told.state is State.PARTIAL
    assert told.data.hints == ("no task failed within the last 1m, as far as could be asked",)

"""The picture over real sockets: what is read, and how often."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from sre_tui.diagnosis.checks.registry import all_queries
from sre_tui.diagnosis.patterns.load import bundled
from sre_tui.diagnosis.patterns.search import LineSearch
from sre_tui.diagnosis.picture.gather import Wanted, take_picture
from tests.wire.test_investigate_tool import THEN, homelab


async def test_nothing_is_asked_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: Counter[str] = Counter()
    send = httpx.AsyncClient.send

    async def counting(self: httpx.AsyncClient, request: httpx.Request, **more: object) -> object:
        asked[f"{request.url} {request.content.decode()}"] += 1
        return await send(self, request, **more)  # type: ignore[arg-type]

    async with homelab("quiet", tmp_path, guests=10, sockets=True) as (_, context):
        monkeypatch.setattr(httpx.AsyncClient, "send", counting)
        lines = LineSearch(("(?i)nothing",), bool)
        picture = await take_picture(context, Wanted(end=THEN, queries=all_queries(), lines=lines))
    assert picture.unseen() == ()
    assert [url for url, times in asked.items() if times > 1] == []
    resources = [url for url in asked if "/cluster/resources" in url]
    assert len(resources) == 1
    assert sum("/loki/api/v1/labels" in url for url in asked) == 1


async def test_tasks_of_days_ago_are_read_although_many_came_after(tmp_path: Path) -> None:
    end = THEN - timedelta(days=3)
    async with homelab("quiet", tmp_path, guests=10, sockets=True) as (_, context):
        parts = frozenset({"tasks", "backup_tasks"})
        past = await take_picture(context, Wanted(end=end, parts=parts))
        now = await take_picture(context, Wanted(end=THEN, parts=parts))
    for one in (*past.tasks, *past.backup_tasks):
        started = [task.started for task in one.tasks]
        assert started
        assert max(started) <= end
        assert min(started) >= end - timedelta(hours=37)
    newest = max(task.started for page in now.tasks for task in page.tasks)
    assert newest > THEN - timedelta(days=1)


async def test_what_began_days_before_the_window_is_found(tmp_path: Path) -> None:
    told_once, since_yesterday = (
        "{kind: scrub_errors, target: pbs/backup, at: -3d}",
        (
            "{kind: bad_update, target: gitea, at: -26h, delay: 40m, severity: 0.3, "
            "error: 'API: decodeXLHeaders: Unknown xl header version 3 (cmd.FileCorrupt)'}"
        ),
    )
    scenario = tmp_path / "days-ago.yaml"
    scenario.write_text(
        f"id: days-ago\ntitle: Days ago\nfaults: [{told_once}, {since_yesterday}]\n"
    )
    async with homelab(str(scenario), tmp_path, guests=20) as (_, context):
        wanted = Wanted(end=THEN, lines=bundled().search(), parts=frozenset({"past"}))
        (past,) = (await take_picture(context, wanted)).past
    assert past.began.keys() == {("gitea", "gitea"), ("proxy", "traefik")}
    for since in past.began.values():
        assert since - (THEN - timedelta(hours=26)) < timedelta(minutes=45)
    said = {entry.line for group in past.lines for entry in group.entries}
    assert any("permanent errors detected" in line for line in said)
    assert "Upgrade: gitea:amd64 (previous, next)" in said

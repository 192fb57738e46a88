"""What moves with an alert or an expression, over the simulated homelab."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from providers.errors import InvalidQuery
from sre_tui.tools.alert_detail import AmbiguousAlert, UnknownAlert
from sre_tui.tools.context import ToolContext
from sre_tui.tools.correlate_series import CorrelationListing
from sre_tui.tools.registry import get_tool
from sre_tui.tools.rendering import ModelView
from sre_tui.tools.result import ToolResult
from sre_tui.tools.tool import ArgumentError
from sre_tui.views.correlations import chance_text, course_text, lag_text
from tests.wire.test_investigate_tool import THEN, homelab

WAITS = 'avg by (instance, hostname) (rate(node_cpu_seconds_total{mode="iowait"}[5m]))'


async def ask(context: ToolContext, about: str, **more: Any) -> ToolResult[CorrelationListing]:
    return await get_tool("correlate_series").run(context, {"about": about, **more})


def text(answer: ToolResult[CorrelationListing]) -> str:
    return get_tool("correlate_series").render(answer, ModelView(now=THEN, budget=1500))


async def test_what_broke_together_is_told_for_an_alert_and_for_an_expression(
    tmp_path: Path,
) -> None:
    async with homelab("nas-disk-failing", tmp_path, guests=40) as (_, context):
        alert = await ask(context, "HostHighIoWait", host="media")
        with pytest.raises(AmbiguousAlert, match="13 instances"):
            await ask(context, "HostHighIoWait")
        by_query = await ask(context, f"{WAITS} > 0.2", since="5h", host="media", limit=1)
        quiet = await ask(context, 'node_load1{instance="pbs:9100"}')
        gone = await ask(context, 'node_load1{instance="mdia:9100"}')
        constant = await ask(context, 'node_memory_MemTotal_bytes{instance="media:9100"}')
        with pytest.raises(InvalidQuery):
            await ask(context, "rate(node_load1")
        with pytest.raises(UnknownAlert, match="HostHighIoWait"):
            await ask(context, "HostHighIoWai", host="media")
        with pytest.raises(ArgumentError, match="between 1h and 2d"):
            await ask(context, "node_load1", since="10m")

    data = alert.data
    assert (data.alert, data.labels["hostname"]) == ("HostHighIoWait", "media")
    assert ">" not in data.query
    (shift,) = data.shifts
    assert shift.before < 0.01 < 0.3 < shift.after
    assert 100 < data.compared <= 300
    told = {(row.what, row.subject.name) for row in data.items}
    assert {name for what, name in told if what == "waiting for storage"}
    # What it stands on comes first, the disk that made it wait among it.
    first = [(row.what, row.subject.name) for row in data.items[:8]]
    assert ("time of a disk operation", "nas1/sdc") in first
    assert ("load", "media") in told
    assert ("waiting for storage", "media") not in told
    assert all(row.chance <= 0.1 for row in data.items)
    media = next(row for row in data.items if (row.what, row.subject.name) == ("load", "media"))
    assert media.subject.key == "guest:media"
    assert course_text(media).startswith("rose from 0.")
    said = text(alert)
    assert said.startswith("What moves with alert HostHighIoWait, ")
    assert "load: media [guest:media]; correlation +0." in said
    assert "no proof of a cause" in said
    assert "series, surest: " in data.gist()

    assert 'rate(node_cpu_seconds_total{mode="iowait"}[5m])' in by_query.data.query
    assert ">" not in by_query.data.query
    assert len(by_query.data.items) == 1
    assert by_query.data.truncated

    assert all(row.subject.name != "frigate" for row in quiet.data.items)
    assert gone.data.items == ()
    assert "pbs" in str(gone.data.hints) or "media" in str(gone.data.hints)
    assert gone.data.compared == 0
    assert any("all the time: nothing can move with it" in one for one in constant.data.hints)
    assert constant.data.items == ()


async def test_without_data_it_says_only_that(tmp_path: Path) -> None:
    async with homelab("quiet", tmp_path, guests=10, sockets=True) as (demo, context):
        await demo.break_backend("prometheus", "500")
        answer = await ask(context, "up")
    assert not answer.state.has_data
    assert "There is no data." in text(answer)


def test_words() -> None:
    assert [lag_text(each) for each in (0.0, 120.0, -180.0)] == [
        "at the same time", "2 min after it", "3 min before it",
    ]  # fmt: skip
    assert [chance_text(each) for each in (1e-9, 0.0123)] == ["< 0.001", "0.012"]

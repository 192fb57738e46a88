"""Baselines computed from the simulated homelab, kept, and held against values."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import stamina

from providers.endpoint import Endpoint
from providers.errors import InvalidQuery, Unreachable
from providers.last_known_good import NothingKept
from providers.reading import State
from sre_tui.diagnosis.signals.usual import HOURS
from sre_tui.environment import Folders
from sre_tui.memory.baseline import WHOLE_WEEK
from sre_tui.settings import Settings
from sre_tui.tools import baseline_refresh
from sre_tui.tools.baseline_list import UnknownBaseline, kept_baselines
from sre_tui.tools.baseline_refresh import refresh_baselines
from sre_tui.tools.context import ToolContext
from sre_tui.tools.memory_baseline import BaselineChecks
from sre_tui.tools.memory_data import with_baselines
from sre_tui.tools.prometheus_data import InstantValues
from sre_tui.tools.registry import get_tool
from sre_tui.tools.rendering import ModelView
from sre_tui.tools.result import ToolResult
from sre_tui.tools.tool import ArgumentError
from tests.stubs.ports import free_ports
from tests.wire.test_investigate_tool import THEN, homelab

DAYS = timedelta(days=2)
DEAD = Endpoint(name="dead", url="http://127.0.0.1:9")


async def check(context: ToolContext, metric: str, value: str, **more: Any) -> Any:
    arguments = {"metric": metric, "value": value, **more}
    answer: ToolResult[BaselineChecks] = await get_tool("memory_check_baseline").run(
        context, arguments
    )
    return answer


async def query(context: ToolContext, text: str) -> ToolResult[InstantValues]:
    return await get_tool("prometheus_instant_query").run(context, {"query": text})


async def kept(context: ToolContext) -> dict[tuple[str, str], int]:
    """How many baselines each metric and host has."""
    rows = await with_baselines(context, lambda each: each.of())
    found: dict[tuple[str, str], int] = {}
    for row in rows:
        found[row.metric, row.host] = found.get((row.metric, row.host), 0) + 1
    return found


def with_settings(context: ToolContext, folder: Path, **backends: Any) -> ToolContext:
    """Other backends, the same memory."""
    memory = context.settings.memory
    settings = Settings.model_validate({"memory": memory, **backends})
    return ToolContext(settings, Folders.under(folder), lambda: THEN, kept=NothingKept())


async def test_four_weeks_tell_what_is_usual_at_each_hour(tmp_path: Path) -> None:
    async with homelab("quiet", tmp_path) as (_, context):
        told: list[tuple[int, int]] = []
        made = await refresh_baselines(
            context, ["load", "guest-cpu"], told=lambda done, total: told.append((done, total))
        )
        high = await check(context, "load", "20", host="media")
        anywhere = await check(context, "load", "20", limit=3)
        guest = await check(context, "guest-cpu", "0.01%", host="media")
        night = await check(context, "load", "20", host="media", at="2026-11-16T03:30Z")
        values = await query(context, 'node_load1{instance="media:9100"}')
        scaled = await query(context, '100 * pve_cpu_usage_ratio{id=~"(qemu|lxc)/.+"}')
        other = await query(context, "node_load1 offset 1h")
        rows = await kept_baselines(context, "load", "media", hourly=True)

    assert made.state is State.OK
    assert told == [(0, 2), (1, 2), (2, 2)]
    load, guests = made.data.items
    assert (load.metric, load.hosts, load.hourly, load.too_few) == (
        "load",
        load.hourly,
        load.hosts,
        (),
    )
    assert guests.hosts > 5
    assert load.since is not None
    assert timedelta(0) <= load.since - (THEN - timedelta(weeks=4)) < timedelta(hours=1)

    (row,) = high.data.items
    assert (row.metric, row.host, row.verdict, row.unit) == ("load", "media", "high", "")
    assert row.least <= row.median <= row.p95 <= row.most < row.high < 20
    assert row.low >= 0
    assert (row.basis, row.hour) == ("hour_of_week", THEN.weekday() * 24 + THEN.hour)
    assert 9 <= row.samples <= 16
    assert row.score > 10
    assert night.data.items[0].hour == 3
    assert night.data.items[0].median != row.median
    assert anywhere.data.truncated
    assert anywhere.data.total == load.hosts
    scores = [abs(one.score) for one in anywhere.data.items]
    assert scores == sorted(scores, reverse=True)
    # Too low for a guest, whose name its labels do not tell.
    assert [(one.host, one.verdict) for one in guest.data.items] == [("media", "low")]

    (value,) = values.data.items
    assert value.baseline is not None
    assert (value.baseline.value, value.baseline.host) == (value.value, "media")
    assert value.baseline.median == row.median
    said = get_tool("prometheus_instant_query").render(values, ModelView(now=THEN))
    assert f"; {value.baseline.verdict}, usual at this hour: {value.baseline.usual}" in said
    known = [one.baseline for one in scaled.data.items if one.baseline is not None]
    assert len(known) == guests.hosts
    assert {one.unit for one in known} == {"%"}
    assert all(0 <= one.median <= 100 and one.value > 0.05 for one in known)
    assert all(one.baseline is None for one in other.data.items)

    assert [one.hour for one in rows] == [None, *range(HOURS)]
    assert {one.hours for one in rows} == {HOURS}


async def test_two_weeks_tell_what_is_usual_at_each_hour_of_the_day(tmp_path: Path) -> None:
    async with homelab("quiet", tmp_path) as (_, context):
        made = await refresh_baselines(context, ["load"], timedelta(days=15))
        (row,) = (await check(context, "load", "20", host="media")).data.items
        rows = await kept_baselines(context, "load", "media", hourly=True)
    assert made.data.hints == (
        "hours of the day are told apart; those of the week from three weeks of values on",
    )
    assert (row.basis, row.hour, row.when) == ("hour_of_day", THEN.hour, "at this hour")
    assert row.samples > 40
    assert [one.hour for one in rows] == [None, *range(24)]
    assert {one.hours for one in rows} == {24}


async def test_what_is_away_keeps_the_baselines_it_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(baseline_refresh, "PATIENCE", 2.0)
    with stamina.set_testing(True, attempts=1):
        async with homelab("quiet", tmp_path) as (demo, context):
            first = await refresh_baselines(context, ["load"], DAYS)
            before = await with_baselines(context, lambda each: each.of())
            alive = context.settings.prometheus[0]
            async with with_settings(context, tmp_path, prometheus=[alive, DEAD]) as both:
                partly = await refresh_baselines(both, ["load", "load5"], DAYS)
            async with with_settings(context, tmp_path, prometheus=[DEAD]) as none:
                away = await refresh_baselines(none, ["load"], DAYS)
                still = await check(none, "load", "20", host="media")
            await demo.break_backend("prometheus", "refuse")
            failing = await refresh_baselines(context, window=DAYS)
            after = await with_baselines(context, lambda each: each.of("load"))
    assert first.state is State.OK
    assert {one.hour for one in before} == {WHOLE_WEEK}
    assert first.data.hints == (
        "hours are told apart from five days of values on, those of the week from three weeks",
    )
    assert (partly.state, [one.metric for one in partly.data.items]) == (
        State.PARTIAL, ["load", "load5"],
    )  # fmt: skip
    assert [one.source for one in partly.sources if not one.state.has_data] == ["prometheus:dead"]
    assert (away.state, away.data.items) == (State.UNREACHABLE, ())
    assert not failing.state.has_data
    assert (after, still.data.items[0].verdict) == (before, "high")


async def test_what_broke_on_the_way_keeps_what_was_done_and_what_was_there(
    tmp_path: Path,
) -> None:
    with stamina.set_testing(True, attempts=1):
        async with homelab("quiet", tmp_path) as (demo, context):
            await refresh_baselines(context, ["load", "load5"], DAYS)

            def told(done: int, _: int) -> None:
                demo._servers["prometheus"].switch.mode = "500" if done else None

            broken = await refresh_baselines(context, ["load", "load5", "memory"], 2 * DAYS, told)
            rows = await with_baselines(context, lambda each: each.of())
    assert broken.state is State.PARTIAL
    load, load5, memory = broken.data.items
    assert load.hosts == load5.hosts + len({one.host for one in rows})
    assert all("prometheus:main" in one.problem for one in (load5, memory))
    lengths = {(one.metric, round((one.until - one.since) / DAYS)) for one in rows}
    assert lengths == {("load", 2), ("load5", 1)}


async def test_too_little_is_told_and_what_is_there_is_kept(tmp_path: Path) -> None:
    async with homelab("quiet", tmp_path) as (_, context):
        await refresh_baselines(context, ["load"], DAYS)
        before = await kept(context)
        # Of a single day there is not a day of values.
        short = await refresh_baselines(context, ["load"], timedelta(hours=20))
        after = await kept(context)
        nothing = await refresh_baselines(context, ["cpuu"], DAYS)
        with pytest.raises(InvalidQuery):
            await refresh_baselines(context, ["node_load1[5m]"], DAYS)
        with pytest.raises(ArgumentError, match="no PromQL"):
            await refresh_baselines(context, ["rate("], DAYS)
    (row,) = short.data.items
    assert (row.hosts, len(row.too_few)) == (0, len(before))
    assert "have less than a day of values of 1 metric" in short.data.hints[0]
    assert after == before
    assert nothing.data.items == ()
    assert nothing.data.missing() == (
        "Prometheus has no values of cpuu in the last 2 days; did you mean cpu or guest-cpu or "
        "node-cpu?"
    )


async def test_an_expression_of_the_operators_own(tmp_path: Path) -> None:
    own = "pg_stat_database_numbackends"
    async with homelab("quiet", tmp_path, guests=40) as (_, context):
        made = await refresh_baselines(context, [own, "up"], DAYS)
        found = await check(context, own, "900")
        values = await query(context, f"topk(1, {own})")
        rows = await kept_baselines(context, own, None, hourly=False)
        # It is computed with the others from then on.
        again = baseline_refresh.wanted_measures((), (await kept_metrics(context)))
        with pytest.raises(UnknownBaseline, match="did you mean"):
            await kept_baselines(context, "pg_stat_database_numbackend", None, hourly=False)
        with pytest.raises(UnknownBaseline, match="host with a baseline"):
            await kept_baselines(context, None, "nobody", hourly=False)
    assert [one.metric for one in made.data.items] == [own, "up"]
    assert {one.host for one in found.data.items} == {one.host for one in rows}
    assert all(one.host.startswith("db/datname=") for one in rows)
    assert all(one.verdict == "high" for one in found.data.items)
    assert values.data.items[0].baseline is not None
    assert [one.name for one in again if one.is_own] == [own, "up"]


async def kept_metrics(context: ToolContext) -> tuple[str, ...]:
    return await with_baselines(context, lambda each: each.metrics())


async def test_a_memory_that_is_away_is_told_and_costs_no_answer(tmp_path: Path) -> None:
    port = free_ports(1)
    async with homelab("quiet", tmp_path) as (_, context):
        memory = {"url": f"postgresql://sre:x@127.0.0.1:{port}/sre"}
        prometheus = context.settings.prometheus
        settings = Settings.model_validate({"memory": memory, "prometheus": prometheus})
        folders = Folders.under(tmp_path)
        async with ToolContext(settings, folders, lambda: THEN, kept=NothingKept()) as away:
            values = await query(away, "node_load1")
            checked = await check(away, "load", "20")
            with pytest.raises(Unreachable):
                await refresh_baselines(away, ["load"], DAYS)
        never = await query(context, "node_load1")
        none = await check(context, "load", "20")
    assert values.state is State.OK
    assert values.data.items
    assert "what is usual cannot be told: PostgreSQL at" in values.data.hints[0]
    assert checked.state is State.UNREACHABLE
    assert never.data.hints == ()
    assert all(one.baseline is None for one in never.data.items)
    assert none.data.missing().startswith("there are no baselines yet: `sre baselines compute`")

"""The tools over the simulated homelab with a failing disk: facts, hints, renderings, states."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr

from providers.endpoint import Endpoint
from providers.errors import InvalidQuery
from providers.last_known_good import NothingKept
from providers.reading import State
from sre_tui.demo.runtime.clock import frozen_clock
from sre_tui.demo.runtime.demo import RunningDemo, start_demo
from sre_tui.environment import Folders
from sre_tui.settings import Settings
from sre_tui.tools.context import ToolContext
from sre_tui.tools.registry import get_tool
from sre_tui.tools.rendering import ModelView, estimate_tokens
from sre_tui.tools.result import ToolResult
from sre_tui.views.registry import table_view
from widgets.cell import Display, keyed_rows, sort_rows

pytestmark = pytest.mark.asyncio(loop_scope="module")
NOW = 1_795_358_400.0
THEN = datetime.fromtimestamp(NOW, UTC)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def demo() -> AsyncIterator[RunningDemo]:
    async with start_demo("nas-disk-failing", clock=frozen_clock(NOW)) as running:
        yield running


def settings_of(demo: RunningDemo, *backends: str) -> Settings:
    token = SecretStr(demo.environment["GRAFANA_SERVICE_ACCOUNT_TOKEN"])
    found: dict[str, Any] = {
        name: [Endpoint(url=demo.url(name), token=token if name == "grafana" else None)]
        for name in backends
    }
    return Settings(**found)


def context_of(settings: Settings, folder: Path) -> ToolContext:
    folders = Folders(folder, folder, folder, folder, folder)
    return ToolContext(settings, folders, lambda: THEN, kept=NothingKept())


@pytest_asyncio.fixture(loop_scope="module")
async def context(demo: RunningDemo, tmp_path: Path) -> AsyncIterator[ToolContext]:
    async with context_of(settings_of(demo, "prometheus", "grafana", "loki"), tmp_path) as made:
        yield made


async def run(context: ToolContext, name: str, **arguments: object) -> ToolResult[Any]:
    return await get_tool(name).run(context, arguments)


def text(answer: ToolResult[Any], budget: int = 1200) -> str:
    return get_tool(answer.tool).render(answer, ModelView(now=THEN, budget=budget))


CALLS: list[tuple[str, dict[str, object]]] = [
    ("prometheus_search_metrics", {"pattern": "memory"}),
    ("prometheus_targets", {}),
    ("prometheus_instant_query", {"query": "node_load1"}),
    ("prometheus_range_query", {"query": "node_load1", "since": "3h"}),
    ("grafana_get_alerts", {}),
    ("grafana_get_alert_rules", {"recording": True}),
    ("grafana_search_dashboards", {}),
    ("grafana_get_dashboard", {"dashboard": "ZFS and disks"}),
    ("loki_query_logs", {"query": '{service_name=~".+"}', "limit": 500}),
    ("loki_metric_query", {"query": 'sum by (level) (count_over_time({job=~".+"}[5m]))'}),
    ("loki_list_label_values", {"label": "service_name"}),
    ("loki_correlate_changes", {"around": "-3h"}),
    ("loki_patterns", {"query": '{job=~".+"}', "level": "warning", "since": "3h"}),
]


@pytest.mark.parametrize(("name", "arguments"), CALLS)
async def test_every_tool_answers_as_document_and_as_text(
    context: ToolContext, name: str, arguments: dict[str, object]
) -> None:
    answer = await run(context, name, **arguments)
    assert answer.state is State.OK, answer.warnings
    assert answer.data.items
    document = answer.model_dump(mode="json")
    assert get_tool(name).result_type.model_validate(document) == answer
    shown = text(answer, budget=600)
    assert estimate_tokens(shown) < 900
    assert not re.search(r"\b(None|nan|datetime)\b", shown)


@pytest.mark.parametrize(("name", "arguments"), CALLS)
async def test_rows_that_do_not_fit_are_counted_and_can_be_asked_for(
    context: ToolContext, name: str, arguments: dict[str, object]
) -> None:
    answer = await run(context, name, **arguments)
    small = get_tool(name).render(answer, ModelView(now=THEN, budget=120))
    large = get_tool(name).render(answer, ModelView(now=THEN, budget=1_000_000))
    assert ("more; ask for rows" in small) or small == large
    assert "more; ask for rows" not in large


@pytest.mark.parametrize(("name", "arguments"), CALLS)
@pytest.mark.parametrize("utc", [None, True])
async def test_every_row_has_its_own_key_and_all_its_cells(
    context: ToolContext, name: str, arguments: dict[str, object], utc: bool | None
) -> None:
    answer = await run(context, name, **arguments)
    view = table_view(name)
    display = Display(now=THEN, utc=utc, wide=True)
    rows = keyed_rows(view.rows(answer.data), view.columns, display, view.key)
    assert len(rows) == len(answer.data.items)
    assert len({row.key for row in rows}) == len(rows)
    assert all("\n" not in cell.text for row in rows for cell in row.cells)
    for column in range(len(view.columns)):
        assert len(sort_rows(rows, column, reverse=True)) == len(rows)


async def test_the_failing_disk_is_the_most_pressing_alert(context: ToolContext) -> None:
    answer = await run(context, "grafana_get_alerts")
    first = answer.data.items[0]
    assert (first.name, first.severity, first.host) == ("SmartDiskFailing", "critical", "nas1")
    assert first.source == "grafana:main"
    shown = text(answer)
    assert "SmartDiskFailing [critical] firing; since 2026-11-22" in shown
    assert "HostHighIoWait [warning] firing, 13 instances" in shown


async def test_no_alert_is_listed_twice_and_both_origins_are_named(
    context: ToolContext, demo: RunningDemo, tmp_path: Path
) -> None:
    both = await run(context, "grafana_get_alerts")
    named = [
        (alert.name, frozenset(alert.labels.items()) - {("grafana_folder", alert.folder)})
        for alert in both.data.items
    ]
    assert len(named) == len(set(named))
    assert "from grafana:main, prometheus:main" in text(both)


async def test_prometheus_alone_has_alerts_and_rules_too(demo: RunningDemo, tmp_path: Path) -> None:
    async with context_of(settings_of(demo, "prometheus"), tmp_path) as context:
        assert get_tool("grafana_get_alerts").offered(context.settings)
        alerts = await run(context, "grafana_get_alerts", severity="critical")
        rules = await run(context, "grafana_get_alert_rules", search="smart")
    assert {alert.source for alert in alerts.data.items} == {"prometheus:main"}
    assert "SmartDiskFailing" in {alert.name for alert in alerts.data.items}
    assert {rule.name for rule in rules.data.items} >= {"SmartDiskFailing"}


async def test_one_dead_backend_leaves_the_others_answer(demo: RunningDemo, tmp_path: Path) -> None:
    settings = settings_of(demo, "prometheus").model_copy(
        update={"grafana": (Endpoint(url="http://127.0.0.1:9", token=SecretStr("x")),)}
    )
    async with context_of(settings, tmp_path) as context:
        answer = await run(context, "grafana_get_alerts")
    assert answer.state is State.PARTIAL
    assert answer.data.items
    assert "! grafana:main unreachable" in text(answer)


async def test_old_values_are_shown_as_old(demo: RunningDemo, tmp_path: Path) -> None:
    folders = Folders(tmp_path, tmp_path, tmp_path, tmp_path, tmp_path)
    times = [THEN]
    settings = settings_of(demo, "prometheus")
    async with ToolContext(settings, folders, lambda: times[-1]) as context:
        fresh = await run(context, "prometheus_instant_query", query="topk(1, node_load1)")
        times.append(THEN + timedelta(minutes=6))
        await demo.break_backend("prometheus", "503")
        try:
            stale = await run(context, "prometheus_instant_query", query="topk(1, node_load1)")
            unknown = await run(context, "prometheus_instant_query", query="node_load5")
        finally:
            await demo.mend_backend("prometheus")
        shown = text(stale)
    assert stale.state is State.STALE
    assert stale.observed_at == THEN
    assert stale.data.items == fresh.data.items
    assert "the last good data is 6 min old" in shown
    assert "! what follows was true at 2026-11-22" in shown
    assert unknown.state is State.UNREACHABLE
    assert unknown.data.items == ()
    assert text(unknown).endswith("There is no data.")


async def test_nothing_at_all_says_so_and_is_not_no_alerts(tmp_path: Path) -> None:
    settings = Settings(prometheus=(Endpoint(url="http://127.0.0.1:9"),))
    async with context_of(settings, tmp_path) as context:
        answer = await run(context, "grafana_get_alerts")
    assert answer.state is State.UNREACHABLE
    assert "No alerts" not in text(answer)


@pytest.mark.parametrize(
    ("name", "arguments", "hint"),
    [
        (
            "prometheus_search_metrics",
            {"pattern": "node_memmory"},
            "names that come close: node_mem",
        ),
        ("prometheus_instant_query", {"query": "node_laod1"}, "there is no metric node_laod1"),
        (
            "prometheus_instant_query",
            {"query": 'node_load1{hostname="meda"}'},
            'node_load1 has no hostname="meda"; hostname is one of media',
        ),
        ("prometheus_instant_query", {"query": "node_load1 > 1000"}, "without it there are 43"),
        ("prometheus_instant_query", {"query": 'node_load1{hots="x"}'}, "has no label hots"),
        ("prometheus_range_query", {"query": "nodeload1"}, "names that come close: node_load1"),
        ("prometheus_targets", {"search": "medai"}, "no target of 98 matches 'medai'"),
        ("prometheus_targets", {"down": True}, "all 98 targets are up"),
        (
            "grafana_get_alerts",
            {"severity": "critcal"},
            "values of severity that come close: critical",
        ),
        ("grafana_get_alerts", {"search": "SmartDiskFialing"}, "names that come close: SmartDisk"),
        ("grafana_get_alert_rules", {"search": "HostHihgIoWait"}, "HostHighIoWait"),
        ("grafana_get_dashboard", {"dashboard": "storage"}, "ZFS and disks (uid homelab-zfs)"),
        ("grafana_search_dashboards", {"query": "stroage"}, "ZFS and disks"),
        ("loki_query_logs", {"query": '{service_name="jelyfin"}'}, "is one of jellyfin"),
        ("loki_query_logs", {"query": '{servicename="x"}'}, "no stream has the label servicename"),
        (
            "loki_query_logs",
            {"query": '{service_name="jellyfin"} |= "zzzz"'},
            "no line passes the rest of the query",
        ),
        (
            "loki_query_logs",
            {"query": '{service_name="jellyfin"} |= "warning"'},
            "there are lines of level warning or worse that do not hold the word",
        ),
        (
            "loki_metric_query",
            {"query": 'rate({service_name="jelyfin"}[5m])'},
            'no stream has service_name="jelyfin"',
        ),
        ("loki_list_label_values", {"label": "servicename"}, "close to it: service_name"),
        ("loki_patterns", {"query": '{service_name="jelyfin"}'}, "is one of jellyfin"),
    ],
)
async def test_nothing_found_is_explained_for_this_very_case(
    context: ToolContext, name: str, arguments: dict[str, object], hint: str
) -> None:
    answer = await run(context, name, **arguments)
    assert answer.state is State.OK
    assert not answer.data.items
    assert any(hint in each for each in answer.data.hints), answer.data.hints
    assert hint in text(answer)


async def test_a_range_is_shown_with_units_extremes_and_course(context: ToolContext) -> None:
    query = 'rate(node_network_receive_bytes_total{hostname="media"}[5m])'
    answer = await run(context, "prometheus_range_query", query=query, since="6h")
    shown = text(answer)
    assert "B/s" in shown
    assert "step 2 min" in shown
    assert len(answer.data.items[0].points) == 181
    assert answer.data.items[0].stats.points == 181


async def test_more_series_than_the_limit_are_counted(context: ToolContext) -> None:
    answer = await run(context, "prometheus_instant_query", query="node_load1", limit=3)
    assert (len(answer.data.items), answer.data.truncated, answer.data.total) == (3, True, 43)
    assert "3 of 43 series shown" in text(answer)
    values = [sample.value for sample in answer.data.items]
    assert values == sorted(values, reverse=True)


async def test_lines_are_limited_by_level_and_repeats_are_collapsed(
    context: ToolContext,
) -> None:
    query = '{service_name="jellyfin"}'
    answer = await run(context, "loki_query_logs", query=query, level="error", since="3h")
    assert {entry.level for entry in answer.data.items} <= {"error", "critical"}
    assert "transcode stalled" in text(answer)
    assert " (x" in text(answer)


async def test_what_began_with_the_disk_is_found_in_the_logs(context: ToolContext) -> None:
    answer = await run(context, "loki_correlate_changes", around="-3h")
    started = {change.subject for change in answer.data.items if change.kind == "error_started"}
    assert "kernel on nas1" in started
    assert "jellyfin on media" in started
    assert text(answer).splitlines()[1].find("error started: kernel on nas1") > 0


@pytest.mark.parametrize(
    ("name", "query", "offset"),
    [
        ("prometheus_instant_query", "up{", 3),
        ("prometheus_range_query", "sum(up", 6),
        ("loki_query_logs", '{service_name="x"', 17),
        ("loki_metric_query", 'rate({service_name="x"}[5m]', None),
        ("loki_query_logs", 'rate({service_name="x"}[5m])', None),
    ],
)
async def test_a_wrong_query_is_an_error_with_its_place(
    context: ToolContext, name: str, query: str, offset: int | None
) -> None:
    with pytest.raises(InvalidQuery) as caught:
        await run(context, name, query=query)
    assert caught.value.message
    if offset is not None:
        assert caught.value.offset == offset

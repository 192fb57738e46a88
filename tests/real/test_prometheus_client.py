"""The client and its tools against the real Prometheus: stored series, and a scraped machine."""

from __future__ import annotations

import contextlib
import subprocess
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from providers.alerting import AlertState
from providers.endpoint import Endpoint
from providers.errors import InvalidQuery
from providers.last_known_good import NothingKept
from providers.prometheus import PrometheusClient
from providers.reading import State
from sre_tui.environment import Folders
from sre_tui.settings import Settings
from sre_tui.tools.context import ToolContext
from sre_tui.tools.registry import get_tool
from sre_tui.tools.rendering import ModelView
from tests.real.homelab_series import END, START
from tests.real.prometheus_binary import binary
from tests.stubs.ports import free_ports

CLOSE = "names that come close: node_load1, node_load15, node_load5"
STORED_END = datetime.fromtimestamp(END, UTC)
STORED_START = datetime.fromtimestamp(START, UTC)
RULES = """
groups:
  - name: hosts
    interval: 1s
    rules:
      - alert: TargetDown
        expr: up == 0
        labels: {severity: critical}
        annotations: {summary: "{{ $labels.instance }} is down"}
      - alert: MachineIsUp
        expr: up == 1
        for: 1h
      - record: job:up:sum
        expr: sum by (job) (up)
"""
CONFIG = """
global: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}}
rule_files: [rules.yml]
scrape_configs:
  - job_name: node
    static_configs: [{{targets: ["127.0.0.1:{exporter}"]}}]
  - job_name: dead
    static_configs: [{{targets: ["127.0.0.1:{nobody}"]}}]
"""


@pytest.fixture
async def stored(real: httpx.Client) -> AsyncIterator[PrometheusClient]:
    url = str(real.base_url).rstrip("/")
    async with PrometheusClient(Endpoint(url=url), clock=lambda: STORED_END) as client:
        yield client


async def test_stored_series_are_read_over_any_window(stored: PrometheusClient) -> None:
    reading = await stored.query_range("node_cpu_seconds_total", STORED_START, STORED_END)
    assert reading.state is State.OK
    assert reading.data is not None
    assert reading.data.step == 30.0
    assert len(reading.data.series) == 18
    assert all(series.stats.points > 200 for series in reading.data.series)


async def test_no_step_is_too_fine_for_the_server(stored: PrometheusClient) -> None:
    start = STORED_END - timedelta(days=1)
    reading = await stored.query_range("vector(1)", start, STORED_END, step=1.0)
    assert reading.state is State.OK
    assert reading.data is not None
    assert 5000 < reading.data.series[0].stats.points <= 11_000
    assert "11,000 points" in reading.warnings[0]


async def test_values_that_are_not_finite(stored: PrometheusClient) -> None:
    found = [
        (await stored.query(query, STORED_END)).data for query in ("0/0", "1/0", "vector(-1)/0")
    ]
    values = [answer.samples[0].value for answer in found if answer is not None]
    assert [str(value) for value in values] == ["nan", "inf", "-inf"]


async def test_a_query_too_long_for_a_url(stored: PrometheusClient) -> None:
    query = (
        " or ".join(f'up{{instance="host-{number}"}}' for number in range(400)) + " or vector(7)"
    )
    reading = await stored.query(query, STORED_END)
    assert reading.data is not None
    assert reading.data.samples[0].value == 7.0


@pytest.mark.parametrize(
    ("query", "offset", "said"),
    [
        ("up{", 3, "unexpected end of input"),
        ("sum(up) by (é", 12, "unexpected character"),
        ("sum(\n  up{job=}\n)", 14, "unexpected"),
        ("", 0, "no expression"),
        ("up + on() group_left() node_cpu_seconds_total", None, "many-to-many"),
        ('{job=~"a\\-b"}', None, "unknown escape sequence"),
    ],
)
async def test_where_a_query_is_wrong(
    stored: PrometheusClient, query: str, offset: int | None, said: str
) -> None:
    with pytest.raises(InvalidQuery, match=said) as caught:
        await stored.query(query, STORED_END)
    if offset is not None:
        assert caught.value.offset == offset


async def test_labels_and_series(stored: PrometheusClient) -> None:
    jobs = await stored.label_values("job", ["node_cpu_seconds_total"])
    names = await stored.label_names(["node_cpu_seconds_total"])
    series = await stored.series(['node_cpu_seconds_total{cpu="0"}'], STORED_START, STORED_END)
    assert jobs.data == ("node",)
    assert set(names.data or ()) == {"__name__", "cpu", "instance", "job", "mode"}
    assert len(series.data or ()) == 9


# -- a machine that is scraped -----------------------------------------------------------------


@contextlib.contextmanager
def program(command: list[str], ready: str) -> Iterator[None]:
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            said = []
            for line in process.stderr:
                said.append(line)
                if ready in line:
                    break
            else:
                raise AssertionError("".join(said))
            yield
        finally:
            process.terminate()
            process.stderr.read()


@pytest.fixture(scope="module")
def scraping(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Prometheus that has scraped a node_exporter and evaluated its rules."""
    folder = tmp_path_factory.mktemp("scraping")
    exporter, port = free_ports(), free_ports()
    config = CONFIG.format(exporter=exporter, nobody=free_ports())
    (folder / "prometheus.yml").write_text(config, encoding="utf-8")
    (folder / "rules.yml").write_text(RULES, encoding="utf-8")
    node = [binary("prometheus-node-exporter"), f"--web.listen-address=127.0.0.1:{exporter}"]
    prometheus = [
        binary("prometheus"),
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    url = f"http://127.0.0.1:{port}"
    with program(node, "Listening on"), program(prometheus, "ready to receive web requests"):
        _wait_for_rules(url)
        yield url


def _wait_for_rules(url: str) -> None:
    """Return when both alerts are there; Prometheus tells nobody, so it is asked now and then."""
    pause = threading.Event()
    with httpx.Client(base_url=url, trust_env=False) as client:
        for _ in range(600):
            alerts = client.get("/api/v1/alerts").json()["data"]["alerts"]
            recorded = client.get("/api/v1/query", params={"query": "job:up:sum"}).json()
            if len(alerts) == 2 and len(recorded["data"]["result"]) == 2:
                return
            pause.wait(0.1)
    raise AssertionError("Prometheus evaluated no rules")


@pytest.fixture
async def context(scraping: str, tmp_path: Path) -> AsyncIterator[ToolContext]:
    settings = Settings(prometheus=(Endpoint(url=scraping),))
    folders = Folders(tmp_path, tmp_path, tmp_path, tmp_path, tmp_path)
    now = datetime.now(UTC)
    async with ToolContext(settings, folders, lambda: now, kept=NothingKept()) as made:
        yield made


def memory_of_this_machine() -> float:
    """Bytes, as the kernel reports them."""
    name, amount, unit = Path("/proc/meminfo").read_text(encoding="ascii").split()[:3]
    assert (name, unit) == ("MemTotal:", "kB")
    return float(amount) * 1024


async def run(context: ToolContext, name: str, **arguments: object) -> tuple[Any, str]:
    tool = get_tool(name)
    answer = await tool.run(context, arguments)
    assert answer.state is State.OK, answer.warnings
    return answer.data, tool.render(answer, ModelView(now=context.clock()))


async def test_the_memory_of_this_machine(context: ToolContext) -> None:
    data, shown = await run(context, "prometheus_instant_query", query="node_memory_MemTotal_bytes")
    assert data.items[0].value == memory_of_this_machine()
    assert "iB" in shown


async def test_metrics_have_types_and_help_texts(context: ToolContext) -> None:
    data, _ = await run(context, "prometheus_search_metrics", pattern="node_load")
    assert [(metric.name, metric.type) for metric in data.items] == [
        ("node_load1", "gauge"),
        ("node_load15", "gauge"),
        ("node_load5", "gauge"),
    ]
    assert all("load average" in metric.help for metric in data.items)
    recorded, _ = await run(context, "prometheus_search_metrics", pattern="job:up:sum")
    assert recorded.items[0].type is None


async def test_a_dead_target_comes_first_with_its_error(context: ToolContext) -> None:
    data, shown = await run(context, "prometheus_targets")
    assert (data.up, data.down) == (1, 1)
    assert data.items[0].job == "dead"
    assert "connection refused" in shown


async def test_alerts_and_rules_without_any_grafana(context: ToolContext) -> None:
    alerts, shown = await run(context, "grafana_get_alerts")
    states = {alert.name: alert.state for alert in alerts.items}
    assert states == {"TargetDown": AlertState.FIRING, "MachineIsUp": AlertState.PENDING}
    assert "Alerts from prometheus:main: 2 (of all: 1 firing, 1 pending)" in shown
    rules, _ = await run(context, "grafana_get_alert_rules", recording=True)
    assert {(rule.name, rule.kind, rule.health) for rule in rules.items} == {
        ("TargetDown", "alerting", "ok"),
        ("MachineIsUp", "alerting", "ok"),
        ("job:up:sum", "recording", "ok"),
    }


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        (
            "node_laod1",
            f"there is no metric node_laod1; {CLOSE}",
        ),
        ('up{job="nodes"}', 'up has no job="nodes"; job is one of node, dead'),
        ("up > 3", "no series meets the condition; without it there are 2"),
        ('node_load1{job="dead"}', 'node_load1 has no job="dead"; job is one of node'),
    ],
)
async def test_why_there_is_nothing(context: ToolContext, query: str, hint: str) -> None:
    data, shown = await run(context, "prometheus_instant_query", query=query)
    assert data.items == ()
    assert data.hints == (hint,)
    assert f"Hint: {hint}" in shown


async def test_who_answers(scraping: str) -> None:
    async with PrometheusClient(Endpoint(url=scraping)) as client:
        reading = await client.build_info()
    assert reading.data is not None
    assert reading.data.application == "prometheus"
    assert reading.data.version[0].isdigit()

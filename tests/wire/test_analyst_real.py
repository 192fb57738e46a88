"""The built-in analyst in front of a real Prometheus that scrapes a real node_exporter."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from sre_tui.agent.events import Answer, Answered
from tests.evals.analyst_lab import agent_without_model
from tests.real.prometheus_binary import binary
from tests.stubs.ports import free_ports

QUESTION = "is this machine under memory pressure?"
ENOUGH_SCRAPES = 'count_over_time(node_vmstat_oom_kill{job="node"}[1m]) >= 4'


@contextmanager
def running(command: list[str], ready: str) -> Iterator[None]:
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            seen = []
            for line in process.stderr:
                seen.append(line)
                if ready in line:
                    break
            else:
                raise AssertionError(f"{command[0]} ended before it was ready:\n" + "".join(seen))
            yield
        finally:
            process.terminate()
            process.stderr.read()


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("real")
    exporter, port = free_ports(), free_ports()
    config = folder / "prometheus.yml"
    config.write_text(
        "global: {scrape_interval: 500ms, scrape_timeout: 500ms}\n"
        "scrape_configs:\n"
        f"  - {{job_name: node, static_configs: [{{targets: ['127.0.0.1:{exporter}']}}]}}\n",
        encoding="utf-8",
    )
    node = [
        binary("prometheus-node-exporter"),
        f"--web.listen-address=127.0.0.1:{exporter}",
        "--collector.disable-defaults",
        *(f"--collector.{name}" for name in ("meminfo", "vmstat", "pressure", "uname", "loadavg")),
    ]
    server = [
        binary("prometheus"),
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with (
        running(node, "Listening on"),
        running(server, "Server is ready to receive web requests"),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as client,
    ):
        while not query(client, ENOUGH_SCRAPES):
            pass
        yield client


def query(client: httpx.Client, expression: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = client.get(
        "/api/v1/query", params={"query": expression}
    ).json()["data"]["result"]
    return found


async def answer_to(question: str, client: httpx.Client, folder: Path) -> Answer:
    variables = {"PROMETHEUS_URL": str(client.base_url)}
    async with agent_without_model(variables, folder, now=datetime.now(UTC)) as agent:
        async for event in agent.ask(question):
            if isinstance(event, Answered):
                return event.answer
    raise AssertionError("no answer")


async def test_memory_pressure_with_true_figures(prometheus: httpx.Client, tmp_path: Path) -> None:
    answer = await answer_to(QUESTION, prometheus, tmp_path)
    assert re.match(r"\*\*(Yes|No), ", answer.text), answer.text
    assert answer.unsupported == ()
    total = query(prometheus, "node_memory_MemTotal_bytes")[0]["value"]
    assert isinstance(total, list)
    shown = re.search(
        r"has [\d.]+ \w+ of ([\d.]+) GiB of memory available \(([\d.]+) %\)", answer.text
    )
    assert shown is not None, answer.text
    assert abs(float(shown[1]) * 2**30 - float(total[1])) < 0.06 * 2**30
    verdict = "No" if float(shown[2]) > 10 else "Yes"
    assert answer.text.startswith(f"**{verdict}, "), answer.text
    assert "swap" in answer.text
    assert sum(not one.part_of for one in answer.evidence) <= 8


async def test_it_says_which_metrics_are_missing(prometheus: httpx.Client, tmp_path: Path) -> None:
    answer = await answer_to(
        "is this machine held up by its disks, io pressure?", prometheus, tmp_path
    )
    assert re.match(r"\*\*Whether \S+ is held up by its disks cannot be told\*\*: there are no val",
                    answer.text)  # fmt: skip


async def test_an_overview_says_what_is_not_configured(
    prometheus: httpx.Client, tmp_path: Path
) -> None:
    answer = await answer_to("anything wrong?", prometheus, tmp_path)
    not_checked = answer.text.partition("**Not checked**")[2]
    assert "Grafana, Loki" in not_checked
    assert "are not configured" in not_checked
    assert answer.unsupported == ()

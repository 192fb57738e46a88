"""The demo's Prometheus server and a real one get the same requests and must answer alike."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from sre_tui.demo.servers.prometheus import prometheus_app
from tests.real.homelab_series import END, START, homelab_series
from tests.stubs.asgi import serving
from tests.stubs.series import MemorySeries

MALFORMED: dict[str, list[str]] = yaml.load(
    Path(__file__).with_name("promql_malformed.yaml").read_text(encoding="utf-8"),
    Loader=yaml.CSafeLoader,
)
ALL = {"start": f"{START}", "end": f"{END}"}
NOON = {"time": f"{START + 3600}"}

REQUESTS: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/api/v1/query", {"query": "sort(node_load1)", **NOON}),
    ("POST", "/api/v1/query", {"query": 'temp_celsius{sensor="cpu"}', **NOON}),
    ("GET", "/api/v1/query", {"query": "1", "time": "2026-11-22T14:44:46.151Z"}),
    ("GET", "/api/v1/query", {"query": "1", "time": "2026-11-22T15:44:46+01:00"}),
    ("GET", "/api/v1/query", {"query": '"text"', "time": "1795358687.5"}),
    ("GET", "/api/v1/query", {"query": "vector(1e-7)", **NOON}),
    ("GET", "/api/v1/query", {"query": "vector(1e21)", **NOON}),
    ("GET", "/api/v1/query", {"query": "vector(123456789012345678)", **NOON}),
    ("GET", "/api/v1/query", {"query": "vector(-1 / 0)", **NOON}),
    ("GET", "/api/v1/query", {"query": "vector(0 / 0)", **NOON}),
    ("GET", "/api/v1/query", {"query": "vector(0.1 + 0.2)", **NOON}),
    ("GET", "/api/v1/query", {"query": "state[2m]", **NOON}),
    ("GET", "/api/v1/query", {}),
    ("GET", "/api/v1/query", {"query": "up", "time": "noon"}),
    ("GET", "/api/v1/query", {"query": "up", "timeout": "soon"}),
    ("GET", "/api/v1/query", {"query": "up + on() up", **NOON}),
    ("GET", "/api/v1/query_range", {"query": "state", **ALL, "step": "10m"}),
    ("POST", "/api/v1/query_range", {"query": "state > 1", **ALL, "step": "433.25"}),
    ("GET", "/api/v1/query_range", {"query": "1", **ALL, "step": "1h"}),
    ("GET", "/api/v1/query_range", {"query": "up", "start": "1", "end": "2"}),
    ("GET", "/api/v1/query_range", {"query": "up", "start": "1", "end": "2", "step": "soon"}),
    ("GET", "/api/v1/query_range", {"query": "up", "start": "1", "end": "2", "step": "0"}),
    ("GET", "/api/v1/query_range", {"query": "up", "start": "foo", "end": "2", "step": "1"}),
    ("GET", "/api/v1/query_range", {"query": "up", "end": "2", "step": "1"}),
    ("GET", "/api/v1/query_range", {"query": "up", "start": "5", "end": "2", "step": "1"}),
    ("GET", "/api/v1/query_range", {"query": "up", "start": "0", "end": "11000", "step": "1"}),
    ("GET", "/api/v1/query_range", {"query": "up", "start": "0", "end": "11001", "step": "1"}),
    ("GET", "/api/v1/query_range", {"query": "up[5m]", "start": "1", "end": "2", "step": "1"}),
    ("GET", "/api/v1/query_range", {"query": '"x"', "start": "1", "end": "2", "step": "1"}),
    ("GET", "/api/v1/series", {"match[]": ["up", 'state{unit="a"}'], **ALL}),
    ("POST", "/api/v1/series", {"match[]": '{__name__=~"node_.*", instance="nas1:9100"}', **ALL}),
    ("GET", "/api/v1/series", {}),
    ("GET", "/api/v1/series", {"match[]": "up{"}),
    ("GET", "/api/v1/series", {"match[]": "up", "start": "noon"}),
    ("GET", "/api/v1/series", {"match[]": "up", "start": "5", "end": "2"}),
    ("GET", "/api/v1/labels", ALL),
    ("POST", "/api/v1/labels", {"match[]": "up", **ALL}),
    ("GET", "/api/v1/labels", {"match[]": "up{"}),
    ("GET", "/api/v1/label/job/values", ALL),
    ("GET", "/api/v1/label/__name__/values", {"match[]": '{instance="nas1:9100"}', **ALL}),
    ("GET", "/api/v1/label/nothing/values", ALL),
    ("GET", "/api/v1/label/a-b/values", ALL),
    ("GET", "/api/v1/label/job/values", {"match[]": '{__name__=~".*a\\-b.*"}'}),
    ("GET", "/api/v1/metadata", {}),
    ("GET", "/api/v1/metadata", {"limit": "many"}),
    ("GET", "/api/v1/rules", {}),
    ("GET", "/api/v1/rules", {"type": "other"}),
    ("GET", "/api/v1/alerts", {}),
    ("GET", "/api/v1/targets", {}),
    ("GET", "/api/v1/alertmanagers", {}),
    ("PUT", "/api/v1/query", {}),
    ("GET", "/api/v1/nope", {}),
    ("GET", "/nope", {}),
    ("GET", "/-/healthy", {}),
    ("GET", "/-/ready", {}),
]


@pytest.fixture(scope="module")
def demo() -> Iterator[httpx.Client]:
    app = prometheus_app(
        MemorySeries(homelab_series()),
        rules=list,
        recording_rules=list,
        targets=list,
        clock=lambda: END,
    )
    with serving(app) as url, httpx.Client(base_url=url, trust_env=False) as client:
        yield client


def _arguments(method: str, parameters: dict[str, Any]) -> dict[str, Any]:
    return {"data": parameters} if method == "POST" else {"params": parameters}


def _document(response: httpx.Response) -> Any:
    if response.headers["content-type"] == "application/json":
        document = response.json()
        if isinstance(document.get("data"), dict) and document["data"].get("result"):
            result = document["data"]["result"]
            if document["data"]["resultType"] == "vector" and "sort" not in str(response.url):
                result.sort(key=lambda one: sorted(one["metric"].items()))
        return document
    return response.text.strip()


@pytest.mark.parametrize(("method", "path", "parameters"), REQUESTS)
def test_answers_are_the_same(
    real: httpx.Client,
    demo: httpx.Client,
    method: str,
    path: str,
    parameters: dict[str, Any],
) -> None:
    theirs = real.request(method, path, **_arguments(method, parameters))
    ours = demo.request(method, path, **_arguments(method, parameters))
    assert ours.status_code == theirs.status_code
    assert ours.headers["content-type"] == theirs.headers["content-type"]
    assert _document(ours) == _document(theirs)


@pytest.mark.parametrize("query", MALFORMED["same_words"])
def test_parse_errors_have_the_same_words(
    real: httpx.Client, demo: httpx.Client, query: str
) -> None:
    theirs = real.post("/api/v1/query", data={"query": query})
    ours = demo.post("/api/v1/query", data={"query": query})
    assert theirs.status_code == 400
    assert (ours.status_code, ours.json()) == (400, theirs.json())


@pytest.mark.parametrize("query", MALFORMED["own_words"])
def test_other_malformed_queries_are_bad_data(
    real: httpx.Client, demo: httpx.Client, query: str
) -> None:
    theirs = real.post("/api/v1/query", data={"query": query})
    ours = demo.post("/api/v1/query", data={"query": query})
    assert theirs.status_code == ours.status_code == 400
    assert ours.json()["errorType"] == "bad_data"
    assert "parse error: " in ours.json()["error"]

"""The demo's Prometheus over a socket: what a real one without rules and targets cannot show.

The shapes are compared with recordings of a real Prometheus 2.42 in ``tests/data/prometheus``.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from sre_tui.demo.promql import Version
from sre_tui.demo.servers.prometheus import prometheus_app
from sre_tui.demo.servers.prometheus_requests import Access
from sre_tui.demo.telemetry import AlertRule, MetricMetadata, RecordingRule, ScrapeTarget
from tests.stubs.asgi import serving
from tests.stubs.series import MemorySeries, series

NOW = 1_795_000_020.0
NOT_A_COUNTER = (
    "PromQL info: metric might not be a counter, name does not end in"
    ' _total/_sum/_count/_bucket: "{}" ({})'
)
RECORDED = Path(__file__).parents[1] / "data" / "prometheus"


def _rule(name: str, expr: str, hold: float, group: str) -> AlertRule:
    return AlertRule(
        uid=name,
        name=name,
        expr=expr,
        hold=hold,
        labels={"severity": "critical"},
        annotations={"summary": "{{ $labels.instance }}"},
        group=group,
        folder="homelab",
    )


RULES = [
    _rule("TargetDown", "up == 0", 0, "a"),
    _rule("WillPend", "up == 1", 7200, "a"),
    _rule("Broken", "up{", 0, "b"),
    _rule("Quiet", "up > 5", 0, "c"),
]
RECORDING = [RecordingRule("job:up:sum", "sum by (job) (up)", "b")]
TARGETS = [
    ScrapeTarget("node", "pve1:9100", "http://pve1:9100/metrics", {}, "up", "", NOW - 5, 0.01),
    ScrapeTarget("nas", "nas1:9100", "http://nas1:9100/metrics", {}, "down", "refused", NOW, 0.2),
]


@contextmanager
def demo(version: Version = "2.42.0", access: Access | None = None) -> Iterator[httpx.Client]:
    minutes = range(61)
    source = MemorySeries(
        [
            series(
                "up",
                [(NOW - 3600 + 60 * m, 1.0) for m in minutes],
                instance="pve1:9100",
                job="node",
            ),
            series(
                "up",
                [(NOW - 3600 + 60 * m, float(m < 30)) for m in minutes],
                instance="nas1:9100",
                job="nas",
            ),
        ],
        {"up": MetricMetadata("gauge", "Whether the target answers.")},
    )
    app = prometheus_app(
        source,
        rules=lambda: RULES,
        recording_rules=lambda: RECORDING,
        targets=lambda: TARGETS,
        clock=lambda: NOW,
        version=version,
        access=access,
    )
    with serving(app) as url, httpx.Client(base_url=url, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def old() -> Iterator[httpx.Client]:
    with demo() as client:
        yield client


@pytest.fixture(scope="module")
def modern() -> Iterator[httpx.Client]:
    with demo("3.x") as client:
        yield client


def data(client: httpx.Client, path: str, **parameters: Any) -> Any:
    response = client.get(path, params=parameters)
    assert response.status_code == 200, response.text
    return response.json()["data"]


def error(client: httpx.Client, path: str, **parameters: Any) -> tuple[int, str]:
    response = client.get(path, params=parameters)
    assert response.json()["status"] == "error"
    return response.status_code, response.json()["error"]


def shape(document: Any) -> Any:
    """Keys and types; lists as the shapes of their first item, label sets and maps as one word."""
    if isinstance(document, dict):
        return {
            key: "map"
            if key in {"metric", "labels", "annotations", "discoveredLabels"}
            else shape(value)
            for key, value in document.items()
        }
    if isinstance(document, list):
        return [shape(document[0])] if document else []
    return "number" if isinstance(document, int | float) else type(document).__name__


@pytest.mark.parametrize(
    ("recording", "path", "parameters"),
    [
        ("rules", "/api/v1/rules", {}),
        ("alerts", "/api/v1/alerts", {}),
        ("targets", "/api/v1/targets", {}),
        ("metadata_one", "/api/v1/metadata", {"metric": "up"}),
        ("buildinfo", "/api/v1/status/buildinfo", {}),
        ("runtimeinfo", "/api/v1/status/runtimeinfo", {}),
        ("tsdb", "/api/v1/status/tsdb", {}),
        ("query_vector", "/api/v1/query", {"query": "up"}),
        ("query_scalar", "/api/v1/query", {"query": "1+1"}),
        (
            "range",
            "/api/v1/query_range",
            {"query": "up", "start": NOW - 60, "end": NOW, "step": 60},
        ),
    ],
)
def test_has_the_recorded_shape(
    old: httpx.Client, recording: str, path: str, parameters: dict[str, Any]
) -> None:
    recorded = json.loads((RECORDED / f"{recording}.json").read_text(encoding="utf-8"))
    ours = old.get(path, params=parameters).json()
    if recording == "metadata_one":
        recorded["data"] = list(recorded["data"].values())
        ours["data"] = list(ours["data"].values())
    assert shape(ours) == shape(recorded)


def test_alerts_have_states_and_beginnings(old: httpx.Client) -> None:
    alerts = data(old, "/api/v1/alerts")["alerts"]
    assert alerts == [
        {
            "labels": {
                "alertname": "TargetDown",
                "instance": "nas1:9100",
                "job": "nas",
                "severity": "critical",
            },
            "annotations": {"summary": "nas1:9100"},
            "state": "firing",
            "activeAt": "2026-11-18T10:37:00.000Z",
            "value": "0e+00",
        },
        {
            "labels": {
                "alertname": "WillPend",
                "instance": "pve1:9100",
                "job": "node",
                "severity": "critical",
            },
            "annotations": {"summary": "pve1:9100"},
            "state": "pending",
            "activeAt": "2026-11-18T10:07:00.000Z",
            "value": "1e+00",
        },
    ]


def test_rules_come_in_groups_with_their_health(old: httpx.Client) -> None:
    groups = data(old, "/api/v1/rules")["groups"]
    assert [group["name"] for group in groups] == ["a", "b", "c"]
    broken, recording = groups[1]["rules"]
    assert broken["health"] == "err"
    assert broken["lastError"] == "1:4: parse error: unexpected end of input inside braces"
    assert recording["type"] == "recording"
    assert [rule["state"] for rule in groups[0]["rules"]] == ["firing", "pending"]


@pytest.mark.parametrize(("kind", "types"), [("alert", {"alerting"}), ("record", {"recording"})])
def test_rules_can_be_chosen_by_type(old: httpx.Client, kind: str, types: set[str]) -> None:
    groups = data(old, "/api/v1/rules", type=kind)["groups"]
    assert {rule["type"] for group in groups for rule in group["rules"]} == types


def test_targets_can_be_chosen(old: httpx.Client) -> None:
    targets = data(old, "/api/v1/targets", scrapePool="nas")["activeTargets"]
    assert [(one["labels"]["instance"], one["health"], one["lastError"]) for one in targets] == [
        ("nas1:9100", "down", "refused")
    ]
    assert data(old, "/api/v1/targets", state="dropped")["activeTargets"] == []


def test_metadata_can_be_limited(old: httpx.Client) -> None:
    assert data(old, "/api/v1/metadata", limit=0) == {}
    assert data(old, "/api/v1/metadata", metric="nothing") == {}


def test_flags_and_config(old: httpx.Client) -> None:
    assert data(old, "/api/v1/status/flags")["query.lookback-delta"] == "5m"
    assert "scrape_interval" in data(old, "/api/v1/status/config")["yaml"]


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("/api/v1/query", {"query": "up"}),
        ("/api/v1/series", {"match[]": "up"}),
        ("/api/v1/label/instance/values", {}),
    ],
)
def test_a_limit_counts_in_version_3_only(
    old: httpx.Client, modern: httpx.Client, path: str, parameters: dict[str, Any]
) -> None:
    ignored = old.get(path, params={**parameters, "limit": 1}).json()
    limited = modern.get(path, params={**parameters, "limit": 1}).json()

    def size(document: Any) -> int:
        found = document["data"]
        return len(found["result"] if isinstance(found, dict) else found)

    assert (size(ignored), size(limited)) == (2, 1)
    assert "warnings" not in ignored
    assert limited["warnings"] == ["results truncated due to limit"]


def test_version_3_hints_at_rates_of_gauges(old: httpx.Client, modern: httpx.Client) -> None:
    query = {"query": "rate(up[5m])"}
    assert "infos" not in old.get("/api/v1/query", params=query).json()
    assert modern.get("/api/v1/query", params=query).json()["infos"] == [
        NOT_A_COUNTER.format("up", "1:6")
    ]


def test_version_3_pages_rule_groups(modern: httpx.Client) -> None:
    names, token = [], ""
    for _page in range(3):
        more = {"group_next_token": token} if token else {}
        page = data(modern, "/api/v1/rules", group_limit=1, **more)
        names += [group["name"] for group in page["groups"]]
        token = page.get("groupNextToken", "")
    assert names == ["a", "b", "c"]
    assert token == ""
    assert error(modern, "/api/v1/rules", group_limit=1, group_next_token="x")[0] == 400
    assert error(modern, "/api/v1/rules", group_next_token="x")[0] == 400


@pytest.mark.parametrize(
    ("parameters", "names"),
    [
        ({"rule_name[]": "Quiet"}, ["Quiet"]),
        ({"rule_group[]": "b"}, ["Broken", "job:up:sum"]),
        ({"file[]": "/other"}, []),
        ({"match[]": '{severity="critical"}', "rule_group[]": "b"}, ["Broken"]),
    ],
)
def test_version_3_filters_rules(
    modern: httpx.Client, parameters: dict[str, str], names: list[str]
) -> None:
    groups = data(modern, "/api/v1/rules", **parameters)["groups"]
    assert [rule["name"] for group in groups for rule in group["rules"]] == names


def test_version_3_can_leave_alerts_out(modern: httpx.Client) -> None:
    groups = data(modern, "/api/v1/rules", exclude_alerts="true")["groups"]
    assert groups[0]["rules"][0]["alerts"] == []
    assert groups[0]["rules"][0]["state"] == "firing"


def test_version_3_lookback_and_names(modern: httpx.Client) -> None:
    shifted = {"query": "up", "time": NOW + 20}
    assert len(data(modern, "/api/v1/query", **shifted)["result"]) == 2
    assert data(modern, "/api/v1/query", lookback_delta="10s", **shifted)["result"] == []
    assert data(modern, "/api/v1/label/a-b/values") == []
    assert data(modern, "/api/v1/status/buildinfo")["version"].startswith("3.")


def test_what_the_demo_lacks_is_refused_by_name(old: httpx.Client) -> None:
    assert error(old, "/api/v1/query", query="histogram_count(up)") == (
        422,
        "not supported by the demo: histogram_count",
    )


@pytest.mark.parametrize(
    ("access", "auth", "header"),
    [
        (Access(bearer="secret"), None, "Bearer secret"),
        (Access(basic=("me", "pass")), ("me", "pass"), None),
        (Access(bearer="secret", basic=("me", "pass")), ("me", "pass"), None),
    ],
)
def test_credentials_are_asked_for(
    access: Access, auth: tuple[str, str] | None, header: str | None
) -> None:
    with demo(access=access) as client:
        refused = client.get("/api/v1/query", params={"query": "1"})
        assert refused.status_code == 401
        assert "WWW-Authenticate" in refused.headers
        wrong = client.get("/api/v1/query", headers={"Authorization": "Bearer other"})
        assert wrong.status_code == 401
        headers = {"Authorization": header} if header else {}
        admitted = client.get(
            "/api/v1/query",
            params={"query": "1"},
            headers=headers,
            auth=auth or httpx.USE_CLIENT_DEFAULT,
        )
        assert admitted.status_code == 200

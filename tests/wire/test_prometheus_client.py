"""The Prometheus client against recorded answers and the shapes of its relatives."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import isinf, isnan
from pathlib import Path
from typing import Any

import pytest
import stamina

from providers.alerting import AlertState
from providers.endpoint import Endpoint
from providers.errors import InvalidQuery
from providers.prometheus import PrometheusClient
from providers.reading import State
from providers.steps import MAX_POINTS
from tests.stubs.raw_server import RawServer, Received, json_reply, raw_server, reply

DATA = Path(__file__).parents[1] / "data" / "prometheus"
NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


def recorded(name: str) -> bytes:
    return reply((DATA / f"{name}.json").read_text(encoding="utf-8"))


def success(data: Any, **more: Any) -> bytes:
    return json_reply({"status": "success", "data": data, **more})


def client_of(server: RawServer, prefix: str = "", **settings: Any) -> PrometheusClient:
    endpoint = Endpoint.model_validate({"url": f"{server.url}{prefix}", **settings})
    return PrometheusClient(endpoint, clock=lambda: NOW)


async def test_a_recorded_vector() -> None:
    async with raw_server(recorded("query_vector")) as server, client_of(server) as client:
        reading = await client.query("up")
    assert reading.data is not None
    assert reading.data.kind == "vector"
    assert {sample.labels["job"]: sample.value for sample in reading.data.samples} == {
        "dead": 0.0,
        "prometheus": 1.0,
    }
    assert all(sample.source == "prometheus:main" for sample in reading.data.samples)
    assert all(sample.at.tzinfo is UTC for sample in reading.data.samples)


async def test_recorded_rules_give_states_and_instances() -> None:
    async with raw_server(recorded("rules")) as server, client_of(server) as client:
        reading = await client.rules()
        alerts = await client.alerts()
    assert reading.data is not None
    assert [(rule.name, rule.kind, rule.state, rule.hold) for rule in reading.data] == [
        ("TargetDown", "alerting", AlertState.FIRING, 0.0),
        ("WillPend", "alerting", AlertState.PENDING, 3600.0),
        ("job:up:sum", "recording", None, 0.0),
    ]
    assert reading.data[0].alerts[0].summary == "down 127.0.0.1:1"
    assert alerts.data is not None
    assert [(alert.name, alert.value) for alert in alerts.data] == [
        ("TargetDown", 0.0),
        ("WillPend", 1.0),
    ]


async def test_recorded_targets() -> None:
    async with raw_server(recorded("targets")) as server, client_of(server) as client:
        reading = await client.targets()
        assert server.received[0].params == [("state", "active")]
    assert reading.data is not None
    down = next(target for target in reading.data if target.health == "down")
    assert "connection refused" in down.last_error
    assert down.scrape_interval == 2.0
    assert down.last_scrape is not None


async def test_a_target_that_was_never_scraped_has_no_time() -> None:
    target = {
        "labels": {"job": "new", "instance": "a:1"},
        "scrapePool": "new",
        "scrapeUrl": "http://a:1/metrics",
        "lastScrape": "0001-01-01T00:00:00Z",
        "lastScrapeDuration": 0,
        "health": "unknown",
        "scrapeInterval": "1m30s",
    }
    answer = success({"activeTargets": [target]})
    async with raw_server(answer) as server, client_of(server) as client:
        (found,) = (await client.targets()).data or ()
    assert (found.last_scrape, found.scrape_duration, found.scrape_interval) == (None, None, 90.0)


async def test_names_are_joined_with_their_metadata() -> None:
    names = ["http_seconds_bucket", "job:up:sum", "node_load1"]
    metadata = {
        "node_load1": [{"type": "gauge", "help": "1m load\naverage.", "unit": ""}],
        "http_seconds": [{"type": "histogram", "help": "Time.", "unit": "seconds"}],
    }

    def answer(request: Received) -> bytes:
        return success(metadata if request.path.endswith("/metadata") else names)

    async with raw_server(answer) as server, client_of(server) as client:
        found = (await client.metrics()).data or ()
    assert [(metric.name, metric.type, metric.help) for metric in found] == [
        ("http_seconds_bucket", "histogram", "Time."),
        ("job:up:sum", None, ""),
        ("node_load1", "gauge", "1m load average."),
    ]


async def test_names_without_metadata_are_partial() -> None:
    def answer(request: Received) -> bytes:
        missing = request.path.endswith("/metadata")
        return reply("404 page not found", 404, "text/plain") if missing else success(["up"])

    async with raw_server(answer) as server, client_of(server) as client:
        reading = await client.metrics()
    assert reading.state is State.PARTIAL
    assert "help texts are missing" in reading.detail
    assert [metric.name for metric in reading.data or ()] == ["up"]


@pytest.mark.parametrize(
    ("text", "check"),
    [("NaN", isnan), ("+Inf", isinf), ("-Inf", isinf), ("0.5", lambda value: value == 0.5)],
)
async def test_values_are_texts_and_need_not_be_finite(text: str, check: Any) -> None:
    data = {"resultType": "vector", "result": [{"metric": {}, "value": [1795358687.729, text]}]}
    async with raw_server(success(data)) as server, client_of(server) as client:
        reading = await client.query("x")
    assert reading.data is not None
    assert check(reading.data.samples[0].value)
    assert reading.data.samples[0].at == datetime(2026, 11, 22, 14, 44, 47, 729000, tzinfo=UTC)


async def test_scalars_strings_and_matrices_are_results_too() -> None:
    answers = (
        success({"resultType": "scalar", "result": [1795358389, "2"]}),
        success({"resultType": "string", "result": [1795358389, "x\x1b[1m"]}),
        success(
            {"resultType": "matrix", "result": [{"metric": {}, "values": [[1795358389, "1"]]}]}
        ),
    )
    async with raw_server(*answers) as server, client_of(server) as client:
        scalar, text, matrix = [(await client.query(query)).data for query in "abc"]
    assert scalar is not None
    assert scalar.samples[0].value == 2.0
    assert text is not None
    assert text.text == "x"
    assert matrix is not None
    assert len(matrix.series[0].points) == 1


async def test_native_histograms_are_summed_up() -> None:
    histogram = {"count": "12", "sum": "3.5", "buckets": [[0, "0", "1", "12"]]}
    answers = (
        success(
            {"resultType": "vector", "result": [{"metric": {}, "histogram": [1e9, histogram]}]}
        ),
        success(
            {
                "resultType": "matrix",
                "result": [{"metric": {}, "histograms": [[1795358389, histogram]]}],
            }
        ),
    )
    async with raw_server(*answers) as server, client_of(server) as client:
        instant = (await client.query("h")).data
        window = (await client.query_range("h", NOW - timedelta(hours=1), NOW)).data
    assert instant is not None
    assert instant.samples[0].value is None
    assert instant.samples[0].histogram is not None
    assert (instant.samples[0].histogram.count, instant.samples[0].histogram.sum) == (12.0, 3.5)
    assert window is not None
    assert window.series[0].native_histogram
    assert window.series[0].points[0][1] == 12.0


async def test_warnings_and_infos_are_passed_on() -> None:
    data = {"resultType": "vector", "result": []}
    answer = success(data, warnings=["slow store"], infos=["PromQL info: metric might not be"])
    async with raw_server(answer) as server, client_of(server) as client:
        reading = await client.query("rate(node_load1[5m])")
    assert reading.state is State.OK
    assert reading.warnings == ("slow store", "PromQL info: metric might not be")


async def test_a_long_query_goes_as_a_form() -> None:
    query = " or ".join(f'up{{instance="host-{number}"}}' for number in range(120))
    async with raw_server(success({"resultType": "vector", "result": []})) as server:
        async with client_of(server) as client:
            await client.query(query)
            await client.query("up")
        long, short = server.received
    assert (long.method, short.method) == ("POST", "GET")
    assert dict(long.params)["query"] == query
    assert "?" not in long.target


async def test_a_range_never_asks_for_more_points_than_allowed() -> None:
    async with raw_server(success({"resultType": "matrix", "result": []})) as server:
        async with client_of(server) as client:
            reading = await client.query_range("up", NOW - timedelta(days=30), NOW, step=1.0)
        sent = dict(server.received[0].params)
    points = (float(sent["end"]) - float(sent["start"])) / float(sent["step"]) + 1
    assert points <= MAX_POINTS
    assert reading.data is not None
    assert reading.data.step == float(sent["step"])
    assert "11,000 points" in reading.warnings[0]


async def test_gaps_are_seen() -> None:
    start = NOW.timestamp() - 3600
    values = [[start + 15 * n, "1"] for n in range(241) if not 100 <= n < 120]
    data = {"resultType": "matrix", "result": [{"metric": {"__name__": "up"}, "values": values}]}
    async with raw_server(success(data)) as server, client_of(server) as client:
        window = (await client.query_range("up", NOW - timedelta(hours=1), NOW)).data
    assert window is not None
    assert window.step == 15.0
    assert (window.series[0].stats.gaps, window.series[0].stats.points) == (1, 221)


async def test_a_prefix_and_a_tenant_lead_to_mimir() -> None:
    async with raw_server(success(["a"])) as server:
        async with client_of(server, "/prometheus", tenant="home") as client:
            await client.label_values("job")
        assert server.received[0].path == "/prometheus/api/v1/label/job/values"
        assert server.received[0].headers["x-scope-orgid"] == "home"


async def test_pages_of_rules_are_all_read() -> None:
    def page(request: Received) -> bytes:
        token = dict(request.params).get("group_next_token")
        name = token or "first"
        group = {"name": name, "file": "f", "rules": [{"name": name, "query": "up"}]}
        following = {None: "second", "second": "third", "third": ""}[token]
        return success({"groups": [group], "groupNextToken": following})

    async with raw_server(page) as server, client_of(server) as client:
        reading = await client.rules()
    assert [rule.name for rule in reading.data or ()] == ["first", "second", "third"]


async def test_without_rules_the_alerts_are_asked_for() -> None:
    def answer(request: Received) -> bytes:
        if request.path.endswith("/rules"):
            return reply("404 page not found", 404, "text/plain")
        return recorded("alerts")

    async with raw_server(answer) as server, client_of(server) as client:
        reading = await client.alerts()
    assert [alert.name for alert in reading.data or ()] == ["TargetDown", "WillPend"]


@pytest.mark.parametrize("status", [400, 422])
async def test_a_wrong_query_goes_to_whoever_wrote_it(status: int) -> None:
    kind = {400: "bad_data", 422: "422"}[status]
    body = {"status": "error", "errorType": kind, "error": "1:4: parse error: unexpected end"}
    async with raw_server(json_reply(body, status)) as server, client_of(server) as client:
        with pytest.raises(InvalidQuery) as caught:
            await client.query("up{")
    assert (caught.value.query, caught.value.offset) == ("up{", 3)


async def test_a_matcher_may_escape_as_python_does_and_is_told_why_not() -> None:
    body = {
        "status": "error",
        "errorType": "bad_data",
        "error": "1:12: parse error: unknown escape sequence U+002D '-'",
    }
    async with raw_server(json_reply(body, 400)) as server, client_of(server) as client:
        with pytest.raises(InvalidQuery, match="unknown escape sequence") as caught:
            await client.label_values("job", ['{job=~"a\\-b"}'])
    assert caught.value.query == '{job=~"a\\-b"}'
    assert caught.value.offset == 11


async def test_a_label_that_cannot_be_one_is_refused_before_asking() -> None:
    async with raw_server(success([])) as server, client_of(server) as client:
        with pytest.raises(InvalidQuery, match="not the name of a label"):
            await client.label_values("../../admin")
        assert server.connections == 0


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (reply("<html>502</html>", 502, "text/html"), State.UNREACHABLE),
        (reply("404 page not found", 404, "text/plain"), State.BAD_RESPONSE),
        (reply("<html>login</html>", 200, "text/html"), State.BAD_RESPONSE),
        (reply("", 401), State.UNAUTHORIZED),
        (json_reply([1, 2]), State.BAD_RESPONSE),
        (json_reply({"status": "success", "data": {"resultType": "x"}}), State.BAD_RESPONSE),
        (json_reply({"status": "success"}), State.BAD_RESPONSE),
        (
            json_reply(
                {
                    "status": "success",
                    "data": {
                        "resultType": "vector",
                        "result": [{"metric": {}, "value": [1e300, "1"]}],
                    },
                }
            ),
            State.BAD_RESPONSE,
        ),
    ],
)
async def test_anything_but_an_answer_is_a_state(answer: bytes, state: State) -> None:
    async with raw_server(answer) as server, client_of(server) as client:
        reading = await client.query("up")
    assert reading.state is state
    assert reading.data is None
    assert reading.detail
    assert "\n" not in reading.detail


async def test_a_timeout_inside_prometheus_is_not_asked_again() -> None:
    body = {"status": "error", "errorType": "timeout", "error": "query timed out"}
    async with raw_server(json_reply(body, 503)) as server, client_of(server) as client:
        reading = await client.query("up")
        assert len(server.received) == 1
    assert reading.state is State.UNREACHABLE
    assert "query timed out" in reading.detail


@pytest.mark.parametrize(
    ("data", "application"),
    [
        (json.loads((DATA / "buildinfo.json").read_text())["data"], "prometheus"),
        ({"version": "v1.2", "application": "Grafana Mimir"}, "grafana mimir"),
        ({"version": "victoria-metrics-2024"}, "victoriametrics"),
    ],
)
async def test_who_answers_there(data: dict[str, str], application: str) -> None:
    async with raw_server(success(data)) as server, client_of(server) as client:
        reading = await client.build_info()
    assert reading.data is not None
    assert reading.data.application == application


async def test_victoriametrics_writes_whole_seconds() -> None:
    data = {"resultType": "vector", "result": [{"metric": {}, "value": [1795358389, "60"]}]}
    async with raw_server(success(data)) as server, client_of(server) as client:
        reading = await client.query("count_over_time(up[1h])")
    assert reading.data is not None
    assert reading.data.samples[0].at == datetime(2026, 11, 22, 14, 39, 49, tzinfo=UTC)


@pytest.mark.parametrize("first", ["targets", "alerts"])
async def test_questions_that_follow_silence_do_not_wait_as_well(first: str) -> None:
    hang = asyncio.Event()

    async def silent(_: Received) -> bytes:
        await hang.wait()
        return b""

    answers = (silent, recorded("query_vector"))
    async with raw_server(*answers) as server, client_of(server, timeout=0.2) as client:
        assert (await getattr(client, first)()).state is State.UNREACHABLE
        after = await client.query("up")
        hang.set()
    assert after.state is State.UNREACHABLE
    assert "asked again within" in after.detail
    assert len(server.received) == 1

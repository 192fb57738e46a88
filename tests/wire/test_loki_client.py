"""The Loki client: merging, truncation, level labels, windows, tenants and plain-text errors."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stamina

from providers.endpoint import Endpoint
from providers.errors import InvalidQuery
from providers.loki import LokiClient
from providers.loki.levels import at_least
from providers.reading import State
from tests.stubs.raw_server import RawServer, Received, json_reply, raw_server, reply

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
HOUR_AGO = NOW - timedelta(hours=1)
NS = 1_795_359_600_000_000_000
QUERY_RANGE = "/loki/api/v1/query_range"


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


def client_of(server: RawServer, **settings: Any) -> LokiClient:
    endpoint = Endpoint.model_validate({"url": server.url, **settings})
    return LokiClient(endpoint, clock=lambda: NOW)


def streams(*found: tuple[dict[str, str], list[tuple[int, str]]]) -> bytes:
    return json_reply(
        {
            "status": "success",
            "data": {
                "resultType": "streams",
                "result": [
                    {"stream": labels, "values": [[str(ns), line] for ns, line in values]}
                    for labels, values in found
                ],
                "stats": {},
            },
        }
    )


def names(*found: str) -> bytes:
    return json_reply({"status": "success", "data": list(found)})


async def test_streams_are_merged_by_nanosecond() -> None:
    answer = streams(
        ({"app": "a"}, [(NS + 3, "a3"), (NS + 1, "a1")]),
        ({"app": "b", "level": "error", "hostname": "nas"}, [(NS + 2, "b2")]),
    )
    async with raw_server(answer) as server, client_of(server) as client:
        window = (await client.logs('{app=~".+"}', HOUR_AGO, NOW)).data
    assert window is not None
    assert [(entry.line, entry.time_ns - NS) for entry in window.entries] == [
        ("a3", 3),
        ("b2", 2),
        ("a1", 1),
    ]
    assert (window.entries[1].level, window.entries[1].host) == ("error", "nas")
    assert window.entries[1].model_dump(mode="json")["time_ns"] == str(NS + 2)
    assert window.entries[1].at == datetime.fromtimestamp(NS // 10**9, UTC)


async def test_one_line_more_than_the_limit_tells_of_truncation() -> None:
    answer = streams(({"app": "a"}, [(NS - n, f"line {n}") for n in range(4)]))
    async with raw_server(answer) as server, client_of(server) as client:
        cut = (await client.logs('{app="a"}', HOUR_AGO, NOW, limit=3)).data
        whole = (await client.logs('{app="a"}', HOUR_AGO, NOW, limit=4)).data
        assert [dict(each.params)["limit"] for each in server.received] == ["4", "5"]
    assert cut is not None
    assert whole is not None
    assert (len(cut.entries), cut.truncated) == (3, True)
    assert (len(whole.entries), whole.truncated) == (4, False)


async def test_the_oldest_can_be_kept_instead() -> None:
    answer = streams(({"app": "a"}, [(NS + n, f"line {n}") for n in range(3)]))
    async with raw_server(answer) as server, client_of(server) as client:
        window = (await client.logs("{a=~'.+'}", HOUR_AGO, NOW, limit=2, oldest_first=True)).data
        assert dict(server.received[0].params)["direction"] == "forward"
    assert window is not None
    assert [entry.line for entry in window.entries] == ["line 1", "line 0"]


async def test_a_smaller_limit_of_the_server_is_taken() -> None:
    refused = reply(
        "max entries limit per query exceeded, limit > max_entries_limit_per_query (501 > 200)",
        400,
        "text/plain",
    )
    answer = streams(({"app": "a"}, [(NS - n, "x") for n in range(200)]))
    async with raw_server(refused, answer) as server, client_of(server) as client:
        window = (await client.logs('{app="a"}', HOUR_AGO, NOW, limit=500)).data
        assert dict(server.received[1].params)["limit"] == "200"
    assert window is not None
    assert (len(window.entries), window.truncated) == (200, True)


async def test_times_are_sent_as_whole_nanoseconds() -> None:
    start = datetime(2026, 11, 22, 14, 59, 59, 123457, tzinfo=UTC)
    async with raw_server(streams()) as server, client_of(server) as client:
        await client.logs('{a="b"}', start, NOW)
        sent = dict(server.received[0].params)
    assert sent["start"] == "1795359599123457000"
    assert sent["end"] == str(NS)


@pytest.mark.parametrize(
    ("indexed", "sent"),
    [
        (("app", "level"), '{app="a", level=~"(?i)(crit.*|fatal|panic|alert|emerg.*|err.*)"}'),
        (
            ("app", "detected_level"),
            '{app="a", detected_level=~"(?i)(crit.*|fatal|panic|alert|emerg.*|err.*)"}',
        ),
        (("app",), '{app="a"} | detected_level=~"(?i)(crit.*|fatal|panic|alert|emerg.*|err.*)"'),
    ],
)
async def test_levels_are_asked_for_where_they_are_kept(
    indexed: tuple[str, ...], sent: str
) -> None:
    def answer(request: Received) -> bytes:
        return names(*indexed) if request.path.endswith("/labels") else streams()

    async with raw_server(answer) as server, client_of(server) as client:
        window = (await client.logs('{app="a"}', HOUR_AGO, NOW, levels=at_least("error"))).data
    assert window is not None
    assert window.query == sent


async def test_a_level_that_is_no_label_is_filtered_behind_the_selector() -> None:
    def answer(request: Received) -> bytes:
        return names("app") if request.path.endswith("/labels") else streams()

    async with raw_server(answer) as server, client_of(server) as client:
        window = (await client.logs('{detected_level="error"}', HOUR_AGO, NOW)).data
        again = (await client.logs('{app="a"}', HOUR_AGO, NOW)).data
        asked_labels = [each for each in server.received if each.path.endswith("/labels")]
    assert window is not None
    assert window.query == '{app=~".+"} | detected_level="error"'
    assert again is not None
    assert again.query == '{app="a"}'
    assert len(asked_labels) == 1


async def test_structured_metadata_in_a_third_place_is_read() -> None:
    value = [str(NS), "x", {"structuredMetadata": {"detected_level": "warn"}, "parsed": {"a": "1"}}]
    data = {"resultType": "streams", "result": [{"stream": {"app": "a"}, "values": [value]}]}
    answer = json_reply({"status": "success", "data": data})
    async with raw_server(answer) as server, client_of(server) as client:
        (entry,) = (await client.logs('{app="a"}', HOUR_AGO, NOW)).data.entries  # type: ignore[union-attr]
    assert entry.labels == {"app": "a", "detected_level": "warn", "a": "1"}
    assert entry.level == "warning"


async def test_label_windows_are_always_given() -> None:
    week = NOW - timedelta(days=7)
    async with raw_server(names("b", "a")) as server, client_of(server) as client:
        labels = await client.label_names(week, NOW)
        await client.label_values("app", week, NOW, '{host="nas"}')
        first, second = (dict(each.params) for each in server.received)
    assert labels.data == ("a", "b")
    assert int(first["end"]) - int(first["start"]) == 7 * 86400 * 10**9
    assert second["query"] == '{host="nas"}'


@pytest.mark.parametrize("answer", [{"status": "success"}, {"status": "success", "data": None}])
async def test_no_labels_are_an_empty_list(answer: dict[str, Any]) -> None:
    async with raw_server(json_reply(answer)) as server, client_of(server) as client:
        reading = await client.label_names(HOUR_AGO, NOW)
    assert (reading.state, reading.data) == (State.OK, ())


async def test_metrics_over_logs_have_seconds_and_texts() -> None:
    matrix = {
        "resultType": "matrix",
        "result": [{"metric": {"app": "a"}, "values": [[1795359585, "0.2"], [1795359600, "1"]]}],
    }
    vector = {
        "resultType": "vector",
        "result": [{"metric": {"app": "a"}, "value": [1795359600, "3"]}],
    }
    answers = (
        json_reply({"status": "success", "data": matrix, "warnings": ["partial results"]}),
        json_reply({"status": "success", "data": vector}),
    )
    async with raw_server(*answers) as server, client_of(server) as client:
        window = await client.metric_range('rate({app="a"}[1m])', HOUR_AGO, NOW)
        samples = (await client.metric('count_over_time({app="a"}[1m])', NOW)).data
    assert window.data is not None
    assert [value for _, value in window.data.series[0].points] == [0.2, 1.0]
    assert window.warnings == ("partial results",)
    assert samples is not None
    assert (samples[0].value, samples[0].at) == (3.0, NOW)


async def test_the_wrong_kind_of_query_is_explained() -> None:
    matrix = {"resultType": "matrix", "result": []}
    answer = json_reply({"status": "success", "data": matrix})
    async with raw_server(answer) as server, client_of(server) as client:
        with pytest.raises(InvalidQuery, match="measures lines"):
            await client.logs('rate({app="a"}[1m])', HOUR_AGO, NOW)
    async with raw_server(streams()) as server, client_of(server) as client:
        with pytest.raises(InvalidQuery, match="lists lines"):
            await client.metric_range('{app="a"}', HOUR_AGO, NOW)


async def test_tenants_are_told() -> None:
    async with raw_server(names("a")) as server, client_of(server, tenant="a|b") as client:
        await client.label_names(HOUR_AGO, NOW)
        assert server.received[0].headers["x-scope-orgid"] == "a|b"


async def test_a_missing_tenant_is_explained() -> None:
    answer = reply("no org id\n", 401, "text/plain")
    async with raw_server(answer) as server, client_of(server) as client:
        reading = await client.label_names(HOUR_AGO, NOW)
    assert reading.state is State.UNAUTHORIZED
    assert "set the instance's tenant" in reading.detail


async def test_a_wrong_query_has_its_place() -> None:
    text = "parse error at line 1, col 8: syntax error: unexpected IDENTIFIER"
    async with raw_server(reply(text, 400, "text/plain")) as server, client_of(server) as client:
        with pytest.raises(InvalidQuery, match="unexpected IDENTIFIER") as caught:
            await client.logs('{a="b"} foo', HOUR_AGO, NOW)
    assert (caught.value.query, caught.value.offset) == ('{a="b"} foo', 7)


async def test_throttling_is_waited_for_and_a_timeout_is_not() -> None:
    busy = reply("too many outstanding requests", 429, "text/plain")
    late = reply("request timed out, decrease the duration of the request", 504, "text/plain")
    async with raw_server(busy, names("a")) as server, client_of(server) as client:
        assert (await client.label_names(HOUR_AGO, NOW)).state is State.OK
    async with raw_server(late) as server, client_of(server) as client:
        reading = await client.label_names(HOUR_AGO, NOW)
        assert len(server.received) == 1
    assert reading.state is State.UNREACHABLE
    assert "decrease the duration" in reading.detail


async def test_a_loki_that_is_starting_is_not_ready() -> None:
    text = "Ingester not ready: waiting for 15s after being ready"
    async with raw_server(reply(text, 503, "text/plain")) as server, client_of(server) as client:
        reading = await client.ready()
    assert reading.state is State.UNREACHABLE
    assert "waiting for 15s" in reading.detail


async def test_a_long_query_goes_as_a_form() -> None:
    query = '{app="a"}' + " != `noise`" * 400
    async with raw_server(streams()) as server, client_of(server) as client:
        await client.logs(query, HOUR_AGO, NOW)
        (request,) = server.received
    assert (request.method, request.path) == ("POST", QUERY_RANGE)
    assert dict(request.params)["query"] == query


async def test_a_time_beyond_any_calendar_is_a_bad_response() -> None:
    async with raw_server(streams(({}, [(10**30, "x")]))) as server, client_of(server) as client:
        reading = await client.logs('{a="b"}', HOUR_AGO, NOW)
    assert reading.state is State.BAD_RESPONSE

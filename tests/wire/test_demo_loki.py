from __future__ import annotations

import json
from collections.abc import AsyncIterator

import httpx
import pytest

from sre_tui.demo.runtime.clock import frozen_clock
from sre_tui.demo.runtime.serving import LoopbackServer
from sre_tui.demo.servers.loki import loki_app
from sre_tui.demo.servers.loki_requests import Limits
from tests.stubs.logs import SECOND, MemoryLogs, stream

NOW = 1_795_358_389.0
LOGS = MemoryLogs(
    [
        stream(
            {"app": "web", "host": "a"},
            (NOW - 60, 'level=error took=3ms msg="x y"'),
            (NOW - 30, "level=info"),
            (NOW, "at the very end"),
            metadata={"detected_level": "error"},
        ),
        stream({"app": "db"}, (NOW - 7 * 3600, "old"), (NOW - 1800, '{"a": 1}')),
        stream({"old": "label"}, (NOW - 8 * 3600, "older")),
    ]
)


@pytest.fixture
async def loki() -> AsyncIterator[httpx.AsyncClient]:
    server = LoopbackServer("loki", loki_app(LOGS, frozen_clock(NOW)))
    await server.start()
    async with httpx.AsyncClient(base_url=f"{server.url}/loki/api/v1/") as client:
        yield client
    await server.stop()


async def test_lines_come_by_stream_newest_first_with_nanoseconds_as_text(
    loki: httpx.AsyncClient,
) -> None:
    answer = await loki.get("query_range", params={"query": '{app="web"} |= "level"'})
    assert answer.headers["content-type"] == "application/json; charset=UTF-8"
    data = answer.json()["data"]
    assert data["resultType"] == "streams"
    assert data["result"] == [
        {
            "stream": {"app": "web", "detected_level": "error", "host": "a"},
            "values": [
                [str(round((NOW - 30) * SECOND)), "level=info"],
                [str(round((NOW - 60) * SECOND)), 'level=error took=3ms msg="x y"'],
            ],
        }
    ]
    assert data["stats"]["summary"]["totalLinesProcessed"] == 2


async def test_the_end_is_exclusive_and_the_start_inclusive(loki: httpx.AsyncClient) -> None:
    async def lines(start: str, end: str) -> list[str]:
        params = {"query": '{app="web"}', "start": start, "end": end, "direction": "forward"}
        found = (await loki.get("query_range", params=params)).json()["data"]["result"]
        return [line for one in found for _, line in one["values"]]

    first, second = f"{NOW - 60:.0f}", f"{NOW - 30:.0f}"
    assert len(await lines(first, second)) == 1
    assert await lines(second, f"{NOW:.0f}") == ["level=info"]
    assert await lines(second + "000000000", f"{NOW + 1:.1f}") == ["level=info", "at the very end"]
    assert await lines("2026-11-22T14:39:18Z", "2026-11-22T14:39:20Z") == ["level=info"]


async def test_labels_can_be_told_apart_by_origin(loki: httpx.AsyncClient) -> None:
    answer = await loki.get(
        "query_range",
        params={"query": '{app="web"} | logfmt', "limit": 1},
        headers={"X-Loki-Response-Encoding-Flags": "categorize-labels"},
    )
    data = answer.json()["data"]
    assert data["encodingFlags"] == ["categorize-labels"]
    (found,) = data["result"]
    assert found["stream"] == {"app": "web", "host": "a"}
    assert found["values"] == [
        [
            str(round((NOW - 30) * SECOND)),
            "level=info",
            {"structuredMetadata": {"detected_level": "error"}, "parsed": {"level": "info"}},
        ]
    ]


async def test_structured_metadata_is_not_indexed(loki: httpx.AsyncClient) -> None:
    selected = await loki.get("query_range", params={"query": '{detected_level="error"}'})
    assert selected.json()["data"]["result"] == []
    filtered = await loki.get(
        "query_range", params={"query": '{app="web"} | detected_level="error"'}
    )
    assert len(filtered.json()["data"]["result"]) == 1
    assert "detected_level" not in (await loki.get("labels")).json()["data"]


async def test_metric_range_and_instant(loki: httpx.AsyncClient) -> None:
    query = 'sum by (app) (count_over_time({app="web"}[1m]))'
    ranged = await loki.post("query_range", data={"query": query, "since": "60s", "step": "30"})
    assert ranged.json()["data"]["resultType"] == "matrix"
    assert ranged.json()["data"]["result"] == [
        {
            "metric": {"app": "web"},
            "values": [[NOW - 60, "1"], [NOW - 30, "2"], [NOW, "2"]],
        }
    ]
    instant = await loki.get("query", params={"query": query})
    assert instant.json()["data"]["resultType"] == "vector"
    assert instant.json()["data"]["result"] == [{"metric": {"app": "web"}, "value": [NOW, "2"]}]
    rate = (await loki.get("query", params={"query": 'rate({app="web"}[10s])'})).json()["data"]
    assert rate["result"][0]["value"] == [NOW, "0.1"]
    scalar = (await loki.get("query", params={"query": "2 * 3"})).json()["data"]
    assert (scalar["resultType"], scalar["result"]) == ("scalar", [NOW, "6"])


async def test_labels_look_back_six_hours_and_leave_data_out_when_empty(
    loki: httpx.AsyncClient,
) -> None:
    assert (await loki.get("labels")).json() == {"status": "success", "data": ["app", "host"]}
    since = await loki.get("labels", params={"since": "24h"})
    assert since.json()["data"] == ["app", "host", "old"]
    assert (await loki.get("label/app/values")).json()["data"] == ["db", "web"]
    chosen = await loki.get("label/app/values", params={"query": '{host="a"}'})
    assert chosen.json()["data"] == ["web"]
    assert (await loki.get("label/none/values")).json() == {"status": "success"}


async def test_series_stats_and_volume(loki: httpx.AsyncClient) -> None:
    none = await loki.get("series", params={"match[]": '{app="none"}'})
    assert none.json() == {"status": "success", "data": []}
    later = {"end": str(NOW + 1)}
    series = await loki.get("series", params={"match[]": ['{app="web"}', '{app="db"}'], **later})
    assert series.json()["data"] == [{"app": "db"}, {"app": "web", "host": "a"}]
    stats = await loki.get("index/stats", params={"query": '{app="web"}', **later})
    assert stats.json() == {"streams": 1, "chunks": 1, "bytes": 55, "entries": 3}
    volume = await loki.get("index/volume", params={"query": '{app=~".+"}', **later})
    assert [(i["metric"], i["value"][1]) for i in volume.json()["data"]["result"]] == [
        ({"app": "web"}, "55"),
        ({"app": "db"}, "8"),
    ]
    ranged = await loki.get(
        "index/volume_range", params={"query": '{app="web"}', "since": "1m", "step": "30s"}
    )
    assert ranged.json()["data"]["result"] == [
        {"metric": {"app": "web"}, "values": [[NOW - 60, "30"], [NOW - 30, "10"]]}
    ]


async def test_detected_labels_and_fields(loki: httpx.AsyncClient) -> None:
    labels = (await loki.get("detected_labels")).json()["detectedLabels"]
    assert labels == [{"label": "app", "cardinality": 2}, {"label": "host", "cardinality": 1}]
    fields = (await loki.get("detected_fields", params={"query": '{app=~".+"}'})).json()["fields"]
    assert {f["label"]: (f["type"], f["parsers"]) for f in fields} == {
        "a": ("int", ["json"]),
        "detected_level": ("string", None),
        "level": ("string", ["logfmt"]),
        "msg": ("string", ["logfmt"]),
        "took": ("duration", ["logfmt"]),
    }


@pytest.mark.parametrize(
    ("path", "params", "message"),
    [
        ("query_range", {}, "parse error : syntax error: unexpected $end"),
        (
            "query_range",
            {"query": '{app="x"} foo'},
            "parse error at line 1, col 11: syntax error: unexpected IDENTIFIER",
        ),
        (
            "query",
            {"query": '{app="x"}'},
            (
                "log queries are not supported as an instant query type, please change your query"
                " to a range query type"
            ),
        ),
        (
            "query_range",
            {"query": '{app="x"}', "limit": "6000"},
            (
                "max entries limit per query exceeded, limit > max_entries_limit_per_query"
                " (6000 > 5000)"
            ),
        ),
        (
            "query_range",
            {"query": '{app="x"}', "since": "60d"},
            "the query time range exceeds the limit (query length: 1440h0m0s, limit: 30d1h)",
        ),
        (
            "query_range",
            {"query": 'rate({app="x"}[1m])', "since": "24h", "step": "1s"},
            (
                "exceeded maximum resolution of 11,000 points per time series."
                " Try increasing the value of the step parameter"
            ),
        ),
        ("query_range", {"query": '{app="x"}', "limit": "0"}, "limit must be a positive value"),
        (
            "query_range",
            {"query": '{app="x"}', "start": "yesterday"},
            (
                "could not parse 'start' parameter: strconv.ParseInt: parsing \"yesterday\":"
                " invalid syntax"
            ),
        ),
        (
            "query_range",
            {"query": '{app="x"}', "start": "1795358389", "end": "1795358388"},
            "end timestamp must not be before or equal to start time",
        ),
        (
            "query_range",
            {"query": '{app="x"}', "step": "0"},
            (
                "zero or negative query resolution step widths are not accepted."
                " Try a positive integer"
            ),
        ),
        ("labels", {"query": "{app"}, "unexpected $end, expecting = or =~ or !~ or !="),
        (
            "query",
            {"query": 'count_over_time({app="web"} | json [1m])'},
            "pipeline error: 'JSONParserErr' for series: '{__error__=\"JSONParserErr\", ",
        ),
    ],
)
async def test_refusals_are_plain_text(
    loki: httpx.AsyncClient, path: str, params: dict[str, str], message: str
) -> None:
    answer = await loki.get(path, params=params)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert message in answer.text


async def test_the_number_of_series_is_limited() -> None:
    app = loki_app(LOGS, frozen_clock(NOW), limits=Limits(max_series=1))
    server = LoopbackServer("loki", app)
    await server.start()
    async with httpx.AsyncClient(base_url=server.url) as client:
        answer = await client.get(
            "/loki/api/v1/query", params={"query": 'count_over_time({app=~".+"}[1h])'}
        )
    await server.stop()
    assert answer.status_code == 400
    assert answer.text.startswith("maximum number of series (1) reached for a single query;")


async def test_tenant_and_token() -> None:
    app = loki_app(LOGS, frozen_clock(NOW), auth_enabled=True, token="secret")
    server = LoopbackServer("loki", app)
    await server.start()
    async with httpx.AsyncClient(base_url=server.url) as client:
        anonymous = await client.get("/loki/api/v1/labels")
        bearer = {"Authorization": "Bearer secret"}
        homeless = await client.get("/loki/api/v1/labels", headers=bearer)
        known = await client.get("/loki/api/v1/labels", headers={**bearer, "X-Scope-OrgID": "home"})
        ready = await client.get("/ready")
    await server.stop()
    assert anonymous.status_code == 401
    assert (homeless.status_code, homeless.text) == (401, "no org id\n")
    assert known.status_code == 200
    assert (ready.status_code, ready.text) == (200, "ready\n")


async def test_build_info_and_unknown_routes(loki: httpx.AsyncClient) -> None:
    assert (await loki.get("status/buildinfo")).json()["version"].startswith("3.")
    missing = await loki.get("patterns", params={"query": '{app="web"}'})
    assert (missing.status_code, missing.text) == (404, "404 page not found\n")
    assert json.loads((await loki.get("detected_labels")).text)

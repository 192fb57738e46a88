"""Dashboards over the classic and the newer API, in both schemas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import stamina

from providers.errors import InvalidQuery
from providers.grafana import Dashboard
from providers.reading import State
from tests.stubs.grafana_routes import NO_ROUTE, Routes, client_of
from tests.stubs.raw_server import Received, json_reply, raw_server, reply

LEGACY = "/api/dashboards/uid/"
K8S = "/apis/dashboard.grafana.app/v1beta1/namespaces/default/dashboards"


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


CLASSIC = {
    "uid": "d1",
    "title": "Storage",
    "tags": ["zfs"],
    "time": {"from": "now-6h", "to": "now"},
    "templating": {
        "list": [
            {
                "name": "pool",
                "type": "query",
                "query": {"query": "label_values(zpool)", "refId": "x"},
                "current": {"value": ["$__all"]},
                "datasource": {"type": "prometheus", "uid": "p"},
            },
            {"name": "old", "type": "custom", "query": "a,b", "current": [], "datasource": "Old"},
        ]
    },
    "panels": [
        {
            "id": 1,
            "title": "Fill",
            "type": "gauge",
            "datasource": None,
            "targets": [
                {"refId": "A", "expr": "used / size", "datasource": {"uid": "${DS_PROMETHEUS}"}},
                {"refId": "B", "rawSql": "select 1", "hide": True},
            ],
            "fieldConfig": {
                "defaults": {
                    "unit": "percentunit",
                    "thresholds": {
                        "mode": "absolute",
                        "steps": [
                            {"color": "green", "value": None},
                            {"color": "red", "value": 0.85},
                        ],
                    },
                }
            },
        },
        {
            "id": 2,
            "title": "Disks",
            "type": "row",
            "collapsed": True,
            "panels": [
                {
                    "id": 3,
                    "title": "Errors",
                    "type": "table",
                    "datasource": "Loki",
                    "targets": [{"refId": "A", "expr": '{job="zed"}'}],
                }
            ],
        },
        {"id": 4, "title": "Below", "type": "row", "panels": []},
        {"id": 5, "libraryPanel": {"uid": "lib1", "name": "Shared"}},
    ],
}


async def dashboard_of(answers: Mapping[str, Any], uid: str = "d1") -> Dashboard:
    async with raw_server(Routes(answers)) as server, client_of(server) as client:
        reading = await client.dashboard(uid)
    assert reading.state is State.OK, reading.detail
    assert reading.data is not None
    return reading.data


async def test_a_classic_dashboard_with_rows_and_library_panels() -> None:
    library = {
        "result": {
            "uid": "lib1",
            "model": {"type": "stat", "targets": [{"refId": "A", "expr": "up"}]},
        }
    }
    meta = {"folderTitle": "Homelab", "url": "/d/d1/storage", "updated": "2026-11-01T00:00:00Z"}
    found = await dashboard_of(
        {
            f"{LEGACY}d1": {"dashboard": CLASSIC, "meta": meta},
            "/api/library-elements/lib1": library,
        }
    )
    fill, errors, shared = found.panels
    assert (found.title, found.folder, found.schema_kind) == ("Storage", "Homelab", "v1")
    assert [(q.expression, q.hidden) for q in fill.queries] == [
        ("used / size", False),
        ("select 1", True),
    ]
    assert fill.queries[0].datasource.uid == "${DS_PROMETHEUS}"
    assert fill.queries[1].datasource.uid is None
    assert [(step.value, step.color) for step in fill.thresholds] == [
        (None, "green"),
        (0.85, "red"),
    ]
    assert (errors.row, errors.datasource.uid) == ("Disks", "Loki")
    assert (shared.row, shared.title, shared.type) == ("Below", "Shared", "stat")
    assert shared.queries[0].expression == "up"
    assert [(v.name, v.query, v.current) for v in found.variables] == [
        ("pool", "label_values(zpool)", ("$__all",)),
        ("old", "a,b", ()),
    ]


async def test_a_library_panel_that_may_not_be_read_is_named() -> None:
    found = await dashboard_of({f"{LEGACY}d1": {"dashboard": CLASSIC, "meta": {}}})
    assert found.panels[-1].library_panel == "lib1"
    assert found.panels[-1].queries == ()


SECOND = {
    "title": "Power",
    "elements": {
        "panel-1": {
            "kind": "Panel",
            "spec": {
                "id": 1,
                "title": "Draw",
                "data": {
                    "spec": {
                        "queries": [
                            {
                                "spec": {
                                    "refId": "A",
                                    "query": {
                                        "kind": "DataQuery",
                                        "group": "prometheus",
                                        "datasource": {"name": "p1"},
                                        "spec": {"expr": "watts"},
                                    },
                                }
                            }
                        ]
                    }
                },
                "vizConfig": {
                    "kind": "VizConfig",
                    "group": "timeseries",
                    "spec": {
                        "fieldConfig": {
                            "defaults": {
                                "unit": "watt",
                                "thresholds": {"steps": [{"value": 400, "color": "red"}]},
                            }
                        }
                    },
                },
            },
        },
        "panel-2": {
            "kind": "LibraryPanel",
            "spec": {"id": 2, "title": "UPS", "libraryPanel": {"uid": "u", "name": "UPS"}},
        },
    },
    "layout": {
        "kind": "RowsLayout",
        "spec": {
            "rows": [
                {
                    "spec": {
                        "title": "House",
                        "layout": {
                            "kind": "GridLayout",
                            "spec": {
                                "items": [
                                    {"spec": {"element": {"name": "panel-2"}}},
                                    {"spec": {"element": {"name": "panel-1"}}},
                                ]
                            },
                        },
                    }
                }
            ]
        },
    },
    "variables": [{"kind": "QueryVariable", "spec": {"name": "ups", "current": {"value": "all"}}}],
}


def stored(spec: object, version: str | None = None) -> dict[str, Any]:
    document: dict[str, Any] = {
        "kind": "Dashboard",
        "metadata": {"name": "d1", "annotations": {"grafana.app/folder": "f1"}},
        "spec": spec,
    }
    if version:
        document["status"] = {"conversion": {"storedVersion": version}}
    return document


@pytest.mark.parametrize(
    "legacy", [NO_ROUTE, reply(status=410), json_reply({"message": "v2"}, 406)]
)
async def test_a_second_schema_dashboard_is_read_in_its_own_version(legacy: bytes) -> None:
    lossy = {"title": "Power", "panels": []}
    found = await dashboard_of(
        {
            f"{LEGACY}d1": legacy,
            f"{K8S}/d1": stored(lossy, "v2beta1"),
            f"{K8S.replace('v1beta1', 'v2beta1')}/d1": stored(SECOND),
        }
    )
    assert (found.title, found.schema_kind, found.folder) == ("Power", "v2", "f1")
    ups, draw = found.panels
    assert (ups.title, ups.row, ups.library_panel) == ("UPS", "House", "u")
    assert (draw.type, draw.unit, draw.datasource.uid) == ("timeseries", "watt", "p1")
    assert draw.queries[0].expression == "watts"
    assert draw.thresholds[0].value == 400
    assert found.variables[0].current == ("all",)


async def test_the_old_api_may_say_that_a_newer_version_is_stored() -> None:
    found = await dashboard_of(
        {
            f"{LEGACY}d1": {
                "dashboard": {"title": "Power"},
                "meta": {"apiVersion": "dashboard.grafana.app/v2beta1"},
            },
            f"{K8S.replace('v1beta1', 'v2beta1')}/d1": stored(SECOND),
        }
    )
    assert found.schema_kind == "v2"


async def test_a_classic_dashboard_over_the_newer_api() -> None:
    found = await dashboard_of({f"{K8S}/d1": stored(CLASSIC)})
    assert (found.title, found.schema_kind, len(found.panels)) == ("Storage", "v1", 3)


@pytest.mark.parametrize(
    "answers",
    [
        {f"{LEGACY}d1": json_reply({"message": "Dashboard not found"}, 404)},
        {
            f"{K8S}/d1": json_reply(
                {
                    "kind": "Status",
                    "status": "Failure",
                    "message": 'dashboards.dashboard.grafana.app "d1" not found',
                    "reason": "NotFound",
                    "code": 404,
                },
                404,
            )
        },
    ],
)
async def test_no_such_dashboard_is_an_answer(answers: Mapping[str, Any]) -> None:
    async with raw_server(Routes(answers)) as server, client_of(server) as client:
        reading = await client.dashboard("d1")
    assert (reading.state, reading.data) == (State.OK, None)


async def test_a_uid_that_is_none_is_refused_before_asking() -> None:
    async with raw_server(NO_ROUTE) as server, client_of(server) as client:
        with pytest.raises(InvalidQuery, match="not the uid"):
            await client.dashboard("../admin")
        assert server.connections == 0


async def test_search_reads_page_after_page() -> None:
    def answer(request: Received) -> bytes:
        page, limit = (int(dict(request.params)[name]) for name in ("page", "limit"))
        first = (page - 1) * limit
        hits = [
            {"uid": f"d{n}", "title": f"D{n}", "type": "dash-db", "url": f"/grafana/d/d{n}/x"}
            for n in range(first, min(first + limit, 1500))
        ]
        return json_reply(hits)

    async with raw_server(answer) as server, client_of(server, "/grafana") as client:
        some = await client.search_dashboards(limit=10)
        every = await client.search_dashboards(limit=2000)
        assert server.received[0].headers["authorization"] == "Bearer glsa_x"
    assert len(some.data or ()) == 10
    assert some.warnings == ("there are more than 10 dashboards",)
    assert len(every.data or ()) == 1500
    assert every.warnings == ()
    assert (every.data or ())[0].url == f"{server.url}/grafana/d/d0/x"


async def test_search_over_the_newer_api() -> None:
    listing = {
        "items": [stored({"title": "Power", "tags": ["ups"]}), stored({"title": "Storage"})],
        "metadata": {"continue": ""},
    }
    async with raw_server(Routes({K8S: listing})) as server, client_of(server) as client:
        reading = await client.search_dashboards("pow", ("ups",))
    assert [hit.title for hit in reading.data or ()] == ["Power"]

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from sre_tui.demo.runtime.clock import frozen_clock
from sre_tui.demo.runtime.serving import LoopbackServer
from sre_tui.demo.servers.grafana import grafana_app
from sre_tui.demo.servers.grafana_source import Account, GrafanaVersion
from tests.stubs.homelab import NOW, MemoryHomelab

ACCOUNTS = {
    "glsa_admin": Account("Admin"),
    "glsa_viewer": Account("Viewer"),
    "glsa_old": Account(status="expired"),
    "glsa_gone": Account(status="revoked"),
}
ALERTS = "/api/alertmanager/grafana/api/v2/alerts"
RULES = "/api/prometheus/grafana/api/v1/rules"
RESOURCES = "/apis/dashboard.grafana.app/v1beta1/namespaces/default/dashboards"


@asynccontextmanager
async def serving(
    token: str = "glsa_admin", version: GrafanaVersion = "13.0.2", sub_path: str = ""
) -> AsyncIterator[httpx.AsyncClient]:
    app = grafana_app(
        MemoryHomelab(), frozen_clock(NOW + 5), ACCOUNTS, version=version, sub_path=sub_path
    )
    server = LoopbackServer("grafana", app)
    await server.start()
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers) as client:
        yield client
    await server.stop()


@pytest.fixture
async def grafana() -> AsyncIterator[httpx.AsyncClient]:
    async with serving() as client:
        yield client


async def rules_of(client: httpx.AsyncClient, **params: Any) -> dict[str, dict[str, Any]]:
    answer = await client.get(RULES, params=params)
    assert answer.status_code == 200
    groups = answer.json()["data"]["groups"]
    return {rule["name"]: rule for group in groups for rule in group["rules"]}


def states(rule: dict[str, Any]) -> dict[str, str]:
    return {alert["labels"].get("instance", ""): alert["state"] for alert in rule["alerts"]}


async def test_health_needs_no_token(grafana: httpx.AsyncClient) -> None:
    answer = await grafana.get("/api/health", headers={"Authorization": ""})
    assert answer.json() == {"database": "ok", "version": "13.0.2", "commit": "0000000000"}


@pytest.mark.parametrize(
    ("authorization", "message", "message_id"),
    [
        ("", "Unauthorized", "auth.unauthorized"),
        ("Bearer nope", "Invalid API key", "api-key.invalid"),
        ("Bearer glsa_old", "Expired API key", "api-key.expired"),
        ("Bearer glsa_gone", "Revoked API key", "api-key.revoked"),
    ],
)
async def test_401(
    grafana: httpx.AsyncClient, authorization: str, message: str, message_id: str
) -> None:
    answer = await grafana.get("/api/org", headers={"Authorization": authorization})
    assert answer.status_code == 401
    assert answer.json() == {
        "message": message,
        "messageId": message_id,
        "statusCode": 401,
        "traceID": "",
    }


async def test_a_token_works_as_basic_password_too(grafana: httpx.AsyncClient) -> None:
    basic = httpx.BasicAuth("api_key", "glsa_viewer")
    assert (await grafana.get("/api/org", auth=basic)).json()["name"] == "Main Org."


async def test_a_viewer_reads_alerts_but_not_definitions_or_datasources() -> None:
    async with serving("glsa_viewer") as viewer:
        assert (await viewer.get(RULES)).status_code == 200
        assert (await viewer.get(ALERTS)).status_code == 200
        permissions = (await viewer.get("/api/access-control/user/permissions")).json()
        assert "alert.rules:read" in permissions
        assert "datasources:read" not in permissions
        for path, permission in (
            ("/api/datasources", "datasources:read"),
            ("/api/v1/provisioning/alert-rules", "alert.provisioning:read"),
        ):
            denied = await viewer.get(path)
            assert denied.status_code == 403
            body = denied.json()
            assert body["title"] == "Access denied"
            assert body["message"].endswith(f"Permissions needed: {permission}")
            assert body["accessErrorId"].startswith("ACE")
            assert len(body["accessErrorId"]) == 13


async def test_only_firing_alerts_reach_the_alertmanager(grafana: httpx.AsyncClient) -> None:
    alerts = (await grafana.get(ALERTS)).json()
    by_name = {(a["labels"].get("rulename") or a["labels"]["alertname"]): a for a in alerts}
    assert set(by_name) == {"HighLoad", "UpsOnBattery", "Gone", "GoneBad", "Broken"}
    assert by_name["HighLoad"] | {"fingerprint": "", "generatorURL": ""} == {
        "annotations": {
            "summary": "HighLoad on media",
            "__orgId__": "1",
            "__values__": '{"A":9.0}',
            "__value_string__": "[ var='A' labels={} value=9e+00 ]",
        },
        "endsAt": "2026-11-22T14:44:00Z",
        "fingerprint": "",
        "receivers": [{"name": "grafana-default-email"}],
        "startsAt": "2026-11-22T14:35:00Z",
        "status": {"inhibitedBy": [], "mutedBy": [], "silencedBy": [], "state": "active"},
        "updatedAt": "2026-11-22T14:40:00Z",
        "generatorURL": "",
        "labels": {
            "instance": "media",
            "severity": "warning",
            "alertname": "HighLoad",
            "grafana_folder": "Homelab",
            "__alert_rule_uid__": "uid-highload",
        },
    }
    assert by_name["Gone"]["labels"]["alertname"] == "DatasourceNoData"
    assert by_name["Broken"]["labels"]["alertname"] == "DatasourceError"
    assert by_name["UpsOnBattery"]["status"]["state"] == "suppressed"
    assert by_name["UpsOnBattery"]["status"]["silencedBy"] == ["s-active"]
    assert [a["fingerprint"] for a in alerts] == sorted(a["fingerprint"] for a in alerts)


@pytest.mark.parametrize(
    ("params", "names"),
    [
        ({"active": "false"}, {"UpsOnBattery"}),
        ({"silenced": "false", "filter": 'severity="critical"'}, set()),
        ({"filter": "severity=critical"}, {"UpsOnBattery"}),
        ({"filter": ['alertname=~"High.*"', "instance!=nas"]}, {"HighLoad"}),
        ({"receiver": "nobody"}, set()),
    ],
)
async def test_alert_filters(
    grafana: httpx.AsyncClient, params: dict[str, Any], names: set[str]
) -> None:
    alerts = (await grafana.get(ALERTS, params=params)).json()
    assert {alert["labels"]["alertname"] for alert in alerts} == names


async def test_a_bad_matcher_is_a_bare_string(grafana: httpx.AsyncClient) -> None:
    answer = await grafana.get(f"{ALERTS}/groups", params={"filter": "active"})
    assert (answer.status_code, answer.json()) == (400, "bad matcher format: active")
    answer = await grafana.get(ALERTS, params={"active": "maybe"})
    assert (answer.status_code, answer.json()["code"]) == (422, 602)


async def test_groups_and_silences(grafana: httpx.AsyncClient) -> None:
    groups = (await grafana.get(f"{ALERTS}/groups")).json()
    assert [group["labels"]["alertname"] for group in groups] == [
        "DatasourceNoData",
        "GoneBad",
        "HighLoad",
        "UpsOnBattery",
        "DatasourceError",
    ]
    silences = (await grafana.get("/api/alertmanager/grafana/api/v2/silences")).json()
    assert [silence["status"]["state"] for silence in silences] == ["active", "expired", "pending"]
    assert silences[0]["matchers"] == [
        {"isEqual": True, "isRegex": False, "name": "alertname", "value": "UpsOnBattery"}
    ]


async def test_rule_and_instance_states(grafana: httpx.AsyncClient) -> None:
    rules = await rules_of(grafana)
    assert {name: (rule["state"], rule["health"]) for name, rule in rules.items()} == {
        "UpsOnBattery": ("firing", "ok"),
        "HighLoad": ("firing", "ok"),
        "HostDown": ("inactive", "ok"),
        "Gone": ("inactive", "nodata"),
        "GoneBad": ("firing", "ok"),
        "GoneFine": ("inactive", "ok"),
        "Paused": ("inactive", "unknown"),
        "Broken": ("inactive", "error"),
        "Flapped": ("inactive", "ok"),
    }
    assert states(rules["HighLoad"]) == {"media": "Alerting", "nas": "Pending"}
    assert rules["HighLoad"]["totals"] == {"alerting": 1, "pending": 1}
    assert rules["HighLoad"]["duration"] == 300
    assert rules["HighLoad"]["activeAt"] == "2026-11-22T14:30:00Z"
    assert [alert["value"] for alert in rules["HighLoad"]["alerts"]] == ["9e+00", "8e+00"]
    assert states(rules["HostDown"]) == {"": "Normal"}
    assert states(rules["Gone"]) == {"": "NoData"}
    assert states(rules["GoneBad"]) == {"": "Alerting (NoData)"}
    assert states(rules["GoneFine"]) == {"": "Normal (NoData)"}
    assert states(rules["Broken"]) == {"": "Error"}
    assert rules["Broken"]["lastError"]
    assert (rules["Paused"]["isPaused"], rules["Paused"]["alerts"]) == (True, [])


@pytest.mark.parametrize(
    ("params", "names"),
    [
        ({"state": "firing"}, {"HighLoad", "UpsOnBattery", "GoneBad"}),
        ({"state": ["pending", "nodata"]}, {"HighLoad", "Gone"}),
        ({"state": "normal", "folder_uid": "folder-homelab"}, {"HostDown", "GoneFine", "Flapped"}),
        ({"health": "error"}, {"Broken"}),
        ({"rule_uid": "uid-gone"}, {"Gone"}),
        ({"rule_group": "hosts", "search.rule_name": "high"}, {"HighLoad"}),
        ({"matcher": '{"name":"instance","value":"n.*","isRegex":true}'}, {"HighLoad", "Flapped"}),
    ],
)
async def test_rule_filters(
    grafana: httpx.AsyncClient, params: dict[str, Any], names: set[str]
) -> None:
    assert set(await rules_of(grafana, **params)) == names


async def test_rules_in_pages(grafana: httpx.AsyncClient) -> None:
    whole = (await grafana.get(RULES)).json()["data"]
    assert whole["totals"] == {"firing": 3, "inactive": 6, "nodata": 1, "error": 1}
    names: list[str] = []
    token = ""
    while True:
        page = (
            await grafana.get(RULES, params={"group_limit": 2, "group_next_token": token})
        ).json()["data"]
        assert "totals" not in page
        names += [group["name"] for group in page["groups"]]
        token = page["groupNextToken"]
        if not token:
            break
    assert names == [group["name"] for group in whole["groups"]]
    assert len(names) == 5
    limited = await rules_of(grafana, limit_alerts=1, rule_name="HighLoad")
    assert len(limited["HighLoad"]["alerts"]) == 1


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"state": "odd"}, "unknown state 'odd'"),
        ({"group_next_token": "x"}, "invalid group_next_token"),
        ({"matcher": "severity=critical"}, "failed to parse matcher: "),
        ({"limit_alerts": "x"}, 'strconv.ParseInt: parsing "x": invalid syntax'),
    ],
)
async def test_bad_rule_queries(
    grafana: httpx.AsyncClient, params: dict[str, str], error: str
) -> None:
    answer = await grafana.get(RULES, params=params)
    assert answer.status_code == 400
    body = answer.json()
    assert (body["status"], body["errorType"]) == ("error", "bad_data")
    assert body["error"].startswith(error)


async def test_instances_of_all_rules(grafana: httpx.AsyncClient) -> None:
    body = (await grafana.get("/api/prometheus/grafana/api/v1/alerts")).json()
    found = [alert["state"] for alert in body["data"]["alerts"]]
    assert sorted(found) == [
        "Alerting",
        "Alerting",
        "Alerting (NoData)",
        "Error",
        "NoData",
        "Normal",
        "Normal (MissingSeries)",
        "Normal (NoData)",
        "Pending",
    ]


async def test_definitions(grafana: httpx.AsyncClient) -> None:
    rules = (await grafana.get("/api/v1/provisioning/alert-rules")).json()
    assert rules[0]["for"] == "5m"
    assert rules[0]["data"][0]["model"]["expr"] == "load"
    condition = rules[0]["data"][1]["model"]["conditions"][0]
    assert condition["evaluator"] == {"params": [5.0], "type": "gt"}
    assert [rule["isPaused"] for rule in rules if rule["title"] == "Paused"] == [True]
    one = (await grafana.get("/api/v1/provisioning/alert-rules/uid-gone")).json()
    assert (one["title"], one["noDataState"]) == ("Gone", "NoData")
    missing = await grafana.get("/api/v1/provisioning/alert-rules/none")
    assert missing.status_code == 404
    path = "/api/v1/provisioning/folder/folder-homelab/rule-groups/silent"
    assert len((await grafana.get(path)).json()["rules"]) == 3
    ruler = (await grafana.get("/api/ruler/grafana/api/v1/rules")).json()
    assert sorted(ruler) == ["Homelab", "Other"]
    assert [group["name"] for group in ruler["Homelab"]] == ["hosts", "silent", "zz"]
    assert ruler["Other"][0]["rules"][0]["grafana_alert"]["title"] == "Broken"


async def test_search_with_paging(grafana: httpx.AsyncClient) -> None:
    async def titles(**params: Any) -> list[str]:
        return [hit["title"] for hit in (await grafana.get("/api/search", params=params)).json()]

    assert await titles() == ["Homelab", "Other", "Hosts overview", "Logs", "Power"]
    assert await titles(type="dash-db", limit=2) == ["Hosts overview", "Logs"]
    assert await titles(type="dash-db", limit=2, page=2) == ["Power"]
    assert await titles(query="log") == ["Logs"]
    assert await titles(tag=["logs", "loki"]) == ["Logs"]
    assert await titles(folderUIDs="folder-homelab") == ["Hosts overview"]
    assert (await grafana.get("/api/search", params={"limit": 6000})).status_code == 422


async def test_dashboards(grafana: httpx.AsyncClient) -> None:
    body = (await grafana.get("/api/dashboards/uid/hosts")).json()
    assert body["dashboard"]["panels"][0]["targets"][0]["expr"] == "load"
    assert body["meta"]["folderTitle"] == "Homelab"
    missing = await grafana.get("/api/dashboards/uid/none")
    assert missing.status_code == 404
    assert missing.json()["message"] == "Dashboard not found"


async def test_resources_page_and_say_how_they_are_stored(grafana: httpx.AsyncClient) -> None:
    first = (await grafana.get(RESOURCES, params={"limit": 2})).json()
    assert [item["metadata"]["name"] for item in first["items"]] == ["hosts", "logs"]
    token = first["metadata"]["continue"]
    rest = (await grafana.get(RESOURCES, params={"limit": 2, "continue": token})).json()
    assert "continue" not in rest["metadata"]
    (power,) = rest["items"]
    assert power["status"]["conversion"]["storedVersion"] == "v2beta1"
    assert power["spec"]["panels"][0]["title"] == "Power"
    stored = (await grafana.get(f"{RESOURCES.replace('v1beta1', 'v2beta1')}/power")).json()
    assert "panel-1" in stored["spec"]["elements"]
    assert stored["status"] == {}
    missing = await grafana.get(f"{RESOURCES}/none")
    assert (missing.status_code, missing.json()["reason"]) == (404, "NotFound")


async def test_annotations(grafana: httpx.AsyncClient) -> None:
    marks = (await grafana.get("/api/annotations", params={"type": "annotation"})).json()
    assert [(mark["text"], mark["tags"]) for mark in marks] == [
        ("jellyfin 10.11", ["deploy", "media"])
    ]
    tagged = (await grafana.get("/api/annotations", params={"tags": "backup"})).json()
    assert tagged == []
    window = {"from": str(round((NOW - 900) * 1000)), "to": str(round(NOW * 1000))}
    changes = (await grafana.get("/api/annotations", params=window | {"type": "alert"})).json()
    assert [
        (change["newState"], change["time"])
        for change in changes
        if change["alertName"] == "HighLoad"
    ] == [
        ("Pending", round((NOW - 60) * 1000)),
        ("Alerting", round((NOW - 300) * 1000)),
        ("Pending", round((NOW - 600) * 1000)),
    ]
    bad = await grafana.get("/api/annotations", params={"from": "yesterday"})
    assert bad.status_code == 400


async def test_alerts_that_are_over_stay_in_the_history(grafana: httpx.AsyncClient) -> None:
    changes = (await grafana.get("/api/annotations", params={"type": "alert"})).json()
    assert [
        (change["prevState"], change["newState"], change["time"])
        for change in reversed(changes)
        if change["alertName"] == "Flapped"
    ] == [
        ("Normal", "Pending", round((NOW - 20 * 60) * 1000)),
        ("Pending", "Alerting", round((NOW - 15 * 60) * 1000)),
        ("Alerting", "Normal (MissingSeries)", round(NOW * 1000)),
    ]
    assert states((await rules_of(grafana))["Flapped"]) == {"nas": "Normal (MissingSeries)"}


async def test_unknown_routes(grafana: httpx.AsyncClient) -> None:
    missing = await grafana.get("/api/none")
    assert (missing.status_code, missing.json()) == (404, {"message": "Not found"})
    page = await grafana.get("/somewhere")
    assert (page.status_code, page.headers["location"]) == (302, "/login")


async def test_a_wrong_sub_path_leads_to_a_login_page() -> None:
    async with serving(sub_path="/grafana") as client:
        assert (await client.get("/grafana/api/org")).status_code == 200
        wrong = await client.get("/api/org")
        assert (wrong.status_code, wrong.headers["location"]) == (302, "/grafana/login")
        followed = await client.get("/api/org", follow_redirects=True)
        assert followed.status_code == 200
        assert followed.headers["content-type"].startswith("text/html")


async def test_version_11_has_no_resources_and_ignores_newer_filters() -> None:
    async with serving(version="11.6.4") as old:
        assert (await old.get("/api/health")).json()["version"] == "11.6.4"
        assert (await old.get(RESOURCES)).status_code == 404
        assert len(await rules_of(old, **{"search.rule_name": "high"})) == 9
        assert "keepFiringFor" not in json.dumps(await rules_of(old))

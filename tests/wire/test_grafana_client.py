"""The Grafana client: where alert state comes from, fallbacks, and both dashboard schemas."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import stamina

from providers.alerting import Alert, AlertState
from providers.reading import State
from tests.stubs.grafana_routes import DENIED, NOW, Routes, client_of
from tests.stubs.raw_server import json_reply, raw_server, reply

DATA = Path(__file__).parents[1] / "data" / "alertmanager"
RULES = "/api/prometheus/grafana/api/v1/rules"
SENT = "/api/alertmanager/grafana/api/v2/alerts"
SILENCES = "/api/alertmanager/grafana/api/v2/silences"
PROVISIONING = "/api/v1/provisioning/alert-rules"
RULER = "/api/ruler/grafana/api/v1/rules"


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


def groups(*rules: dict[str, Any]) -> dict[str, Any]:
    group = {"name": "disks", "file": "Homelab", "interval": 60, "rules": list(rules)}
    return {"status": "success", "data": {"groups": [group]}}


def rule(name: str, state: str, *alerts: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "state": state,
        "query": "disk_used > 85",
        "uid": f"uid-{name}",
        "duration": 300,
        "type": "alerting",
        "health": "ok",
        "labels": {"severity": "critical"},
        "alerts": list(alerts),
        **more,
    }


def instance(name: str, state: str, **labels: str) -> dict[str, Any]:
    return {
        "labels": {"alertname": name, "grafana_folder": "Homelab", **labels},
        "annotations": {"summary": f"{name} fires"},
        "state": state,
        "activeAt": "2026-11-22T14:00:00Z",
        "value": "9.1e+01",
    }


def sent(name: str, silenced_by: tuple[str, ...] = (), **labels: str) -> dict[str, Any]:
    return {
        "labels": {"alertname": name, "grafana_folder": "Homelab", **labels},
        "annotations": {},
        "startsAt": "2026-11-22T14:05:00Z",
        "receivers": [{"name": "mail"}],
        "status": {
            "state": "suppressed" if silenced_by else "active",
            "silencedBy": list(silenced_by),
            "inhibitedBy": [],
        },
    }


def silence(ident: str) -> dict[str, Any]:
    return {
        "id": ident,
        "status": {"state": "active"},
        "startsAt": "2026-11-22T14:00:00Z",
        "endsAt": "2026-11-22T18:00:00Z",
        "createdBy": "eve",
        "comment": "new disk is ordered",
        "matchers": [{"name": "alertname", "value": "DiskFull", "isRegex": False}],
    }


async def alerts_of(answers: Mapping[str, Any]) -> tuple[dict[str, Alert], State, str]:
    async with raw_server(Routes(answers)) as server, client_of(server) as client:
        reading = await client.alerts()
    return {alert.name: alert for alert in reading.data or ()}, reading.state, reading.detail


# -- alerts ------------------------------------------------------------------------------------


async def test_pending_alerts_are_listed_and_normal_ones_are_not() -> None:
    found, state, _ = await alerts_of(
        {
            RULES: groups(
                rule("Pends", "pending", instance("Pends", "Pending")),
                rule("Blind", "firing", instance("Blind", "Alerting (NoData)")),
                rule("Fine", "inactive", instance("Fine", "Normal (MissingSeries)")),
            ),
            SENT: [],
            SILENCES: [],
        }
    )
    assert state is State.OK
    assert set(found) == {"Pends", "Blind"}
    assert found["Pends"].state is AlertState.PENDING
    assert (found["Blind"].state, found["Blind"].reason) == (AlertState.FIRING, "NoData")
    assert found["Blind"].value == 91.0
    assert found["Blind"].active_at == NOW - timedelta(hours=1)


async def test_who_silenced_an_alert_and_until_when() -> None:
    found, _, _ = await alerts_of(
        {
            RULES: groups(
                rule("DiskFull", "firing", instance("DiskFull", "Alerting", hostname="nas"))
            ),
            SENT: [sent("DiskFull", ("s1",), hostname="nas")],
            SILENCES: [silence("s1"), silence("s2")],
        }
    )
    (alert,) = found.values()
    assert alert.silenced
    assert [(each.id, each.created_by, each.ends_at) for each in alert.silences] == [
        ("s1", "eve", NOW + timedelta(hours=3))
    ]
    assert str(alert.silences[0].matchers[0]) == 'alertname="DiskFull"'
    assert alert.receivers == ("mail",)


async def test_a_silence_that_may_not_be_read_is_still_one() -> None:
    found, state, detail = await alerts_of(
        {
            RULES: groups(rule("DiskFull", "firing", instance("DiskFull", "Alerting"))),
            SENT: [sent("DiskFull", ("s1",))],
            SILENCES: DENIED,
        }
    )
    assert found["DiskFull"].silenced
    assert found["DiskFull"].silences[0].ends_at is None
    assert state is State.PARTIAL
    assert "who silenced them missing" in detail


async def test_missing_data_is_matched_though_it_is_sent_under_another_name() -> None:
    alert = instance("Temp", "NoData", __alert_rule_uid__="u1")
    notified = sent("DatasourceNoData", ("s1",), rulename="Temp", datasource_uid="d", ref_id="A")
    notified["labels"]["__alert_rule_uid__"] = "u1"
    found, _, _ = await alerts_of(
        {
            RULES: groups(rule("Temp", "firing", alert, uid="u1")),
            SENT: [notified],
            SILENCES: [silence("s1")],
        }
    )
    assert set(found) == {"Temp"}
    assert found["Temp"].state is AlertState.NO_DATA
    assert found["Temp"].silenced


async def test_alerts_only_the_alertmanager_knows_are_listed_too() -> None:
    recorded = json.loads((DATA / "alerts.json").read_text())["body"]
    silences = json.loads((DATA / "silences.json").read_text())["body"]
    found, state, _ = await alerts_of(
        {RULES: groups(), SENT: json.loads(recorded), SILENCES: json.loads(silences)}
    )
    assert state is State.OK
    assert {name: alert.silenced for name, alert in found.items()} == {
        "DiskFull": False,
        "Quiet": True,
    }
    assert found["Quiet"].silences[0].comment == "maint"


async def test_either_half_is_better_than_nothing() -> None:
    only_sent, state, detail = await alerts_of(
        {RULES: DENIED, SENT: [sent("DiskFull")], SILENCES: []}
    )
    assert set(only_sent) == {"DiskFull"}
    assert state is State.PARTIAL
    assert "pending alerts and rules missing" in detail
    only_rules, state, _ = await alerts_of(
        {RULES: groups(rule("DiskFull", "firing", instance("DiskFull", "Alerting")))}
    )
    assert (set(only_rules), state) == ({"DiskFull"}, State.PARTIAL)


async def test_neither_half_is_a_state() -> None:
    found, state, detail = await alerts_of({RULES: DENIED, SENT: DENIED, SILENCES: DENIED})
    assert (found, state) == ({}, State.UNAUTHORIZED)
    assert "alert.rules:read" in detail


async def test_active_alerts_are_asked_for_with_flags_not_with_a_filter() -> None:
    answers = {RULES: groups(), SENT: [], SILENCES: []}
    async with raw_server(Routes(answers)) as server, client_of(server) as client:
        await client.alerts()
        asked = next(each for each in server.received if each.path == SENT)
    assert dict(asked.params) == {"active": "true", "silenced": "true", "inhibited": "true"}


# -- rules -------------------------------------------------------------------------------------


def definition(uid: str) -> dict[str, Any]:
    return {
        "uid": uid,
        "title": "DiskFull",
        "condition": "C",
        "data": [
            {
                "refId": "A",
                "datasourceUid": "prom",
                "relativeTimeRange": {"from": 600, "to": 0},
                "model": {"expr": "disk_used", "refId": "A"},
            },
            {
                "refId": "B",
                "datasourceUid": "__expr__",
                "model": {"type": "reduce", "reducer": "last", "expression": "A"},
            },
            {
                "refId": "C",
                "datasourceUid": "-100",
                "model": {
                    "type": "threshold",
                    "expression": "B",
                    "conditions": [{"evaluator": {"type": "gt", "params": [85]}}],
                },
            },
        ],
        "noDataState": "NoData",
        "execErrState": "Error",
        "for": "5m",
        "isPaused": False,
        "provenance": "file",
    }


@pytest.mark.parametrize("where", ["provisioning", "ruler", "nowhere"])
async def test_thresholds_come_from_wherever_they_may_be_read(where: str) -> None:
    answers: dict[str, Any] = {RULES: groups(rule("DiskFull", "firing", uid="u1"))}
    answers[PROVISIONING] = [definition("u1")] if where == "provisioning" else DENIED
    if where == "ruler":
        answers[RULER] = {
            "Homelab": [{"name": "g", "rules": [{"grafana_alert": definition("u1")}]}]
        }
    async with raw_server(Routes(answers)) as server, client_of(server) as client:
        reading = await client.rules()
    assert reading.state is State.OK
    (found,) = reading.data or ()
    assert (found.name, found.state, found.hold, found.severity) == (
        "DiskFull",
        AlertState.FIRING,
        300.0,
        "critical",
    )
    if where == "nowhere":
        assert (found.threshold, found.queries) == ("", ())
    else:
        assert found.threshold == "C: B > 85"
        assert [(each.ref_id, each.expression, each.window) for each in found.queries] == [
            ("A", "disk_used", 600.0),
            ("B", "last of A", None),
            ("C", "B > 85", None),
        ]
        assert (found.no_data_state, found.provisioned_by) == ("NoData", "file")


@pytest.mark.parametrize(
    ("conditions", "text"),
    [
        ([{"evaluator": {"type": "within_range", "params": [1, 5]}}], "C: B within 1 to 5"),
        ([{"evaluator": {"type": "lt", "params": [0.5, 9]}}], "C: B < 0.5"),
        ([{"evaluator": {"type": "no_value", "params": []}}], "C: B has no value"),
    ],
)
async def test_conditions_are_put_into_words(conditions: list[dict[str, Any]], text: str) -> None:
    defined = definition("u1")
    defined["data"][2]["model"]["conditions"] = conditions
    answers = {RULES: groups(rule("DiskFull", "inactive", uid="u1")), PROVISIONING: [defined]}
    async with raw_server(Routes(answers)) as server, client_of(server) as client:
        (found,) = (await client.rules()).data or ()
    assert found.threshold == text


@pytest.mark.parametrize("failing", [PROVISIONING, RULER])
async def test_rules_are_given_though_their_thresholds_fail(failing: str) -> None:
    broken = json_reply({"message": "database is locked"}, 500)
    answers = {RULES: groups(rule("DiskFull", "firing")), failing: broken}
    async with raw_server(Routes(answers)) as server, client_of(server) as client:
        reading = await client.rules()
    assert reading.state is State.PARTIAL
    assert [found.name for found in reading.data or ()] == ["DiskFull"]
    assert reading.detail.startswith("thresholds: ")
    assert "database is locked" in reading.detail


async def test_rules_that_cannot_be_evaluated_say_why() -> None:
    broken = rule("Broken", "inactive", health="error", lastError="no such data source")
    async with raw_server(Routes({RULES: groups(broken)})) as server, client_of(server) as client:
        (found,) = (await client.rules()).data or ()
    assert (found.health, found.last_error) == ("error", "no such data source")


# -- annotations and errors --------------------------------------------------------------------


async def test_annotations_are_ordered_and_told_apart() -> None:
    found = [
        {"id": 2, "time": 1795359600000, "timeEnd": 1795359600000, "text": "b", "tags": ["deploy"]},
        {
            "id": 1,
            "time": 1795359000000,
            "timeEnd": 1795359300000,
            "alertId": 4,
            "alertName": "DiskFull",
            "prevState": "Normal",
            "newState": "Alerting",
            "text": "",
        },
    ]
    async with raw_server(Routes({"/api/annotations": found})) as server:
        async with client_of(server) as client:
            reading = await client.annotations(NOW - timedelta(hours=1), NOW)
        assert dict(server.received[0].params)["from"] == "1795356000000"
    alert, deploy = reading.data or ()
    assert (alert.kind, alert.alert_name, alert.new_state) == ("alert", "DiskFull", "Alerting")
    assert alert.end is not None
    assert (deploy.kind, deploy.at, deploy.end, deploy.tags) == (
        "annotation",
        NOW,
        None,
        ("deploy",),
    )


@pytest.mark.parametrize(
    ("answer", "state", "said"),
    [
        (
            json_reply({"message": "Invalid API key", "messageId": "api-key.invalid"}, 401),
            State.UNAUTHORIZED,
            "Invalid API key",
        ),
        (DENIED, State.UNAUTHORIZED, "alert.rules:read"),
        (reply(status=302, headers={"Location": "/login"}), State.UNAUTHORIZED, "/grafana"),
        (reply("<html>", content_type="text/html"), State.BAD_RESPONSE, "a web page"),
        (
            reply((DATA / "err_filter_state.json").read_text(), 400),
            State.BAD_RESPONSE,
            "answered 400",
        ),
        (reply('"bad matcher format: active"', 400), State.BAD_RESPONSE, "bad matcher format"),
        (json_reply({"message": "database is locked"}, 500), State.BAD_RESPONSE, "locked"),
        (json_reply({"status": "error", "error": "unknown state 'x'"}), State.BAD_RESPONSE, "x"),
    ],
)
async def test_errors_in_every_dialect(answer: bytes, state: State, said: str) -> None:
    async with raw_server(answer) as server, client_of(server) as client:
        reading = await client.rules()
    assert reading.state is state
    assert said in reading.detail


async def test_a_failing_database_is_seen_by_the_health_check() -> None:
    healthy = {"database": "ok", "version": "13.0.2", "commit": "x"}
    async with raw_server(Routes({"/api/health": healthy})) as server, client_of(server) as client:
        reading = await client.health()
    assert reading.data is not None
    assert (reading.data.version, reading.data.database) == ("13.0.2", "ok")

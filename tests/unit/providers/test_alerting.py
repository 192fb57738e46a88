import json
from pathlib import Path
from typing import Any

import pytest

from providers.alerting import AlertState, concerned, host_of, without_port
from providers.alerting_wire import fingerprint, rule_groups, rules_of, state_and_reason

CAPTURES = Path(__file__).parents[2] / "data"


def rule(**changes: object) -> dict[str, Any]:
    return {
        "groups": [
            {"name": "g", "file": "Homelab", "rules": [{"name": "R", "query": "up", **changes}]}
        ]
    }


@pytest.mark.parametrize(
    ("text", "state", "reason"),
    [
        ("firing", AlertState.FIRING, ""),
        ("Alerting", AlertState.FIRING, ""),
        ("Alerting (NoData)", AlertState.FIRING, "NoData"),
        ("Alerting (Error, KeepLast)", AlertState.FIRING, "Error, KeepLast"),
        ("Normal (MissingSeries)", AlertState.INACTIVE, "MissingSeries"),
        ("Normal (Updated)", AlertState.INACTIVE, "Updated"),
        ("NoData", AlertState.NO_DATA, ""),
        ("Error", AlertState.ERROR, ""),
        ("Recovering", AlertState.RECOVERING, ""),
        ("pending", AlertState.PENDING, ""),
        ("inactive", AlertState.INACTIVE, ""),
        ("Bewildered", AlertState.ERROR, "Bewildered"),
        ("", AlertState.ERROR, ""),
    ],
)
def test_states_of_both_dialects(text: str, state: AlertState, reason: str) -> None:
    assert state_and_reason(text) == (state, reason)


def test_the_fingerprint_is_alertmanagers_own() -> None:
    alerts = json.loads((CAPTURES / "alertmanager" / "alerts.json").read_text())["body"]
    for alert in json.loads(alerts):
        assert fingerprint(alert["labels"]) == alert["fingerprint"]


@pytest.mark.parametrize(
    ("value", "compared", "by_letter"),
    [
        ("1e+00", 1.0, {}),
        ("A: 9e+01, B: 9e+01, C: 1e+00", 90.0, {"A": 90.0, "B": 90.0, "C": 1.0}),
        ("", None, {}),
        (None, None, {}),
        (2.5, 2.5, {}),
        ("[ var='A' labels={} value=1 ]", None, {}),
    ],
)
def test_values_come_as_one_number_or_by_letter(
    value: str | float | None, compared: float | None, by_letter: dict[str, float]
) -> None:
    alert = {"labels": {"alertname": "R"}, "state": "firing", "value": value}
    (made,) = rules_of("grafana:main", rule_groups(rule(state="firing", alerts=[alert]), "rules"))
    assert made.alerts[0].value == compared
    assert made.alerts[0].values == by_letter


def test_internal_labels_and_annotations_are_read_and_hidden() -> None:
    alert = {
        "labels": {"alertname": "R", "__alert_rule_uid__": "u1", "hostname": "nas"},
        "annotations": {"summary": "full", "__dashboardUid__": "d1", "__panelId__": "4"},
        "state": "Alerting",
        "activeAt": "2026-11-22T14:44:46.151810036Z",
    }
    (made,) = rules_of("grafana:main", rule_groups(rule(state="firing", alerts=[alert]), "rules"))
    found = made.alerts[0]
    assert found.labels == {"alertname": "R", "hostname": "nas"}
    assert (found.rule_uid, found.dashboard_uid, found.panel_id) == ("u1", "d1", 4)
    assert (found.host, found.summary) == ("nas", "full")
    assert found.active_at is not None
    assert made.active_at == found.active_at


def test_a_time_that_never_was_is_none() -> None:
    alert = {"labels": {}, "state": "Normal", "activeAt": "0001-01-01T00:00:00Z"}
    (made,) = rules_of("grafana:main", rule_groups(rule(alerts=[alert], activeAt=""), "rules"))
    assert made.active_at is None
    assert made.alerts[0].active_at is None


@pytest.mark.parametrize(
    ("labels", "host"),
    [
        ({"instance": "media:9100"}, "media"),
        ({"hostname": "nas", "instance": "10.0.0.1:9100"}, "nas"),
        ({"instance": "[fd00::1]:9100"}, "fd00::1"),
        ({"instance": "http://x:80/y"}, "http://x:80/y"),
        ({"job": "x"}, None),
    ],
)
def test_the_host_of_a_label_set(labels: dict[str, str], host: str | None) -> None:
    assert host_of(labels) == host


def test_ports_are_only_taken_off_addresses() -> None:
    assert without_port("nas") == "nas"
    assert without_port("a:b:c") == "a:b:c"


def test_a_state_of_any_length_is_read_at_once() -> None:
    for text in ("a" + " " * 200_000 + "(", "Alerting " + "(" * 100_000, " " * 200_000):
        assert state_and_reason(text) == (AlertState.ERROR, text)


@pytest.mark.parametrize(
    ("labels", "about"),
    [
        ({"instance": "pve1", "id": "node/pve3"}, "pve3"),
        ({"instance": "pve1", "id": "lxc/119", "name": "nodered", "node": "pve3"}, "nodered"),
        ({"instance": "pve1", "id": "lxc/119", "node": "pve3"}, "lxc/119"),
        ({"instance": "pve1", "id": "storage/pve1/local"}, "local on pve1"),
        ({"instance": "pbs", "datastore": "main", "vm_id": "108", "vm_name": "immich"}, "immich"),
        ({"instance": "nas1:9633", "hostname": "nas1", "device": "sdc"}, "sdc on nas1"),
        ({"hostname": "nas1", "pool": "tank", "disk": "sda"}, "sda on nas1"),
        ({"hostname": "db", "device": "/dev/sda1", "mountpoint": "/"}, "/ on db"),
        (
            {"hostname": "nas1", "device": "tank", "fstype": "zfs", "mountpoint": "/mnt/tank"},
            "tank on nas1",
        ),
        ({"id": "/system.slice/x", "hostname": "docker1", "name": "sonarr"}, "sonarr on docker1"),
        ({"instance": "https://photos.example"}, "photos.example"),
        ({"instance": "media:9100"}, "media"),
        ({}, ""),
    ],
)
def test_what_a_label_set_concerns(labels: dict[str, str], about: str) -> None:
    assert concerned(labels) == about

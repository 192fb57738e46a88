"""Whatever JSON a backend sends, it is read or refused; nothing else is raised."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.alerting_wire import rule_groups, rules_of
from providers.errors import BadResponse
from providers.grafana import alerts, dashboards, dashboards_v2, rules
from providers.grafana.annotations import read_annotations
from providers.loki import wire as loki
from providers.prometheus import wire as prometheus

NOW = datetime(2026, 11, 22, tzinfo=UTC)
HISTOGRAM = [1, {"count": "1", "sum": "2"}]
ALERT = {
    "labels": {"alertname": "A", "instance": "a:1"},
    "annotations": {"summary": "s", "__panelId__": "4"},
    "state": "Alerting (NoData)",
    "activeAt": "2026-11-22T14:00:00Z",
    "value": "A: 1e+00, B: 2",
}
RULE = {"name": "R", "query": "up", "state": "firing", "duration": 1, "alerts": [ALERT]}
GROUPS: Any = {"groups": [{"name": "g", "file": "f", "rules": [RULE]}]}
GROUPS_OF_U: Any = {"groups": [{"name": "g", "rules": [{**RULE, "uid": "u"}]}]}
TARGET = {
    "labels": {"job": "j", "instance": "i"},
    "scrapeUrl": "u",
    "lastScrape": "2026-11-22T14:00:00.123456789Z",
    "lastScrapeDuration": 0.1,
    "health": "up",
    "scrapeInterval": "1m30s",
}
SENT = {
    "labels": {"alertname": "A"},
    "startsAt": "2026-11-22T14:00:00Z",
    "receivers": [{"name": "r"}],
    "status": {"state": "suppressed", "silencedBy": ["s"], "inhibitedBy": []},
}
SILENCE = {
    "id": "s",
    "status": {"state": "active"},
    "startsAt": "2026-11-22T14:00:00Z",
    "endsAt": "2026-11-22T15:00:00Z",
    "matchers": [{"name": "a", "value": "b", "isRegex": False}],
}
DEFINITION: dict[str, Any] = {
    "uid": "u",
    "condition": "C",
    "data": [
        {
            "refId": "C",
            "datasourceUid": "-100",
            "relativeTimeRange": {"from": 600},
            "model": {
                "type": "threshold",
                "expression": "B",
                "conditions": [{"evaluator": {"type": "gt", "params": [85]}}],
            },
        }
    ],
}
PANEL = {
    "id": 1,
    "title": "P",
    "type": "row",
    "datasource": {"type": "t", "uid": "u"},
    "targets": [{"refId": "A", "expr": "up"}],
    "libraryPanel": {"uid": "l", "name": "n"},
    "fieldConfig": {"defaults": {"thresholds": {"steps": [{"value": 1, "color": "red"}]}}},
    "panels": [{"id": 2, "datasource": "old", "targets": [{"query": {"expr": "x"}}]}],
}
VARIABLE = {"name": "v", "current": {"value": ["a"]}, "options": [{"value": "a"}]}
CLASSIC = {
    "uid": "d",
    "title": "D",
    "panels": [PANEL],
    "rows": [{"title": "r", "panels": [PANEL]}],
    "templating": {
        "list": [{"name": "v", "current": {"value": ["a"]}, "options": [{"value": "a"}]}]
    },
}
ELEMENT = {
    "kind": "Panel",
    "spec": {
        "id": 1,
        "data": {"spec": {"queries": [{"spec": {"query": {"kind": "p", "spec": {"expr": "x"}}}}]}},
        "vizConfig": {"spec": {"fieldConfig": {"defaults": {"unit": "s"}}}},
    },
}
SECOND = {
    "title": "S",
    "elements": {"e": ELEMENT},
    "layout": {"spec": {"rows": [{"spec": {"title": "r", "layout": {"spec": {"items": []}}}}]}},
    "variables": [{"kind": "QueryVariable", "spec": {"name": "v", "current": {"value": "a"}}}],
}
STREAM = {"stream": {"app": "a"}, "values": [["1795359600000000000", "line"]]}

READERS: dict[str, tuple[Callable[[Any], object], Any]] = {
    "vector": (
        lambda data: prometheus.instant("p", "up", NOW, data),
        {
            "resultType": "vector",
            "result": [{"metric": {"a": "b"}, "value": [1, "2"], "histogram": HISTOGRAM}],
        },
    ),
    "matrix": (
        lambda data: prometheus.instant("p", "up", NOW, data),
        {
            "resultType": "matrix",
            "result": [{"metric": {}, "values": [[1, "2"]], "histograms": [HISTOGRAM]}],
        },
    ),
    "envelope": (
        lambda data: prometheus.envelope(data, "/x"),
        {"status": "success", "data": [], "warnings": ["w"], "infos": ["i"]},
    ),
    "metadata": (
        lambda data: prometheus.metrics("p", ["up"], data),
        {"up": [{"type": "gauge", "help": "h", "unit": ""}]},
    ),
    "targets": (lambda data: prometheus.targets("p", data), {"activeTargets": [TARGET]}),
    "alerts": (lambda data: prometheus.alerts("p", data), {"alerts": [ALERT]}),
    "build": (prometheus.build_info, {"version": "2", "application": "x"}),
    "rules": (lambda data: list(rules_of("p", rule_groups(data, "rules"))), GROUPS),
    "entries": (lambda data: loki.entries("l", data, "/x"), [STREAM]),
    "loki result": (lambda data: loki.result(data, "/x"), {"resultType": "streams", "result": []}),
    "names": (lambda data: loki.names(data, "/x"), ["a", "b"]),
    "notified": (lambda data: alerts.joined("g", [], alerts.notified(data), []), [SENT]),
    "silences": (lambda data: alerts.silences("g", data), [SILENCE]),
    "provisioned": (rules.provisioned, [DEFINITION]),
    "ruled": (rules.ruled, {"f": [{"rules": [{"grafana_alert": DEFINITION}]}]}),
    "conditions": (
        lambda data: list(
            rules.completed(rules_of("g", rule_groups(GROUPS_OF_U, "r")), rules.provisioned(data))
        ),
        [DEFINITION],
    ),
    "hits": (
        lambda data: dashboards.hits("g", "http://g", data),
        [{"uid": "d", "title": "D", "type": "dash-db", "url": "/d/d", "tags": ["t"]}],
    ),
    "classic": (
        lambda data: dashboards.classic("g", "http://g", "d", data, dashboards.Meta()),
        CLASSIC,
    ),
    "second": (
        lambda data: dashboards_v2.second("g", "http://g", "d", data, None),
        SECOND,
    ),
    "annotations": (
        lambda data: read_annotations("g", data),
        [{"id": 1, "time": 1795359600000, "timeEnd": 1795359700000, "text": "t", "tags": ["a"]}],
    ),
}
STRANGE: tuple[Any, ...] = (
    None, True, -1, 0, 1.5, 10**30, float("nan"), float("inf"), "", "x", "NaN", "1e309",
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "\x00", [], [None], {}, {"x": None}, [[]],
)  # fmt: skip


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container in a JSON value with every key or index in it."""
    keys = list(value) if isinstance(value, dict) else range(len(value))
    found: list[tuple[Any, Any]] = []
    for key in keys:
        found.append((value, key))
        if isinstance(value[key], dict | list):
            found += places(value[key])
    return found


def damaged_once(whole: Any) -> Iterator[Any]:
    """Copies of which one value, each in its turn, is left out or any of the strange ones."""
    for at in range(len(places([whole]))):
        document = [copy.deepcopy(whole)]
        container, key = places(document)[at]
        for strange in STRANGE:
            container[key] = copy.deepcopy(strange)
            yield document[0]
        if container is not document:
            del container[key]
            yield document[0]


@st.composite
def damaged(draw: st.DrawFn, whole: Any) -> Any:
    """A copy with some values replaced by strange ones or left out."""
    document = [copy.deepcopy(whole)]
    for _ in range(draw(st.integers(min_value=2, max_value=3))):
        container, key = draw(st.sampled_from(places(document)))
        if draw(st.booleans()) and container is not document:
            del container[key]
        else:
            container[key] = copy.deepcopy(draw(st.sampled_from(STRANGE)))
    return document[0]


@pytest.mark.parametrize("reader", READERS)
def test_an_answer_damaged_in_one_place_is_read_or_refused(reader: str) -> None:
    read, whole = READERS[reader]
    for document in damaged_once(whole):
        with contextlib.suppress(BadResponse):
            read(document)


@pytest.mark.parametrize("reader", READERS)
@settings(max_examples=60)
@given(data=st.data())
def test_a_damaged_answer_is_read_or_refused(reader: str, data: st.DataObject) -> None:
    read, whole = READERS[reader]
    with contextlib.suppress(BadResponse):
        read(data.draw(damaged(whole)))


ODD_VALUES: dict[str, tuple[str, Any]] = {
    "numbers of a variable": ("templating", {"list": [{"name": "v", "current": {"value": 5}}]}),
    "an option that is a text": ("templating", {"list": [{"name": "v", "options": ["a"]}]}),
    "a tag that is missing": ("tags", [None, "t"]),
    "no title": ("title", None),
    "no times": ("time", {"from": None}),
    "a panel's limits as words": (
        "panels",
        [
            {
                **PANEL,
                "type": "stat",
                "fieldConfig": {
                    "defaults": {"min": "", "max": "auto", "thresholds": {"steps": [{"value": ""}]}}
                },
            }
        ],
    ),
    "a panel that is none": ("panels", [None, {**PANEL, "type": "stat"}]),
}


@pytest.mark.parametrize("odd", ODD_VALUES)
def test_one_odd_value_does_not_cost_a_dashboard(odd: str) -> None:
    name, value = ODD_VALUES[odd]
    whole = {**CLASSIC, "panels": [{**PANEL, "type": "stat"}]}
    read = dashboards.classic("g", "http://g", "d", whole | {name: value}, dashboards.Meta())
    assert [query.expression for query in read.panels[0].queries] == ["up"]


def test_one_odd_rule_does_not_cost_the_definitions_of_the_others() -> None:
    model = {"type": "threshold", "expression": "B", "expr": 5}
    odd: dict[str, Any] = {
        "uid": "odd",
        "condition": "C",
        "data": [
            {
                "refId": "C",
                "datasourceUid": "-100",
                "model": {**model, "conditions": [{"evaluator": {"type": "gt", "params": [None]}}]},
            },
            {"refId": "D", "model": []},
        ],
    }
    found = rules.provisioned([DEFINITION, odd])
    assert rules.threshold("C", found["u"].data or []) == "C: B > 85"
    assert rules.threshold("C", found["odd"].data or []) == "C: B >"


def test_a_large_threshold_is_told_to_its_last_digit() -> None:
    definition: Any = copy.deepcopy(DEFINITION)
    definition["data"][0]["model"]["conditions"][0]["evaluator"]["params"] = [10_737_418_240]
    found = rules.provisioned([definition])
    assert rules.threshold("C", found["u"].data or []) == "C: B > 10737418240"


@pytest.mark.parametrize("panel", ["²", "9" * 5000, "-1", "x"])
def test_a_panel_that_is_no_number_does_not_cost_the_alert(panel: str) -> None:
    alert = {**ALERT, "annotations": {"__panelId__": panel}}
    answer: Any = {"alerts": [alert]}
    (read,) = prometheus.alerts("p", answer)
    assert read.panel_id is None


@pytest.mark.parametrize("reader", READERS)
def test_the_undamaged_answer_is_read(reader: str) -> None:
    read, whole = READERS[reader]
    assert read(whole) is not None


def test_a_refusal_is_one_line_that_names_the_place() -> None:
    with pytest.raises(BadResponse, match=r"activeTargets\.0\.labels") as caught:
        prometheus.targets("p", {"activeTargets": [{"labels": "no\nlabels"}]})
    assert "\n" not in caught.value.detail

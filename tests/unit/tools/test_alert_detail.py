"""Which alert is meant, which rules stand behind it, and which runbooks serve it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from providers.alerting import Alert, AlertRule, AlertState, Silence
from providers.reading import SourceStatus, State
from sre_tui.settings import Settings
from sre_tui.tools.alert_detail import (
    AlertDetail,
    AmbiguousAlert,
    UnknownAlert,
    alert_detail,
    runbooks_for,
)
from sre_tui.tools.grafana_data import AlertListing, RuleListing
from sre_tui.tools.result import ToolResult, result
from sre_tui.views.alert_detail import alert_sections
from widgets.cell import Display

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
SETTINGS = Settings()


def alert(name: str, host: str, **more: Any) -> Alert:
    given = {
        "source": "grafana:main",
        "name": name,
        "state": AlertState.FIRING,
        "host": host,
        "labels": {"hostname": host},
        "fingerprint": f"{name}-{host}",
    }
    return Alert.model_validate(given | more)


def rule(name: str, **more: Any) -> AlertRule:
    given = {"source": "grafana:main", "name": name, "query": "up == 0"}
    return AlertRule.model_validate(given | more)


def status(source: str, state: State = State.OK) -> SourceStatus:
    return SourceStatus(source=source, state=state, observed_at=NOW, detail="")


def found(
    wanted: str,
    *,
    alerts: tuple[Alert, ...] = (),
    rules: tuple[AlertRule, ...] = (),
    host: str | None = None,
) -> ToolResult[AlertDetail]:
    readings = [status("grafana:main"), status("prometheus:main")]
    return alert_detail(
        result(AlertListing(items=alerts), readings, now=NOW),
        result(RuleListing(items=rules), readings, now=NOW),
        wanted,
        host,
        SETTINGS,
    )


def test_an_alert_is_found_by_its_name_in_any_case_and_by_its_fingerprint() -> None:
    alerts = (alert("DiskFull", "nas"), alert("Other", "nas"))
    for wanted in ("DiskFull", "diskfull", "DiskFull-nas"):
        assert found(wanted, alerts=alerts).data.alert == alerts[0]


def test_of_several_instances_the_host_chooses() -> None:
    alerts = (alert("DiskFull", "nas"), alert("DiskFull", "media"))
    assert found("DiskFull", alerts=alerts, host="MEDIA").data.alert == alerts[1]
    with pytest.raises(AmbiguousAlert) as several:
        found("DiskFull", alerts=alerts)
    assert "2 instances" in str(several.value)
    assert "DiskFull-nas" in str(several.value)
    with pytest.raises(UnknownAlert, match="it is about media, nas"):
        found("DiskFull", alerts=alerts, host="router")


def test_many_instances_are_not_all_named() -> None:
    with pytest.raises(AmbiguousAlert, match="and 5 more"):
        found("Down", alerts=tuple(alert("Down", f"host{number}") for number in range(25)))


def test_an_unknown_name_suggests_the_nearest_of_alerts_and_rules() -> None:
    with pytest.raises(UnknownAlert, match="did you mean DiskFull"):
        found("DiskFul", rules=(rule("DiskFull"),))
    with pytest.raises(UnknownAlert, match="there is no alert or rule 'x'; there is none at all"):
        found("x")


def test_a_rule_without_an_instance_is_shown_by_itself() -> None:
    quiet = rule("DiskFull", state=AlertState.INACTIVE, alerts=(alert("DiskFull", "nas"),))
    detail = found("diskfull", rules=(quiet, rule("Other"))).data
    assert detail.alert is None
    assert [each.name for each in detail.rules] == ["DiskFull"]
    assert detail.rules[0].alerts == ()


def test_the_rule_is_the_one_with_the_alerts_id_or_query() -> None:
    by_id = (rule("Down", uid="a"), rule("Down", uid="b"))
    detail = found("Down", alerts=(alert("Down", "nas", rule_uid="b"),), rules=by_id).data
    assert [each.uid for each in detail.rules] == ["b"]
    by_query = (rule("Down", query="up < 1"), rule("Down", query="up == 0"))
    detail = found("Down", alerts=(alert("Down", "nas", query="up == 0"),), rules=by_query).data
    assert [each.query for each in detail.rules] == ["up == 0"]


def test_each_source_is_told_once_and_by_its_worst_state() -> None:
    answer = alert_detail(
        result(AlertListing(items=(alert("Down", "nas"),)), [status("grafana:main")], now=NOW),
        result(RuleListing(), [status("grafana:main", State.UNREACHABLE)], now=NOW),
        "Down",
        None,
        SETTINGS,
    )
    assert [(each.source, each.state) for each in answer.sources] == [
        ("grafana:main", State.UNREACHABLE)
    ]
    assert answer.data.rules == ()


def test_runbooks_are_found_by_alert_and_by_what_the_alert_names() -> None:
    assert "disk-smart-warning" in {each.id for each in runbooks_for(SETTINGS, "smartdiskfailing")}
    assert [each.id for each in runbooks_for(SETTINGS, "Nothing", "dns-down")] == ["dns-down"]
    assert runbooks_for(SETTINGS, "Nothing") == ()


@pytest.mark.parametrize("utc", [None, True, False])
def test_the_view_shows_silences_values_and_both_times(utc: bool | None) -> None:
    silence = Silence(
        source="grafana:main",
        id="1",
        state="active",
        ends_at=NOW + timedelta(hours=2),
        created_by="ops",
        comment="new disk is ordered",
    )
    one = alert(
        "DiskFull",
        "nas",
        active_at=NOW - timedelta(minutes=40),
        value=0.93,
        values={"A": 0.93, "C": 1.0},
        silences=(silence,),
        inhibited=True,
        annotations={"description": "first\nsecond"},
    )
    display = Display(now=NOW, utc=utc, wide=True)
    sections = alert_sections(
        one, (rule("DiskFull", hold=300, last_error="timed out"),), (), display
    )
    assert [section.title for section in sections] == ["", "Labels", "Annotations", "Rule"]
    shown = {name: cell.text for section in sections for name, cell in section.rows}
    assert shown["Silenced by"].startswith("ops until ")
    assert shown["Silenced by"].endswith(": new disk is ordered")
    assert shown["Values"] == "A = 0.93, C = 1"
    assert shown["For"] == "5 min"
    assert shown["Error"] == "timed out"
    assert shown["description"] == "first\nsecond"
    assert (shown["Since"] == "40 min ago (2026-11-22 13:20:00Z)") == (utc is None)


def test_no_text_of_an_alert_is_shown_twice() -> None:
    said = {"summary": "Pool tank is full", "description": "pool tank is full ", "more": "Prune."}
    one = alert("Full", "nas", summary="Pool tank is full", annotations=said)
    display = Display(NOW, None, True)
    own, _, annotations, *_ = alert_sections(one, (), (), display)
    assert ("Summary", "Pool tank is full") in [(name, cell.text) for name, cell in own.rows]
    assert [(name, cell.text) for name, cell in annotations.rows] == [("more", "Prune.")]
    # Of a rule alone no summary stands above.
    sections = {each.title: each for each in
                alert_sections(None, (rule("Full", annotations=said),), (), display)}  # fmt: skip
    assert [name for name, _ in sections["Annotations"].rows] == ["more", "summary"]

import pytest

from sre_tui.demo.promql import Engine, VectorResult
from sre_tui.demo.promql.alert_series import AlertSeries
from sre_tui.demo.promql.alerting import Ruler
from sre_tui.demo.telemetry import AlertRule, Matcher
from tests.stubs.series import MemorySeries, series

TICK = 1_795_000_020.0


def rule(name: str, expr: str, hold: float = 0, *, paused: bool = False) -> AlertRule:
    return AlertRule(name, name, expr, hold, {"severity": "critical"}, {}, "g", "f", paused=paused)


@pytest.fixture
def source() -> AlertSeries:
    minutes = range(-120, 1)
    down = [(TICK + 60 * m, 0.0 if -60 <= m < -30 or m >= -5 else 1.0) for m in minutes]
    held = MemorySeries([series("up", down, instance="a"), series("load", [(TICK, 1)])])
    rules = [
        rule("Down", "up == 0", 600),
        rule("Paused", "up", paused=True),
        rule("Broken", "up{"),
    ]
    return AlertSeries(Ruler(held, lambda: rules))


def test_alerts_are_pending_for_the_hold_and_then_fire(source: AlertSeries) -> None:
    result = Engine(source).range("ALERTS", TICK - 7200, TICK, 60, lookback=59)
    found = {
        one.labels["alertstate"]: ((one.times - TICK) / 60).astype(int).tolist()
        for one in result.series
    }
    assert found == {
        "pending": [*range(-60, -50), *range(-5, 1)],
        "firing": [*range(-50, -30)],
    }


def test_an_alert_that_began_before_the_window_fires_in_it(source: AlertSeries) -> None:
    result = Engine(source).instant('ALERTS{alertstate="firing"}', TICK - 45 * 60)
    assert isinstance(result, VectorResult)
    (sample,) = result.samples
    assert sample.labels == {
        "__name__": "ALERTS",
        "alertname": "Down",
        "alertstate": "firing",
        "instance": "a",
        "severity": "critical",
    }


@pytest.mark.parametrize(
    ("matcher", "names"),
    [
        (Matcher("__name__", "=~", "ALERTS|load"), {"ALERTS", "load"}),
        (Matcher("__name__", "=", "load"), {"load"}),
        (Matcher("__name__", "!=", "load"), {"up"}),
        (Matcher("instance", "=", "a"), {"up"}),
    ],
)
def test_alerts_appear_only_when_they_are_named(
    source: AlertSeries, matcher: Matcher, names: set[str]
) -> None:
    selected = source.select([matcher], TICK - 300, TICK)
    assert {one.labels["__name__"] for one in selected} == names
    told = source.label_sets([matcher], TICK - 300, TICK)
    assert {labels["__name__"] for labels in told} == names


def test_metadata_is_that_of_the_source(source: AlertSeries) -> None:
    assert source.metadata() == {}

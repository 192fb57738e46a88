import math

import pytest

from sre_tui.demo.promql.alerting import Ruler, RuleState
from sre_tui.demo.telemetry import AlertRule, Series
from tests.stubs.series import MemorySeries, series

NOW = 1_795_000_000.0
TICK = math.floor(NOW / 60) * 60.0


def rule(expr: str, *, hold: float = 0, paused: bool = False, **labels: str) -> AlertRule:
    return AlertRule(
        uid="u1",
        name="TargetDown",
        expr=expr,
        hold=hold,
        labels=labels,
        annotations={"summary": "{{ $labels.instance }} is at {{ $value }}"},
        group="availability",
        folder="homelab",
        paused=paused,
    )


def up(instance: str, *, down_for: float, hours: float = 12) -> Series:
    """A target that has been down for so many seconds at the newest evaluation."""
    start = TICK - hours * 3600
    times = [start + 15.0 * step for step in range(int(hours * 240) + 4)]
    return series(
        "up",
        [(time, 0.0 if time >= TICK - down_for else 1.0) for time in times],
        instance=instance,
    )


def evaluate(one: AlertRule, *held: Series) -> RuleState:
    (state,) = Ruler(MemorySeries(held), lambda: [one]).states(NOW)
    return state


@pytest.mark.parametrize("down_for", [0, 60, 600, 3600, 3660, 7200, 6 * 3600, 8 * 3600])
def test_finds_since_when_an_instance_is_active(down_for: float) -> None:
    state = evaluate(rule("up == 0"), up("a", down_for=down_for), up("b", down_for=-1))
    (instance,) = state.instances
    assert instance.active_at == TICK - down_for
    assert instance.labels == {"instance": "a", "alertname": "TargetDown"}
    assert instance.value == 0
    assert state.evaluated_at == TICK


def test_a_series_that_begins_active_is_active_since_its_first_evaluation() -> None:
    state = evaluate(rule("up == 0"), up("a", down_for=math.inf, hours=2))
    assert state.instances[0].active_at == TICK - 2 * 3600


def test_an_earlier_outage_does_not_count() -> None:
    flapping = series(
        "up",
        [
            (TICK - 3600 + 15 * step, 0.0 if step < 100 or step >= 200 else 1.0)
            for step in range(241)
        ],
        instance="a",
    )
    state = evaluate(rule("up == 0"), flapping)
    assert state.instances[0].active_at == TICK - 3600 + 15 * 200


@pytest.mark.parametrize(
    ("down_for", "state"), [(-1, "inactive"), (240, "pending"), (300, "firing"), (900, "firing")]
)
def test_an_instance_fires_after_the_hold(down_for: float, state: str) -> None:
    result = evaluate(rule("up == 0", hold=300), up("a", down_for=down_for))
    assert result.state == state
    assert [instance.state for instance in result.instances] == (
        [] if state == "inactive" else [state]
    )


def test_a_rule_fires_when_one_of_its_instances_does() -> None:
    result = evaluate(rule("up == 0", hold=300), up("a", down_for=60), up("b", down_for=3600))
    assert result.state == "firing"
    assert [(one.labels["instance"], one.state) for one in result.instances] == [
        ("a", "pending"),
        ("b", "firing"),
    ]


def test_labels_and_annotations_are_expanded() -> None:
    state = evaluate(
        rule("up == 0", severity="critical", host="{{ $labels.instance }}"), up("a", down_for=0)
    )
    assert state.instances[0].labels == {
        "alertname": "TargetDown",
        "instance": "a",
        "severity": "critical",
        "host": "a",
    }
    assert state.instances[0].annotations == {"summary": "a is at 0"}


def test_nothing_to_look_at_is_told_from_nothing_found() -> None:
    silent = evaluate(rule("up == 0"), up("a", down_for=-1))
    missing = evaluate(rule("absent_metric > 1"), up("a", down_for=-1))
    assert (silent.state, silent.no_data) == ("inactive", False)
    assert (missing.state, missing.no_data) == ("inactive", True)


@pytest.mark.parametrize(
    ("expr", "error"),
    [
        ("up{", "1:4: parse error: unexpected end of input inside braces"),
        ("up + on() up", "found duplicate series for the match group {}"),
        ('"text"', "rule result is not a vector or scalar"),
        (
            'label_replace(up, "alertname", "$1", "instance", "(.*)") == 0',
            "vector contains metrics with the same labelset after applying alert labels",
        ),
        ("sum by (nothing) (histogram_count(up))", "not supported by the demo: histogram_count"),
    ],
)
def test_a_rule_that_fails_says_so(expr: str, error: str) -> None:
    failing = rule(expr, instance="same") if "label_replace" in expr else rule(expr)
    state = evaluate(failing, up("a", down_for=0), up("b", down_for=0))
    assert state.health == "err"
    assert state.last_error.startswith(error)
    assert state.instances == ()


def test_a_paused_rule_is_inactive() -> None:
    state = evaluate(rule("up == 0", paused=True), up("a", down_for=600))
    assert (state.state, state.health) == ("inactive", "ok")


def test_a_scalar_rule_is_always_active_up_to_a_week() -> None:
    state = evaluate(rule("vector(1)"), up("a", down_for=0))
    assert state.instances[0].labels == {"alertname": "TargetDown"}
    assert NOW - state.instances[0].active_at == pytest.approx(7 * 86400, abs=600)

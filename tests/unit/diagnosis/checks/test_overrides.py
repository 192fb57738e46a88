"""Limits that the operator alters."""

from __future__ import annotations

from typing import Any

import pytest

from sre_tui.diagnosis.checks.check import Check, Limits
from sre_tui.diagnosis.checks.metric import metric_check
from sre_tui.diagnosis.checks.overrides import OverrideError, Overrides
from sre_tui.diagnosis.checks.registry import all_checks
from sre_tui.diagnosis.checks.state import state_check
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.settings import CheckSettings

FILL = metric_check(
    "fill", "pool_full", "pools", "pool_fill{$S}", ">", 0.8, "{value}", unit="ratio", clear=0.75
)
LEFT = metric_check("left", "pool_full", "pools", "left{$S}", "<", 100, "{value}", unit="s")
STATE = metric_check("up", "node_down", "nodes", "up{$S}", "==", 0, "{value}")
PLAIN = state_check("plain", "alert", "alerts", lambda scene, check: (), "nas", title="x")
CHECKS = (FILL, LEFT, STATE, PLAIN)
TANK = Subject(kind=SubjectKind.POOL, name="nas1/tank")
FAST = Subject(kind=SubjectKind.POOL, name="nas1/fast")


def read(**settings: dict[str, Any]) -> Overrides:
    given = {name: CheckSettings.model_validate(value) for name, value in settings.items()}
    return Overrides.read(CHECKS, given, "config.toml")


def mistakes(**settings: dict[str, Any]) -> list[str]:
    with pytest.raises(OverrideError) as caught:
        read(**settings)
    return caught.value.problems


def level(overrides: Overrides, check: Check) -> float:
    return next(query.level for query in overrides.queries() if query.id == check.id)


def test_without_settings_everything_is_as_declared() -> None:
    made = read()
    assert made.enabled() == CHECKS
    assert made.limits(FILL, TANK) == FILL.limits
    assert level(made, FILL) == 0.75


def test_a_trigger_takes_its_clear_level_along() -> None:
    limits = read(fill={"trigger": 0.9}).limits(FILL, TANK)
    assert limits is not None
    assert limits.trigger == 0.9
    assert limits.clear == pytest.approx(0.85)


def test_one_subject_may_differ() -> None:
    made = read(fill={"trigger": 0.9, "subjects": {"nas1/tank": {"trigger": 0.95, "delay": 60}}})
    tank, fast = made.limits(FILL, TANK), made.limits(FILL, FAST)
    assert tank is not None
    assert fast is not None
    assert (tank.trigger, tank.delay, fast.trigger, fast.delay) == (0.95, 60, 0.9, 300)


def test_prometheus_is_asked_at_the_loosest_level() -> None:
    made = read(
        fill={"trigger": 0.9, "subjects": {"a": {"trigger": 0.5}, "b": {"clear": 0.3}}},
        left={"trigger": 50, "subjects": {"a": {"trigger": 500}}},
    )
    assert level(made, FILL) == pytest.approx(0.3)
    assert level(made, LEFT) == 500
    assert level(made, STATE) == 0


def test_a_check_may_be_off_for_all_or_for_one_or_for_all_but_one() -> None:
    off = read(fill={"enabled": False})
    assert FILL not in off.enabled()
    assert "fill" not in {query.id for query in off.queries()}
    one = read(fill={"subjects": {"nas1/tank": {"enabled": False}}})
    assert one.limits(FILL, TANK) is None
    assert one.limits(FILL, FAST) is not None
    but = read(fill={"enabled": False, "subjects": {"nas1/tank": {"enabled": True}}})
    assert FILL in but.enabled()
    assert but.limits(FILL, TANK) is not None
    assert but.limits(FILL, FAST) is None


def test_mistakes_name_the_file_the_setting_and_what_would_be_right() -> None:
    assert mistakes(fil={"trigger": 0.5}) == [
        "config.toml: checks.fil: there is no such check; did you mean fill?"
    ]
    assert mistakes(fill={"trigger": 0.5, "clear": 0.7}) == [
        "config.toml: checks.fill.clear: must be at most the trigger 0.5 (it is 0.7)"
    ]
    assert mistakes(left={"trigger": 50, "clear": 20}) == [
        "config.toml: checks.left.clear: must be at least the trigger 50 (it is 20)"
    ]
    assert mistakes(up={"trigger": 1}) == [
        "config.toml: checks.up: this check is about a state; allowed: delay, enabled"
    ]
    assert mistakes(plain={"trigger": 1}) == [
        "config.toml: checks.plain.trigger: this check has no limits; allowed: enabled"
    ]
    assert mistakes(fill={"subjects": {"x": {"clear": 0.9}}}) == [
        'config.toml: checks.fill.subjects."x".clear: must be at most the trigger 0.8 (it is 0.9)'
    ]


def test_every_declared_limit_is_sound() -> None:
    for check in all_checks():
        if check.limits is not None and check.limits.clear is not None:
            inside = (
                check.limits.clear <= check.limits.trigger
                if check.limits.sign == ">"
                else check.limits.clear >= check.limits.trigger
            )
            assert inside, check.id
        assert isinstance(check.limits, Limits | None)

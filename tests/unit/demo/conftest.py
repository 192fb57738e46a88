"""Worlds and questions to them, shared by the tests of the simulated homelab."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from sre_tui.demo.faults import FAULT_KINDS
from sre_tui.demo.promql import Engine, VectorResult
from sre_tui.demo.promql.alerting import Ruler
from sre_tui.demo.scenario import QUIET, Scenario
from sre_tui.demo.telemetry import Matcher
from sre_tui.demo.world.world import World

ANCHOR = 1_795_361_003.731
"""Sunday, 22 November 2026, 15:23:23 UTC."""

MakeWorld = Callable[..., World]
Ask = Callable[..., list[float]]
Hear = Callable[..., list[str]]
Alerts = Callable[..., set[str]]


def make_world(*faults: dict[str, Any], guests: int = 40, seed: int = 1) -> World:
    built = tuple(FAULT_KINDS[fault["kind"]].model_validate(fault) for fault in faults)
    scenario = Scenario(id="test", title="A test", seed=seed, faults=built)
    return World.create(scenario, guests=guests, anchor=ANCHOR)


@pytest.fixture
def anchor() -> float:
    return ANCHOR


@pytest.fixture(scope="session")
def quiet_world() -> World:
    return World.create(QUIET, anchor=ANCHOR)


@pytest.fixture
def world_with() -> MakeWorld:
    """A world with faults given as mappings, as a scenario file holds them."""
    return make_world


@pytest.fixture
def ask() -> Ask:
    """Values of an instant query, ``after`` seconds after the anchor."""

    def query(world: World, expr: str, after: float = 0.0) -> list[float]:
        result = Engine(world.series).instant(expr, ANCHOR + after)
        assert isinstance(result, VectorResult)
        return [sample.value for sample in result.samples]

    return query


@pytest.fixture
def hear() -> Hear:
    """Lines of the streams with these labels in the last ``hours`` before ``after``."""

    def listen(world: World, hours: float = 1.0, after: float = 0.0, **labels: str) -> list[str]:
        matchers = [Matcher(name, "=", value) for name, value in labels.items()]
        end = int((ANCHOR + after) * 1e9)
        streams = world.logs.select(matchers, end - int(hours * 3600e9), end)
        return [entry.line for stream in streams for entry in stream.entries]

    return listen


@pytest.fixture
def firing() -> Alerts:
    """Names of the rules that fire ``after`` seconds after the anchor; errors fail the test."""

    def names(world: World, after: float = 0.0, *, pending: bool = False) -> set[str]:
        states = Ruler(world.series, world.alert_rules).states(ANCHOR + after)
        assert [state.last_error for state in states if state.health != "ok"] == []
        wanted: Sequence[str] = ("firing", "pending") if pending else ("firing",)
        return {state.rule.name for state in states if state.state in wanted}

    return names

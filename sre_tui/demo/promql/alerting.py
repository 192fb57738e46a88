"""Evaluate alert rules: which instances are active, since when, and what their texts say.

Rules run on a grid of evaluation times, as Prometheus and Grafana do; the state at any moment is
that of the newest evaluation. Nothing is stored: since when an instance is active is found by
evaluating the rule back through history.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Literal

import numpy as np

from sre_tui.demo.promql.dialect import PROMETHEUS_2, Dialect
from sre_tui.demo.promql.engine import Engine, Sample, ScalarResult, VectorResult
from sre_tui.demo.promql.errors import ExecutionError, QueryError
from sre_tui.demo.promql.nodes import selectors
from sre_tui.demo.promql.parsing import parse
from sre_tui.demo.promql.templates import expand
from sre_tui.demo.promql.values import LabelKey, label_key, without_name
from sre_tui.demo.telemetry import AlertRule, SeriesSource

AlertState = Literal["inactive", "pending", "firing"]

EVALUATION_INTERVAL = 60.0
"""Seconds between two evaluations, Prometheus's default."""

_LOOKBACK = 300.0
# How far back each further look for the beginning goes, seconds.
_HORIZONS = (3600.0, 6 * 3600.0, 24 * 3600.0, 7 * 24 * 3600.0)


@dataclass(frozen=True)
class AlertInstance:
    """One active alert; ``active_at`` is the first evaluation of its unbroken run, Unix seconds."""

    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    state: Literal["pending", "firing"]
    active_at: float
    value: float


@dataclass(frozen=True)
class RuleState:
    """A rule after its newest evaluation.

    ``no_data`` says that none of the expression's selectors found a sample. ``duration`` is what
    the evaluation took, seconds; ``evaluated_at`` is Unix seconds.
    """

    rule: AlertRule
    state: AlertState
    instances: Sequence[AlertInstance]
    health: Literal["ok", "err"]
    last_error: str
    no_data: bool
    evaluated_at: float
    duration: float


def evaluate_rules(
    source: SeriesSource,
    rules: Sequence[AlertRule],
    now: float,
    *,
    interval: float = EVALUATION_INTERVAL,
    dialect: Dialect = PROMETHEUS_2,
) -> list[RuleState]:
    """The state of every rule as of the newest evaluation before ``now`` (Unix seconds).

    A rule whose expression fails is returned with ``health`` "err"; a paused one is inactive.
    """
    engine = Engine(source, dialect)
    tick = math.floor(now / interval) * interval
    return [_evaluate(engine, rule, tick, interval) for rule in rules]


def _evaluate(engine: Engine, rule: AlertRule, tick: float, interval: float) -> RuleState:
    began = perf_counter()
    instances: Sequence[AlertInstance] = ()
    error, no_data = "", False
    if not rule.paused:
        try:
            samples = _samples(engine, rule, tick)
            instances = _instances(engine, rule, samples, tick, interval)
            no_data = not samples and not _has_data(engine, rule, tick)
        except QueryError as problem:
            error = str(problem)
    state: AlertState = "inactive"
    if instances:
        firing = any(instance.state == "firing" for instance in instances)
        state = "firing" if firing else "pending"
    return RuleState(
        rule,
        state,
        instances,
        "err" if error else "ok",
        error,
        no_data,
        tick,
        perf_counter() - began,
    )


def _samples(engine: Engine, rule: AlertRule, tick: float) -> Sequence[Sample]:
    match engine.instant(rule.expr, tick):
        case VectorResult(samples=samples):
            return samples
        case ScalarResult(value=value):
            return [Sample({}, value)]
        case _:
            raise ExecutionError("rule result is not a vector or scalar")


def _has_data(engine: Engine, rule: AlertRule, tick: float) -> bool:
    return any(
        engine.source.label_sets(selector.matchers, tick - _LOOKBACK, tick)
        for selector in selectors(parse(rule.expr, engine.dialect))
    )


def _instances(
    engine: Engine, rule: AlertRule, samples: Sequence[Sample], tick: float, interval: float
) -> list[AlertInstance]:
    began = _active_since(engine, rule, {label_key(one.labels) for one in samples}, tick, interval)
    instances: dict[LabelKey, AlertInstance] = {}
    for sample in samples:
        active_at = began[label_key(sample.labels)]
        labels = {
            **without_name(sample.labels),
            **{
                name: expand(text, sample.labels, sample.value)
                for name, text in rule.labels.items()
            },
            "alertname": rule.name,
        }
        key = label_key(labels)
        if key in instances:
            raise ExecutionError(
                "vector contains metrics with the same labelset after applying alert labels"
            )
        instances[key] = AlertInstance(
            labels,
            {
                name: expand(text, sample.labels, sample.value)
                for name, text in rule.annotations.items()
            },
            "firing" if tick - active_at >= rule.hold else "pending",
            active_at,
            sample.value,
        )
    return [instances[key] for key in sorted(instances)]


def _active_since(
    engine: Engine, rule: AlertRule, wanted: set[LabelKey], tick: float, interval: float
) -> dict[LabelKey, float]:
    """The first evaluation of each series' unbroken run that ends at ``tick``."""
    began = dict.fromkeys(wanted, tick)
    still = set(wanted)
    end = tick - interval
    for horizon in _HORIZONS:
        # An unbroken run is not older than the last look's start.
        start = tick - max(horizon, rule.hold + interval)
        if not still or start > end:
            continue
        steps = min(int((end - start) / interval), 10_000)
        start = end - steps * interval
        series = engine.range(rule.expr, start, end, interval).series
        found = {label_key(one.labels): one.times for one in series}
        for key in tuple(still):
            began[key], unbroken = _run(found.get(key), began[key], interval, steps + 1)
            if not unbroken:
                still.discard(key)
        end = start - interval
    return began


def _run(
    times: np.ndarray[tuple[int, ...], np.dtype[np.float64]] | None,
    began: float,
    interval: float,
    steps: int,
) -> tuple[float, bool]:
    """Extend a run that starts at ``began`` back over ``times``; and whether it fills them all."""
    if times is None:
        return began, False
    expected = began - interval * np.arange(1, len(times) + 1)
    fits = np.isclose(times[::-1], expected, rtol=0, atol=interval / 2)
    length = len(times) if fits.all() else int(fits.argmin())
    return began - interval * length, length == steps

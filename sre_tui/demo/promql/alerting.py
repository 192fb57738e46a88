"""Evaluate alert rules: which instances are active, since when, and what their texts say.

Rules run on a grid of evaluation times, as Prometheus and Grafana do; the state at any moment is
that of the newest evaluation. Nothing is stored: since when an instance is active is found by
evaluating the rule back through history.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Literal

import numpy as np

from sre_tui.demo.promql.dialect import PROMETHEUS_2, Dialect
from sre_tui.demo.promql.engine import Engine, Sample, ScalarResult, VectorResult
from sre_tui.demo.promql.errors import ExecutionError, QueryError
from sre_tui.demo.promql.nodes import selectors
from sre_tui.demo.promql.parsing import parse
from sre_tui.demo.promql.rule_record import EVALUATION_INTERVAL, RuleRecord
from sre_tui.demo.promql.templates import expand
from sre_tui.demo.promql.values import LabelKey, label_key, without_name
from sre_tui.demo.telemetry import AlertRule, SeriesSource

AlertState = Literal["inactive", "pending", "firing"]

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


class Ruler:
    """Evaluates the alerting rules over one source, for every server that shows their states.

    Each evaluation is made once, whoever asks for it first.
    """

    def __init__(
        self,
        source: SeriesSource,
        rules: Callable[[], Sequence[AlertRule]],
        dialect: Dialect = PROMETHEUS_2,
    ) -> None:
        """Keep the source and the rules, which are read at every evaluation."""
        self.source = source
        self.rules = rules
        self.record = RuleRecord(source, dialect)
        self._lock = threading.Lock()
        self._tick = math.nan
        self._states: Sequence[RuleState] = ()

    def states(self, now: float) -> Sequence[RuleState]:
        """The state of every rule as of the newest evaluation before ``now`` (Unix seconds).

        A rule whose expression fails is returned with ``health`` "err"; a paused one is inactive.
        """
        tick = math.floor(now / EVALUATION_INTERVAL) * EVALUATION_INTERVAL
        with self._lock:
            rules = self.rules()
            if tick != self._tick or list(rules) != [state.rule for state in self._states]:
                self._states = [_evaluate(self.record, rule, tick) for rule in rules]
                self._tick = tick
            return self._states


def _evaluate(record: RuleRecord, rule: AlertRule, tick: float) -> RuleState:
    began, engine = perf_counter(), record.engine
    instances: Sequence[AlertInstance] = ()
    error, no_data = "", False
    if not rule.paused:
        try:
            samples = _samples(engine, rule, tick)
            instances = _instances(record, rule, samples, tick)
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
    record: RuleRecord, rule: AlertRule, samples: Sequence[Sample], tick: float
) -> list[AlertInstance]:
    began = _active_since(record, rule, {label_key(one.labels) for one in samples}, tick)
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
    record: RuleRecord, rule: AlertRule, wanted: set[LabelKey], tick: float
) -> dict[LabelKey, float]:
    """The first evaluation of each series' unbroken run that ends at ``tick``."""
    interval = EVALUATION_INTERVAL
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
        series = record.series(rule.expr, start, end)
        found = {label_key(one.labels): one.times for one in series}
        for key in tuple(still):
            began[key], unbroken = _run(found.get(key), began[key], steps + 1)
            if not unbroken:
                still.discard(key)
        end = start - interval
    return began


def _run(
    times: np.ndarray[tuple[int, ...], np.dtype[np.float64]] | None,
    began: float,
    steps: int,
) -> tuple[float, bool]:
    """Extend a run that starts at ``began`` back over ``times``; and whether it fills them all."""
    if times is None:
        return began, False
    interval = EVALUATION_INTERVAL
    expected = began - interval * np.arange(1, len(times) + 1)
    fits = np.isclose(times[::-1], expected, rtol=0, atol=interval / 2)
    length = len(times) if fits.all() else int(fits.argmin())
    return began - interval * length, length == steps

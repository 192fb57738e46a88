"""Evaluates functions over ranges of log lines."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sre_tui.demo.logql.errors import PipelineError
from sre_tui.demo.logql.filters import label_filter
from sre_tui.demo.logql.log_results import Work
from sre_tui.demo.logql.matrix import Floats, Labels, Matrix, Row, label_key, project
from sre_tui.demo.logql.pipeline import Pipeline
from sre_tui.demo.logql.range_functions import ADDITIVE, PER_SECOND, WINDOW_FUNCTIONS
from sre_tui.demo.logql.record import Record, format_labels
from sre_tui.demo.logql.syntax import RangeAggregation, Unwrap
from sre_tui.demo.logql.units import parse_bytes, parse_duration, parse_number
from sre_tui.demo.telemetry import LogSource, LogStream

_CONVERSIONS = {
    "": parse_number,
    "bytes": parse_bytes,
    "duration": parse_duration,
    "duration_seconds": parse_duration,
}


@dataclass
class _Samples:
    times: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)


def evaluate_range(
    expression: RangeAggregation, source: LogSource, steps_ns: np.ndarray, work: Work
) -> Matrix:
    """One row per label set; a window is ``t - range < sample <= t``.

    Raises ``PipelineError`` for a line whose pipeline failed and was not filtered away.
    """
    ends = steps_ns - int(expression.offset * 1e9)
    starts = ends - int(expression.range * 1e9)
    samples = _collect(expression, source, int(starts[0]) + 1, int(ends[-1]) + 1, work)
    if expression.function == "absent_over_time":
        return _absent(expression, samples, starts, ends)
    rows: list[Row] = []
    for labels, found in sorted(samples.items()):
        order = np.argsort(np.array(found.times, dtype=np.int64), kind="stable")
        times = np.array(found.times, dtype=np.int64)[order]
        values = np.array(found.values, dtype=np.float64)[order]
        first = np.searchsorted(times, starts, side="right")
        last = np.searchsorted(times, ends, side="right")
        present = last > first
        if present.any():
            rows.append(Row(labels, _windows(expression, times, values, first, last), present))
    return Matrix(tuple(rows))


def _windows(
    expression: RangeAggregation,
    times: np.ndarray,
    values: Floats,
    first: np.ndarray,
    last: np.ndarray,
) -> Floats:
    if expression.function in ADDITIVE:
        running = np.concatenate(([0.0], np.cumsum(values)))
        total: Floats = running[last] - running[first]
        return total / expression.range if expression.function in PER_SECOND else total
    function = WINDOW_FUNCTIONS[expression.function]
    seconds = times / 1e9
    result = np.zeros(len(first))
    for step, (low, high) in enumerate(zip(first, last, strict=True)):
        if high > low:
            result[step] = function(
                seconds[low:high],
                values[low:high],
                expression.range,
                expression.parameter or 0.0,
            )
    return result


def _collect(
    expression: RangeAggregation, source: LogSource, start_ns: int, end_ns: int, work: Work
) -> dict[Labels, _Samples]:
    pipeline = Pipeline(expression.query.stages)
    sampler = _Sampler(expression)
    collected: dict[Labels, _Samples] = {}
    for stream in source.select(expression.query.matchers, start_ns, end_ns):
        for entry in stream.entries:
            work.count(entry.line)
        if expression.unwrap is None and pipeline.only_filters:
            _count(stream, pipeline, sampler, collected)
            continue
        for record in pipeline.run(stream.labels, stream.entries):
            value = sampler.value(record)
            if value is None:
                continue
            if record.error:
                raise PipelineError(record.error, format_labels(record.labels))
            samples = collected.setdefault(sampler.labels(record), _Samples())
            samples.times.append(record.time_ns)
            samples.values.append(value)
    return collected


def _count(
    stream: LogStream, pipeline: Pipeline, sampler: _Sampler, collected: dict[Labels, _Samples]
) -> None:
    """Sample lines whose labels are those of their stream and metadata, told apart only once."""
    known: dict[int, _Samples] = {}
    for entry in stream.entries:
        if not pipeline.keeps(entry.line):
            continue
        samples = known.get(id(entry.metadata))
        if samples is None:
            record = Record(0, "", dict(stream.labels), dict(entry.metadata))
            samples = collected.setdefault(sampler.labels(record), _Samples())
            known[id(entry.metadata)] = samples
        samples.times.append(entry.time_ns)
        samples.values.append(sampler.size(entry.line))


class _Sampler:
    """Takes the number and the series' labels out of a record."""

    def __init__(self, expression: RangeAggregation) -> None:
        self._grouping = expression.grouping
        self._unwrap: Unwrap | None = expression.unwrap
        self._filters = [label_filter(f) for f in self._unwrap.filters] if self._unwrap else []
        self._counts_bytes = expression.function in ("bytes_over_time", "bytes_rate")

    def value(self, record: Record) -> float | None:
        """The sample, None when the line has none."""
        if self._unwrap is None:
            return self.size(record.line)
        text = record.get(self._unwrap.label)
        if not text:
            return None
        value = 0.0
        try:
            value = _CONVERSIONS[self._unwrap.conversion](text)
        except (ValueError, OverflowError) as error:
            record.fail("SampleExtractionErr", str(error))
        return value if all(passes(record) for passes in self._filters) else None

    def size(self, line: str) -> float:
        """What a line counts for by itself."""
        return float(len(line.encode())) if self._counts_bytes else 1.0

    def labels(self, record: Record) -> Labels:
        """The labels of the series that the sample belongs to."""
        labels = label_key(record.labels)
        if self._unwrap is not None:
            labels = project(labels, (self._unwrap.label,), without=True)
        if self._grouping is not None:
            labels = project(labels, self._grouping.labels, without=self._grouping.without)
        return labels


def _absent(
    expression: RangeAggregation,
    samples: dict[Labels, _Samples],
    starts: np.ndarray,
    ends: np.ndarray,
) -> Matrix:
    times = np.sort(np.array([t for found in samples.values() for t in found.times], np.int64))
    present = np.searchsorted(times, ends, "right") == np.searchsorted(times, starts, "right")
    if not present.any():
        return Matrix(())
    labels = {m.name: m.value for m in expression.query.matchers if m.op == "="}
    return Matrix((Row(label_key(labels), np.ones(len(ends)), present),))

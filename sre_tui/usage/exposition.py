"""The usage as metrics of Prometheus, in the text format that it reads."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeAlias

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from sre_tui import __version__
from sre_tui.usage.gathering import Gathered
from sre_tui.usage.records import BUCKETS, Total

PREFIX: Final = "sre_assistant"
FRONTS: Final = ("command", "ask", "chat", "app")
_Values: TypeAlias = dict[tuple[str, ...], float]
_HEALTH: Final = {"ok": 1.0, "partial": 0.5, "stale": 0.5}


def exposition(gathered: Gathered) -> str:
    """All metrics; a counter is the sum over all that is kept, so that it only grows."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collected(gathered))
    return generate_latest(registry).decode()


class _Collected(Collector):
    def __init__(self, gathered: Gathered) -> None:
        self._gathered = gathered

    def collect(self) -> Iterator[Metric]:
        gathered = self._gathered
        yield _gauge("build_info", "What runs.", ("version", "python"),
                     {(__version__, platform.python_version()): 1})  # fmt: skip
        yield from _requests([each for each in gathered.totals if each.kind == "question"])
        yield _gauge("requests_in_progress", "Questions and commands under way on this machine.",
                     ("front",), {(f,): gathered.under_way.get(f, 0) for f in FRONTS})  # fmt: skip
        yield from _tools([each for each in gathered.totals if each.kind == "tool"])
        yield from _models([each for each in gathered.totals if each.kind == "model"])
        yield from _machine(gathered)


def _requests(totals: Sequence[Total]) -> Iterator[Metric]:
    yield _counter("requests", "Questions by who answered, and commands by their name.",
                   ("front", "name", "outcome"), totals, "calls")  # fmt: skip
    yield _histogram("request_duration_seconds", "How long they took.", ("front", "name"), totals)
    last: _Values = {}
    for total in totals:
        at = total.last.timestamp()
        last[(total.front,)] = max(at, last.get((total.front,), at))
    yield _gauge("last_request_timestamp_seconds", "When the last one began.", ("front",), last)


def _tools(totals: Sequence[Total]) -> Iterator[Metric]:
    yield _counter("tool_calls", "Calls of tools.", ("name", "outcome"), totals, "calls", "tool")
    yield _histogram("tool_call_duration_seconds", "How long they took.", ("name",), totals, "tool")


def _models(totals: Sequence[Total]) -> Iterator[Metric]:
    labels = ("name", "outcome")
    yield _counter("llm_calls", "Calls of language models.", labels, totals, "calls", "model")
    yield _histogram("llm_call_duration_seconds", "How long they took.", ("name",), totals, "model")
    tokens = CounterMetricFamily(
        f"{PREFIX}_llm_tokens", "Tokens read (in) and written (out).", labels=("model", "direction")
    )
    for direction in ("in", "out"):
        for names, amount in _sums(totals, ("name",), f"tokens_{direction}").items():
            tokens.add_metric([*names, direction], amount)
    yield tokens
    yield _counter("llm_cost_dollars", "US dollars of the calls whose price is known.",
                   ("name",), totals, "cost", "model")  # fmt: skip
    answered = [total for total in totals if total.outcome == "ok"]
    unpriced = [each.model_copy(update={"calls": each.calls - each.priced}) for each in answered]
    yield _counter("llm_unpriced_calls", "Answered calls whose price is not known.",
                   ("name",), unpriced, "calls", "model")  # fmt: skip


def _machine(gathered: Gathered) -> Iterator[Metric]:
    seen = gathered.components.values()
    health: _Values = {(each.component,): _HEALTH.get(each.state, 0.0) for each in seen}
    asked: _Values = {(each.component,): each.at.timestamp() for each in seen}
    told = "1 ok, 0.5 partial or stale data, 0 none, when this machine last asked it."
    yield _gauge("component_health", told, ("component",), health)
    yield _gauge("component_seen_timestamp_seconds", "When that was.", ("component",), asked)
    yield CounterMetricFamily(f"{PREFIX}_reports", "Reports made.", value=gathered.reports)
    last = gathered.last_report
    made: _Values = {} if last is None else {(): last.timestamp()}
    yield _gauge("last_report_timestamp_seconds", "When the last one was made.", (), made)


def _sums(totals: Iterable[Total], labels: Sequence[str], member: str) -> _Values:
    sums: _Values = {}
    for total in totals:
        names = tuple(getattr(total, label) for label in labels)
        sums[names] = sums.get(names, 0) + getattr(total, member)
    return sums


def _named(labels: Sequence[str], name: str) -> list[str]:
    return [name if label == "name" else label for label in labels]


def _gauge(name: str, help_text: str, labels: Sequence[str], values: _Values) -> Metric:
    family = GaugeMetricFamily(f"{PREFIX}_{name}", help_text, labels=labels)
    for names, value in values.items():
        family.add_metric(names, value)
    return family


def _counter(
    name: str,
    help_text: str,
    labels: Sequence[str],
    totals: Iterable[Total],
    member: str,
    called: str = "name",
) -> Metric:
    family = CounterMetricFamily(f"{PREFIX}_{name}", help_text, labels=_named(labels, called))
    for names, value in _sums(totals, labels, member).items():
        family.add_metric(names, value)
    return family


def _histogram(
    name: str, help_text: str, labels: Sequence[str], totals: Iterable[Total], called: str = "name"
) -> Metric:
    family = HistogramMetricFamily(f"{PREFIX}_{name}", help_text, labels=_named(labels, called))
    groups: dict[tuple[str, ...], list[Total]] = {}
    for total in totals:
        # How long somebody waited before giving up tells nothing of an answer.
        if total.outcome != "cancelled":
            groups.setdefault(tuple(getattr(total, each) for each in labels), []).append(total)
    for names, group in groups.items():
        within = [
            (str(most), float(sum(total.within[place] for total in group)))
            for place, most in enumerate(BUCKETS)
        ]
        within.append(("+Inf", float(sum(total.calls for total in group))))
        family.add_metric(names, within, sum(total.seconds for total in group))
    return family

"""One range query that asks for many signals, answered only by those beyond their threshold."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from sre_tui.agent.analyst.signals import SIGNALS, Signal, Unit
from sre_tui.views.units import query_unit

SAMPLE_MATCHERS: Final = 'instance="media:9100"'


def sweeps(signals: Iterable[Signal], known: Collection[str] | None) -> dict[Unit, str]:
    """PromQL by unit; signals whose metrics do not exist are left out.

    Args:
        signals: what is to be asked.
        known: metrics that exist; None if that could not be found out, so that all are asked.
    """
    by_unit: dict[Unit, list[str]] = {}
    for signal in signals:
        if known is None or all(name in known for name in signal.metrics):
            by_unit.setdefault(signal.unit, []).append(signal.breach())
    return {unit: " or ".join(_telling_first(parts)) for unit, parts in by_unit.items()}


def _telling_first(parts: list[str]) -> list[str]:
    """Expressions whose unit can be told come first: an ``or`` is shown in its first known unit."""
    return sorted(parts, key=lambda part: query_unit(part) is None)


def missing(signals: Sequence[Signal], known: Collection[str] | None) -> list[str]:
    """Metrics that the signals need and that do not exist."""
    if known is None:
        return []
    needed = dict.fromkeys(name for signal in signals for name in signal.metrics)
    return [name for name in needed if name not in known]


def metric_names() -> list[str]:
    """Every metric that any signal needs."""
    return sorted({name for signal in SIGNALS for name in signal.metrics})


PRESENT: Final = "present_metric"
"""Label that carries the name of a metric that exists."""


def presence_query() -> str:
    """PromQL that tells which of these metrics exist, with the number of their series."""
    counted = f'count by (__name__) ({{__name__=~"{"|".join(metric_names())}"}})'
    return f'label_replace({counted}, "{PRESENT}", "$1", "__name__", "(.+)")'


def sweep_templates() -> Iterator[str]:
    """Every expression of this module, with sample labels."""
    yield presence_query()
    yield from sweeps(SIGNALS, None).values()
    for signal in SIGNALS:
        yield signal.breach()
        yield signal.expression(SAMPLE_MATCHERS)

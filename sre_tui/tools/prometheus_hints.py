"""Why a PromQL query may have no result, found out with at most two more cheap questions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from providers.clock import age_in_words
from providers.errors import InvalidQuery
from providers.prometheus import PrometheusClient
from providers.series import Labels
from sre_tui.nearest import nearest
from sre_tui.tools.promql import LabelMatch, MetricSelector, metric_selectors, without_condition

LOOK_BACK = timedelta(days=1)
"""How far back a series that is gone now is looked for."""
SHOWN_VALUES = 8


async def why_empty(
    client: PrometheusClient, query: str, at: datetime, start: datetime | None = None
) -> tuple[str, ...]:
    """Reasons why a query has no result, for this very case; none if nothing was found out.

    Args:
        client: the instance that answered with nothing.
        query: what it was asked.
        at: moment of the query, or end of its window.
        start: beginning of the window.
    """
    try:
        return await _reasons(client, query, at, start)
    except InvalidQuery:
        return ()


async def _reasons(
    client: PrometheusClient, query: str, at: datetime, start: datetime | None
) -> tuple[str, ...]:
    found = metric_selectors(query)
    bare = without_condition(query)
    if bare is not None:
        counted = await client.query(f"count({bare})", at)
        if counted.data is not None and counted.data.samples:
            amount = counted.data.samples[0].value or 0
            return (f"no series meets the condition; without it there are {amount:.0f}",)
    if not found:
        return ()
    selector = found[0]
    since = min(at - LOOK_BACK, start) if start is not None else at - LOOK_BACK
    known = await client.series([_by_metric(selector)], since, at)
    if known.data is None:
        return ()
    if not known.data:
        return await _unknown_metric(client, selector)
    missing = _missing_values(selector, known.data)
    if missing:
        return missing
    fitting = [labels for labels in known.data if _fits(selector, labels)]
    if not fitting:
        return (f"no series of {selector.metric or 'that kind'} has this combination of labels",)
    if len(found) > 1:
        joined = "the query joins several metrics: check that their labels match (on, ignoring)"
        return (f"{selector} has {len(fitting)} series; {joined}",)
    return await _last_seen(client, selector, at, len(fitting))


_NEAR = 75.0
"""Names of metrics are long and share many parts: less than this is chance."""


async def _unknown_metric(client: PrometheusClient, selector: MetricSelector) -> tuple[str, ...]:
    names = await client.label_values("__name__")
    if names.data is None or not selector.metric:
        return ()
    if not names.data:
        return ("this Prometheus holds no metrics at all: is anything scraped?",)
    if selector.metric in names.data:
        return (f"{selector.metric} had no samples in the day before",)
    close = nearest(selector.metric, names.data, least=_NEAR)
    tail = f"; names that come close: {', '.join(close)}" if close else ""
    return (f"there is no metric {selector.metric}{tail}",)


async def _last_seen(
    client: PrometheusClient, selector: MetricSelector, at: datetime, series: int
) -> tuple[str, ...]:
    hours = round(LOOK_BACK.total_seconds() / 3600)
    last = await client.query(f"max(max_over_time(timestamp({selector})[{hours}h:5m]))", at)
    if last.data is None or not last.data.samples or last.data.samples[0].value is None:
        return ()
    seen = datetime.fromtimestamp(last.data.samples[0].value, at.tzinfo)
    if at - seen < timedelta(minutes=5):
        return ()
    gone = f"{seen:%Y-%m-%d %H:%M} UTC, {age_in_words((at - seen).total_seconds())} before"
    return (f"{selector} has no samples then; its {series} series were last seen {gone}",)


def _by_metric(selector: MetricSelector) -> str:
    return selector.metric or str(selector)


def _missing_values(selector: MetricSelector, known: Sequence[Labels]) -> tuple[str, ...]:
    hints: list[str] = []
    for match in selector.matches:
        if match.operator.startswith("!") or not match.value:
            continue
        values = sorted({labels.get(match.label, "") for labels in known} - {""})
        if any(match.accepts(value) for value in values):
            continue
        hints.append(_no_such_value(selector, match, values, known))
    return tuple(hints)


def _no_such_value(
    selector: MetricSelector, match: LabelMatch, values: Sequence[str], known: Sequence[Labels]
) -> str:
    metric = selector.metric or "these series"
    if not values:
        labels = sorted({name for each in known for name in each} - {"__name__"})
        return f"{metric} has no label {match.label}; it has {', '.join(labels)}"
    close = nearest(match.value, values, limit=SHOWN_VALUES)
    shown = [*close, *(value for value in values if value not in close)][:SHOWN_VALUES]
    more = f" and {len(values) - len(shown)} more" if len(values) > len(shown) else ""
    return f"{metric} has no {match}; {match.label} is one of {', '.join(shown)}{more}"


def _fits(selector: MetricSelector, labels: Labels) -> bool:
    return all(match.accepts(labels.get(match.label, "")) for match in selector.matches)

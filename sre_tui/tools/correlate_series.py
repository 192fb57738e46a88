"""The tool that tells which series move together with that of an alert or an expression."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import AfterValidator, AwareDatetime, Field

from providers.series import Labels, Series
from providers.text import one_line
from sre_tui.diagnosis.signals.companion import Companion, Shift
from sre_tui.tools.arguments import (
    NOW,
    Completes,
    End,
    ForPeople,
    Positional,
    Short,
    Window,
    format_window,
)
from sre_tui.tools.context import ToolContext, ask_all
from sre_tui.tools.notes import page_of, selector_text
from sre_tui.tools.prometheus_hints import why_empty
from sre_tui.tools.promql import measured
from sre_tui.tools.rendering import ModelView, stamp
from sre_tui.tools.result import Listing, ToolResult, result
from sre_tui.tools.tool import ArgumentError, tool
from sre_tui.views.correlations import chance_text, course_text, lag_text

if TYPE_CHECKING:
    from providers.alerting import Alert
    from sre_tui.diagnosis.picture.picture import Picture
    from sre_tui.diagnosis.signals.change_points import LevelShift
    from sre_tui.diagnosis.signals.correlate import Correlation
    from sre_tui.diagnosis.signals.gauges import Gauge
    from sre_tui.diagnosis.topology.graph import Topology

USUAL: Final = timedelta(hours=6)
SHORTEST: Final = timedelta(hours=1)
LONGEST: Final = timedelta(days=2)
BEFORE: Final = timedelta(hours=1)
"""How far back before the beginning of an alert it is looked, so that the change is seen."""
MOST_CANDIDATES: Final = 300
POINTS: Final = 240
"""Of a series: the finer the steps, the less two changes fall on one by chance."""
FINEST: Final = timedelta(minutes=2)
"""Between two points: what is averaged over five minutes does not change at once below that."""
_NAME: Final = re.compile(r"\w[\w .:-]*")
"""What may be the name of an alert."""


class CorrelationListing(Listing[Companion]):
    """What moves with a series, the surest first."""

    asked: str
    alert: str = ""
    """Name of the alert, if one was asked about."""
    query: str
    """PromQL of the series that the others are compared with."""
    labels: Labels = Field(default_factory=dict)
    source: str = ""
    start: AwareDatetime
    end: AwareDatetime
    step: float
    """Seconds between the points that were compared."""
    points: int = 0
    """Points of the series that are numbers."""
    unknown: int = 0
    """Steps without a number."""
    shifts: tuple[Shift, ...] = ()
    """Where its own level changed."""
    compared: int = 0
    """Series it was compared with."""

    def gist(self) -> str:
        """How many series, and the surest of them."""
        if not self.items:
            return f"nothing moves with it among {self.compared} series"
        first = self.items[0]
        return f"{self.counted('series', 'series')}, surest: {first.what} of {first.subject}"


def _bounded(value: timedelta | None) -> timedelta | None:
    if value is not None and not SHORTEST <= value <= LONGEST:
        raise ValueError(
            f"the window must be between {format_window(SHORTEST)} and {format_window(LONGEST)}"
        )
    return value


def _render(answer: ToolResult[CorrelationListing], view: ModelView) -> str:
    data = answer.data
    of = f"alert {data.alert}, " if data.alert else ""
    name = selector_text(data.labels) if data.labels else data.query
    page = page_of(
        answer,
        view,
        f"What moves with {of}{one_line(name, 160)} from {stamp(data.start, view.now)} to "
        f"{stamp(data.end, view.now)}: {len(data.items)} of {data.compared} series compared",
        *(f"its own level changed {one}" for one in _own_shifts(data)),
        nothing=f"None of {data.compared} series moves with it more than by chance."
        if data.compared
        else "Nothing to compare.",
    )
    page.rows += [_row_text(row) for row in data.items]
    if data.items:
        page.notes.append("Moving together is no proof of a cause; what goes before may be one.")
    return page.text()


def _own_shifts(data: CorrelationListing) -> Iterator[str]:
    for one in data.shifts:
        yield f"at {one.at:%H:%M} UTC from {one.before:.4g} to {one.after:.4g}"


def _row_text(row: Companion) -> str:
    parts = [
        f"{row.what}: {row.subject} [{row.subject.key}]",
        *((f"correlation {row.strength:+.2f}",) if row.pairs else ()),
        lag_text(row.lag),
    ]
    if course := course_text(row):
        parts.append(course)
    return "; ".join([*parts, f"by chance {chance_text(row.chance)}"])


@tool(
    "metrics correlate",
    render=_render,
    needs=("prometheus",),
    breadth="detail",
    examples=(
        "metrics correlate HostHighIoWait --host media",
        "metrics correlate 'node_load1{instance=\"media:9100\"}' --since 6h --json",
    ),
)
async def correlate_series(
    context: ToolContext,
    about: Annotated[
        str,
        Field(description="Name of an alert, or PromQL of one series."),
        Positional("ALERT|PROMQL"),
        Completes("alert|metric"),
    ],
    host: Annotated[
        str | None, Field(description="Machine, if the alert is up for several."), Completes("host")
    ] = None,
    since: Annotated[
        Window | None,
        Field(description="Length of the window; by default from before the alert's beginning."),
        AfterValidator(_bounded),
        Short("s"),
    ] = None,
    end: End = NOW,
    limit: Annotated[
        int, Field(description="Most series.", ge=1, le=200), Short("n"), ForPeople()
    ] = 20,
) -> ToolResult[CorrelationListing]:
    """Which series move together with an alert's or a PromQL series, before it or after it."""
    from sre_tui.diagnosis.picture.gather import Wanted, take_picture
    from sre_tui.diagnosis.signals.gauges import MAIN, OTHERS, varying
    from sre_tui.diagnosis.topology.build import build_topology

    now = context.clock()
    until = end.resolve(now)
    alert, query = await _meant(context, about, host)
    window = since or _window_of(alert, until)
    begin, points = until - window, min(POINTS, round(window / FINEST))
    wanted = Wanted(end=until, start=begin, points=points)
    start, stop = wanted.grid
    readings = await ask_all(
        context.prometheus, lambda client: client.query_range(query, start, stop, wanted.step)
    )
    found = [one for reading in readings if reading.data is not None for one in reading.data.series]
    reference, hints = _reference(found, alert, host)
    data = CorrelationListing(
        asked=about,
        alert=alert.name if alert is not None else "",
        query=query,
        start=start,
        end=stop,
        step=wanted.step,
        hints=tuple(hints),
    )
    if reference is None:
        if any(reading.data is not None for reading in readings):
            data = data.model_copy(update={"hints": await _why_none(context, query, stop, start)})
        return result(data, readings, now=now)
    gauges = (*MAIN, *OTHERS)
    picture = await take_picture(
        context,
        Wanted(
            end=until,
            start=begin,
            queries=varying(gauges, start, stop, _instances(reference.labels)),
            parts=frozenset({"identity", "inventory", "sweeps"}),
            points=points,
        ),
    )
    topology = build_topology(picture)
    candidates = list(_candidates(picture, gauges, reference))
    told = await asyncio.to_thread(
        _compare, reference, candidates[:MOST_CANDIDATES], start, stop, wanted.step
    )
    rows = tuple(_companion(one, candidate, topology) for one, candidate in told.found)
    numbers = sum(isfinite(value) for _, value in reference.points)
    steps = round((stop - start).total_seconds() / wanted.step) + 1
    data = data.model_copy(
        update={
            "items": rows[:limit],
            "truncated": len(rows) > limit,
            "total": len(rows),
            "labels": reference.labels,
            "source": reference.source,
            "points": numbers,
            "unknown": max(0, steps - numbers),
            "shifts": tuple(_shift(one) for one in told.own),
            "compared": min(len(candidates), MOST_CANDIDATES),
            "hints": (*data.hints, *_doubts(reference, numbers, steps)),
        }
    )
    return result(data, picture.sources(), now=now)


async def _meant(context: ToolContext, about: str, host: str | None) -> tuple[Alert | None, str]:
    """The alert that is meant, if any, and the expression of what it measures.

    Raises:
        ArgumentError: if the alert's query is no PromQL of a value.
        AmbiguousAlert: if several instances of it are up.
    """
    if not _NAME.fullmatch(about.strip()):
        return None, measured(about) or about
    from sre_tui.tools.alert_detail import UnknownAlert, alert_detail, known_alerts

    alerts, rules = await known_alerts(context)
    try:
        detail = alert_detail(alerts, rules, about.strip(), host, context.settings).data
    except UnknownAlert:
        if host is not None or " " in about.strip():
            raise
        return None, about
    queries = [detail.alert.query] if detail.alert is not None else []
    queries += [rule.query for rule in detail.rules]
    query = next((one for one in queries if one), "")
    value = measured(query)
    if value is None:
        raise ArgumentError(
            f"alert {detail.name} measures nothing that Prometheus knows"
            f"{f' ({one_line(query, 120)})' if query else ''}; give a PromQL expression instead"
        )
    return detail.alert, value


def _window_of(alert: Alert | None, until: datetime) -> timedelta:
    if alert is None or alert.active_at is None or alert.active_at >= until:
        return USUAL
    lasted = until - alert.active_at
    return min(LONGEST, max(USUAL, lasted + max(BEFORE, lasted / 2)))


def _reference(
    found: Sequence[Series], alert: Alert | None, host: str | None
) -> tuple[Series | None, list[str]]:
    """The one series that is meant, and what is to be known of how it was chosen."""
    fitting = [one for one in found if any(isfinite(value) for _, value in one.points)]
    if host is not None and alert is None:
        fitting = [one for one in fitting if host.casefold() in _machines(one.labels)]
    if alert is not None:
        agreeing = {id(one): _agreement(one.labels, alert.labels) for one in fitting}
        best = max(agreeing.values(), default=0)
        fitting = [one for one in fitting if agreeing[id(one)] == best]
    if len(fitting) < 2:
        return (fitting[0] if fitting else None), []
    chosen = max(fitting, key=_variation)
    name = one_line(selector_text(chosen.labels), 160)
    return chosen, [f"{len(fitting)} series fit; the one that varies most was compared: {name}"]


def _agreement(labels: Mapping[str, str], wanted: Mapping[str, str]) -> int:
    """How many labels are the same; -1 if one that both have differs."""
    common = [name for name in labels if name in wanted and name != "__name__"]
    if any(labels[name] != wanted[name] for name in common):
        return -1
    return len(common)


def _variation(series: Series) -> float:
    """Standard deviation in units of the usual size."""
    import numpy as np

    values = np.array([value for _, value in series.points if isfinite(value)])
    size = float(np.mean(np.abs(values)))
    return float(np.std(values)) / size if size > 0 else 0.0


def _machines(labels: Labels) -> set[str]:
    told = (labels.get(name, "") for name in ("hostname", "instance", "name", "id"))
    return {form.casefold() for one in told for form in (one, one.partition(":")[0]) if form}


def _instances(labels: Labels) -> str:
    """Quoted expression for every exporter on the machine of a series; empty if none is told."""
    from providers.alerting import HOST_LABELS, without_port
    from providers.loki.selector import quote

    told = next((labels[name] for name in HOST_LABELS if labels.get(name)), "")
    machine = "" if "://" in told else without_port(told)
    return quote(f"{re.escape(machine)}(:[0-9]+)?") if machine else ""


@dataclass(frozen=True)
class _Candidate:
    gauge: Gauge
    series: Series


def _candidates(
    picture: Picture, gauges: Sequence[Gauge], reference: Series
) -> Iterator[_Candidate]:
    known = dict(reference.points)
    for gauge in gauges:
        for series in picture.series.get(gauge.id, ()):
            # The very series that is asked about moves with itself.
            same = [known[at] == value for at, value in series.points if at in known]
            if not (same and all(same)):
                yield _Candidate(gauge, series)


@dataclass(frozen=True)
class _Compared:
    own: tuple[LevelShift, ...]
    found: tuple[tuple[Correlation, _Candidate], ...]


def _compare(
    reference: Series, candidates: Sequence[_Candidate], start: datetime, end: datetime, step: float
) -> _Compared:
    from sre_tui.diagnosis.signals.change_points import level_shifts
    from sre_tui.diagnosis.signals.correlate import correlate

    by_name = {str(number): one for number, one in enumerate(candidates)}
    found = correlate(
        reference.points,
        {name: one.series.points for name, one in by_name.items()},
        start=start,
        end=end + timedelta(seconds=step),
        step=step,
    )
    own = level_shifts(reference.points)
    return _Compared(own, tuple((one, by_name[one.name]) for one in found))


def _companion(one: Correlation, candidate: _Candidate, topology: Topology) -> Companion:
    from sre_tui.diagnosis.picture.metrics import QUERY_LABEL

    gauge, series = candidate.gauge, candidate.series
    labels = {name: text for name, text in series.labels.items() if name != QUERY_LABEL}
    return Companion(
        what=gauge.what,
        subject=gauge.about(labels, topology),
        strength=round(one.strength, 3),
        lag=one.lag,
        chance=one.p,
        shift=_shift(one.shift) if one.shift is not None else None,
        pairs=one.pairs,
        unit=gauge.unit,
        source=series.source,
        labels=labels,
        query=gauge.value,
    )


def _shift(one: LevelShift) -> Shift:
    return Shift(at=one.at, before=one.before, after=one.after)


def _doubts(reference: Series, numbers: int, steps: int) -> Iterator[str]:
    """Why there may be less than there is."""
    from sre_tui.diagnosis.signals.correlate import LEAST_PAIRS

    if numbers <= LEAST_PAIRS:
        yield (
            f"the series has {numbers} points within the window, too few to compare; "
            "a longer window has more"
        )
        return
    values = [value for _, value in reference.points if isfinite(value)]
    if min(values) == max(values):
        yield f"the series is {values[0]:g} all the time: nothing can move with it"
    elif numbers < 0.8 * steps:
        yield f"the series has no value on {steps - numbers} of {steps} steps"


async def _why_none(
    context: ToolContext, query: str, end: datetime, start: datetime
) -> tuple[str, ...]:
    found: list[Any] = await asyncio.gather(
        *(why_empty(client, query, end, start) for client in context.prometheus)
    )
    return tuple(dict.fromkeys(hint for hints in found for hint in hints))

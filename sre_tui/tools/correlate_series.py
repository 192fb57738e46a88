"""The tool that tells which series move together with that of an alert or an expression."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
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
from sre_tui.tools.correlate_reference import (
    LONGEST,
    SHORTEST,
    instances_matcher,
    meant,
    reference_of,
    window_of,
)
from sre_tui.tools.notes import page_of, selector_text
from sre_tui.tools.prometheus_hints import why_empty
from sre_tui.tools.rendering import ModelView, stamp
from sre_tui.tools.result import Listing, ToolResult, result
from sre_tui.tools.tool import tool
from sre_tui.views.correlations import chance_text, course_text, lag_text

if TYPE_CHECKING:
    from sre_tui.diagnosis.picture.picture import Picture
    from sre_tui.diagnosis.signals.change_points import LevelShift
    from sre_tui.diagnosis.signals.correlate import Correlation
    from sre_tui.diagnosis.signals.gauges import Gauge
    from sre_tui.diagnosis.subject import Subject
    from sre_tui.diagnosis.topology.graph import Topology

MOST_CANDIDATES: Final = 300
POINTS: Final = 240
"""Of a series: the finer the steps, the less two changes fall on one by chance."""
NEAR: Final = 5
"""Steps by which a series may go before another, or follow it."""
FAR: Final = 15
"""The same for what the other stands on: a cause may take its time."""
FINEST: Final = timedelta(minutes=2)
"""Between two points: what is averaged over five minutes does not change at once below that."""


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
    alert, query = await meant(context, about, host)
    window = since or window_of(alert, until)
    begin, points = until - window, min(POINTS, round(window / FINEST))
    wanted = Wanted(end=until, start=begin, points=points)
    start, stop = wanted.grid
    readings = await ask_all(
        context.prometheus, lambda client: client.query_range(query, start, stop, wanted.step)
    )
    found = [one for reading in readings if reading.data is not None for one in reading.data.series]
    reference, hints = reference_of(found, alert, host)
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
            queries=varying(gauges, start, stop, instances_matcher(reference.labels)),
            parts=frozenset({"identity", "inventory", "sweeps"}),
            points=points,
        ),
    )
    topology = build_topology(picture)
    candidates = list(_candidates(picture, gauges, reference))
    candidates = candidates[:MOST_CANDIDATES]
    below = _stood_on(reference, topology)
    under: list[_Candidate] = []
    others: list[_Candidate] = []
    for one in candidates:
        (under if _subject(one, topology) in below else others).append(one)
    told = await asyncio.to_thread(_compare, reference, (under, others), start, stop, wanted.step)
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
            "compared": len(candidates),
            "hints": (*data.hints, *_doubts(reference, numbers, steps)),
        }
    )
    return result(data, picture.sources(), now=now)


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


def _stood_on(reference: Series, topology: Topology) -> set[Subject]:
    """What the machine of a series stands on, down to the disks."""
    from sre_tui.diagnosis.subject import SubjectKind
    from sre_tui.diagnosis.topology.labelled import subject_of

    own = subject_of(reference.labels, SubjectKind.HOST, topology)
    return topology.dependencies(own).keys() - {own}


def _subject(one: _Candidate, topology: Topology) -> Subject:
    return one.gauge.about(one.series.labels, topology)


def _compare(
    reference: Series,
    families: Sequence[Sequence[_Candidate]],
    start: datetime,
    end: datetime,
    step: float,
) -> _Compared:
    """What moves with a series: first of what it stands on, which may go long before it.

    Args:
        reference: the series.
        families: candidates of what it stands on, and all others: each is judged by itself.
        start: beginning of the window.
        end: its end.
        step: seconds between points.
    """
    from sre_tui.diagnosis.signals.change_points import level_shifts
    from sre_tui.diagnosis.signals.correlate import correlate

    rows: list[tuple[Correlation, _Candidate]] = []
    for candidates, furthest in zip(families, (FAR, NEAR), strict=True):
        by_name = {str(number): one for number, one in enumerate(candidates)}
        found = correlate(
            reference.points,
            {name: one.series.points for name, one in by_name.items()},
            start=start,
            end=end + timedelta(seconds=step),
            step=step,
            furthest=furthest,
        )
        rows += [(one, by_name[one.name]) for one in found]
    return _Compared(level_shifts(reference.points), tuple(rows))


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

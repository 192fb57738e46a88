"""Computes baselines from Prometheus and keeps them: for the report, and when they are asked for.

What could not be read keeps the baselines it had: half an answer never takes the place of a whole.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from pydantic import AwareDatetime

from providers.errors import InvalidQuery
from providers.reading import Reading, SourceStatus, State, by_source
from providers.text import one_line
from sre_tui.diagnosis.signals.baseline_rows import Refreshed
from sre_tui.diagnosis.signals.measures import MEASURES, Measure, meant_by, own_measure, plain
from sre_tui.diagnosis.signals.usual import is_weekly
from sre_tui.memory.baseline import WHOLE_WEEK, Baseline
from sre_tui.nearest import nearest
from sre_tui.tools.context import ToolContext
from sre_tui.tools.memory_data import with_baselines
from sre_tui.tools.result import Listing, ToolResult, result
from sre_tui.tools.tool import ArgumentError
from sre_tui.views.human import count

if TYPE_CHECKING:
    from providers.prometheus import PrometheusClient
    from providers.series import Series, SeriesWindow
    from sre_tui.diagnosis.topology.graph import Topology
    from sre_tui.memory.baselines import Baselines

WINDOW: Final = timedelta(weeks=4)
STEP: Final = 3300.0
"""Seconds between the values that are looked at. No part of an hour, so that what runs at every
full hour does not weigh more, or less, than it lasts."""
CHUNK: Final = timedelta(days=7)
"""Asked for at once: a month of a thousand guests is more than one answer may hold."""
AT_ONCE: Final = 2
"""Requests under way to one Prometheus, which others ask as well."""
PATIENCE: Final = 60.0
"""Seconds for one request: it looks at a week."""
LONGEST_EXPRESSION: Final = 1000
SHORTEST: Final = timedelta(days=1)
LONGEST: Final = timedelta(weeks=26)
"""Windows that baselines may be computed from."""


class RefreshListing(Listing[Refreshed]):
    """The metrics whose baselines were computed, in the order they were asked for."""

    asked: tuple[str, ...] = ()
    """The metrics that were asked for; empty if all were."""
    start: AwareDatetime
    end: AwareDatetime
    step: float
    """Seconds between the values."""

    def missing(self) -> str:
        """What was asked for by name and has no values; empty if anything has."""
        if not self.asked or self.items:
            return ""
        names = ", ".join(one_line(name, 80) for name in self.asked)
        days = count(round((self.end - self.start) / timedelta(days=1)), "day")
        near = dict.fromkeys(close for name in self.asked for close in _near(name))
        guess = f"; did you mean {' or '.join(near)}?" if near else ""
        return f"Prometheus has no values of {names} in the last {days}{guess}"


Told = Callable[[int, int], None]
"""Is told how many metrics are done, and of how many."""


async def refresh_baselines(
    context: ToolContext,
    asked: Sequence[str] = (),
    window: timedelta = WINDOW,
    told: Told = lambda done, total: None,
) -> ToolResult[RefreshListing]:
    """Compute baselines anew and keep them, each metric's in one go.

    Args:
        context: clients of the backends, and the memory.
        asked: names of measures, or PromQL; all known ones and all named before if empty.
        window: how far back values are looked at; less if less is retained.
        told: is told of the progress.

    Raises:
        BackendError: if the memory cannot be used.
        NotKept: if it cannot be written.
        ArgumentError: if a name means nothing.
        InvalidQuery: if Prometheus rejects an expression that was asked for.
    """
    # A memory that is away is known at once, not after a minute.
    kept = await with_baselines(context, lambda each: each.metrics())
    measures = wanted_measures(asked, kept)
    end = context.clock()
    start = end - window
    clients = _clients(context)
    try:
        return await _refreshed(context, clients, measures, (start, end), bool(asked), told)
    finally:
        for client in clients:
            await client.aclose()


def wanted_measures(asked: Sequence[str], kept: Iterable[str]) -> tuple[Measure, ...]:
    """The measures of these names; all if none is named.

    Args:
        asked: names of measures, or PromQL.
        kept: names of metrics that there are baselines of.

    Raises:
        ArgumentError: if an expression cannot be read.
    """
    if asked:
        return tuple(dict.fromkeys(_wanted(text) for text in asked))
    known = {one.name for one in MEASURES}
    return (*MEASURES, *(_own(name) for name in kept if name not in known))


def _wanted(text: str) -> Measure:
    """The measure of that name, or one of that expression."""
    from sre_tui.tools.known_expressions import known_measure

    named = [one for one in MEASURES if plain(one.name) == plain(text)]
    if named:
        return named[0]
    known = known_measure(text)
    if known is not None and known.factor == 1.0 and "{" not in text:
        return known.measure
    return _own(text.strip())


def _near(text: str) -> list[str]:
    """Names of measures that may have been meant."""
    known = [one.name for one in meant_by(text)]
    return known[:3] or nearest(text, [one.name for one in MEASURES])


def _own(text: str) -> Measure:
    import promql_parser

    from sre_tui.views.units import query_unit

    if len(text) > LONGEST_EXPRESSION:
        raise ArgumentError(f"an expression may have {LONGEST_EXPRESSION:,} characters")
    try:
        promql_parser.parse(text)
    except (ValueError, RecursionError) as error:
        near = _near(text)
        guess = f"; did you mean {' or '.join(near)}?" if near else ""
        raise ArgumentError(
            f"{one_line(text, 80)!r} is no metric that is known and no PromQL "
            f"({one_line(str(error), 120)}){guess}"
        ) from None
    return own_measure(text, query_unit(text))


def _clients(context: ToolContext) -> tuple[PrometheusClient, ...]:
    """Clients that keep no answers: old values make no new baselines, and they are large."""
    from providers.prometheus import PrometheusClient

    return tuple(
        PrometheusClient(
            each.model_copy(update={"timeout": max(each.timeout, PATIENCE)}), clock=context.clock
        )
        for each in context.settings.prometheus
    )


@dataclass(frozen=True)
class _Read:
    """What one Prometheus has of one measure; ``series`` only if all of it came."""

    series: tuple[Series, ...]
    readings: tuple[Reading[Any], ...]

    @property
    def is_gone(self) -> bool:
        """Whether it gives no answers any more, so that asking further only takes time."""
        gone = (State.UNREACHABLE, State.UNAUTHORIZED)
        return any(each.state in gone for each in self.readings)


async def _refreshed(
    context: ToolContext,
    clients: Sequence[PrometheusClient],
    measures: Sequence[Measure],
    window: tuple[datetime, datetime],
    chosen: bool,
    told: Told,
) -> ToolResult[RefreshListing]:
    from sre_tui.diagnosis.picture.gather import Wanted, take_picture
    from sre_tui.diagnosis.topology.build import build_topology

    start, end = window
    picture = await take_picture(context, Wanted(end=end, parts=frozenset({"identity"})))
    topology = build_topology(picture)
    first = [_of_now(SourceStatus.of(each)) for each in picture.identity.readings]
    gone = {each.source for each in first if not each.state.has_data}
    alive = [each for each in clients if each.source not in gone]
    rows: list[Refreshed] = []
    readings: list[Reading[Any]] = []
    for number, measure in enumerate(measures if alive else ()):
        told(number, len(measures))
        strict = chosen and measure.is_own
        read = await asyncio.gather(
            *(_read(each, measure, start, end, strict=strict) for each in alive)
        )
        readings += [one for each in read for one in each.readings]
        row, baselines = await asyncio.to_thread(_computed, measure, read, topology, end)
        if baselines:
            await with_baselines(context, partial(_put, baselines))
        if row.hosts or row.too_few or row.problem:
            rows.append(row)
        alive = [each for each, one in zip(alive, read, strict=True) if not one.is_gone]
        if not alive:
            break
    told(len(measures), len(measures))
    listing = RefreshListing(
        items=tuple(rows),
        total=len(rows),
        hints=tuple(_hints(rows, end)),
        asked=tuple(one.name for one in measures) if chosen else (),
        start=start,
        end=end,
        step=STEP,
    )
    # Who was away from the beginning is told once, and who answered is told of by its answers.
    statuses = by_source(readings)
    known = {each.source for each in statuses}
    return result(listing, [*(one for one in first if one.source not in known), *statuses], now=end)


def _put(found: Sequence[Baseline], baselines: Baselines) -> None:
    baselines.put(found)


def _of_now(status: SourceStatus) -> SourceStatus:
    """The state of a source of which only old answers are at hand, which are of no use here."""
    if status.state is not State.STALE:
        return status
    return status.model_copy(update={"state": State.UNREACHABLE})


async def _read(
    client: PrometheusClient, measure: Measure, start: datetime, end: datetime, *, strict: bool
) -> _Read:
    """All of the window, week by week.

    Raises:
        InvalidQuery: if Prometheus rejects the expression, and that is not to be put up with.
    """
    limit = asyncio.Semaphore(AT_ONCE)
    # The grid of every part ends with it: they meet where a step ends.
    part = timedelta(seconds=CHUNK.total_seconds() // STEP * STEP)
    edges = [end]
    while edges[-1] > start:
        edges.append(max(start, edges[-1] - part))

    async def ask(since: datetime, until: datetime) -> Reading[SeriesWindow]:
        async with limit:
            return await client.query_range(measure.gauge.value, since, until, STEP)

    try:
        readings = await asyncio.gather(*(ask(since, until) for until, since in pairwise(edges)))
    except InvalidQuery as error:
        if strict:
            raise
        rejected = Reading[Any](
            source=client.source,
            state=State.PARTIAL,
            observed_at=end,
            detail=f"the query of {measure.name} was rejected: {one_line(str(error), 200)}",
        )
        return _Read((), (rejected,))
    whole = all(each.state is State.OK for each in readings)
    windows = [each.data for each in readings if each.data is not None] if whole else []
    return _Read(tuple(one for each in windows for one in each.series), tuple(readings))


def _computed(
    measure: Measure, read: Sequence[_Read], topology: Topology, now: datetime
) -> tuple[Refreshed, list[Baseline]]:
    from sre_tui.diagnosis.signals.points import course_of, moment_of
    from sre_tui.diagnosis.signals.usual import usual_of

    points: dict[str, list[tuple[datetime, float]]] = {}
    for each in read:
        for series in each.series:
            points.setdefault(measure.host_of(series.labels, topology), []).extend(series.points)
    found: list[Baseline] = []
    too_few: list[str] = []
    hosts = hourly = 0
    for host, values in sorted(points.items()):
        course = course_of(values)
        figures = usual_of(course)
        if not figures:
            too_few.append(host)
            continue
        hosts += 1
        hourly += len(figures) > 1
        since, until = moment_of(float(course.times[0])), moment_of(float(course.times[-1]))
        found += [
            Baseline(
                metric=measure.name, host=host,
                hour=WHOLE_WEEK if one.hour is None else one.hour,
                median=one.median, spread=one.spread, p95=one.p95, least=one.least, most=one.most,
                samples=one.samples, since=since, until=until, computed=now,
            )
            for one in figures
        ]  # fmt: skip
    whole = [each for each in found if each.hour == WHOLE_WEEK]
    row = Refreshed(
        metric=measure.name,
        what=measure.what,
        hosts=hosts,
        hourly=hourly,
        samples=sum(each.samples for each in whole),
        since=min((each.since for each in whole), default=None),
        too_few=tuple(too_few),
        problem=_problem(read),
    )
    return row, found


def _problem(read: Sequence[_Read]) -> str:
    """Why the series of some Prometheus are not among them; empty if all are."""
    said = (
        one_line(f"{one.source}: {one.detail or one.state.value}", 200)
        for each in read
        for one in each.readings
        if one.state is not State.OK
    )
    return "; ".join(dict.fromkeys(said))


def _hints(rows: Sequence[Refreshed], end: datetime) -> Iterable[str]:
    few = [row for row in rows if row.too_few]
    if few:
        hosts = dict.fromkeys(name for row in few for name in row.too_few)
        first = ", ".join(list(hosts)[:3])
        more = " and more" if len(hosts) > 3 else ""
        have = "has" if len(hosts) == 1 else "have"
        yield (
            f"{count(len(hosts), 'thing')} {have} less than a day of values of "
            f"{count(len(few), 'metric')}, and no baseline of them yet: {first}{more}"
        )
    begun = [row.since for row in rows if row.since is not None]
    if begun and not any(row.hourly for row in rows):
        yield "hours are told apart from five days of values on, those of the week from three weeks"
    elif begun and not is_weekly((end - min(begun)).total_seconds()):
        yield "hours of the day are told apart; those of the week from three weeks of values on"

"""Which alerts fired in the window, how often and for how long."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from providers.alerting import AlertState
from providers.reading import State
from sre_tui.diagnosis.signals.firings import (
    Firing,
    closed,
    each_once,
    from_alerts,
    from_annotations,
    from_series,
    is_flapping,
)
from sre_tui.memory.incident import folded
from sre_tui.memory.report_sections import AlertDay, Alerts, ReportedAlert
from sre_tui.memory.report_sources import ASKED
from sre_tui.report.piecewise import Pieces, newest_first
from sre_tui.report.scope import Scope
from sre_tui.report.standing import Collected, Heard, joined, lacks, standing_of, unconfigured
from sre_tui.tools.grafana_alerts import grafana_get_alerts
from sre_tui.tools.journal import recorded_before
from sre_tui.views.severity import severity_rank

if TYPE_CHECKING:
    from providers.alerting import Alert
    from providers.grafana import Annotation, GrafanaClient
    from providers.prometheus import PrometheusClient
    from providers.series import SeriesWindow

HISTORY: Final = 'ALERTS{alertstate="firing"}'
STEP: Final = timedelta(minutes=5)
"""Rules look back as far: what fires for less may be missed."""
MOST_MARKS: Final = 5000
"""Changes of alert states, and other marks, read of a week."""
_CRITICAL, _WARNING = severity_rank("critical"), severity_rank("warning")


async def collect(scope: Scope) -> Collected:
    """Firings of the window and of the one before, and what fires at its end."""
    context = scope.context
    if lacks(context.settings, *ASKED["alerts"]):
        return Collected(Alerts(**unconfigured(*ASKED["alerts"])._asdict()))
    now, series, marks, reach = await asyncio.gather(
        grafana_get_alerts.body(context, limit=1000),
        asyncio.gather(*(_history(client, scope) for client in context.prometheus)),
        asyncio.gather(*(_marks(client, scope) for client in context.grafana)),
        asyncio.gather(*(_reaches(client, scope) for client in context.prometheus)),
    )
    history: list[Heard] = [one for each in series for one in each.readings]
    history += [one for each in marks for one in each.readings]
    heard = [*now.sources, *history]
    firings = _firings(scope, now.data.items, series, marks)
    recorded, trouble = await recorded_before(context, {one.name for one in firings})
    past = {folded(one.alert): one.times for one in recorded}
    known = (
        all(of_before for of_before, _ in reach)
        and (bool(context.prometheus) or _is_marked_before(marks, scope))
        and not any(map(_is_cut, marks))
        and all(each.is_whole for each in series)
        and all(each.is_whole for each in marks)
        and all(one.state is State.OK for one in heard)
    )
    lacking = [*_cut(series, marks, scope), *([trouble] if trouble else [])]
    lacking += [
        f"{client.source}: it has no values from the beginning of the window, so that alerts of "
        "then may be missing"
        for client, (_, of_window) in zip(context.prometheus, reach, strict=True)
        if of_window is False
    ]
    active = [one for one in now.data.items if one.state is AlertState.FIRING]
    began = [one for one in firings if _began(one, scope)]
    is_told = _told_any(now.sources)
    is_recalled = _told_any(history)
    return Collected(
        Alerts(
            **standing_of(heard, *lacking)._asdict(),
            fired=len(began) if is_recalled else None,
            fired_before=_before(firings, scope) if known else None,
            within=amount_within(firings, scope.since, scope.until)
            if is_told or is_recalled
            else None,
            within_before=amount_within(firings, scope.before, scope.since) if known else None,
            firing=sum(not one.silenced for one in active) if is_told else None,
            silenced=sum(one.silenced for one in now.data.items) if is_told else None,
            alerts=tuple(reported(firings, scope, [a for a in active if not a.silenced], past)),
            # Those that fire still are not all that began on a day.
            days=tuple(by_day(began, scope, _read_since([*series, *marks], scope)))
            if is_recalled
            else (),
        ),
        joined(heard),
    )


def _told_any(heard: Iterable[Heard]) -> bool:
    return any(one.state.has_data for one in heard)


def _firings(
    scope: Scope,
    alerts: Sequence[Alert],
    series: Iterable[Pieces[SeriesWindow]],
    marks: Iterable[Pieces[tuple[Annotation, ...]]],
) -> list[Firing]:
    """Grafana's own history is exact to the second, so it comes first."""
    now = list(from_alerts(alerts))
    still = frozenset(one.subject for one in now)
    found: list[Firing] = []
    for of_grafana in marks:
        told = [mark for piece in of_grafana for mark in piece]
        found += closed(from_annotations(told), still)
    for of_prometheus in series:
        parts = [one for piece in of_prometheus for one in piece.series]
        found += from_series(parts, of_prometheus.since, scope.until, STEP)
    return each_once([*found, *now], scope.before, scope.until)


def _before(firings: Iterable[Firing], scope: Scope) -> int:
    return sum(one.began is not None and one.began < scope.since for one in firings)


def amount_within(firings: Iterable[Firing], since: datetime, until: datetime) -> int:
    """How many fired at any time from a moment until another, whenever they began."""
    return sum(_is_within(one, since, until) for one in firings)


def _is_within(one: Firing, since: datetime, until: datetime) -> bool:
    # What began and was over at once took no time.
    is_begun = one.began is not None and since <= one.began < until
    return is_begun or one.seconds(since, until) > 0


def reported(
    firings: Sequence[Firing],
    scope: Scope,
    active: Iterable[Alert] = (),
    past: Mapping[str, int] | None = None,
) -> Iterator[ReportedAlert]:
    """Each alert that fired in the window, the noisiest first.

    Args:
        firings: each once, of the window and before.
        scope: the window.
        active: what fires at its end.
        past: how many incidents of an alert there are, by its folded name.
    """
    within: dict[str, list[Firing]] = defaultdict(list)
    for one in firings:
        if _is_within(one, scope.since, scope.until):
            within[one.name].append(one)
    firing = [one.subject for one in from_alerts(active)]
    rows = [
        _alert(
            several, scope,
            firing=len({about for each, about in firing if each == name}),
            incidents=(past or {}).get(folded(name), 0),
        )
        for name, several in within.items()
    ]  # fmt: skip
    yield from sorted(rows, key=lambda row: (-row.times, -row.seconds, row.name))


def _began(one: Firing, scope: Scope) -> bool:
    return one.began is not None and scope.holds(one.began)


def _alert(
    firings: Sequence[Firing], scope: Scope, *, firing: int, incidents: int
) -> ReportedAlert:
    began: dict[str, list[datetime]] = defaultdict(list)
    for one in firings:
        if one.began is not None and scope.holds(one.began):
            began[one.about].append(one.began)
    moments = sorted(at for several in began.values() for at in several)
    gravest = min((one.severity for one in firings), key=severity_rank)
    return ReportedAlert(
        name=firings[0].name,
        severity=gravest,
        subjects=tuple(sorted({one.about for one in firings if one.about})),
        times=len(moments),
        seconds=sum(one.seconds(scope.since, scope.until) for one in firings),
        lasted=_lasted(firings, scope),
        first=moments[0] if moments else None,
        last=moments[-1] if moments else None,
        firing=firing,
        flapping=any(is_flapping(sorted(several)) for several in began.values()),
        incidents=incidents,
    )


def _lasted(firings: Iterable[Firing], scope: Scope) -> float:
    """Seconds of the window in which at least one fired."""
    lasted, known = 0.0, scope.since
    for one in sorted(firings, key=lambda each: each.start(scope.before)):
        lasted += one.seconds(known, scope.until)
        known = max(known, min(one.ended or scope.until, scope.until))
    return lasted


def _read_since(pieces: Iterable[Pieces[Any]], scope: Scope) -> datetime:
    """From where on somebody was asked; the days before say nothing."""
    since = min((each.since for each in pieces), default=scope.since)
    return scope.since if since >= scope.until else max(scope.since, since)


def by_day(
    began: Iterable[Firing], scope: Scope, since: datetime | None = None
) -> Iterator[AlertDay]:
    """How many began to fire, by severity, for each day of the window.

    Args:
        began: those that did.
        scope: the window.
        since: from where on it is known; all of it if None.
    """
    counts: dict[date, list[int]] = defaultdict(lambda: [0, 0, 0])
    for one in began:
        if one.began is not None:
            rank = severity_rank(one.severity)
            place = 0 if rank <= _CRITICAL else 1 if rank <= _WARNING else 2
            counts[scope.day_of(one.began)][place] += 1
    for day in scope.days(since):
        critical, warning, other = counts[day]
        yield AlertDay(day=day, critical=critical, warning=warning, other=other)


async def _history(client: PrometheusClient, scope: Scope) -> Pieces[SeriesWindow]:
    """What Prometheus remembers of its alerts, whatever its rules are today."""
    # The grid of every piece ends with it, so they meet where a step ends.
    return await newest_first(
        scope.before,
        scope.until,
        lambda start, end: client.query_range(HISTORY, start, end, STEP.total_seconds()),
    )


async def _marks(client: GrafanaClient, scope: Scope) -> Pieces[tuple[Annotation, ...]]:
    return await newest_first(
        scope.before,
        scope.until,
        lambda start, end: client.annotations(start, end, limit=MOST_MARKS),
    )


def _cut(
    series: Iterable[Pieces[SeriesWindow]],
    marks: Iterable[Pieces[tuple[Annotation, ...]]],
    scope: Scope,
) -> Iterator[str]:
    pieces: list[Pieces[Any]] = [*series, *marks]
    for each in pieces:
        if not each.reaches(scope.since):
            source = each.readings[0].source
            yield f"{source}: alerts before {each.since:%Y-%m-%d} were not read, it takes too long"
    for of_one in marks:
        if _is_cut(of_one):
            source = of_one.readings[0].source
            yield f"{source}: of a week only {MOST_MARKS:,} changes of alert states were read"


def _is_cut(marks: Pieces[tuple[Annotation, ...]]) -> bool:
    return any(len(told) >= MOST_MARKS for told in marks)


def _is_marked_before(marks: Iterable[Pieces[tuple[Annotation, ...]]], scope: Scope) -> bool:
    """Whether any history tells of the window before: none at all may also be a new Grafana."""
    return any(one.at < scope.since for each in marks for told in each for one in told)


async def _reaches(client: PrometheusClient, scope: Scope) -> tuple[bool, bool | None]:
    """Whether there are any values from the beginnings of the window before and of the window.

    The latter is None where nobody answered.
    """
    before, within = await asyncio.gather(
        client.query("count(up)", scope.before + STEP),
        client.query("count(up)", scope.since + STEP),
    )
    has_values = None if within.data is None else bool(within.data.samples)
    return bool(before.data is not None and before.data.samples), has_values

"""Events where the level of a main series of a machine shifted: load, memory, latency, traffic."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from math import ceil
from shlex import quote
from typing import Final

from providers.series import Series
from sre_tui.diagnosis.evidence import Evidence
from sre_tui.diagnosis.picture.picture import MetricQuery, Picture
from sre_tui.diagnosis.signals.change_points import LevelShift, level_shifts
from sre_tui.diagnosis.signals.gauges import MAIN, Gauge, varying
from sre_tui.diagnosis.timeline.event import Event
from sre_tui.diagnosis.timeline.observed import Observed, Teller
from sre_tui.diagnosis.topology.graph import Topology
from sre_tui.views.units import with_unit

MOST_EVENTS: Final = 24


def shift_queries(start: datetime, end: datetime) -> tuple[MetricQuery, ...]:
    """What to ask Prometheus for, all in one request.

    Args:
        start: beginning of the window.
        end: its end.
    """
    return varying(MAIN, start, end)


def observed_shifts(picture: Picture, topology: Topology) -> Iterator[Observed]:
    """The clearest shifts of levels, if the picture was asked for any."""
    found = [
        (shift.score, _observed(gauge, series, shift, picture, topology))
        for gauge in MAIN
        for series in picture.series.get(gauge.id, ())
        for shift in level_shifts(series.points, least=gauge.least or 0.0)
    ]
    found.sort(key=lambda one: (-one[0], one[1].order))
    yield from (one for _, one in found[:MOST_EVENTS])


def _observed(
    gauge: Gauge, series: Series, shift: LevelShift, picture: Picture, topology: Topology
) -> Observed:
    subject = gauge.about(series.labels, topology)
    rose = shift.change > 0
    before, after = with_unit(shift.before, gauge.unit), with_unit(shift.after, gauge.unit)
    text = f"{gauge.title(subject)} {'rose' if rose else 'fell'} from {before} to {after}"
    hours = ceil((picture.now - shift.at) / timedelta(hours=1)) + 1
    evidence = Evidence(
        source=series.source,
        kind="metric",
        says=f"{text}, {min(shift.score, 999):.0f} times what it usually differs by",
        at=shift.at,
        asked=gauge.value,
        command=f"metrics range {quote(gauge.value)} --since {hours}h",
    )
    event = Event(
        at=shift.at,
        within=picture.step,
        kind="level_shift",
        subject=subject,
        text=text,
        evidence=(evidence,),
    )
    # A fall ends what a rise began.
    return Observed(event, gauge.kind if rose else f"{gauge.kind} over", Teller.SERIES)

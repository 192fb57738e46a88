"""Checks of a value over time: how long it has been beyond its limits, on which subject."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isnan
from shlex import quote
from typing import Final, Self

from providers.series import Labels, Point, Series
from providers.text import one_line
from sre_tui.diagnosis.checks.check import Area, Check, Limits, Scene, Sign
from sre_tui.diagnosis.evidence import Evidence
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.patterns.pattern import Pattern
from sre_tui.diagnosis.picture.metrics import QUERY_LABEL
from sre_tui.diagnosis.picture.picture import MetricQuery
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.graph import Topology
from sre_tui.diagnosis.topology.labelled import subject_of
from sre_tui.diagnosis.topology.names import MACHINES, Names
from sre_tui.views.human import count
from sre_tui.views.units import with_unit

PLACE: Final = "$S"
"""Where a selector takes further matchers, for example ``node_load1{$S}``."""
GAP: Final = timedelta(minutes=20)
"""Breaches closer together than this are one episode."""
_EMPTY_SELECTOR: Final = re.compile(r",?\s*\$S")
_SHOWN_UNITS: Final[Mapping[str, str | None]] = {
    "ratio": "ratio", "s": "s", "bytes": "B", "celsius": "°C", "": None,
}  # fmt: skip

_BETWEEN: Final[Mapping[SubjectKind, str]] = {
    SubjectKind.CONTAINER: "/", SubjectKind.DISK: "/", SubjectKind.POOL: "/",
    SubjectKind.DATASET: "/", SubjectKind.FILESYSTEM: ":", SubjectKind.SHARE: ":",
}  # fmt: skip
"""What stands between the machine and the own name of a subject."""


@dataclass(frozen=True)
class Metric:
    """What is measured.

    Attributes:
        value: PromQL; ``$S`` stands where a selector takes further matchers.
        says: what is wrong, with ``{value}``, ``{subject}`` and labels in braces.
        subject: what it is about, if not what the pattern usually is about.
        lasting: False for what happens at a moment, which counts although it is over.
        named_by: label that names the subject, where none of the usual ones does.
    """

    value: str
    says: str
    subject: SubjectKind | None = None
    lasting: bool = True
    named_by: str = ""

    @property
    def expression(self) -> str:
        """PromQL of the value of everything."""
        return _EMPTY_SELECTOR.sub("", self.value)

    def of(self, matchers: str) -> str:
        """PromQL of the value where matchers such as ``instance="media:9100"`` hold."""
        return self.value.replace(PLACE, matchers)


def metric_check(
    id: str,  # noqa: A002 - as in the declaration
    kind: str,
    area: Area,
    value: str,
    sign: Sign,
    trigger: float,
    says: str,
    *,
    unit: str = "",
    clear: float | None = None,
    delay: float = 300.0,
    severity: Severity = Severity.WARNING,
    subject: SubjectKind | None = None,
    lasting: bool = True,
    diagnostic: bool = False,
    title: str = "",
    why: str = "",
    advice: str = "",
    runbook: str = "",
    named_by: str = "",
    apart: str = "",
) -> Check:
    """Declare a check of a metric; see :class:`Check`, :class:`Limits` and :class:`Metric`."""
    measured = Metric(value, says, subject, lasting, named_by)
    limits = Limits(trigger, clear, delay, sign, unit)
    return Check(
        id=id,
        title=title or id.replace("-", " "),
        area=area,
        kind=kind,
        severity=severity,
        look=_Looks(id, measured),
        parts=frozenset({"sweeps"}),
        limits=limits,
        queries=(MetricQuery(id, measured.expression, sign, limits.level, apart=apart),),
        why=why,
        advice=advice,
        runbook=runbook,
        diagnostic=diagnostic,
    )


@dataclass(frozen=True)
class _Looks:
    """Finds the series of a query that are wrong."""

    query: str
    metric: Metric

    def __call__(self, scene: Scene, check: Check) -> Iterator[Finding]:
        found: dict[Subject, Finding] = {}
        for series in scene.picture.series.get(self.query, ()):
            made = self._finding(scene, check, series)
            if made is not None:
                known = found.get(made.subject)
                found[made.subject] = made if known is None else _worse(known, made)
        yield from found.values()

    def _finding(self, scene: Scene, check: Check, series: Series) -> Finding | None:
        pattern = scene.patterns.get(check.kind)
        labels = {name: text for name, text in series.labels.items() if name != QUERY_LABEL}
        subject = self._subject(labels, self._subject_kind(pattern), scene.topology)
        limits = scene.limits(check, subject)
        if limits is None:
            return None
        points = [point for point in series.points if not isnan(point[1])]
        episode = find_episode(
            points,
            limits,
            start=scene.picture.start,
            end=scene.now,
            step=scene.picture.step,
            first=not self.metric.lasting,
        )
        if episode is None:
            return None
        unit = _SHOWN_UNITS[limits.unit]
        shown = Measured(episode.value, unit)
        text = self.metric.says.format_map(_Words(labels, subject, shown, scene))
        began = Measured(episode.first, unit)
        then = self.metric.says.format_map(_Words(labels, subject, began, scene))
        # Counts that were estimated between samples are none that anybody counted.
        last = shown.whole if "{value:" in self.metric.says and unit is None else shown
        later = f"later {last}" if episode.active else f"at worst {last}"
        return Finding(
            check=check.id,
            kind=check.kind,
            subject=subject,
            severity=check.severity,
            text=text,
            text_then=f"{then}, {later}" if then != text else "",
            value=episode.value,
            unit=limits.unit,
            threshold=limits.trigger,
            since=episode.since,
            open_start=episode.open_start,
            active=episode.active,
            until=None if episode.active else episode.until,
            event=not self.metric.lasting,
            diagnostic=check.diagnostic,
            part=_part(labels) if subject.kind in MACHINES else "",
            evidence=(
                Evidence(
                    source=series.source,
                    kind="metric",
                    says=text,
                    at=episode.until,
                    asked=self.metric.expression,
                    command=f"metrics query {quote(self.metric.expression)}",
                ),
            ),
            why=check.why,
            advice=check.advice,
            runbook=check.runbook or (pattern.runbook if pattern is not None else ""),
        )

    def _subject(self, labels: Mapping[str, str], kind: SubjectKind, topology: Topology) -> Subject:
        name = one_line(labels.get(self.metric.named_by, ""), 120)
        if not name:
            return _known(subject_of(labels, kind, topology), topology)
        if known := topology.named(name, kind):
            return known[0]
        machine = Names(topology).machine_of(labels)
        between = _BETWEEN.get(kind, "")
        on = f"{machine.name}{between}" if machine is not None and between else ""
        return Subject(kind=kind, name=f"{on}{name}")

    def _subject_kind(self, pattern: Pattern | None) -> SubjectKind:
        if self.metric.subject is not None:
            return self.metric.subject
        return pattern.subject if pattern is not None else SubjectKind.HOST


def _part(labels: Mapping[str, str]) -> str:
    return one_line(labels.get("mountpoint") or labels.get("device", ""), 80)


@dataclass(frozen=True)
class Episode:
    """A stretch of time in which a value was wrong."""

    since: datetime
    until: datetime
    open_start: bool
    active: bool
    value: float
    first: float
    """What it was when it began."""


def find_episode(
    points: Sequence[Point],
    limits: Limits,
    *,
    start: datetime,
    end: datetime,
    step: float,
    first: bool = False,
) -> Episode | None:
    """The last stretch in which a value was wrong long enough; None if there is none.

    It begins where the value goes beyond the trigger and ends where it is back at the clear level;
    gaps up to twenty minutes, or two and a half steps, do not end it.

    Args:
        points: ascending in time; what is missing was not beyond the clear level.
        limits: from where on it is wrong.
        start: beginning of the window.
        end: its end.
        step: seconds between points.
        first: count the first stretch instead of the last.
    """
    gap = max(GAP, timedelta(seconds=2.5 * step))
    tick = timedelta(seconds=step)
    runs: list[list[Point]] = []
    for point in points:
        if not limits.lasting(point[1]):
            continue
        if runs and point[0] - runs[-1][-1][0] <= gap:
            runs[-1].append(point)
        elif limits.beyond(point[1]):
            runs.append([point])
    long_enough = [
        run for run in runs
        if any(limits.beyond(value) for _, value in run)
        and (run[-1][0] - run[0][0] + tick).total_seconds() >= limits.delay
    ]  # fmt: skip
    if not long_enough:
        return None
    chosen = long_enough[0 if first else -1]
    until = long_enough[-1][-1][0]
    active = end - until <= max(2 * tick, timedelta(minutes=3))
    values = [value for _, value in chosen]
    worst = min(values) if limits.sign == "<" else max(values)
    return Episode(
        since=chosen[0][0],
        until=until,
        open_start=chosen[0][0] - start <= tick,
        active=active,
        value=long_enough[-1][-1][1] if active else worst,
        first=chosen[0][1],
    )


def _known(subject: Subject, topology: Topology) -> Subject:
    """The site that a proxy calls by its first word alone."""
    if subject.kind is not SubjectKind.SITE or subject in topology:
        return subject
    sites = [
        one
        for one in topology.subjects(SubjectKind.SITE)
        if one.name.partition(".")[0] == subject.name
    ]
    return sites[0] if len(sites) == 1 else subject


def _worse(one: Finding, other: Finding) -> Finding:
    if one.active != other.active:
        return one if one.active else other
    if one.value is None or other.value is None:
        return one
    further = abs(other.value - (other.threshold or 0.0)) > abs(one.value - (one.threshold or 0.0))
    return other if further else one


class Measured(str):
    """A value with its unit; ``{value:sector}`` is a whole number of sectors, ``{value:age}`` how
    long ago a time is that has passed.
    """

    _number: float
    _unit: str | None

    def __new__(cls, number: float, unit: str | None) -> Self:
        made = super().__new__(cls, with_unit(number, unit))
        made._number, made._unit = number, unit
        return made

    @property
    def whole(self) -> str:
        """The number without a fraction."""
        return f"{self._count:,}"

    @property
    def _count(self) -> int:
        return max(1, round(self._number)) if self._number > 0 else round(self._number)

    def __format__(self, spec: str) -> str:
        if spec == "age":
            return with_unit(abs(self._number), self._unit)
        return count(self._count, spec) if spec else str(self)


class _Words(dict[str, str]):
    """Labels for filling in a sentence; what is missing is left out in words."""

    def __init__(self, labels: Labels, subject: Subject, value: Measured, scene: Scene) -> None:
        super().__init__({name: one_line(text, 80) for name, text in labels.items()})
        own = labels.get("id", "")
        known = scene.topology.named(own) if own else []
        if known:
            self["id"] = known[0].name
        self["subject"], self["value"] = str(subject), value

    def __missing__(self, name: str) -> str:
        return f"an unnamed {name.replace('_', ' ')}"

"""What was to be there, and how much of the window it was."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import isnan
from typing import TYPE_CHECKING, Final, Literal

from providers.reading import Reading
from providers.series import Labels
from providers.text import one_line
from sre_tui.memory.report_sections import Objectives, ReportedObjective
from sre_tui.memory.report_sources import ASKED
from sre_tui.report.backup_runs import BackupRuns, read_runs
from sre_tui.report.piecewise import parts_of
from sre_tui.report.scope import CHUNK, Scope
from sre_tui.report.standing import Collected, Heard, joined, lacks, standing_of, unconfigured
from sre_tui.views.human import percent

if TYPE_CHECKING:
    from providers.prometheus import PrometheusClient, Target
    from providers.series import SeriesWindow

STEPS: Final = 168
"""Stretches that a window is averaged over, about: an hour each of a week."""
NEARLY_ALL: Final = 0.98
"""Share of the window of which something has to be known, so that nothing is said of the rest."""
_ORDER: Final = ("fail", "unknown", "pass")

Kind = Literal["target", "probe", "node"]


@dataclass(frozen=True)
class Measured:
    """One kind of thing that is to be there.

    Attributes:
        kind: what it is.
        selector: PromQL of the series that is 1 while it is there.
        called: the label that names it.
    """

    kind: Kind
    selector: str
    called: str


MEASURED: Final = (
    Measured("target", "up", "instance"),
    Measured("probe", "probe_success", "instance"),
    Measured("node", 'pve_up{id=~"node/.+"}', "id"),
)


@dataclass(frozen=True)
class Course:
    """How much of each stretch something was there.

    Attributes:
        labels: of its series.
        shares: 0..1, of the stretches that anything is known of.
    """

    labels: Labels
    shares: tuple[float, ...]


async def collect(scope: Scope) -> Collected:
    """The availability of targets, probes and nodes, and how many backups went well."""
    context = scope.context
    if lacks(context.settings, *ASKED["objectives"]):
        nobody = unconfigured(*ASKED["objectives"])
        return Collected(Objectives(**nobody._asdict(), target=scope.objective))
    courses, targets, runs = await asyncio.gather(
        asyncio.gather(*(_courses(one, scope) for one in context.prometheus)),
        asyncio.gather(*(one.targets() for one in context.prometheus)),
        read_runs(scope),
    )
    heard: list[Heard] = [*targets, *runs.readings]
    found: dict[Kind, list[Course]] = {one.kind: [] for one in MEASURED}
    for of_one in courses:
        for measured, readings in of_one:
            heard += readings
            found[measured.kind] += courses_of(readings)
    rows = [
        *measured_rows(found, scope),
        *_unmeasured([t for each in targets for t in each.data or ()], found, scope),
        *_backups(runs, scope),
    ]
    is_read = any(one.state.has_data for one in heard)
    rows.sort(key=lambda row: (_ORDER.index(row.verdict), row.measured or 0.0, row.name))
    return Collected(
        Objectives(
            **standing_of(heard, *runs.lacking, *_unknown(courses, scope))._asdict(),
            target=scope.objective,
            objectives=tuple(rows),
            passed=sum(row.verdict == "pass" for row in rows) if is_read else None,
            failed=sum(row.verdict == "fail" for row in rows) if is_read else None,
        ),
        joined(heard),
    )


def _unknown(
    courses: Iterable[Sequence[tuple[Measured, Sequence[Reading[SeriesWindow]]]]], scope: Scope
) -> Iterator[str]:
    """Of which share of the window a Prometheus knows nothing, though it answered."""
    for of_one in courses:
        for measured, readings in of_one:
            if measured.kind == "target" and all(one.data is not None for one in readings):
                known = known_share(readings, scope)
                if known < NEARLY_ALL:
                    source = readings[0].source
                    yield f"{source}: nothing is known of {percent(1 - known)} of the window"


def known_share(readings: Iterable[Reading[SeriesWindow]], scope: Scope) -> float:
    """The share of the stretches of the window of which there is any value."""
    told = (reading.data.series for reading in readings if reading.data is not None)
    moments = {at for several in told for series in several for at, _ in series.points}
    return min(1.0, len(moments) / max(1, round(scope.length.total_seconds() / step_of(scope))))


async def _courses(
    client: PrometheusClient, scope: Scope
) -> list[tuple[Measured, list[Reading[SeriesWindow]]]]:
    step = step_of(scope)

    async def ask(measured: Measured) -> tuple[Measured, list[Reading[SeriesWindow]]]:
        query = f"avg_over_time({measured.selector}[{step:.0f}s])"
        found: list[Reading[SeriesWindow]] = []
        for start, end in parts_of(scope.since, scope.until, CHUNK):
            # The point at the end of a stretch tells of all of it.
            found.append(
                await client.query_range(query, start + timedelta(seconds=step), end, step)
            )
        return measured, found

    return list(await asyncio.gather(*(ask(one) for one in MEASURED)))


def step_of(scope: Scope) -> float:
    """Seconds of a stretch: a whole number of them is the window, and each part of it."""
    whole = min(scope.length, CHUNK)
    return max(300.0, whole.total_seconds() / STEPS)


def courses_of(readings: Iterable[Reading[SeriesWindow]]) -> list[Course]:
    """The courses that several parts of a window tell, each series once."""
    found: dict[tuple[str, tuple[tuple[str, str], ...]], list[float]] = {}
    for reading in readings:
        for series in reading.data.series if reading.data is not None else ():
            key = series.source, tuple(sorted(series.labels.items()))
            shares = found.setdefault(key, [])
            shares += [value for _, value in series.points if not isnan(value)]
    return [Course(dict(labels), tuple(shares)) for (_, labels), shares in found.items()]


def measured_rows(
    found: Mapping[Kind, Sequence[Course]], scope: Scope
) -> Iterator[ReportedObjective]:
    """One row for each thing that anything is known of.

    Args:
        found: by kind of thing.
        scope: the window and the objective.
    """
    probed = {_place(one.labels) for one in found.get("probe", ())}
    for measured in MEASURED:
        courses = found.get(measured.kind, ())
        if measured.kind == "target":
            # That a probe could be made says nothing of what was probed.
            courses = [one for one in courses if _place(one.labels) not in probed]
        names = Counter(_name(one.labels, measured) for one in courses)
        for one in courses:
            name = _name(one.labels, measured)
            if names[name] > 1 and one.labels.get("job"):
                name = f"{name} ({one_line(one.labels['job'], 60)})"
            if one.shares:
                yield _row(name, measured, one, scope)


def _row(name: str, measured: Measured, course: Course, scope: Scope) -> ReportedObjective:
    share = min(1.0, sum(course.shares) / len(course.shares))
    step = step_of(scope)
    matchers = ", ".join(
        f'{label}="{one_line(course.labels[label], 120)}"'
        for label in dict.fromkeys((measured.called, "job"))
        if course.labels.get(label)
    )
    metric = measured.selector.partition("{")[0]
    return ReportedObjective(
        name=name,
        kind=measured.kind,
        target=scope.objective,
        measured=share,
        seconds_missed=sum(1.0 - each for each in course.shares) * step,
        verdict="pass" if share >= scope.objective else "fail",
        says=f"avg_over_time({metric}{{{matchers}}}[{scope.length.total_seconds():.0f}s])",
    )


def _place(labels: Labels) -> tuple[str, str]:
    return labels.get("job", ""), labels.get("instance", "")


def _name(labels: Labels, measured: Measured) -> str:
    name = labels.get(measured.called, "")
    if measured.kind == "node":
        name = name.partition("/")[2]
    return one_line(name, 120) or f"a {measured.kind} without a name"


def _unmeasured(
    targets: Iterable[Target], found: Mapping[Kind, Sequence[Course]], scope: Scope
) -> Iterator[ReportedObjective]:
    """Targets that are to be scraped, of which there is no value in the window."""
    known = {_place(one.labels) for several in found.values() for one in several if one.shares}
    for one in targets:
        if (one.job, one.instance) not in known:
            yield ReportedObjective(
                name=one_line(one.instance, 120),
                kind="target",
                target=scope.objective,
                says=f'up{{instance="{one_line(one.instance, 120)}"}} has no values',
            )


def _backups(runs: BackupRuns, scope: Scope) -> Iterator[ReportedObjective]:
    if not runs.readings:
        return
    judged = len(runs.runs)
    well = judged - sum(one.failed for one in runs.runs)
    share = well / judged if judged else None
    yield ReportedObjective(
        name="backup runs",
        kind="backups",
        target=scope.objective,
        measured=share,
        verdict="unknown" if share is None else "pass" if share >= scope.objective else "fail",
        says=f"{well} of {judged} runs went well" if judged else "no run is known",
    )

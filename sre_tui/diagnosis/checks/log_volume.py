"""Checks of how much programs write into the logs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median
from typing import Final

from providers.series import Point
from providers.text import one_line
from sre_tui.diagnosis.checks.check import Check, Limits, Scene
from sre_tui.diagnosis.checks.metric import find_episode
from sre_tui.diagnosis.checks.state import state_check, told
from sre_tui.diagnosis.finding import Finding
from sre_tui.diagnosis.picture.logs import VOLUME_STEP
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.names import Names
from sre_tui.views.human import number, percent

_USUAL: Final = 10
"""How many times its own usual amount a program must write to count as flooding."""
LOGS_DROPPED: Final = "logs-dropped"
"""Id of the check that sees the log store drop lines."""
_MOST: Final = 0.5
"""Share of all lines from which on a program is why the log store drops some."""
_EARLY: Final = 0.25
"""Share of the quietest stretches that tell the usual amount, though the flood is long."""


def _usual(points: Sequence[Point], steps: int) -> float:
    # Where nothing was written there is no point.
    values = sorted([value for _, value in points] + [0.0] * max(0, steps - len(points)))
    return max(median(values[: max(1, round(len(values) * 2 * _EARLY))]), 1.0)


def _flood(scene: Scene, check: Check) -> Iterator[Finding]:
    service, host = scene.picture.log_labels
    names = Names(scene.topology)
    dropped = bool(scene.picture.series.get(LOGS_DROPPED))
    steps = round((scene.now - scene.picture.start).total_seconds() / VOLUME_STEP)
    for source, streams in scene.picture.log_volume.with_source():
        written = sum(value for series in streams for _, value in series.points)
        for series in streams:
            program, on = series.labels.get(service, ""), series.labels.get(host, "")
            machine = names.machine(on) if on else None
            where = machine.name if machine is not None else on
            subject = Subject(
                kind=SubjectKind.CONTAINER,
                name=one_line(f"{where}/{program}" if where else program, 120),
            )
            limits = scene.limits(check, subject)
            own = sum(value for _, value in series.points)
            alone = dropped and own > _MOST * written
            # Who floods since before the window has no usual amount in it.
            usual = 1.0 if alone else _usual(series.points, steps)
            wild = [point for point in series.points if point[1] > _USUAL * usual]
            if limits is None or not wild:
                continue
            episode = find_episode(
                wild, limits, start=scene.picture.start, end=scene.now, step=VOLUME_STEP
            )
            if episode is None:
                continue
            compared = (
                f"{percent(own / written)} of all lines" if alone else f"usually {number(usual)}"
            )
            text = f"{subject} writes {number(episode.value)} lines within 10 min, {compared}"
            selector = f'{{{service}="{one_line(program, 80)}"}}'
            made = check.finding(
                subject, text,
                told(source, text, f"logs query '{selector}'", at=episode.until, kind="log",
                     asked=selector),
                since=episode.since, value=episode.value,
            )  # fmt: skip
            yield made.model_copy(
                update={
                    "active": episode.active,
                    "until": None if episode.active else episode.until,
                    "open_start": episode.open_start,
                }
            )


CHECKS: Final = (
    state_check(
        "log-flood", "log_flood", "logs", _flood, "log_volume",
        title="a program that floods the logs",
        limits=Limits(1000, delay=0),
        why="it hides what others write, and fills disk and limits of the log store",
        advice="read what it repeats, and lower its log level", runbook="loki-ingestion",
    ),
)  # fmt: skip

"""Building blocks of exporters: gauges that read a level, counters that sum one up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sre_tui.demo.world.family import Compute, Family, MetricType, RowSet, constant
from sre_tui.demo.world.plant import Plant
from sre_tui.demo.world.quantity import Lives, Quantity, Rows
from sre_tui.demo.world.shapes import Floats


@dataclass(frozen=True)
class Point:
    """One series of an exporter: where it is scraped, whom it is about, its own labels."""

    instance: str
    subject: str
    labels: Mapping[str, str]


def gauge_of(level: Quantity, subjects: Sequence[str], factor: float | Floats = 1.0) -> Compute:
    """The level of each subject times a factor (one, or one per row)."""
    at = _rows(level, subjects)
    factors = np.broadcast_to(np.asarray(factor, dtype=np.float64), (len(subjects),))

    def compute(rows: Rows, t: Floats) -> Floats:
        return level.value(at[rows], t) * factors[rows, None]

    return compute


def counter_of(
    level: Quantity,
    subjects: Sequence[str],
    lives: Lives,
    owners: Sequence[str],
    factor: float | Floats = 1.0,
    digits: float = 1.0,
) -> Compute:
    """What the level summed up since its owner started, in steps of ``digits``."""
    at = _rows(level, subjects)
    life = np.array([lives.row[owner] for owner in owners], dtype=np.intp)
    factors = np.broadcast_to(np.asarray(factor, dtype=np.float64), (len(subjects),))

    def compute(rows: Rows, t: Floats) -> Floats:
        total = lives.grown(level, at[rows], life[rows], t) * factors[rows, None]
        return np.floor(total / digits + 1e-9) * digits if digits != 1.0 else np.floor(total)

    return compute


def _rows(level: Quantity, subjects: Sequence[str]) -> Rows:
    return np.array([level.row[subject] for subject in subjects], dtype=np.intp)


class Exporter:
    """Turns points and compute functions into the families of one exporter's scrape jobs."""

    def __init__(self, plant: Plant, *jobs: str) -> None:
        self.plant = plant
        self.jobs = jobs

    def family(
        self,
        name: str,
        kind: MetricType,
        text: str,
        points: Callable[[], Iterable[Point]],
        compute: Callable[[Sequence[Point]], Compute],
        *,
        described: str | None = "",
        always: bool = False,
        gaps: bool = False,
    ) -> Family:
        """A family whose rows are made when it is first asked for."""

        def build() -> RowSet:
            rows = list(points())
            index = {k: v for job in self.jobs for k, v in self.plant.target_index(job).items()}
            return RowSet(
                [row.labels for row in rows],
                [index[row.instance] for row in rows],
                compute(rows),
                always,
                gaps,
            )

        return Family(name, kind, text, build, described)

    def gauge(
        self,
        name: str,
        text: str,
        points: Callable[[], Iterable[Point]],
        level: str,
        factor: float = 1.0,
    ) -> Family:
        """A gauge that shows a level of its subject."""
        quantity = self.plant[level]
        return self.family(
            name, "gauge", text, points,
            lambda rows: gauge_of(quantity, [row.subject for row in rows], factor),
        )  # fmt: skip

    def fixed(
        self,
        name: str,
        text: str,
        points: Callable[[], Iterable[Point]],
        value: Callable[[Point], float],
    ) -> Family:
        """A gauge that never changes."""
        return self.family(
            name, "gauge", text, points, lambda rows: constant([value(row) for row in rows])
        )

    def counter(
        self,
        name: str,
        text: str,
        points: Callable[[], Iterable[Point]],
        level: str,
        *,
        factor: float = 1.0,
        digits: float = 1.0,
        lives: Lives | None = None,
        owner: Callable[[Point], str] | None = None,
        kind: MetricType = "counter",
    ) -> Family:
        """A counter of a level, reset whenever its owner (by default the subject) restarts."""
        quantity, born = self.plant[level], lives or self.plant.machines
        return self.family(
            name, kind, text, points,
            lambda rows: counter_of(
                quantity,
                [row.subject for row in rows],
                born,
                [owner(row) if owner else row.subject for row in rows],
                factor,
                digits,
            ),
        )  # fmt: skip

"""Baselines as they are listed: what is kept, and what was computed anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict

from sre_tui.diagnosis.signals.baseline_check import OUTDATED, Basis, basis_of
from sre_tui.diagnosis.signals.measures import Measure
from sre_tui.memory.baseline import WHOLE_WEEK, Baseline


class KeptBaseline(BaseModel):
    """A baseline that is kept; figures in ``unit``."""

    model_config = ConfigDict(frozen=True)

    metric: str
    host: str
    hour: int | None
    """In UTC: of the week, 0 for Monday at midnight, or of the day; None for all of them."""
    basis: Basis
    unit: str
    """Base unit; ``ratio`` for a share of 1; empty if there is none or it cannot be told."""
    median: float
    spread: float
    """Standard deviation, by the median distance from the median."""
    p95: float
    least: float
    most: float
    samples: int
    hours: int
    """Hours that have a baseline of their own: of 168, or of 24 where they are those of the day."""
    since: AwareDatetime
    until: AwareDatetime
    computed: AwareDatetime
    outdated: bool


class Refreshed(BaseModel):
    """What became of the baselines of one metric."""

    model_config = ConfigDict(frozen=True)

    metric: str
    what: str
    """What is measured, in words."""
    hosts: int = 0
    """Things that have a baseline of it now computed."""
    hourly: int = 0
    """Those of them that have one of hours of the week, or of the day."""
    samples: int = 0
    """Values they rest on."""
    since: AwareDatetime | None = None
    """The first of these values."""
    too_few: tuple[str, ...] = ()
    """Things whose values are too few, or of less than a day."""
    problem: str = ""
    """Why nothing was computed; what was kept before is kept still."""


def kept_rows(
    baselines: Iterable[Baseline],
    measures: Iterable[Measure],
    hours: Mapping[tuple[str, str], int],
    now: datetime,
) -> Iterator[KeptBaseline]:
    """Baselines as rows.

    Args:
        baselines: of these measures.
        measures: tell the units.
        hours: how many hours each metric and host has a baseline of.
        now: the moment their age is told for.
    """
    units = {one.name: one.unit for one in measures}
    for one in baselines:
        yield KeptBaseline(
            **one.model_dump(exclude={"hour"}),
            hour=None if one.hour == WHOLE_WEEK else one.hour,
            basis=basis_of(one),
            unit=units[one.metric],
            hours=hours.get((one.metric, one.host), 0),
            outdated=now - one.until > OUTDATED,
        )

"""A value against the baseline of its metric and host."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from providers.series import SampleValue
from sre_tui.diagnosis.signals.usual import HOURS_OF_DAY, Usual, hour_of, is_weekly, judged
from sre_tui.memory.baseline import WHOLE_WEEK, Baseline
from sre_tui.views.human import percent
from sre_tui.views.units import SHARES, with_unit

if TYPE_CHECKING:
    from sre_tui.diagnosis.signals.measures import Measure

OUTDATED: Final = timedelta(weeks=2)
"""How long ago the last value of a baseline may have been before it is told to be old."""
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


Basis = Literal["hour_of_week", "hour_of_day", "all_hours"]


class BaselineCheck(BaseModel):
    """A value and what is usual; all figures in ``unit``."""

    model_config = ConfigDict(frozen=True)

    metric: str
    what: str
    """What is measured, in words."""
    host: str
    unit: str
    """Base unit; ``ratio`` for a share of 1; empty if there is none."""
    value: SampleValue
    verdict: Literal["normal", "high", "low"]
    score: float | None
    """Deviations above the median, below it if negative; None where the values never differed."""
    low: float
    """Least value that is normal."""
    high: float
    """Greatest one."""
    median: float
    p95: float
    least: float
    most: float
    samples: int
    basis: Basis
    """What it is compared with; hours of the day where less than three weeks are known."""
    hour: int | None
    """The hour in UTC: of the week, 0 for Monday at midnight, or of the day."""
    since: AwareDatetime
    until: AwareDatetime
    computed: AwareDatetime
    outdated: bool
    """Whether the baseline is so old that things may have changed since."""

    @property
    def usual(self) -> str:
        """What is usual, with its unit: ``12–30 %``."""
        unit = self.unit or None
        low, high = (with_unit(float(f"{one:.3g}"), unit) for one in (self.low, self.high))
        if low == high:
            return low
        number, _, sign = low.rpartition(" ")
        same = number and high.endswith(f" {sign}") and sign not in ("s", "ms", "min", "h")
        return f"{number if same else low}–{high}"

    @property
    def when(self) -> str:
        """What it is compared with, in words."""
        return "at this hour" if self.hour is not None else "at any hour"

    @property
    def shown(self) -> str:
        """The value with its unit; of shares in per cent, as what is usual, however large it is."""
        if self.unit in ("ratio", "s/s") and abs(self.high) <= SHARES:
            return percent(self.value)
        return with_unit(self.value, self.unit or None)


def check_of(
    measure: Measure, baseline: Baseline, value: float, now: datetime, factor: float = 1.0
) -> BaselineCheck:
    """Compare a value with a baseline.

    Args:
        measure: what is measured.
        baseline: of the hour or of all.
        value: finite.
        now: the moment its age is told for.
        factor: by what the value is larger than the measure's; 100 where it is in per cent.
    """
    hour = None if baseline.hour == WHOLE_WEEK else baseline.hour
    usual = Usual(
        hour=hour,
        median=baseline.median * factor,
        spread=baseline.spread * factor,
        p95=baseline.p95 * factor,
        least=baseline.least * factor,
        most=baseline.most * factor,
        samples=baseline.samples,
    )
    found = judged(value, usual, (baseline.until - baseline.since).total_seconds())
    unit = measure.unit
    is_share = unit == "ratio" and usual.most <= factor
    if factor != 1.0:
        unit = "%" if unit in ("ratio", "s/s") and factor == 100 else ""
    return BaselineCheck(
        metric=measure.name,
        what=measure.what,
        host=baseline.host,
        unit=unit,
        value=value,
        verdict=found.verdict.value,
        score=None if found.score is None else round(found.score, 2),
        low=max(found.low, 0.0) if usual.least >= 0 else found.low,
        high=min(found.high, factor) if is_share else found.high,
        median=usual.median,
        p95=usual.p95,
        least=usual.least,
        most=usual.most,
        samples=baseline.samples,
        basis=basis_of(baseline),
        hour=hour,
        since=baseline.since,
        until=baseline.until,
        computed=baseline.computed,
        outdated=now - baseline.until > OUTDATED,
    )


def basis_of(baseline: Baseline) -> Basis:
    """Which values a baseline is of."""
    if baseline.hour == WHOLE_WEEK:
        return "all_hours"
    weekly = is_weekly((baseline.until - baseline.since).total_seconds())
    return "hour_of_week" if weekly else "hour_of_day"


def hours_at(at: datetime) -> tuple[int, ...]:
    """The hours whose baselines a moment may be compared with."""
    hour = hour_of(at)
    return hour, hour % HOURS_OF_DAY, WHOLE_WEEK


def telling(baselines: Iterable[Baseline], at: datetime) -> Iterator[Baseline]:
    """Of each metric and host the one that tells most: of the hour, else of all hours."""
    hour = hour_of(at)
    meant = {"hour_of_week": hour, "hour_of_day": hour % HOURS_OF_DAY, "all_hours": WHOLE_WEEK}
    best: dict[tuple[str, str], Baseline] = {}
    for each in baselines:
        key = each.metric, each.host
        if each.hour == meant[basis_of(each)] and (key not in best or each.hour != WHOLE_WEEK):
            best[key] = each
    yield from best.values()


def hour_text(hour: int, basis: Basis) -> str:
    """An hour for people: ``Mon 14–15 UTC``, ``14–15 UTC``."""
    day = f"{_DAYS[hour // HOURS_OF_DAY]} " if basis == "hour_of_week" else ""
    start = hour % HOURS_OF_DAY
    return f"{day}{start:02d}–{(start + 1) % HOURS_OF_DAY:02d} UTC"

"""A pool that is nearly full is critical, with the time, where hours are left at its pace."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from providers.reading import Reading, State
from providers.series import Series, SeriesStats
from providers.truenas import Pool
from sre_tui.diagnosis.checks.registry import all_checks
from sre_tui.diagnosis.checks.run import run_checks
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.picture.part import Part
from sre_tui.diagnosis.picture.picture import Picture
from sre_tui.diagnosis.topology.build import build_topology

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
SIZE = 1 << 40


def nearly_full(rises: list[float]) -> Finding:
    """What is found of a pool whose fill had these values, five minutes apart."""
    pool = Pool(
        source="truenas:nas1", id=1, name="tank", state="ONLINE", healthy=True, warning=False,
        size=SIZE, used=round(rises[-1] * SIZE), free=SIZE - round(rises[-1] * SIZE),
        usable=SIZE, usable_used=round(rises[-1] * SIZE),
    )  # fmt: skip
    start = NOW - timedelta(minutes=5 * (len(rises) - 1))
    points = tuple((start + timedelta(minutes=5 * i), rise) for i, rise in enumerate(rises))
    series = Series(
        source="prometheus:main",
        labels={"instance": "nas1:9100", "device": "tank", "mountpoint": "/mnt/tank"},
        stats=SeriesStats(points=len(points)),
        points=points,
    )
    reading = Reading[tuple[Pool, ...]](
        source="truenas:nas1", state=State.OK, observed_at=NOW, data=(pool,)
    )
    picture = Picture(
        now=NOW, start=NOW - timedelta(hours=6), pools=Part((reading,)),
        series={"pool-space": (series,)},
    )  # fmt: skip
    checks = [one for one in all_checks() if one.id == "pool-fill"]
    found = run_checks(checks, picture, build_topology(picture)).findings
    return next(one for one in found if one.subject.name == "nas1/tank")


@pytest.mark.parametrize(
    ("rises", "severity", "told"),
    [
        ([0.80 + 0.007 * i for i in range(12)], Severity.CRITICAL, "full in 1 h"),
        ([0.85] * 12, Severity.WARNING, ""),
        ([0.80 + 0.012 * min(i, 6) for i in range(14)], Severity.WARNING, ""),
        ([0.80, 0.84, 0.88], Severity.WARNING, ""),
    ],
    ids=["growing", "still", "a burst that is over", "too few values"],
)
def test_the_time_that_is_left(rises: list[float], severity: Severity, told: str) -> None:
    found = nearly_full(rises)
    assert found.severity is severity
    assert ("full in" in found.text) == bool(told)
    assert told in found.text

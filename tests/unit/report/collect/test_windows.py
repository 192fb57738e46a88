"""How a report measures over its window: availability, what is known of it, capacity."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from providers.reading import Reading, State
from providers.series import Series, SeriesStats, SeriesWindow
from sre_tui.diagnosis.signals.capacity_model import Capacity
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.report.collectors.capacity import foreseen, past, thinned
from sre_tui.report.collectors.objectives import Course, known_share, measured_rows
from sre_tui.report.piecewise import parts_of
from sre_tui.report.scope import scope_of
from tests.stubs.homelab_tools import context_in

from .window import DAY, HOUR, NOW, scope


def test_availability_is_the_mean_of_what_is_known(tmp_path: Path) -> None:
    rows = list(
        measured_rows(
            {
                "target": [
                    Course({"instance": "media:9100", "job": "node"}, (1.0, 0.5, 1.0, 1.0)),
                    Course({"instance": "media:9100", "job": "cadvisor"}, (1.0,)),
                    Course({"instance": "https://a.example", "job": "http"}, (1.0,)),
                    Course({"instance": "gone:9100", "job": "node"}, ()),
                ],
                "probe": [Course({"instance": "https://a.example", "job": "http"}, (0.0,))],
                "node": [Course({"id": "node/pve1", "instance": "pve:9221"}, (1.0, 1.0))],
            },
            scope(tmp_path),
        )
    )
    assert [(row.name, row.kind, row.measured, row.verdict) for row in rows] == [
        ("media:9100 (node)", "target", 0.875, "fail"),
        ("media:9100 (cadvisor)", "target", 1.0, "pass"),
        ("https://a.example", "probe", 0.0, "fail"),
        ("pve1", "node", 1.0, "pass"),
    ]
    assert [row.seconds_missed for row in rows] == [1800.0, 0.0, 3600.0, 0.0]


@pytest.mark.parametrize(("hours", "share"), [(168, 1.0), (84, 0.5), (0, 0.0)])
def test_how_much_of_a_window_prometheus_knows_is_told(
    tmp_path: Path, hours: int, share: float
) -> None:
    """As where it keeps half a week, or was installed since; targets come and go."""
    moments = [NOW - HOUR * n for n in range(hours)]
    several = [
        Series(source="prometheus:main", labels={"instance": name},
               points=tuple((at, 1.0) for at in sorted(part)), stats=SeriesStats(points=len(part)))
        for name, part in (("a", moments[: hours // 2]), ("b", moments[hours // 3 :]))
    ]  # fmt: skip
    window = SeriesWindow(
        query="up", start=NOW - DAY * 7, end=NOW, step=3600, series=tuple(several)
    )
    reading = Reading[SeriesWindow](
        source="prometheus:main", state=State.OK, observed_at=NOW, data=window
    )
    assert known_share([reading], scope(tmp_path)) == pytest.approx(share)


def test_a_window_is_read_in_parts_that_meet() -> None:
    parts = parts_of(NOW - DAY * 16, NOW, DAY * 7)
    assert parts == [
        (NOW - DAY * 16, NOW - DAY * 14), (NOW - DAY * 14, NOW - DAY * 7), (NOW - DAY * 7, NOW),
    ]  # fmt: skip


@pytest.mark.parametrize("days", [0.01, 91])
def test_a_window_that_is_too_short_or_long_is_refused(tmp_path: Path, days: float) -> None:
    with pytest.raises(ValueError, match="a report covers"):
        scope_of(context_in(tmp_path), DAY * days)


def pool(**more: object) -> Capacity:
    return Capacity.model_validate(
        {
            "kind": "pool", "subject": Subject(kind=SubjectKind.POOL, name="nas1/tank"),
            "source": "truenas:main", "outlook": "growing", "used": 80.0, "size": 100.0,
            "growth": 4.0, **more,
        }
    )  # fmt: skip


def test_a_chart_of_a_pool_has_few_points_and_ends_when_it_is_full() -> None:
    course = tuple((NOW - HOUR * n, 80.0 - n / 10) for n in range(400, -1, -1))
    shown = list(past(pool(course=course)))
    assert 50 <= len(shown) <= 60
    assert (shown[-1].at, shown[-1].value) == (NOW, 0.8)
    gaps = {later.at - earlier.at for earlier, later in pairwise(shown[1:])}
    assert max(gaps) <= HOUR * 8
    ahead = list(foreseen(pool(), NOW))
    assert [one.value for one in ahead[:2]] == pytest.approx([0.8, 0.84])
    assert (ahead[-1].at, ahead[-1].value) == (NOW + DAY * 5, 1.0)
    assert len(list(foreseen(pool(growth=0.1), NOW))) == 29
    assert not list(foreseen(pool(outlook="not growing"), NOW))
    assert not list(past(pool(size=None, course=course)))
    assert thinned([], 10) == []
    assert thinned([(NOW, 1.0)], 10) == [(NOW, 1.0)]

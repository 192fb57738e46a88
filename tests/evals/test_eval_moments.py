"""Scenarios play at several hours of a week, each at its own in every run."""

from collections import Counter
from datetime import UTC, datetime, time

from sre_tui.evals.cases import exams
from sre_tui.evals.moments import MOMENTS, moment_of
from sre_tui.evals.outcome import Asked, CauseOutcome
from sre_tui.evals.report import report_of
from sre_tui.evals.run import Outcomes


def test_a_scenario_plays_at_the_same_moment_in_every_run() -> None:
    assert moment_of("dns-down") == datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
    assert moment_of("guest-stopped") == datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def test_another_hour_is_of_the_same_day() -> None:
    night = moment_of("guest-stopped", time(2, 30))
    assert night == datetime(2026, 11, 25, 2, 30, tzinfo=UTC)


def test_each_half_plays_at_every_moment() -> None:
    for half in ("tuning", "reporting"):
        found = Counter(moment_of(exam.scenario.id) for exam in exams(half))
        assert set(found) == set(MOMENTS)


def outcome(name: str, hour: int | None) -> CauseOutcome:
    at = None if hour is None else datetime(2026, 11, 22, hour, 0, tzinfo=UTC)
    asked = Asked(
        case=f"{name}/1", half="tuning", situation="one fault", ask="?", wanted=("a@b",), at=at
    )
    return CauseOutcome(asked=asked, named=(), verdict="cause", elapsed=0.0)


def test_figures_are_told_by_hour_where_there_are_several() -> None:
    several = Outcomes(causes=[outcome("a", 2), outcome("b", 15), outcome("c", 15)])
    told = report_of(several, seconds=0.0, show=lambda _: True).hours
    assert [(one.half, one.hour, one.figures.questions) for one in told] == [
        ("tuning", "02:00", 1),
        ("tuning", "15:00", 2),
    ]
    one_hour = Outcomes(causes=[outcome("a", 2), outcome("b", 2)])
    assert report_of(one_hour, seconds=0.0, show=lambda _: True).hours == ()

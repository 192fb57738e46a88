"""Cron expressions fire when cron would."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sre_tui.schedule.plan import Plan

BERLIN = ZoneInfo("Europe/Berlin")
FRIDAY = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def runs(
    expression: str, most: int, now: datetime = FRIDAY, zone: ZoneInfo | None = None
) -> list[str]:
    plan = Plan(expression, zone or ZoneInfo("UTC"), "")
    return [f"{at:%a %Y-%m-%d %H:%M}" for at in plan.next_runs(now, most)]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("0 7 * * 1", ["Mon 2026-11-23 07:00", "Mon 2026-11-30 07:00"]),
        ("0 7 * * 0", ["Sun 2026-11-22 07:00", "Sun 2026-11-29 07:00"]),
        ("0 7 * * 7", ["Sun 2026-11-22 07:00", "Sun 2026-11-29 07:00"]),
        ("0 7 * * mon-wed", ["Mon 2026-11-23 07:00", "Tue 2026-11-24 07:00"]),
        ("*/20 12 * * *", ["Fri 2026-11-20 12:00", "Fri 2026-11-20 12:20"]),
        ("0 7 * * 1-5/2", ["Mon 2026-11-23 07:00", "Wed 2026-11-25 07:00"]),
        ("30 6 1 jan,jul *", ["Fri 2027-01-01 06:30", "Thu 2027-07-01 06:30"]),
        ("0 0 29 2 *", ["Tue 2028-02-29 00:00"]),
    ],
)  # fmt: skip
def test_when_it_fires(expression: str, expected: list[str]) -> None:
    assert runs(expression, len(expected)) == expected


def test_either_day_is_enough_where_both_are_restricted() -> None:
    assert runs("0 0 13 * 5", 4) == [
        "Fri 2026-11-27 00:00", "Fri 2026-12-04 00:00", "Fri 2026-12-11 00:00",
        "Sun 2026-12-13 00:00",
    ]  # fmt: skip


def test_a_step_over_all_days_restricts_no_weekday() -> None:
    assert runs("0 0 */2 * 1", 2) == ["Mon 2026-11-23 00:00", "Mon 2026-12-07 00:00"]


def test_a_day_that_never_comes_is_never_due() -> None:
    assert runs("0 0 31 2 *", 1) == []


def test_seven_in_the_morning_stays_seven_when_the_clocks_change() -> None:
    before = datetime(2026, 10, 24, 12, 0, tzinfo=UTC)
    plan = Plan("0 7 * * *", BERLIN, "Europe/Berlin")
    first, second = plan.next_runs(before - timedelta(days=1), 2)
    assert [f"{at:%H:%M}" for at in (first, second)] == ["07:00", "07:00"]
    assert [at.utcoffset() for at in (first, second)] == [timedelta(hours=2), timedelta(hours=1)]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("30 2 * * *", ["10-24 02:30+0200", "10-25 02:30+0200", "10-26 02:30+0100"]),
        ("0 2 * * sun", ["10-25 02:00+0200", "11-01 02:00+0100"]),
        ("*/30 2,3 25 * *", ["10-25 02:00+0200", "10-25 02:30+0200", "10-25 03:00+0100"]),
    ],
)
def test_in_the_hour_that_comes_twice_it_fires_the_first_time(
    expression: str, expected: list[str]
) -> None:
    plan = Plan(expression, BERLIN, "Europe/Berlin")
    found = plan.next_runs(datetime(2026, 10, 24, tzinfo=UTC), len(expected))
    assert [f"{at:%m-%d %H:%M%z}" for at in found] == expected
    second = datetime(2026, 10, 25, 2, 10, tzinfo=BERLIN, fold=1)
    assert all(at.astimezone(UTC) > second.astimezone(UTC) for at in plan.next_runs(second, 2))


def test_what_is_due_in_the_hour_that_is_left_out_comes_an_hour_later() -> None:
    plan = Plan("30 2 * * *", BERLIN, "Europe/Berlin")
    found = plan.next_runs(datetime(2026, 3, 28, 12, tzinfo=UTC), 2)
    assert [f"{at:%m-%d %H:%M%z}" for at in found] == ["03-29 03:30+0200", "03-30 02:30+0200"]
    assert plan.missed(
        datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 6, tzinfo=UTC)
    ) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@given(
    minute=st.integers(0, 59),
    hour=st.integers(0, 23),
    weekday=st.integers(0, 7),
    now=st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - made aware
)
def test_a_weekly_run_comes_within_a_week_on_its_day(
    minute: int, hour: int, weekday: int, now: datetime
) -> None:
    since = now.replace(tzinfo=UTC)
    at = Plan(f"{minute} {hour} * * {weekday}", UTC, "UTC").next_runs(since, 1)[0]
    assert timedelta(0) <= at - since <= timedelta(days=7)
    assert (at.minute, at.hour, at.isoweekday() % 7) == (minute, hour, weekday % 7)

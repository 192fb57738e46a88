"""The plan: the zone it is in, and reports that are missing."""

from datetime import UTC, datetime, timedelta

import pytest

from sre_tui.schedule.plan import GRACE, Plan, plan_of
from sre_tui.settings.reporting import ReportSettings

MONDAY = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
WEEKLY = Plan("0 7 * * 1", UTC, "UTC")
LAST_WEEK = MONDAY - timedelta(days=7)


@pytest.mark.parametrize(
    ("last", "now", "missing"),
    [
        (LAST_WEEK, MONDAY + timedelta(minutes=5), True),
        (LAST_WEEK, MONDAY + GRACE - timedelta(minutes=1), True),
        (LAST_WEEK, MONDAY + GRACE + timedelta(minutes=1), False),
        (LAST_WEEK, MONDAY - timedelta(minutes=1), False),
        (MONDAY + timedelta(seconds=1), MONDAY + timedelta(minutes=5), False),
        # One that was made by hand shortly before it was due is another one.
        (MONDAY - timedelta(minutes=1), MONDAY + timedelta(minutes=5), True),
        (None, MONDAY + timedelta(minutes=5), False),
    ],
)
def test_what_was_due_and_not_made_is_missing(
    last: datetime | None, now: datetime, missing: bool
) -> None:
    assert WEEKLY.missed(last, now) == (MONDAY if missing else None)


def test_the_zone_is_the_one_of_the_settings_or_of_the_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan = plan_of(ReportSettings(schedule="0 7 * * 1", timezone="Asia/Tokyo"))
    assert plan.zone_name == "Asia/Tokyo"
    assert f"{plan.next_runs(LAST_WEEK, 1)[0]:%a %H:%M %Z}" == "Mon 07:00 JST"
    monkeypatch.setattr("sre_tui.settings.zone.get_localzone_name", lambda: "America/New_York")
    assert plan_of(ReportSettings()).zone_name == "America/New_York"

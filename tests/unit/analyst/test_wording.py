"""How times are told in an answer."""

from datetime import UTC, datetime, timedelta

import pytest

from sre_tui.agent.analyst.wording import both_ends, clock_time, plain, within

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


def test_a_time_of_today_needs_no_date() -> None:
    assert clock_time(NOW - timedelta(hours=1), NOW) == "14:00 UTC"
    assert clock_time(NOW - timedelta(days=1), NOW) == "2026-11-21 15:00 UTC"


def test_a_span_over_midnight_has_its_date_at_both_ends() -> None:
    today = both_ends(NOW - timedelta(hours=2), NOW - timedelta(hours=1), NOW)
    assert today == ("13:00 UTC", "14:00 UTC")
    night = both_ends(NOW - timedelta(hours=23, minutes=30), NOW - timedelta(minutes=50), NOW)
    assert night == ("2026-11-21 15:30 UTC", "2026-11-22 14:10 UTC")
    past = within(NOW - timedelta(hours=20), NOW - timedelta(hours=2), NOW)
    assert past == "from 2026-11-21 19:00 UTC to 2026-11-22 13:00 UTC"


@pytest.mark.parametrize("limit", range(36, 48))
def test_what_is_cut_off_leaves_no_other_figure(limit: int) -> None:
    said = plain("expires: nextcloud.home.example and 16 more on pve1", limit)
    assert said in (
        "expires: nextcloud.home.example and…",
        "expires: nextcloud.home.example and …",
    ) or said.startswith("expires: nextcloud.home.example and 16 more "), said

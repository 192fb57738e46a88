"""Calendar events of Proxmox: what they mean, in which zone, and how far apart they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sre_tui.diagnosis.coverage.calendar import Calendar, read_calendar

NOW = datetime(2026, 11, 22, 15, 23, 23, tzinfo=UTC)
"""A Sunday."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "last", "following", "interval"),
    [
        ("01:30", at(22, 1, 30), at(23, 1, 30), DAY),
        ("sat 02:00", at(21, 2), at(28, 2), 7 * DAY),
        ("Sat,sun 2:0", at(22, 2), at(28, 2), 6 * DAY),
        ("mon..fri 21:00", at(20, 21), at(23, 21), 3 * DAY),
        ("*/6:00", at(22, 12), at(22, 18), 6 * HOUR),
        ("0/8:30", at(22, 8, 30), at(22, 16, 30), 8 * HOUR),
        ("*/15", at(22, 15, 15), at(22, 15, 30), HOUR / 4),
        ("30", at(22, 14, 30), at(22, 15, 30), HOUR),
        ("30/10", at(22, 14, 50), at(22, 15, 30), 40 * HOUR / 60),
        ("mon..wed 30/10", at(18, 23, 50), at(23, 0, 30), 40 * HOUR / 60),
        ("mon..fri 8..17,22:0/15", at(20, 22, 45), at(23, 8, 0), 4.25 * HOUR),
        ("daily", at(22, 0), at(23, 0), DAY),
        ("weekly", at(16, 0), at(23, 0), 7 * DAY),
        ("hourly", at(22, 15), at(22, 16), HOUR),
        ("monthly", at(1, 0), datetime(2026, 12, 1, tzinfo=UTC), 31 * DAY),
        ("sat *-1..7 15:00", at(7, 15), datetime(2026, 12, 5, 15, tzinfo=UTC), 35 * DAY),
        ("fri", at(20, 0), at(27, 0), 7 * DAY),
        ("22:00 UTC", at(21, 22), at(22, 22), DAY),
    ],
)
def test_events_mean_what_proxmox_means(
    text: str, last: datetime, following: datetime, interval: timedelta
) -> None:
    calendar = read_calendar(text)
    assert calendar.last(NOW) == last
    assert calendar.next(NOW) == following
    assert calendar.interval(NOW) == interval


@pytest.mark.parametrize(
    "text", ["", "  ", "soon", "25:00", "01:60", "sat.. 02:00", "01:30 01:30", "*/0:00", "a b c"]
)
def test_what_is_no_event_is_refused_with_a_line(text: str) -> None:
    with pytest.raises(ValueError, match="no calendar event") as refused:
        read_calendar(text)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "next_run", "offset"),
    [
        ("01:30", at(23, 1, 30), timedelta()),
        ("01:30", at(23, 0, 30), HOUR),
        ("21:00", at(23, 2), -5 * HOUR),
        ("sat 02:00", at(27, 20, 30), 5.5 * HOUR),
        ("*/6:00", at(22, 18), timedelta()),
        ("21:00 UTC", at(23, 2), timedelta()),
    ],
)
def test_the_next_run_gives_the_zone_away(text: str, next_run: datetime, offset: timedelta) -> None:
    calendar = read_calendar(text, next_run)
    assert calendar.offset == offset
    assert (calendar.next(next_run - HOUR / 4) == next_run) == ("UTC" not in text)


def test_a_next_run_that_fits_no_zone_leaves_it_open() -> None:
    assert read_calendar("01:30", at(23, 1, 37)).offset is None


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@given(
    days=st.lists(st.sampled_from(WEEKDAYS), unique=True),
    hour=st.one_of(st.integers(0, 23).map(str), st.integers(1, 23).map(lambda n: f"*/{n}")),
    minute=st.one_of(st.integers(0, 59).map(str), st.integers(1, 59).map(lambda n: f"*/{n}")),
    shift=st.integers(-48, 48),
    moment=st.integers(1_577_836_800, 2_051_222_400).map(lambda t: datetime.fromtimestamp(t, UTC)),
)
def test_last_and_next_enclose_a_moment(
    days: list[str], hour: str, minute: str, shift: int, moment: datetime
) -> None:
    text = f"{','.join(days)} {hour}:{minute}".strip()
    plain = read_calendar(text)
    calendar = Calendar(plain.text, plain.expression, shift * HOUR / 4)
    last, following = calendar.last(moment), calendar.next(moment)
    assert last is not None
    assert following is not None
    assert last <= moment < following
    assert calendar.next(last) == following
    assert calendar.last(following) == following
    if days:
        assert WEEKDAYS[(following + shift * HOUR / 4).weekday()] in days


@given(st.text(max_size=30))
def test_no_text_does_more_than_being_refused(text: str) -> None:
    try:
        calendar = read_calendar(text)
    except ValueError:
        return
    following = calendar.next(NOW)
    assert following is None or following > NOW

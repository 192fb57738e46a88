"""How people and models write a point in time."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import TypeAdapter, ValidationError

from sre_tui.tools.arguments import LONGEST, NOW, Window, parse_moment, parse_window

AT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("now", AT),
        ("1h ago", AT - timedelta(hours=1)),
        ("2h", AT - timedelta(hours=2)),
        ("-1h30m", AT - timedelta(minutes=90)),
        ("14:05", datetime(2026, 11, 22, 14, 5, tzinfo=UTC)),
        ("9:30", datetime(2026, 11, 22, 9, 30, tzinfo=UTC)),
        ("15:00", AT),
        ("15:01", datetime(2026, 11, 21, 15, 1, tzinfo=UTC)),
        ("2026-11-22T14:05", datetime(2026, 11, 22, 14, 5, tzinfo=UTC)),
        ("2026-11-22T14:05:00+01:00", datetime(2026, 11, 22, 13, 5, tzinfo=UTC)),
    ],
)
def test_a_moment_is_what_it_reads_like(text: str, meant: datetime) -> None:
    moment = parse_moment(text)
    assert moment.resolve(AT) == meant
    assert parse_moment(str(moment)).resolve(AT) == meant


def test_a_time_of_day_is_not_now() -> None:
    assert parse_moment("now") == NOW
    assert parse_moment("00:00") != NOW


@pytest.mark.parametrize(
    "text",
    [
        "25:00", "14:75", "yesterday", "14:05 tomorrow", "0001-01-01T00:00+14:00",
        "9999-12-31T23:59-14:00",
    ],
)  # fmt: skip
def test_what_is_no_moment_is_refused_with_what_is(text: str) -> None:
    with pytest.raises(ValueError, match="write it as now, -30m, 14:00"):
        parse_moment(text)


def test_a_window_is_as_long_as_a_calendar_can_hold_and_no_longer() -> None:
    assert parse_window("50y") == LONGEST
    assert AT - parse_window("50y") < AT
    for text in ("51y", "9000y", "99999999999999999999d"):
        with pytest.raises(ValueError, match="too long a span of time: at most 50y"):
            parse_window(text)


@pytest.mark.parametrize("number", [-3600, 0, 1e300, float("nan"), float("inf")])
def test_a_number_that_is_no_window_is_refused(number: float) -> None:
    with pytest.raises(ValidationError, match="span of time"):
        TypeAdapter(Window).validate_python(number)


def test_a_bare_number_is_seconds() -> None:
    assert TypeAdapter(Window).validate_python(90) == timedelta(seconds=90)

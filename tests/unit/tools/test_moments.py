"""How people and models write a point in time."""

from datetime import UTC, datetime, timedelta

import pytest

from sre_tui.tools.arguments import NOW, parse_moment

AT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("now", AT),
        ("1h ago", AT - timedelta(hours=1)),
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


@pytest.mark.parametrize("text", ["25:00", "14:75", "yesterday", "14:05 tomorrow"])
def test_what_is_no_moment_is_refused_with_what_is(text: str) -> None:
    with pytest.raises(ValueError, match="write it as now, -30m, 14:00"):
        parse_moment(text)

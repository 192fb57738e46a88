"""When a datastore will be full, from constructed histories of its fill."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from providers.pbs.models import NEARLY_FULL
from providers.pbs.outlook import DAY, History, Outlook, outlook

NOW = datetime(2026, 11, 22, 15, 23, 23, tzinfo=UTC)
TOTAL = 1000 * 2**30
STEP = 1800.0
POINTS = 1440


def history(share: Callable[[float], float], points: int = POINTS) -> History:
    """A history whose fill is a function of the days before now, held between 0 and 1."""
    days = [(points - 1 - index) * STEP / DAY for index in range(points)]
    shares: Sequence[JsonValue] = [min(1.0, max(0.0, share(day))) for day in days]
    return History(shares, STEP, TOTAL)


def seen(past: History, estimate: float | None = None) -> Outlook:
    last = past.shares[-1]
    assert isinstance(last, float)
    used = round(last * past.total)
    return outlook(
        estimate=estimate,
        used=used,
        total=past.total,
        available=past.total - used,
        recent_growth=past.recent_growth(),
        last_growth=past.recent_growth(DAY),
        now=NOW,
    )


def in_days(days: float) -> float:
    return (NOW + timedelta(days=days)).timestamp()


@given(
    fill=st.floats(0.0, 1.0),
    pace=st.floats(-0.2, 0.2),
    estimate=st.one_of(st.none(), st.floats(-1e12, 1e12)),
)
def test_no_date_lies_in_the_past(fill: float, pace: float, estimate: float | None) -> None:
    found = seen(history(lambda day: fill - pace * day), estimate)
    assert found.full_at is None or found.full_at >= NOW
    assert (found.full_at is None) == (found.basis is None)
    assert (found.full_at is not None) == (found.trend == "growing")


@given(
    fill=st.floats(0.0, NEARLY_FULL),
    slow=st.floats(0.0, 0.2),
    fast=st.floats(0.0, 0.2),
    days=st.floats(1.0, 900.0),
)
def test_a_faster_pace_is_full_no_later(fill: float, slow: float, fast: float, days: float) -> None:
    slow, fast = sorted((slow, fast))

    def full(pace: float) -> datetime:
        found = outlook(
            estimate=in_days(days),
            used=round(fill * TOTAL),
            total=TOTAL,
            available=TOTAL - round(fill * TOTAL),
            recent_growth=pace * TOTAL,
            last_growth=pace * TOTAL,
            now=NOW,
        )
        assert found.full_at is not None
        return found.full_at

    assert full(fast) <= full(slow)


@given(pace=st.floats(0.002, 0.01), fill=st.floats(0.5, 0.9))
def test_the_date_is_when_the_room_is_used_up(pace: float, fill: float) -> None:
    found = seen(history(lambda day: fill - pace * day), in_days(2000))
    if (1.0 - fill) / pace < 90:
        assert found.basis == "recent"
        assert found.full_at is not None
        left = (found.full_at - NOW) / timedelta(days=1)
        assert left == pytest.approx((1.0 - fill) / pace, rel=1e-3)


def test_a_datastore_that_has_run_full_is_not_said_to_have_weeks() -> None:
    # From 53 % to 99 % within two days, then nothing fits any more.
    for since in (1.2, 2.0, 9.0):
        begun = since + 2.0

        def ran_full(day: float, begun: float = begun) -> float:
            return 0.53 + 0.23 * min(2.0, max(0.0, begun - day))

        assert seen(history(ran_full), in_days(35)) == Outlook(None, None, "full")
    without_history = outlook(
        estimate=in_days(35), used=TOTAL, total=TOTAL, available=0, recent_growth=None,
        last_growth=None, now=NOW,
    )  # fmt: skip
    assert without_history.trend == "full"


def test_a_datastore_that_fills_up_now_goes_by_the_last_days() -> None:
    filling = history(lambda day: 0.53 + 0.2 * max(0.0, 2 - day))
    found = seen(filling, in_days(60))
    assert (found.basis, found.trend) == ("recent", "growing")
    assert found.full_at is not None
    assert found.full_at - NOW < timedelta(hours=12)


def test_a_daily_rise_and_fall_is_no_growth() -> None:
    # Backups add 4 % in the night, and pruning with garbage collection takes them away again.
    sawtooth = history(lambda day: 0.6 + 0.04 * (1 - day % 1.0))
    assert sawtooth.recent_growth() == pytest.approx(0.0, abs=1.0)
    assert seen(sawtooth, 0) == Outlook(None, None, "not_growing")


def test_a_shrinking_store_keeps_the_date_of_the_server() -> None:
    shrinking = history(lambda day: 0.5 + 0.01 * day)
    assert seen(shrinking, in_days(400)) == Outlook(NOW + timedelta(days=400), "month", "growing")
    assert seen(shrinking, in_days(-3)) == Outlook(None, None, "not_growing")
    assert seen(shrinking) == Outlook(None, None, "unknown")


@pytest.mark.parametrize(("points", "known"), [(0, False), (7, False), (96, False), (97, True)])
def test_a_short_history_tells_no_recent_pace(points: int, known: bool) -> None:
    assert (history(lambda day: 0.5 - 0.01 * day, points).recent_growth() is not None) is known


def test_gaps_in_the_history_are_left_out() -> None:
    whole = history(lambda day: 0.7 - 0.01 * day)
    holed = History(
        [None if i % 7 == 3 else value for i, value in enumerate(whole.shares)], STEP, TOTAL
    )
    assert holed.growth() == pytest.approx(0.01 * TOTAL)
    assert holed.recent_growth() == pytest.approx(0.01 * TOTAL)


@pytest.mark.parametrize("minutes", [0, 29])
def test_what_is_full_is_so_since_a_step_however_late_it_is_asked(minutes: int) -> None:
    began = datetime(2026, 11, 20, tzinfo=UTC)
    start = began.timestamp() - 10 * STEP
    shares: list[JsonValue] = [*[0.5] * 10, *[0.98] * 5]
    now = began + timedelta(seconds=4 * STEP, minutes=minutes)
    assert History(shares, STEP, TOTAL, start).as_full_since(now) == began
    # A beginning that nobody can believe is none.
    for wrong in (1e300, now.timestamp()):
        told = History(shares, STEP, TOTAL, wrong).as_full_since(now)
        assert told == now - timedelta(seconds=4 * STEP)

"""Hysteresis and delay: when a value has been wrong, and since when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sre_tui.diagnosis.checks.check import Limits, Sign
from sre_tui.diagnosis.checks.metric import GAP, Measured, find_episode

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
STEP = 180.0
POINTS = 120
END = START + timedelta(seconds=STEP * POINTS)
ABOVE = Limits(0.9, clear=0.8, delay=600)


def points(*values: float | None) -> list[tuple[datetime, float]]:
    """Points that end now, one per step; None leaves one out."""
    first = END - timedelta(seconds=STEP * (len(values) - 1))
    return [
        (first + timedelta(seconds=STEP * at), value)
        for at, value in enumerate(values)
        if value is not None
    ]


def episode(*values: float | None, limits: Limits = ABOVE, first: bool = False):  # type: ignore[no-untyped-def]
    return find_episode(points(*values), limits, start=START, end=END, step=STEP, first=first)


def test_what_was_never_beyond_the_trigger_is_fine() -> None:
    assert episode(0.85, 0.88, 0.89) is None
    assert episode() is None


def test_what_was_wrong_too_shortly_is_fine() -> None:
    assert episode(0.95, 0.95) is None
    assert episode(0.95, 0.95, 0.95, 0.95) is not None


def test_between_clear_and_trigger_it_lasts_but_does_not_begin() -> None:
    found = episode(0.85, 0.95, 0.85, 0.85, 0.85, 0.85)
    assert found is not None
    assert found.active
    assert found.since == points(0.0, 0.0, 0.0, 0.0, 0.0)[0][0]
    assert (found.first, found.value) == (0.95, 0.85)


def test_what_is_over_tells_the_worst_value_and_when_it_ended() -> None:
    found = episode(0.95, 0.99, 0.95, 0.95, *([None] * 10))
    assert found is not None
    assert not found.active
    assert found.value == 0.99
    assert END - found.until == timedelta(seconds=10 * STEP)


def test_a_short_gap_does_not_end_it_and_a_long_one_does() -> None:
    short = int(GAP.total_seconds() // STEP) - 1
    joined = episode(*[0.95] * 4, *[None] * short, *[0.95] * 4)
    parted = episode(*[0.95] * 4, *[None] * (short + 3), *[0.95] * 4)
    assert joined is not None
    assert parted is not None
    assert joined.since < parted.since


def test_the_first_stretch_counts_for_what_happens_at_a_moment() -> None:
    values = [*[0.95] * 4, *[None] * 12, *[0.95] * 4]
    last, first = episode(*values), episode(*values, first=True)
    assert last is not None
    assert first is not None
    assert first.since < last.since


def test_what_was_wrong_from_the_beginning_has_an_open_start() -> None:
    whole = episode(*[0.95] * (POINTS + 1))
    later = episode(*[0.95] * 5)
    assert whole is not None
    assert whole.open_start
    assert later is not None
    assert not later.open_start


@pytest.mark.parametrize("sign", [">", "<"])
@given(values=st.lists(st.floats(0, 1), min_size=1, max_size=60), delay=st.sampled_from([0, 600]))
def test_an_episode_is_long_enough_and_contains_a_breach(
    sign: Sign, values: list[float], delay: float
) -> None:
    limits = (
        Limits(0.9, clear=0.8, delay=delay)
        if sign == ">"
        else Limits(0.1, clear=0.2, delay=delay, sign="<")
    )
    found = episode(*values, limits=limits)
    breaches = [at for at, value in points(*values) if limits.beyond(value)]
    if not breaches:
        assert found is None
    if found is None:
        assert delay or not breaches
        return
    assert found.since <= found.until <= END
    assert (found.until - found.since).total_seconds() + STEP >= delay
    assert any(found.since <= at <= found.until for at in breaches)
    assert limits.lasting(found.value)


@given(values=st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_a_stricter_trigger_never_finds_more(values: list[float]) -> None:
    mild, strict = Limits(0.8, delay=0), Limits(0.9, delay=0)
    if episode(*values, limits=strict) is not None:
        assert episode(*values, limits=mild) is not None


@pytest.mark.parametrize(
    ("number", "unit", "told"),
    [
        (1.0, None, "1 sector, 1"),
        (10.37, None, "10 sectors, 10.37"),
        (0.2, None, "1 sector, 0.2"),
        (16_800.0, None, "16,800 sectors, 16,800"),
    ],
)
def test_counts_are_whole_and_agree_with_their_noun(
    number: float, unit: str | None, told: str
) -> None:
    assert "{0:sector}, {0}".format(Measured(number, unit)) == told


def test_a_time_that_has_passed_is_told_as_its_age() -> None:
    assert f"{Measured(-25_320.0, 's'):age} ago" == "7 h 2 min ago"

"""Power states of disks: shares, changes, and gaps that are no state."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.series import Point
from sre_tui.tools.hdd_power_series import course

END = datetime(2026, 11, 22, 15, tzinfo=UTC)


def points(values: Sequence[float | None], step: float = 60.0) -> list[Point]:
    """The last of the values at the end of the window; None for no sample."""
    first = END - timedelta(seconds=step * (len(values) - 1))
    return [
        (first + timedelta(seconds=step * i), value)
        for i, value in enumerate(values)
        if value is not None
    ]


def start(values: Sequence[object], step: float = 60.0) -> datetime:
    return END - timedelta(seconds=step * (len(values) - 1))


def test_shares_changes_and_the_last_transition() -> None:
    values = [0.0, 0.0, 0.0, 2.0, 2.0, 1.0, 1.0, 0.0, 0.0]
    did = course(points(values), start(values), END, 60.0)
    assert did.state == "standby"
    assert dict(did.shares) == {"active": 0.25, "idle": 0.25, "standby": 0.5}
    assert (did.changes, did.transition, did.gaps) == (3, "idle to standby", 0)
    assert did.since == END - timedelta(minutes=1)


def test_a_gap_is_not_reported_and_no_state() -> None:
    values = [2.0, 2.0, None, None, None, None, 2.0, 2.0, 2.0]
    did = course(points(values), start(values), END, 60.0)
    assert dict(did.shares) == {"active": 0.5, "not reported": 0.5}
    assert (did.changes, did.gaps, did.state) == (0, 1, "active")


def test_a_disk_that_stopped_reporting_is_not_reported_now() -> None:
    values = [2.0, 2.0, 1.0, 1.0, None, None, None, None, None]
    did = course(points(values), start(values), END, 60.0)
    assert did.state == "not reported"
    assert did.since == did.last_seen == END - timedelta(minutes=5)
    assert (did.transition, did.changes, did.gaps) == ("active to idle", 1, 1)


def test_a_series_without_a_sample_knows_nothing() -> None:
    did = course([(END, float("nan"))], END - timedelta(hours=1), END, 60.0)
    assert (did.state, did.known, dict(did.shares)) == (
        "not reported",
        False,
        {"not reported": 1.0},
    )


def test_a_value_without_a_word_is_told_as_it_is() -> None:
    values = [0.0, 9.0]
    assert course(points(values), start(values), END, 60.0).state == "state 9"


@given(st.lists(st.sampled_from([0.0, 1.0, 2.0, None]), min_size=2, max_size=60))
def test_shares_sum_up_to_the_window(values: list[float | None]) -> None:
    did = course(points(values), start(values), END, 60.0)
    assert sum(did.shares.values()) == pytest.approx(1.0)
    assert all(0 < share <= 1 for share in did.shares.values())
    assert did.changes < len(values)


def test_depths_of_idle_are_no_changes_and_unread_disks_have_no_state() -> None:
    # Codes of disk_status_exporter: idle_a, idle_b, unknown, error, idle_c, active, sleep.
    values = [1.0, 3.0, 4.0, -1.0, -2.0, 5.0, 6.0, 7.0, 0.0]
    did = course(points(values), start(values), END, 60.0)
    assert dict(did.shares) == {
        "active": 0.125, "idle": 0.375, "standby": 0.25, "not reported": 0.25,
    }  # fmt: skip
    assert (did.changes, did.transition, did.gaps) == (2, "active to standby", 1)


@given(st.lists(st.sampled_from([-2.0, -1.0, 0.0, 1.0, 2.0, 6.0, 7.0, None]), min_size=2))
def test_any_course_is_counted_as_by_hand(values: list[float | None]) -> None:
    did = course(points(values), start(values), END, 60.0)
    words = {0.0: "standby", 1.0: "idle", 2.0: "active", 6.0: "active", 7.0: "standby"}
    told = [words[value] for value in values if value is not None and value >= 0]
    inside = [words.get(value, "") if value is not None else "" for value in values[1:]]
    assert did.changes == sum(a != b for a, b in itertools.pairwise(told))
    for state in ("standby", "idle", "active"):
        assert did.shares.get(state, 0.0) == pytest.approx(inside.count(state) / len(inside))

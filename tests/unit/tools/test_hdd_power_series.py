"""Power states of disks: shares, changes, and gaps that are no state."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.series import Point
from sre_tui.tools.hdd_power_series import course, disk_of, host_of, same_host

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
    values = [0.0, 7.0]
    assert course(points(values), start(values), END, 60.0).state == "state 7"


@given(st.lists(st.sampled_from([0.0, 1.0, 2.0, None]), min_size=2, max_size=60))
def test_shares_sum_up_to_the_window(values: list[float | None]) -> None:
    did = course(points(values), start(values), END, 60.0)
    assert sum(did.shares.values()) == pytest.approx(1.0)
    assert all(0 < share <= 1 for share in did.shares.values())
    assert did.changes < len(values)


def test_labels_of_several_exporters_name_disk_and_host() -> None:
    assert disk_of({"device": "/dev/sda", "instance": "nas1:9100"}) == "sda"
    assert disk_of({"disk": "sdb", "device": "x"}) == "sdb"
    assert host_of({"instance": "nas1:9100"}) == "nas1"
    assert host_of({"host": "nas", "instance": "nas1:9100"}) == "nas"
    assert (disk_of({}), host_of({})) == ("", "")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("nas1", "NAS1", True),
        ("nas1", "nas1.home.example", True),
        ("nas1", "nas2", False),
        ("", "nas1", True),
        ("10.0.10.20", "10.0.10.21", False),
    ],
)
def test_hosts_are_the_same_with_or_without_a_domain(one: str, other: str, same: bool) -> None:
    assert same_host(one, other) is same

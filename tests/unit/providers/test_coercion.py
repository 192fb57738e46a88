from __future__ import annotations

from datetime import UTC, datetime
from math import isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.coercion import amount, epoch, flag, maybe_flag, text, whole

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)


@given(ANYTHING)
def test_nothing_is_refused(value: object) -> None:
    number, count = amount(value), whole(value)
    assert number is None or isfinite(number)
    assert count is None or isinstance(count, int)
    assert isinstance(flag(value), bool)
    assert isinstance(text(value), str)
    at = epoch(value)
    assert at is None or at.tzinfo is UTC


@given(st.integers(-(2**80), 2**80))
def test_integers_keep_every_digit(value: int) -> None:
    assert whole(value) == value
    assert text(value) == str(value)


@pytest.mark.parametrize(
    ("value", "number", "count"),
    [("5", 5.0, 5), ("1.5", 1.5, 1), (2.9, 2.9, 2), ("", None, None), ("NaN", None, None),
     ("inf", None, None), (True, None, None), ("N/A", None, None), ([], None, None)],
)  # fmt: skip
def test_figures(value: object, number: float | None, count: int | None) -> None:
    assert (amount(value), whole(value)) == (number, count)


@pytest.mark.parametrize("value", [1, "1", True, "yes", "on", "TRUE"])
def test_on(value: object) -> None:
    assert flag(value)
    assert maybe_flag(value) is True


@pytest.mark.parametrize("value", [0, "0", False, "no", "off"])
def test_off(value: object) -> None:
    assert not flag(value)
    assert maybe_flag(value) is False


def test_nothing_said_is_not_off() -> None:
    assert maybe_flag(None) is None
    assert not flag(None)


def test_times() -> None:
    assert epoch("1795361003") == datetime(2026, 11, 22, 15, 23, 23, tzinfo=UTC)
    assert epoch(0) is None
    assert epoch(1e300) is None

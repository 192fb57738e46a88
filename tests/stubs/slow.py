"""The same test on more homelabs than a run of minutes has time for."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, TypeVar

import pytest

if TYPE_CHECKING:
    from _pytest.mark.structures import ParameterSet

T = TypeVar("T")


def slow_but(always: Collection[T], every: Iterable[T]) -> list[ParameterSet]:
    """All of the values as parameters, slow except for those that are tried always.

    Raises:
        ValueError: one that is to be tried always is none of them.
    """
    values = list(every)
    if strange := [one for one in always if one not in values]:
        raise ValueError(f"no such case: {strange}")
    return [pytest.param(one, marks=() if one in always else pytest.mark.slow) for one in values]


def sampled(every: Iterable[object]) -> list[ParameterSet]:
    """All of the values as parameters, of which each sixth is tried always and the rest is slow.

    For cases that are alike but for their words; a tuple stands for the values of several names.
    """
    return [
        pytest.param(
            *(one if isinstance(one, tuple) else (one,)),
            marks=() if number % 6 == 0 else pytest.mark.slow,
        )
        for number, one in enumerate(every)
    ]

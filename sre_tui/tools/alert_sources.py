"""Puts together what Grafana and Prometheus both know of alerts and rules."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from providers.reading import Reading

RowT = TypeVar("RowT")


def rows(readings: Sequence[Reading[tuple[RowT, ...]]]) -> list[RowT]:
    """The rows of all readings."""
    return [row for reading in readings for row in reading.data or ()]


def distinct(
    first: Iterable[RowT], second: Iterable[RowT], identity: Callable[[RowT], Hashable]
) -> list[RowT]:
    """The first rows, then those of the second that are not among them as well."""
    found = list(first)
    known = {identity(row) for row in found}
    return [*found, *(row for row in second if identity(row) not in known)]


def filters_given(**given: str | None) -> dict[str, str]:
    """The filters that were asked for."""
    return {name: value for name, value in given.items() if value}


def filter_text(filters: dict[str, str]) -> str:
    """The filters in words, with a blank in front; empty if there are none."""
    if not filters:
        return ""
    return " with " + ", ".join(f"{name} {value!r}" for name, value in filters.items())

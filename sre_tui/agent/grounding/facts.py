"""The numbers and times of one text or result, ready to be looked up."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

from sre_tui.agent.grounding.moments_in import (
    Times,
    epoch_moment,
    moments_in,
)
from sre_tui.agent.grounding.quantities import Dimension, quantities

_NUMBER_IN_TEXT = re.compile(r"(?<![\w.,])\d+(?:,\d{3})*(?:\.\d+)?(?![\w]|[.,]\d)")
_SHARE = re.compile(r"(?<![\w.,])(\d+)\s*(?:of|/|out of)\s*(\d+)(?![\w.,]*\d)")
_DIGIT = re.compile(r"\d")
_BREAK = "\0"
"""Between lines that are read at once; unlike a line break it is no space, which dates may hold."""
_MANY = 12
"""More points or times than that are a series: what it amounts to counts, not each of them."""
_SORTS = 8
"""So many different values at most make a field a sort, whose sizes somebody may count."""


@dataclass
class Facts:
    """What supports a statement.

    Attributes:
        numbers: values in texts, by dimension, in base units.
        raw: numbers of documents, and how many rows there are of each sort.
        tokens: numbers as they are written, whatever their unit.
        moments: points in time, aware UTC.
        marks: the times among them from which somebody may count how long ago something was.
        minutes: clock times without a date, in minutes of the day.
        dates: months and days.
    """

    numbers: dict[Dimension, set[float]] = field(
        default_factory=lambda: {"plain": set(), "bytes": set(), "ratio": set(), "seconds": set()}
    )
    raw: set[float] = field(default_factory=set)
    tokens: set[float] = field(default_factory=set)
    moments: set[datetime] = field(default_factory=set)
    marks: set[datetime] = field(default_factory=set)
    minutes: set[int] = field(default_factory=set)
    dates: set[tuple[int, int]] = field(default_factory=set)

    @classmethod
    def of(cls, texts: Iterable[str], document: object, now: datetime) -> Facts:
        """The facts of texts and a JSON document that belong together.

        Times more than ten years away from ``now`` are left out.
        """
        facts = cls()
        facts.raw.update(abs(value) for value in _numbers(document))
        # Labels repeat in every row of a result, and reading them is what takes the time.
        telling = {text for text in (*texts, *strings(document)) if _DIGIT.search(text)}
        for text in telling:
            facts._mark(set(moments_in(text, now)))
        lines = {line for text in telling for line in text.splitlines()}
        times = Times.of(_BREAK.join(lines))
        facts.minutes, facts.dates = times.minutes, times.dates
        for line in times.rest.split(_BREAK):
            if _DIGIT.search(line):
                facts._read_line(line)
        facts._mark({at for value in facts.raw if (at := epoch_moment(value)) is not None})
        if len(facts.marks) > _MANY:
            facts.marks = {min(facts.marks), max(facts.marks)}
        return facts

    @classmethod
    def joined(cls, several: Iterable[Facts]) -> Facts:
        """All of them in one."""
        whole = cls()
        for one in several:
            for dimension, values in one.numbers.items():
                whole.numbers[dimension] |= values
            whole.raw |= one.raw
            whole.tokens |= one.tokens
            whole.moments |= one.moments
            whole.marks |= one.marks
            whole.minutes |= one.minutes
            whole.dates |= one.dates
        return whole

    def _mark(self, moments: set[datetime]) -> None:
        self.moments |= moments
        # In a log everything has a time; only its first and last line say how long.
        self.marks |= moments if len(moments) <= _MANY else {min(moments), max(moments)}

    def _read_line(self, plain: str) -> None:
        """Read a line in which times are blanked out already."""
        sizes: list[float] = []
        for one in quantities(plain):
            self.numbers[one.dimension].update((one.value, *one.sizes))
            self.tokens.add(one.shown)
            if one.dimension == "bytes" and not one.is_rate:
                sizes.append(one.value)
            if one.unit:
                plain = plain[: one.start] + " " * (one.end - one.start) + plain[one.end :]
        for match in _NUMBER_IN_TEXT.findall(plain):
            self.numbers["plain"].add(float(match.replace(",", "")))
        for part, whole in _SHARE.findall(plain):
            if 0 < int(part) <= int(whole):
                self.numbers["ratio"].add(int(part) / int(whole))
        # What follows from two sizes side by side: the share, and what is left.
        for pair in pairwise(sizes):
            small, large = sorted(pair)
            if small > 0:
                self.numbers["ratio"].add(small / large)
                self.numbers["bytes"].add(large - small)


class Lookup:
    """Facts, sorted for fast questions."""

    def __init__(self, facts: Facts, now: datetime) -> None:
        self.now = now
        self.numbers = {kind: sorted(values) for kind, values in facts.numbers.items()}
        self.raw = sorted(facts.raw)
        self.tokens = sorted(facts.tokens)
        self.moments = facts.moments | {now}
        self.minutes = facts.minutes
        self.dates = facts.dates
        self._marks = sorted(facts.marks | {now})

    def has(self, dimension: Dimension, low: float, high: float) -> bool:
        """Whether some value of the dimension lies between the bounds, both included."""
        return within(self.numbers[dimension], low, high)

    def has_age(self, low: float, high: float) -> bool:
        """Whether so many seconds passed since a known time."""
        return any(low <= (self.now - one).total_seconds() <= high for one in self._marks)

    def has_span(self, low: float, high: float) -> bool:
        """Whether so many seconds lie between a known time and now, or between two known times."""
        if any(low <= abs((self.now - one).total_seconds()) <= high for one in self._marks):
            return True
        return len(self._marks) <= _MANY and any(
            low <= (later - earlier).total_seconds() <= high
            for number, later in enumerate(self._marks)
            for earlier in self._marks[:number]
        )


def within(values: Sequence[float], low: float, high: float) -> bool:
    """Whether a sorted sequence has a value between the bounds, both included."""
    place = bisect_left(values, low)
    return place < len(values) and values[place] <= high


def between(values: Sequence[float], low: float, high: float) -> Iterator[float]:
    """The values of a sorted sequence between the bounds, both included."""
    place = bisect_left(values, low)
    while place < len(values) and values[place] <= high:
        yield values[place]
        place += 1


def strings(value: object) -> set[str]:
    """Every different string in a JSON document, keys included."""
    found: set[str] = set()
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, str):
            found.add(one)
        elif isinstance(one, dict):
            found.update(map(str, one))
            left.extend(one.values())
        elif isinstance(one, list | tuple):
            left.extend(_telling(one))
    return found


def _numbers(value: object) -> Iterator[float]:
    if isinstance(value, bool):
        return
    if isinstance(value, int | float):
        if math.isfinite(value):
            yield float(value)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _numbers(item)
    elif isinstance(value, list | tuple):
        yield float(len(value))
        yield from (float(count) for count in _sizes_of_sorts(value))
        plain = [item for item in value if isinstance(item, int | float)]
        plain += [pair[1] for pair in value if _is_point(pair)]
        finite = [float(number) for number in plain if math.isfinite(number)]
        if len(finite) > 2:
            yield from (sum(finite), sum(finite) / len(finite), min(finite), max(finite))
        for item in _telling(value):
            yield from _numbers(item)


def _telling(values: Sequence[Any]) -> Sequence[Any]:
    """All of a list, but of a series of points only the first and the last."""
    is_series = len(values) > _MANY and all(
        isinstance(item, int | float) or _is_point(item) for item in values
    )
    return (values[0], values[-1]) if is_series else values


def _is_point(item: object) -> bool:
    if not isinstance(item, list | tuple) or len(item) != 2:
        return False
    at, value = item
    return isinstance(at, str | int | float) and isinstance(value, int | float)


def _sizes_of_sorts(rows: Sequence[Any]) -> Iterator[int]:
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        if isinstance(row, dict):
            for key, value in row.items():
                if isinstance(value, str):
                    counts.setdefault(key, Counter())[value] += 1
    for sizes in counts.values():
        if 1 < len(sizes) <= _SORTS:
            yield from sizes.values()

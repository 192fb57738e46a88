"""What an answer may rest on: the numbers, times and words of the evidence and the question."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from sre_tui.agent.events import Evidence
from sre_tui.agent.grounding.moments_in import (
    clock_times,
    dates_in,
    epoch_moment,
    moments_in,
    without_times,
)
from sre_tui.agent.grounding.quantities import Dimension, quantities

_TOKEN = re.compile(r"[\w][\w.:/@+-]*", re.UNICODE)
_PART = re.compile(r"[.:/@+=]")
_NUMBER_IN_TEXT = re.compile(r"(?<![\w.,])\d+(?:,\d{3})*(?:\.\d+)?(?![\w]|[.,]\d)")
_SHARE = re.compile(r"(?<![\w.,])(\d+)\s*(?:of|/|out of)\s*(\d+)(?![\w.,]*\d)")
_MOST_MOMENTS = 20
"""Between so few times every span is telling; between many, any span would be found."""


@dataclass(frozen=True)
class Grounds:
    """Everything that supports an answer.

    Attributes:
        ids: the evidence there is.
        numbers: sorted values in texts, by dimension, in base units.
        raw: sorted numbers of documents, and how many rows there are of each sort.
        tokens: sorted numbers as they are written, whatever their unit.
        moments: points in time, aware UTC.
        minutes: clock times without a date, in minutes of the day.
        words: every word and part of a word, case-folded.
        stems: beginnings of known names that end in a number.
    """

    ids: frozenset[str]
    numbers: dict[Dimension, tuple[float, ...]]
    raw: tuple[float, ...]
    tokens: tuple[float, ...]
    moments: tuple[datetime, ...]
    minutes: frozenset[int]
    dates: frozenset[tuple[int, int]]
    words: frozenset[str]
    stems: frozenset[str]
    now: datetime

    @classmethod
    def of(
        cls,
        *,
        evidence: Sequence[Evidence],
        said: Iterable[str] = (),
        names: Iterable[str] = (),
        known: Iterable[str] = (),
        now: datetime,
    ) -> Grounds:
        """Collect them.

        Args:
            evidence: all evidence of the session.
            said: what the user said and piped in, and the operator's notes.
            names: names that need no evidence, such as those of the tools.
            known: names of hosts and services, to tell a wrong one by its likeness.
            now: when the question was asked.
        """
        numbers: dict[Dimension, set[float]] = {
            "plain": set(),
            "bytes": set(),
            "ratio": set(),
            "seconds": set(),
        }
        raw: set[float] = set()
        tokens: set[float] = set()
        moments: set[datetime] = {now}
        texts = list(said)
        for one in evidence:
            texts += [one.text, one.summary, *_strings(one.arguments)]
            texts += [source.detail for source in one.sources]
            moments |= {one.observed_at, *(source.observed_at for source in one.sources)}
            raw.update(abs(value) for value in _numbers(one.document))
            texts.extend(_strings(one.document))
        minutes: set[int] = set()
        dates: set[tuple[int, int]] = set()
        for text in texts:
            for line in text.splitlines():
                _read_line(line, numbers, tokens)
            moments.update(moments_in(text, now))
            minutes.update(clock_times(text))
            dates.update(dates_in(text))
        moments.update(found for value in raw if (found := epoch_moment(value)))
        words = _words([*texts, *names])
        return cls(
            ids=frozenset(one.id for one in evidence),
            numbers={kind: tuple(sorted(values)) for kind, values in numbers.items()},
            raw=tuple(sorted(raw)),
            tokens=tuple(sorted(tokens)),
            moments=tuple(sorted(moments)),
            minutes=frozenset(minutes),
            dates=frozenset(dates),
            words=words,
            stems=frozenset(_stems(known)),
            now=now,
        )

    def has(self, dimension: Dimension, low: float, high: float) -> bool:
        """Whether some value of the dimension lies between the bounds, both included."""
        return within(self.numbers[dimension], low, high)

    def has_span(self, low: float, high: float) -> bool:
        """Whether so many seconds lie between a known time and now, or between two known times."""
        return any(
            low <= abs((self.now - one).total_seconds()) <= high for one in self.moments
        ) or (
            len(self.moments) <= _MOST_MOMENTS
            and any(
                low <= (later - earlier).total_seconds() <= high
                for number, later in enumerate(self.moments)
                for earlier in self.moments[:number]
            )
        )


def within(values: Sequence[float], low: float, high: float) -> bool:
    """Whether a sorted sequence has a value between the bounds, both included."""
    place = bisect_left(values, low)
    return place < len(values) and values[place] <= high


def _read_line(line: str, numbers: dict[Dimension, set[float]], tokens: set[float]) -> None:
    plain = without_times(line)
    sizes: list[float] = []
    for one in quantities(plain):
        numbers[one.dimension].update((one.value, *one.sizes))
        tokens.add(one.shown)
        if one.dimension == "bytes" and not one.is_rate:
            sizes.append(one.value)
        if one.unit:
            plain = plain[: one.start] + " " * (one.end - one.start) + plain[one.end :]
    for match in _NUMBER_IN_TEXT.findall(plain):
        numbers["plain"].add(float(match.replace(",", "")))
    for part, whole in _SHARE.findall(plain):
        if 0 < int(part) <= int(whole):
            numbers["ratio"].add(int(part) / int(whole))
    # What follows from two sizes side by side: the share, and what is left.
    for pair in pairwise(sizes):
        small, large = sorted(pair)
        if small > 0:
            numbers["ratio"].add(small / large)
            numbers["bytes"].add(large - small)


def _numbers(value: object) -> Iterator[float]:
    """Numbers in a document, how many things there are, and how many of each sort."""
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
        plain = [item for item in value if isinstance(item, int | float) and math.isfinite(item)]
        if len(plain) > 2:
            yield float(sum(plain))
            yield float(sum(plain) / len(plain))
        yield from (float(count) for count in _group_sizes(value))
        for item in value:
            yield from _numbers(item)


def _group_sizes(rows: Sequence[Any]) -> Iterator[int]:
    counts: Counter[tuple[str, str]] = Counter()
    for row in rows:
        if isinstance(row, dict):
            counts.update((key, value) for key, value in row.items() if isinstance(value, str))
    yield from set(counts.values())


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield str(key)
            yield from _strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _strings(item)


def _words(texts: Iterable[str]) -> frozenset[str]:
    words: set[str] = set()
    for text in texts:
        for token in _TOKEN.findall(text):
            plain = token.casefold().strip(".:/@+-")
            words.add(plain)
            words.update(part for part in _PART.split(plain) if part)
    return frozenset(words)


def _stems(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        plain = name.casefold().partition(":")[0].partition(".")[0]
        stem = plain.rstrip("0123456789")
        if stem != plain and len(stem) > 1:
            yield stem

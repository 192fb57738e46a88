"""What an answer may rest on: the numbers, times and words of the evidence and the question."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sre_tui.agent.events import Evidence
from sre_tui.agent.grounding.moments_in import clock_times, dates_in, epoch_moment, moments_in
from sre_tui.agent.grounding.quantities import Dimension, quantities

_TOKEN = re.compile(r"[\w][\w.:/@+-]*", re.UNICODE)
_PART = re.compile(r"[.:/@+=]")
_NUMBER_IN_TEXT = re.compile(r"(?<![\d.])\d+(?:\.\d+)?(?![\d.]*\d)")
_MOST_NUMBERS_IN_LINE = 8
_MOST_MOMENTS = 60


@dataclass(frozen=True)
class Grounds:
    """Everything that supports an answer.

    Attributes:
        ids: the evidence there is.
        numbers: sorted values by dimension; ``plain`` also has the raw numbers of documents.
        tokens: sorted numbers as they are written, whatever their unit.
        moments: points in time, aware UTC.
        minutes: clock times without a date, in minutes of the day.
        words: every word and part of a word, case-folded.
        stems: beginnings of known names that end in a number.
    """

    ids: frozenset[str]
    numbers: dict[Dimension, tuple[float, ...]]
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
        tokens: set[float] = set()
        moments: set[datetime] = {now}
        texts = list(said)
        for one in evidence:
            texts += [one.text, one.summary, *_strings(one.arguments)]
            texts += [source.detail for source in one.sources]
            moments |= {one.observed_at, *(source.observed_at for source in one.sources)}
            for value in _numbers(one.document):
                numbers["plain"].add(abs(value))
                tokens.add(abs(value))
            texts.extend(_strings(one.document))
        minutes: set[int] = set()
        dates: set[tuple[int, int]] = set()
        for text in texts:
            for line in text.splitlines():
                _read_line(line, numbers, tokens)
            moments.update(moments_in(text, now))
            minutes.update(clock_times(text))
            dates.update(dates_in(text))
        moments.update(found for value in numbers["plain"] if (found := epoch_moment(value)))
        words = _words([*texts, *names])
        return cls(
            ids=frozenset(one.id for one in evidence),
            numbers={kind: tuple(sorted(values)) for kind, values in numbers.items()},
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

    def spans(self) -> Iterator[float]:
        """Seconds between two known times; few enough to mean something."""
        latest = self.moments[-_MOST_MOMENTS:]
        for number, later in enumerate(latest):
            for earlier in latest[:number]:
                yield (later - earlier).total_seconds()
        for moment in self.moments:
            yield abs((self.now - moment).total_seconds())


def within(values: Sequence[float], low: float, high: float) -> bool:
    """Whether a sorted sequence has a value between the bounds, both included."""
    place = bisect_left(values, low)
    return place < len(values) and values[place] <= high


def _read_line(line: str, numbers: dict[Dimension, set[float]], tokens: set[float]) -> None:
    found = list(quantities(line))
    for one in found:
        numbers[one.dimension].add(one.value)
        numbers[one.dimension].update(one.sizes)
        tokens.add(one.shown)
    for raw in _NUMBER_IN_TEXT.findall(line):
        tokens.add(float(raw))
        numbers["plain"].add(float(raw))
    if len(found) > _MOST_NUMBERS_IN_LINE:
        return
    # What follows from two figures on one line: the share, and what is left.
    for one in found:
        for other in found:
            if one.dimension == other.dimension and one.value > other.value > 0:
                numbers["ratio"].add(other.value / one.value)
                numbers[one.dimension].add(one.value - other.value)


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
        if len(plain) > 1:
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

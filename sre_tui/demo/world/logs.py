"""The world's logs as the Loki server reads them: any window, written on demand.

A voice is one source of lines on one stream. Its lines are a function of the seed, its name and the
time alone, so that every window shows the same ones.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from operator import attrgetter
from random import Random

from sre_tui.demo.telemetry import LogEntry, LogStream, Matcher, select_labels
from sre_tui.demo.world import dice
from sre_tui.demo.world.phrases.template import Phrase
from sre_tui.demo.world.quantity import RHYTHMS
from sre_tui.demo.world.shapes import FOREVER

NS = 1_000_000_000
_LINES_A_CELL = 250.0
_DETECTED = {"warning": "warn"}


@dataclass(frozen=True)
class Source:
    """The labels of one stream."""

    hostname: str
    service: str
    level: str = "info"
    container: str = ""
    job: str = "systemd-journal"
    exact: tuple[tuple[str, str], ...] = ()
    """The labels of an injected stream, used as they are."""

    @property
    def labels(self) -> dict[str, str]:
        """The stream labels as Loki shows them."""
        if self.exact:
            return dict(self.exact)
        labels = {
            "hostname": self.hostname,
            "service_name": self.service,
            "level": self.level,
            "job": "docker" if self.container else self.job,
        }
        return labels | ({"container": self.container} if self.container else {})

    @property
    def metadata(self) -> Mapping[str, str]:
        """Structured metadata of every line."""
        return {"detected_level": _DETECTED.get(self.level, self.level)}


class Voice(ABC):
    """One source of lines on one stream, audible from ``start`` to ``end`` (Unix seconds)."""

    def __init__(
        self, source: Source, name: str, seed: int, start: float = -FOREVER, end: float = FOREVER
    ) -> None:
        self.source = source
        self.key = dice.key("voice", seed, name, *source.labels.values())
        self.start_ns = int(start) * NS + round(start % 1 * NS)
        self.end_ns = int(end) * NS + round(end % 1 * NS)
        self.gaps: list[tuple[float, float]] = []
        """(start, end) in Unix seconds in which the voice is silent."""
        self._metadata = source.metadata

    def entries(self, start_ns: int, end_ns: int) -> list[LogEntry]:
        """The lines in ``start_ns <= t < end_ns``."""
        start_ns, end_ns = max(start_ns, self.start_ns), min(end_ns, self.end_ns)
        found = self._between(start_ns, end_ns) if start_ns < end_ns else []
        for start, end in self.gaps:
            found = [e for e in found if not start <= e.time_ns / NS < end]
        return found

    def parts(self, start_ns: int, end_ns: int) -> Iterator[tuple[int, int]]:
        """The window in the parts in which the lines are written, the newest first."""
        yield start_ns, end_ns

    @abstractmethod
    def _between(self, start_ns: int, end_ns: int) -> list[LogEntry]: ...

    def _entry(self, time_ns: int, line: str) -> LogEntry:
        return LogEntry(time_ns, line, self._metadata)


class Murmur(Voice):
    """Lines at random moments, ``per_hour`` of them on average, fewer at night if ``daily``."""

    def __init__(
        self, source: Source, name: str, seed: int, per_hour: float, phrase: Phrase,
        *, daily: bool = False, start: float = -FOREVER, end: float = FOREVER,
    ) -> None:  # fmt: skip
        super().__init__(source, name, seed, start, end)
        self._rate = per_hour / 3600.0
        self._phrase = phrase
        self._daily = daily
        parts = max(1, math.ceil(per_hour / _LINES_A_CELL))
        self._cell_ns = 3600 * NS // parts
        self._cell = lru_cache(maxsize=256)(self._write)

    def _between(self, start_ns: int, end_ns: int) -> list[LogEntry]:
        found: list[LogEntry] = []
        for cell in range(start_ns // self._cell_ns, (end_ns - 1) // self._cell_ns + 1):
            found += [e for e in self._cell(cell) if start_ns <= e.time_ns < end_ns]
        return found

    def parts(self, start_ns: int, end_ns: int) -> Iterator[tuple[int, int]]:
        """One cell after the other."""
        start_ns, end_ns = max(start_ns, self.start_ns), min(end_ns, self.end_ns)
        while start_ns < end_ns:
            begin = max(start_ns, (end_ns - 1) // self._cell_ns * self._cell_ns)
            yield begin, end_ns
            end_ns = begin

    def _write(self, cell: int) -> list[LogEntry]:
        rng = dice.generator(self.key, cell)
        begin, span = cell * self._cell_ns, self._cell_ns / NS
        after, lines = rng.expovariate(self._rate), []
        while after < span:
            time_ns = begin + int(after * NS)
            line = self._phrase(rng)
            if not self._daily or rng.random() < _awake(time_ns):
                lines.append(self._entry(time_ns, line))
            after += rng.expovariate(self._rate)
        return lines


class Schedule(Voice):
    """The same few lines every ``period`` seconds, ``offset`` seconds after its multiples."""

    def __init__(
        self, source: Source, name: str, seed: int, period: float, offset: float,
        script: Callable[[Random], Sequence[tuple[float, str]]],
        *, start: float = -FOREVER, end: float = FOREVER, longest: float = 900.0,
    ) -> None:  # fmt: skip
        super().__init__(source, name, seed, start, end)
        self._period, self._offset = int(period * NS), int(offset * NS)
        self._script = script
        self._longest = int(longest * NS)

    def _between(self, start_ns: int, end_ns: int) -> list[LogEntry]:
        first = (start_ns - self._offset - self._longest) // self._period
        last = (end_ns - self._offset) // self._period
        found = []
        for run in range(first, last + 1):
            rng = dice.generator(self.key, run)
            for after, line in self._script(rng):
                time_ns = run * self._period + self._offset + int(after * NS)
                if start_ns <= time_ns < end_ns:
                    found.append(self._entry(time_ns, line))
        return found


class Script(Voice):
    """One line at each of the given moments (ascending Unix seconds)."""

    def __init__(
        self, source: Source, name: str, seed: int, moments: Sequence[float],
        phrase: Callable[[Random, int], str],
    ) -> None:  # fmt: skip
        super().__init__(source, name, seed)
        self._moments = [int(moment) * NS + round(moment % 1 * NS) for moment in moments]
        self._phrase = phrase

    def _between(self, start_ns: int, end_ns: int) -> list[LogEntry]:
        low, high = bisect_left(self._moments, start_ns), bisect_left(self._moments, end_ns)
        return [
            self._entry(self._moments[i], self._phrase(dice.generator(self.key, i), i))
            for i in range(low, high)
        ]


@dataclass(frozen=True)
class Mute:
    """Nothing is heard of a machine, or of one service or container on it, for a while.

    With ``text`` only lines that contain it are missing.
    """

    start: float
    end: float
    hostname: str
    service: str = ""
    container: str = ""
    text: str = ""

    def covers(self, source: Source) -> bool:
        """Whether the mute concerns a stream."""
        return (
            source.hostname == self.hostname
            and self.service in ("", source.service)
            and self.container in ("", source.container)
        )


@dataclass
class _Stream:
    labels: Mapping[str, str]
    source: Source
    voices: list[Voice] = field(default_factory=list)
    mutes: list[tuple[int, int, str]] = field(default_factory=list)


class WorldLogs:
    """Implements ``LogSource`` over voices, which are called up when lines are first asked for."""

    def __init__(self, voices: Callable[[], Iterable[Voice]], mutes: Sequence[Mute]) -> None:
        self._voices = voices
        self._mutes = mutes

    @cached_property
    def _streams(self) -> list[_Stream]:
        streams: dict[Source, _Stream] = {}
        for voice in self._voices():
            stream = streams.get(voice.source)
            if stream is None:
                stream = streams[voice.source] = _Stream(voice.source.labels, voice.source)
            stream.voices.append(voice)
        for mute in self._mutes:
            for source, stream in streams.items():
                if mute.covers(source):
                    stream.mutes.append((int(mute.start * NS), int(mute.end * NS), mute.text))
        return list(streams.values())

    def select(
        self, matchers: Sequence[Matcher], start_ns: int, end_ns: int
    ) -> Sequence[LogStream]:
        """Every matching stream with its entries in ``start_ns <= t < end_ns``."""
        found = []
        for stream in self._streams:
            if select_labels(matchers, stream.labels):
                entries = _heard(stream, start_ns, end_ns)
                if entries:
                    found.append(LogStream(stream.labels, entries))
        return found

    def label_sets(
        self, matchers: Sequence[Matcher], start_ns: int, end_ns: int
    ) -> Sequence[Mapping[str, str]]:
        """Label sets of the streams that have an entry in the window."""
        return [
            stream.labels
            for stream in self._streams
            if select_labels(matchers, stream.labels) and _speaks(stream, start_ns, end_ns)
        ]


def _heard(stream: _Stream, start_ns: int, end_ns: int) -> list[LogEntry]:
    entries = [e for voice in stream.voices for e in voice.entries(start_ns, end_ns)]
    entries = _unmuted(stream, entries)
    entries.sort(key=attrgetter("time_ns"))
    return entries


def _speaks(stream: _Stream, start_ns: int, end_ns: int) -> bool:
    """Whether anything is heard; writes no more lines than it takes to tell."""
    return any(
        _unmuted(stream, voice.entries(low, high))
        for voice in stream.voices
        for low, high in voice.parts(start_ns, end_ns)
    )


def _unmuted(stream: _Stream, entries: list[LogEntry]) -> list[LogEntry]:
    for start, end, text in stream.mutes:
        entries = [e for e in entries if not (start <= e.time_ns < end and text in e.line)]
    return entries


def _awake(time_ns: int) -> float:
    hour = time_ns // (3600 * NS) % 24
    return 0.3 + 0.7 * (RHYTHMS["home"][hour] + 9) / 19

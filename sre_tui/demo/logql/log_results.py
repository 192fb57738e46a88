"""Answers log queries: lines grouped by their labels."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sre_tui.demo.logql.pipeline import Pipeline
from sre_tui.demo.logql.record import Record
from sre_tui.demo.logql.syntax import LogQuery
from sre_tui.demo.telemetry import LogEntry, LogSource


@dataclass(frozen=True)
class LogWindow:
    """Which lines of a query are wanted: ``start_ns <= t < end_ns``, at most ``limit``.

    ``interval_ns`` thins out each stream to one line per that time.
    """

    start_ns: int
    end_ns: int
    limit: int
    forward: bool = False
    interval_ns: int = 0


@dataclass
class Work:
    """What a query read, for the statistics in its answer."""

    lines: int = 0
    bytes: int = 0

    def count(self, line: str) -> None:
        """Counts one line read."""
        self.lines += 1
        self.bytes += len(line) if line.isascii() else len(line.encode())

    def counted(self, entries: Iterable[LogEntry]) -> Iterator[LogEntry]:
        """The entries, each counted when it is read."""
        for entry in entries:
            self.count(entry.line)
            yield entry


@dataclass
class LogResult:
    """Records by label set, each in the order of the direction asked for."""

    streams: list[tuple[dict[str, str], list[Record]]] = field(default_factory=list)
    work: Work = field(default_factory=Work)


def run_log_query(
    query: LogQuery, source: LogSource, window: LogWindow, *, by_stream: bool = False
) -> LogResult:
    """The lines that pass; with ``by_stream`` grouped by the stream's own labels only."""
    result = LogResult()
    pipeline = Pipeline(query.stages)
    streams = source.select(query.matchers, window.start_ns, window.end_ns)
    sign = 1 if window.forward else -1

    def records(index: int) -> Iterable[tuple[int, int, Record]]:
        stream = streams[index]
        entries = stream.entries if window.forward else reversed(stream.entries)
        for record in pipeline.run(stream.labels, result.work.counted(entries)):
            yield sign * record.time_ns, index, record

    groups: dict[tuple[tuple[str, str], ...], list[Record]] = {}
    taken = 0
    merged = heapq.merge(*map(records, range(len(streams))), key=lambda item: item[:2])
    for _, _, record in merged:
        if taken >= window.limit:
            break
        labels = record.stream if by_stream else record.labels
        group = groups.setdefault(tuple(sorted(labels.items())), [])
        gap = abs(record.time_ns - group[-1].time_ns) if group else window.interval_ns
        if gap >= window.interval_ns:
            group.append(record)
            taken += 1
    result.streams = [(dict(key), group) for key, group in sorted(groups.items()) if group]
    return result

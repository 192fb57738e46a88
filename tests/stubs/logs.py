"""A log source in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sre_tui.demo.telemetry import LogEntry, LogStream, Matcher, select_labels

SECOND = 1_000_000_000


@dataclass(frozen=True)
class MemoryLogs:
    """Streams as given, cut to the window asked for."""

    streams: Sequence[LogStream]

    def select(
        self, matchers: Sequence[Matcher], start_ns: int, end_ns: int
    ) -> Sequence[LogStream]:
        found: list[LogStream] = []
        for stream in self.streams:
            if select_labels(matchers, stream.labels):
                entries = [entry for entry in stream.entries if start_ns <= entry.time_ns < end_ns]
                if entries:
                    found.append(LogStream(stream.labels, entries))
        return found

    def label_sets(
        self, matchers: Sequence[Matcher], start_ns: int, end_ns: int
    ) -> Sequence[Mapping[str, str]]:
        return [stream.labels for stream in self.select(matchers, start_ns, end_ns)]


def stream(
    labels: Mapping[str, str],
    *lines: tuple[float, str],
    metadata: Mapping[str, str] | None = None,
) -> LogStream:
    """A stream of (Unix seconds, line) pairs that share their structured metadata."""
    entries = [LogEntry(round(at * SECOND), line, metadata or {}) for at, line in lines]
    return LogStream(labels, entries)

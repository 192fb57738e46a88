"""The log lines that are kept while they are watched: in order, each once, never too many."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from providers.loki import LogEntry

MOST_LINES: Final = 5_000
MOST_CHARACTERS: Final = 8_000_000
"""Lines may be long: 5,000 of 10,000 characters would take as many bytes as the rest of the app."""


@dataclass(frozen=True, slots=True, order=True)
class BufferedLine:
    """A line with its place: by time, and lines of the same time as they came.

    Attributes:
        time_ns: Unix time in nanoseconds.
        number: unique in its buffer, growing.
        entry: the line itself.
    """

    time_ns: int
    number: int
    entry: LogEntry = field(compare=False)


class LineBuffer:
    """Keeps the newest lines.

    Args:
        most_lines: how many are kept at most.
        most_characters: how many characters they may have together; one line is kept always.
    """

    def __init__(
        self, most_lines: int = MOST_LINES, most_characters: int = MOST_CHARACTERS
    ) -> None:
        self._most_lines = max(1, most_lines)
        self._most_characters = most_characters
        self._lines: list[BufferedLine] = []
        self._known: set[object] = set()
        self._characters = 0
        self._next = 0
        self._floor: int | None = None
        self.dropped = 0
        """Lines that had to go, the oldest first."""

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def lines(self) -> Sequence[BufferedLine]:
        """The lines, the newest last."""
        return self._lines

    def add(self, entries: Iterable[LogEntry]) -> int:
        """Take in what was answered, in any order; how many lines of it are new.

        Two lines are the same if time, text and labels are: a window that overlaps the one before
        adds nothing twice, and what two machines said at once stays two lines.
        """
        added = 0
        for entry in sorted(entries, key=_time):
            identity = _identity(entry)
            # What was dropped comes again with every window that reaches so far back.
            if identity in self._known or (
                self._floor is not None and entry.time_ns <= self._floor
            ):
                continue
            self._known.add(identity)
            self._characters += len(entry.line)
            line = BufferedLine(entry.time_ns, self._next, entry)
            self._next += 1
            if not self._lines or self._lines[-1] < line:
                self._lines.append(line)
            else:
                insort(self._lines, line)
            added += 1
        return added - self._drop(added)

    def _drop(self, added: int) -> int:
        """Drop the oldest lines that are too many; how many of the new ones were among them."""
        many, characters = 0, self._characters
        while len(self._lines) - many > 1 and (
            len(self._lines) - many > self._most_lines or characters > self._most_characters
        ):
            characters -= len(self._lines[many].entry.line)
            many += 1
        if not many:
            return 0
        first_new = self._next - added
        gone = self._lines[:many]
        del self._lines[:many]
        self._known.difference_update(_identity(line.entry) for line in gone)
        self._characters = characters
        self._floor = gone[-1].time_ns
        self.dropped += many
        return sum(line.number >= first_new for line in gone)


def _time(entry: LogEntry) -> int:
    return entry.time_ns


def _identity(entry: LogEntry) -> object:
    return entry.time_ns, entry.line, entry.source, frozenset(entry.labels.items())

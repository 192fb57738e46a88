from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from providers.loki import LogEntry
from sre_tui.live.line_buffer import LineBuffer
from tests.unit.widgets.hostile import EXAMPLES

AT = datetime(2026, 11, 20, tzinfo=UTC)


def entry(time_ns: int, line: str, host: str = "media") -> LogEntry:
    return LogEntry(
        source="loki:main", at=AT, time_ns=time_ns, line=line, labels={"hostname": host}
    )


def texts(buffer: LineBuffer) -> list[tuple[int, str]]:
    return [(line.time_ns, line.entry.line) for line in buffer.lines]


entries = st.builds(
    entry,
    st.integers(0, 20),
    st.sampled_from(["a", "b", *EXAMPLES[:6], "x" * 50]),
    st.sampled_from(["media", "nas1"]),
)


def test_overlapping_windows_add_nothing_twice() -> None:
    buffer = LineBuffer()
    first = [entry(2, "two"), entry(1, "one")]
    assert buffer.add(first) == 2
    assert buffer.add([entry(3, "three"), *first]) == 1
    assert texts(buffer) == [(1, "one"), (2, "two"), (3, "three")]


def test_lines_of_the_same_time_keep_the_order_they_came_in() -> None:
    buffer = LineBuffer()
    buffer.add([entry(1, "b"), entry(1, "a")])
    buffer.add([entry(1, "c"), entry(0, "late")])
    assert texts(buffer) == [(0, "late"), (1, "b"), (1, "a"), (1, "c")]


def test_what_two_machines_said_at_once_stays_two_lines() -> None:
    buffer = LineBuffer()
    assert buffer.add([entry(1, "started", "media"), entry(1, "started", "nas1")]) == 2


def test_the_oldest_are_dropped_counted_and_do_not_come_back() -> None:
    buffer = LineBuffer(most_lines=3)
    assert buffer.add([entry(at, str(at)) for at in range(5)]) == 3
    assert (buffer.dropped, texts(buffer)[0]) == (2, (2, "2"))
    assert buffer.add([entry(at, str(at)) for at in range(5)]) == 0
    assert buffer.dropped == 2


def test_long_lines_are_bounded_by_their_characters() -> None:
    buffer = LineBuffer(most_characters=25_000)
    buffer.add([entry(at, "x" * 10_000) for at in range(10)])
    assert len(buffer) == 2
    assert buffer.dropped == 8
    buffer.add([entry(99, "y" * 100_000)])
    assert len(buffer) == 1


@given(st.lists(st.lists(entries, max_size=12), max_size=6), st.integers(1, 15))
def test_any_batches(batches: Sequence[Sequence[LogEntry]], most: int) -> None:
    buffer = LineBuffer(most_lines=most, most_characters=200)
    seen: set[tuple[int, str, str]] = set()
    for batch in batches:
        before = {line.number for line in buffer.lines}
        added = buffer.add(batch)
        after = [line.number for line in buffer.lines]
        seen |= {(one.time_ns, one.line, one.labels["hostname"]) for one in batch}
        assert len(set(after) - before) == added
        assert len(after) == len(set(after)) <= most
        assert [line.time_ns for line in buffer.lines] == sorted(
            line.time_ns for line in buffer.lines
        )
        kept = [
            (line.time_ns, line.entry.line, line.entry.labels["hostname"]) for line in buffer.lines
        ]
        assert len(kept) == len(set(kept))
        assert set(kept) <= seen
        assert len(kept) == 1 or sum(len(line) for _, line, _ in kept) <= 200
        if not buffer.dropped:
            assert set(kept) == seen


@given(st.lists(st.integers(0, 1000), unique=True, max_size=40), st.integers(1, 20))
def test_the_newest_are_kept(times: list[int], most: int) -> None:
    buffer = LineBuffer(most_lines=most)
    buffer.add(entry(at, "x") for at in times)
    assert [line.time_ns for line in buffer.lines] == sorted(times)[-most:]
    assert buffer.dropped == max(0, len(times) - most)

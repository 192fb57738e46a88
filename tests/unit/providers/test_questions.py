"""Which questions find each other's last good answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from providers.questions import moment_key, window_key

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_question_about_now_is_the_same_a_while_later() -> None:
    later = NOW + timedelta(minutes=10)
    assert window_key(NOW - HOUR, NOW, NOW) == window_key(later - HOUR, later, later)
    assert window_key(NOW - HOUR, None, NOW) == window_key(NOW - HOUR, NOW, NOW)
    assert moment_key(NOW, NOW) == moment_key(None, later) == moment_key(later, later)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (NOW - 2 * HOUR, NOW),
        (NOW - 2 * HOUR, NOW - HOUR),
        (NOW - HOUR, NOW - timedelta(minutes=30)),
        (None, NOW),
        (None, None),
    ],
)
def test_another_window_is_another_question(start: datetime | None, end: datetime | None) -> None:
    assert window_key(start, end, NOW) != window_key(NOW - HOUR, NOW, NOW)


def test_the_past_is_not_now() -> None:
    assert moment_key(NOW - HOUR, NOW) != moment_key(NOW, NOW)
    assert moment_key(NOW - HOUR, NOW) == moment_key(NOW - HOUR, NOW + HOUR)

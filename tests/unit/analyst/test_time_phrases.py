"""Times as people say them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sre_tui.agent.analyst.time_phrases import LONGEST, older_than, read_scope

NOW = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)  # a Sunday


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("in the last hour", at(22, 15), NOW),
        ("last 2 hours", at(22, 14), NOW),
        ("past 30 min", at(22, 15, 30), NOW),
        ("over the last three days", at(19, 16), NOW),
        ("since an hour", at(22, 15), NOW),
        ("for 90 minutes", at(22, 14, 30), NOW),
        ("for half an hour", at(22, 15, 30), NOW),
        ("in der letzten Stunde", at(22, 15), NOW),
        ("in den letzten 3 Stunden", at(22, 13), NOW),
        ("seit zwei Stunden", at(22, 14), NOW),
        ("since yesterday evening", at(21, 18), NOW),
        ("seit gestern Abend", at(21, 18), NOW),
        ("since this morning", at(22, 6), NOW),
        ("seit heute früh", at(22, 6), NOW),
        ("since yesterday", at(21, 0), NOW),
        ("since last night", at(21, 22), NOW),
        ("last night", at(21, 22), at(22, 6)),
        ("letzte Nacht", at(21, 22), at(22, 6)),
        ("yesterday", at(21, 0), at(22, 0)),
        ("today", at(22, 0), NOW),
        ("since monday", at(16, 0), NOW),
        ("seit Freitag", at(20, 0), NOW),
        ("on friday", at(20, 0), at(21, 0)),
        ("around 14:05", at(22, 13, 35), at(22, 14, 35)),
        ("gegen 14:05", at(22, 13, 35), at(22, 14, 35)),
        ("at 2pm", at(22, 13, 30), at(22, 14, 30)),
        ("um 14 Uhr", at(22, 13, 30), at(22, 14, 30)),
        ("around 17:00", at(21, 16, 30), at(21, 17, 30)),
        ("yesterday at 14:05", at(21, 13, 35), at(21, 14, 35)),
        ("since 14:05", at(22, 14, 5), NOW),
        ("over the weekend", at(21, 0), NOW),
        ("am Wochenende", at(21, 0), NOW),
        ("between 14:00 and 15:00", at(22, 14), at(22, 15)),
        ("zwischen 9 und 11 Uhr", at(22, 9), at(22, 11)),
        ("20 minutes ago", at(22, 15, 10), NOW),
        ("vor 2 Stunden", at(22, 13, 30), at(22, 14, 30)),
        ("2026-11-20", at(20, 0), at(21, 0)),
        ("2026-11-22T14:05", at(22, 13, 35), at(22, 14, 35)),
    ],
)
def test_window(text: str, start: datetime, end: datetime) -> None:
    scope = read_scope(f"what happened {text}?", NOW, UTC)
    assert (scope.start, scope.end) == (start, end)
    assert scope.said


def test_without_a_time_the_default_is_meant() -> None:
    scope = read_scope("why is nas1 slow", NOW, UTC, timedelta(hours=6))
    assert (scope.start, scope.end, scope.said) == (at(22, 10), NOW, False)


def test_a_moment_is_remembered() -> None:
    assert read_scope("what broke around 14:05", NOW, UTC).moment == at(22, 14, 5)
    assert read_scope("what broke since 14:05", NOW, UTC).moment is None


def test_clock_times_are_meant_in_the_zone_of_who_asks() -> None:
    berlin = timezone(timedelta(hours=1))
    assert read_scope("around 14:05", NOW, berlin).moment == at(22, 13, 5)


@pytest.mark.parametrize(
    "text", ["last 0 hours", "99:99", "since 25:00", "2026-13-45", "for 999999999999 days", "pve1"]
)
def test_nonsense_never_breaks_the_window(text: str) -> None:
    scope = read_scope(text, NOW, UTC)
    assert scope.start < scope.end <= NOW
    assert scope.end - scope.start <= LONGEST


@given(st.text(alphabet="0123456789:.-T amphuvorseitlastcg zwischen und", max_size=40))
def test_any_text_gives_a_sound_window(text: str) -> None:
    scope = read_scope(text, NOW, UTC)
    assert scope.start < scope.end <= NOW
    assert scope.end - scope.start <= LONGEST


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("which backups are older than a week", timedelta(days=7)),
        ("any backup older than 3 days?", timedelta(days=3)),
        ("backups älter als zwei Wochen", timedelta(days=14)),
        ("is anything more than a month old", timedelta(days=30)),
        ("backups older than a year", timedelta(days=365)),
        ("how old is the oldest backup", None),
    ],
)
def test_an_age_is_read(text: str, age: timedelta | None) -> None:
    assert older_than(text) == age

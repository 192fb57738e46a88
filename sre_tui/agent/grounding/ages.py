"""How long ago something was, said beside the time itself: ``13:26 UTC (1 h 34 min ago)``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from sre_tui.agent.grounding.facts import Lookup
from sre_tui.agent.grounding.markup import Prose
from sre_tui.agent.grounding.moments_in import clock_times, moments_in
from sre_tui.agent.grounding.quantities import Quantity

_TIME = (
    r"(?<![\d:.-])(?:(?P<date>\d{4}-\d{2}-\d{2})[T ])?"
    r"(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?::[0-5]\d)?\s?(?:Z|UTC)?"
)
_ABOUT = r"(?:about|around|roughly|approximately|nearly|almost|some|ca\.|~|≈)"
_BEFORE = re.compile(
    rf"{_TIME}[*_]*\s*[(,–—]\s*(?:(?:that is|i\.e\.|so),?\s*)?(?:{_ABOUT}\s*)?$",
    re.IGNORECASE,
)
_VAGUE = re.compile(rf"{_ABOUT}\s*$", re.IGNORECASE)
_AGO = re.compile(r"\s*ago\b", re.IGNORECASE)
_BEHIND = re.compile(rf"\s*ago[*_]*\s*[(,–—]\s*(?:(?:since|at|from)\s+)?{_TIME}", re.IGNORECASE)
_NEAR = 80
_MOST_DAYS = 7
_DRIFT = 120.0
"""Seconds that a right age may be off: its time is told to the minute, and so is the age itself,
and between the question and the tool that counted it some time passed."""


def is_age(figure: Quantity, prose: Prose, known: Lookup) -> bool | None:
    """Whether the figure is the age of the time beside it; None if it does not claim to be."""
    text = prose.text
    if not _AGO.match(text, figure.end):
        return None
    stated = _BEFORE.search(text, max(0, figure.start - _NEAR), figure.start)
    stated = stated or _BEHIND.match(text, figure.end)
    if stated is None:
        since = (figure.value - _DRIFT / 2, figure.value + figure.step + _DRIFT / 2)
        return True if known.has_age(*since) else None
    slack = figure.step + _DRIFT
    if _VAGUE.search(text, max(0, figure.start - 16), figure.start):
        slack = max(slack, 0.12 * figure.value)
    ages = (known.now - at for at in _moments(stated, known))
    return any(abs(age.total_seconds() - figure.value) <= slack for age in ages)


def is_span_of_times(figure: Quantity, prose: Prose, now: datetime) -> bool:
    """Whether it is the time since, or between, times in the same sentence."""
    start, end = prose.sentence(figure.start)
    slack = max(90.0, figure.step)
    spans = _spans(prose.text[start:end], now)
    return any(abs(span - figure.value) <= slack for span in spans)


# Figures come in the order of the text, so those of one sentence follow each other.
@lru_cache(maxsize=1)
def _spans(sentence: str, now: datetime) -> frozenset[float]:
    """Seconds between any two of the times of a sentence and now."""
    minutes = {*clock_times(sentence), now.hour * 60 + now.minute}
    moments = {*moments_in(sentence, now), now}
    spans = (
        *((one - other) % (24 * 60) * 60 for one in minutes for other in minutes),
        *(abs((one - other).total_seconds()) for one in moments for other in moments),
    )
    return frozenset(float(span) for span in spans if span)


def _moments(stated: re.Match[str], known: Lookup) -> Iterator[datetime]:
    """What the time may mean: with no date the last such time, or a known one of days before."""
    hour, minute = int(stated["hour"]), int(stated["minute"])
    if stated["date"]:
        try:
            day = datetime.fromisoformat(stated["date"]).replace(tzinfo=UTC)
        except ValueError:
            return
        yield day + timedelta(hours=hour, minutes=minute)
        return
    at = known.now.astimezone(UTC).replace(hour=hour, minute=minute, second=0, microsecond=0)
    if at > known.now + timedelta(minutes=1):
        at -= timedelta(days=1)
    yield at
    for days in range(1, _MOST_DAYS + 1):
        earlier = at - timedelta(days=days)
        if any(abs((one - earlier).total_seconds()) < 60 for one in known.moments):
            yield earlier

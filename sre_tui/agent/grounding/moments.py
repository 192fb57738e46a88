"""Times and dates in an answer that nothing supports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from sre_tui.agent.events import Unsupported
from sre_tui.agent.grounding.facts import Lookup
from sre_tui.agent.grounding.grounds import Grounds
from sre_tui.agent.grounding.markup import Prose
from sre_tui.agent.grounding.moments_in import (
    CLOCK,
    DATE_FIGURES,
    DATE_WORDS,
    WHOLE_HOUR,
    date_of_words,
    minute_of_day,
)

_ABOUT = re.compile(
    r"(?:about|around|roughly|approximately|approx\.?|circa|ca\.?|~|≈|near|nearly"
    r"|(?:just |shortly )?(?:after|before)|between|gegen|etwa|ungefähr|rund|kurz (?:nach|vor))\s*$",
    re.IGNORECASE,
)
_DAY = 24 * 60


def time_spans(prose: Prose) -> Iterator[tuple[int, int]]:
    """Where times and dates stand, so that they are not read as figures."""
    for pattern in (DATE_FIGURES, DATE_WORDS, CLOCK, WHOLE_HOUR):
        for match in pattern.finditer(prose.text):
            yield match.span()


def unsupported_times(prose: Prose, grounds: Grounds) -> Iterator[Unsupported]:
    """Times of day and dates that are neither in the evidence nor follow from it."""
    clocks = (match for one in (CLOCK, WHOLE_HOUR) for match in one.finditer(prose.text))
    for match in clocks:
        if prose.is_advice(match.start()):
            continue
        vague = _ABOUT.search(prose.text[max(0, match.start() - 24) : match.start()])
        slack = 15 if vague else 1
        wanted = minute_of_day(match)
        known = _known_minutes(grounds.lookup(prose.cited(match.start())))
        if not any((wanted + shift) % _DAY in known for shift in range(-slack, slack + 1)):
            yield _flag(match)
    for pattern in (DATE_FIGURES, DATE_WORDS):
        for match in pattern.finditer(prose.text):
            day = date_of_words(match) if pattern is DATE_WORDS else _day_of_figures(match)
            valid = 1 <= day[0] <= 12 and 1 <= day[1] <= 31
            days = _known_days(grounds.lookup(prose.cited(match.start())))
            if valid and day not in days and not prose.is_advice(match.start()):
                yield _flag(match)


def _known_minutes(known: Lookup) -> set[int]:
    moments = set(known.moments)
    # "Firing for 42 min" tells since when.
    moments |= {
        known.now - timedelta(seconds=seconds)
        for seconds in known.numbers["seconds"]
        if 0 < seconds < 8 * 86400
    }
    found = {moment.hour * 60 + moment.minute for moment in moments}
    return found | known.minutes


def _known_days(known: Lookup) -> set[tuple[int, int]]:
    moments = [*known.moments, *(known.now + timedelta(days=shift) for shift in (-1, 0, 1))]
    return {(moment.month, moment.day) for moment in moments} | known.dates


def _day_of_figures(match: re.Match[str]) -> tuple[int, int]:
    _, month, day, day_first, month_second = match.groups()
    if month:
        return int(month), int(day)
    return int(month_second), int(day_first)


def _flag(match: re.Match[str]) -> Unsupported:
    return Unsupported(text=match.group(), kind="time", start=match.start(), end=match.end())

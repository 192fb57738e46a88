"""Times as people say them, in English and German, as a window in UTC.

Clock times and days are read in the zone of the person who asks; spans need no zone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta, tzinfo
from functools import cache
from typing import Final

from sre_tui.agent.analyst.question import TimeScope

AROUND: Final = timedelta(minutes=30)
"""How far a window reaches on both sides of a moment."""

LONGEST: Final = timedelta(days=90)
_EVER: Final = 1e9
"""Seconds beyond which an age is as good as any other."""

_UNITS: Final = {
    "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1, "sekunde": 1, "sekunden": 1,
    "m": 60, "min": 60, "mins": 60, "minute": 60, "minutes": 60, "minuten": 60,
    "h": 3600, "hr": 3600, "hrs": 3600, "hour": 3600, "hours": 3600, "std": 3600,
    "stunde": 3600, "stunden": 3600,
    "d": 86400, "day": 86400, "days": 86400, "tag": 86400, "tage": 86400, "tagen": 86400,
    "w": 604800, "week": 604800, "weeks": 604800, "woche": 604800, "wochen": 604800,
    "month": 2592000, "months": 2592000, "monat": 2592000, "monate": 2592000, "monaten": 2592000,
    "year": 31536000, "years": 31536000, "jahr": 31536000, "jahre": 31536000, "jahren": 31536000,
}  # fmt: skip
_NUMBERS: Final = {
    "a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0,
    "six": 6.0, "ten": 10.0, "twelve": 12.0, "half an": 0.5, "couple of": 2.0, "few": 3.0,
    "einer": 1.0, "einem": 1.0, "eine": 1.0, "zwei": 2.0, "drei": 3.0, "vier": 4.0, "fünf": 5.0,
    "sechs": 6.0, "zehn": 10.0, "zwölf": 12.0, "paar": 3.0, "halben": 0.5,
}  # fmt: skip
_VAGUE: Final = frozenset({"few", "couple of", "paar"})
_NUMBER = r"(?P<n>\d+(?:\.\d+)?|" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + ")"
_UNIT = r"(?P<u>" + "|".join(sorted(_UNITS, key=len, reverse=True)) + r")\b"

_PARTS: Final = {
    "morning": 6, "früh": 6, "morgen": 6, "noon": 12, "mittag": 12, "lunch": 12, "afternoon": 13,
    "nachmittag": 13, "evening": 18, "abend": 18, "night": 22, "nacht": 22, "midnight": 0,
    "mitternacht": 0,
}  # fmt: skip
_PART_HOURS: Final = {6: 6, 12: 2, 13: 5, 18: 5, 22: 8, 0: 2}
_PART = r"(?P<part>" + "|".join(_PARTS) + ")"
_DAYS: Final = (
    ("monday", "montag"), ("tuesday", "dienstag"), ("wednesday", "mittwoch"),
    ("thursday", "donnerstag"), ("friday", "freitag"), ("saturday", "samstag"),
    ("sunday", "sonntag"),
)  # fmt: skip
_WEEKDAY = r"(?P<weekday>" + "|".join(name for pair in _DAYS for name in pair) + ")"
_CLOCK = r"(?P<hour>[01]?\d|2[0-3])(?:[:.h](?P<minute>[0-5]\d))?\s*(?P<half>am|pm|a\.m|p\.m|uhr)?"
_SINCE = r"(?:since|seit|from|after|ab)"
_DAY = r"(?P<day>yesterday|today|gestern|heute|vorgestern)"
_AT = r"(?:around|at|about|near|um|gegen)"
_HOUR = r"(?P<hour>[01]?\d|2[0-3])(?:[:.h](?P<minute>[0-5]\d))?(?:\s*(?:o'clock|uhr))?"
_WHICH = r"(?:this|last|in\s+the|heute|letzte)"
_FROM_TO = (
    r"(?:between|from|zwischen|von)\s+(?P<h1>[01]?\d|2[0-3])(?::(?P<m1>[0-5]\d))?(?:\s*uhr)?\s+"
    r"(?:and|to|till|until|und|bis)\s+(?P<h2>[01]?\d|2[0-3])(?::(?P<m2>[0-5]\d))?"
    rf"(?:\s*uhr)?(?:\s+{_DAY})?"
)

Found = tuple[datetime, datetime, datetime | None]
Reader = Callable[[re.Match[str], datetime], Found | None]


def _length(match: re.Match[str]) -> timedelta:
    return min(_age(match), LONGEST)


def _age(match: re.Match[str]) -> timedelta:
    number = match.groupdict().get("n") or "1"
    amount = _NUMBERS[number] if number in _NUMBERS else float(number)
    return timedelta(seconds=min(amount * _UNITS[match["u"]], _EVER))


def _span(match: re.Match[str], now: datetime) -> Found | None:
    length = _length(match)
    return (now - length, now, None) if length else None


def _ago(match: re.Match[str], now: datetime) -> Found | None:
    length = _length(match)
    at = now - length
    if match["n"] in _VAGUE:
        return now - 2 * length, now - length / 2, None
    return at - AROUND, at + AROUND, at


def _midnight(now: datetime, back: int = 0) -> datetime:
    return datetime.combine(now.date() - timedelta(days=back), time(), tzinfo=now.tzinfo)


def _days_back(match: re.Match[str]) -> int:
    day = match.groupdict().get("day")
    return {"yesterday": 1, "gestern": 1, "vorgestern": 2}.get(day or "", 0)


def _day_part(match: re.Match[str], now: datetime) -> tuple[datetime, datetime]:
    hour = _PARTS[match["part"]]
    start = _midnight(now, _days_back(match)) + timedelta(hours=hour)
    if start > now:
        start -= timedelta(days=1)
    return start, start + timedelta(hours=_PART_HOURS[hour])


def _clock(match: re.Match[str], now: datetime) -> datetime | None:
    hour, half = int(match["hour"]), (match["half"] or "").replace(".", "")
    if match["minute"] is None and not half:
        return None
    if half in ("am", "pm"):
        if hour > 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    at = _midnight(now, _days_back(match)) + timedelta(
        hours=hour, minutes=int(match["minute"] or 0)
    )
    return at - timedelta(days=1) if at > now else at


def _around_clock(match: re.Match[str], now: datetime) -> Found | None:
    at = _clock(match, now)
    return (at - AROUND, at + AROUND, at) if at else None


def _hour_in_part(match: re.Match[str], now: datetime) -> Found | None:
    """``at 3 this morning``: the hour, on the side of noon that the part of the day means."""
    hour, part = int(match["hour"]), _PARTS[match["part"]]
    if hour <= 12:
        later = part in (13, 18) or (part in (22, 0) and 6 <= hour < 12)
        hour = hour % 12 + (12 if later or (part == 12 and hour < 6) else 0)
    at = _midnight(now, _days_back(match)) + timedelta(
        hours=hour, minutes=int(match["minute"] or 0)
    )
    at = at - timedelta(days=1) if at > now else at
    return at - AROUND, at + AROUND, at


def _since_clock(match: re.Match[str], now: datetime) -> Found | None:
    at = _clock(match, now)
    return (at, now, None) if at else None


def _between(match: re.Match[str], now: datetime) -> Found | None:
    back = _days_back(match)
    first = _midnight(now, back) + timedelta(hours=int(match["h1"]), minutes=int(match["m1"] or 0))
    last = _midnight(now, back) + timedelta(hours=int(match["h2"]), minutes=int(match["m2"] or 0))
    if first > now:
        first, last = first - timedelta(days=1), last - timedelta(days=1)
    return (first, last if last > first else last + timedelta(days=1), None)


def _iso(match: re.Match[str], now: datetime) -> Found | None:
    try:
        at = datetime.fromisoformat(match["iso"].upper().replace(" ", "T"))
        at = at if at.tzinfo else at.replace(tzinfo=now.tzinfo)
    except (ValueError, OverflowError):
        return None
    if len(match["iso"]) <= len("2026-11-22"):
        return at, at + timedelta(days=1), None
    return at - AROUND, at + AROUND, at


def _since_part(match: re.Match[str], now: datetime) -> Found | None:
    return _day_part(match, now)[0], now, None


def _in_part(match: re.Match[str], now: datetime) -> Found | None:
    return (*_day_part(match, now), None)


def _since_day(match: re.Match[str], now: datetime) -> Found | None:
    return _midnight(now, _days_back(match)), now, None


def _in_day(match: re.Match[str], now: datetime) -> Found | None:
    start = _midnight(now, _days_back(match))
    return start, start + timedelta(days=1), None


def _overnight(match: re.Match[str], now: datetime) -> Found | None:
    return _midnight(now) - timedelta(hours=2), now, None


def _weekday(match: re.Match[str], now: datetime) -> datetime:
    wanted = next(number for number, pair in enumerate(_DAYS) if match["weekday"] in pair)
    return _midnight(now, (now.weekday() - wanted) % 7 or 7)


def _since_weekday(match: re.Match[str], now: datetime) -> Found | None:
    return _weekday(match, now), now, None


def _in_weekday(match: re.Match[str], now: datetime) -> Found | None:
    start = _weekday(match, now)
    return start, start + timedelta(days=1), None


def _weekend(match: re.Match[str], now: datetime) -> Found | None:
    """The last weekend that began, up to its end."""
    start = _midnight(now, (now.weekday() - 5) % 7)
    return start, start + timedelta(days=2), None


def _this(match: re.Match[str], now: datetime) -> Found | None:
    back = now.weekday() if match["whole"] in ("week", "woche") else now.day - 1
    if back == 0:
        # On its first day a week or month is nearly empty, and what is meant is before it.
        return now - timedelta(days=7 if match["whole"] in ("week", "woche") else 30), now, None
    return _midnight(now, back), now, None


_PHRASES: Final[tuple[tuple[str, Reader], ...]] = (
    (r"(?P<iso>\d{4}-\d\d-\d\d(?:[t ]\d\d:\d\d(?::\d\d)?(?:z|[+-]\d\d:\d\d)?)?)", _iso),
    (_FROM_TO, _between),
    (rf"{_NUMBER}\s*{_UNIT}\s+ago", _ago),
    (rf"vor\s+(?:etwa\s+)?{_NUMBER}\s*{_UNIT}", _ago),
    (
        r"(?:last|past|letzten?r?s?|previous|vergangenen?r?)\s+(?:" + _NUMBER + rf"\s*)?{_UNIT}",
        _span,
    ),
    (rf"(?:since|seit|for|over|within|in)\s+(?:the\s+)?{_NUMBER}\s*{_UNIT}", _span),
    (rf"{_AT}\s+{_HOUR}\s+(?:{_WHICH}\s+)?(?:{_DAY}\s+)?{_PART}", _hour_in_part),
    (rf"(?:{_WHICH}|{_DAY})\s+{_PART}\s+{_AT}\s+{_HOUR}(?![\d/.-])", _hour_in_part),
    (rf"{_SINCE}\s+(?:{_DAY}\s+)?(?:at\s+|um\s+)?{_CLOCK}(?![\d/.-])", _since_clock),
    (
        rf"{_SINCE}\s+(?:this\s+|last\s+|in\s+the\s+|der\s+|letzter\s+)?(?:{_DAY}\s+)?{_PART}",
        _since_part,
    ),
    (rf"{_SINCE}\s+(?:last\s+|letztem\s+)?{_WEEKDAY}", _since_weekday),
    (rf"{_SINCE}\s+{_DAY}", _since_day),
    (rf"{_DAY}\s+(?:um\s+|at\s+|gegen\s+|around\s+)?{_CLOCK}(?![\d/.-])", _around_clock),
    (
        r"(?:around|at|about|near|um|gegen|circa|ca|@)\s*" + _CLOCK + rf"(?![\d/.-])(?:\s+{_DAY})?",
        _around_clock,
    ),
    (r"(?:this|current|dieser?|diesen)\s+(?P<whole>week|month|woche|monat)", _this),
    (rf"{_DAY}\s+{_PART}", _in_part),
    (r"(?:last|this|letzte|heute|in the|over)\s*" + _PART, _in_part),
    (rf"(?:on|am|last|letzten)\s+{_WEEKDAY}", _in_weekday),
    (r"(?:over|on|at|during|last|this|am|letztes|übers)\s+(?:the\s+|das\s+)?(?:last\s+)?(?:weekend|wochenende)",
     _weekend),
    (_DAY, _in_day),
    (r"tonight|overnight", _overnight),
)  # fmt: skip


_OLDER: Final = re.compile(
    rf"(?:older|alter|älter|more|longer) (?:than|als) (?:the last )?(?:{_NUMBER} )?{_UNIT}"
)


def older_than(text: str) -> timedelta | None:
    """The age that "older than a week" speaks of; None where no age is named."""
    match = _OLDER.search(" ".join(text.casefold().split()))
    return _age(match) if match is not None else None


@cache
def _compiled() -> tuple[tuple[re.Pattern[str], Reader], ...]:
    return tuple(
        (re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE), reader)
        for pattern, reader in _PHRASES
    )


def read_scope(
    text: str, now: datetime, zone: tzinfo, default: timedelta = timedelta(hours=6)
) -> TimeScope:
    """The window a text speaks of; the last ``default`` if it names none.

    A window never ends after ``now``, never starts after it ends and is never longer than 90 days.

    Args:
        text: the question.
        now: the moment of asking, aware.
        zone: where clock times and days are meant.
        default: length of the window if no time is named.
    """
    local = now.astimezone(zone)
    lowered = " ".join(text.casefold().split())
    for pattern, reader in _compiled():
        match = pattern.search(lowered)
        if match is None:
            continue
        found = reader(match, local)
        if found is None:
            continue
        start, end, moment = found
        utc = now.tzinfo
        end = min(end.astimezone(utc), now)
        start = max(start.astimezone(utc), now - LONGEST)
        if start < end:
            at = moment.astimezone(utc) if moment else None
            return TimeScope(start=start, end=end, moment=at, said=True)
    return TimeScope(start=now - default, end=now)

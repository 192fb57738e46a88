"""Reads points in time out of text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

_ISO = re.compile(
    r"\b(\d{4})-(\d{2})-(\d{2})"
    r"(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s?(Z|UTC|[+-]\d{2}:?\d{2})?)?"
)
CLOCK = re.compile(
    r"(?<![\d:.\w-])(?P<hour>[01]?\d|2[0-3])"
    r"(?::(?P<minute>[0-5]\d)(?::[0-5]\d(?:\.\d+)?)?|\.(?P<dotted>[0-5]\d)(?=\s?(?:uhr|[ap]\.?m)\b))"
    r"(?P<half>\s?[ap]\.?m\b\.?)?(?![\d:]|\.\d)",
    re.IGNORECASE,
)
WHOLE_HOUR = re.compile(
    r"(?<![\d:.,\w-])(?P<hour>1[0-2]|0?[1-9])(?P<half>\s?[ap]\.?m\b\.?)", re.IGNORECASE
)
_MONTHS: Final = (
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
)  # fmt: skip
# Whole names only: "mail 20 GiB" and "main 21:19" are no days of May.
_MONTH = (
    r"(?:jan(?:uary?)?|feb(?:ruary?)?|mar(?:ch)?|m(?:ä|ae)r(?:z)?|apr(?:il)?|may|mai|jun[ei]?|jul[yi]?"
    r"|aug(?:ust)?|sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?)\b\.?"
)
DATE_WORDS = re.compile(
    rf"\b(?:(?P<day1>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:of\s+)?(?P<month1>{_MONTH})"
    rf"|(?P<month2>{_MONTH})\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?(?!:\d))\b(?:,?\s+\d{{4}}\b)?",
    re.IGNORECASE,
)
DATE_FIGURES = re.compile(r"\b(?:(\d{4})-(\d{2})-(\d{2})|(\d{1,2})\.(\d{1,2})\.\d{4})(?!\d)")
_GERMAN = {"mai": "may", "okt": "oct", "dez": "dec", "mär": "mar", "mae": "mar"}


def moments_in(text: str, now: datetime) -> Iterator[datetime]:
    """Full dates with a time, as aware UTC; one without a zone is UTC."""
    for match in _ISO.finditer(text):
        year, month, day, hour, minute, second, zone = match.groups()
        if hour is None:
            continue
        try:
            at = datetime(
                int(year),
                int(month),
                int(day),
                int(hour),
                int(minute),
                int(second or 0),
                tzinfo=UTC,
            )
        except ValueError:
            continue
        if zone and zone[0] in "+-":
            digits = zone[1:].replace(":", "")
            offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
            at -= offset if zone[0] == "+" else -offset
        if abs((at - now).days) < 3660:
            yield at


def clock_times(text: str) -> Iterator[int]:
    """Times of day, in minutes."""
    for pattern in (CLOCK, WHOLE_HOUR):
        for match in pattern.finditer(text):
            yield minute_of_day(match)


def date_of_words(match: re.Match[str]) -> tuple[int, int]:
    """Month and day of a match of :data:`DATE_WORDS`."""
    name = (match.group("month1") or match.group("month2")).lower()[:3]
    month = _MONTHS.index(_GERMAN.get(name, name)) + 1
    return month, int(match.group("day1") or match.group("day2"))


def minute_of_day(match: re.Match[str]) -> int:
    """Minutes since midnight of a match of :data:`CLOCK` or :data:`WHOLE_HOUR`."""
    hour = int(match.group("hour"))
    half = (match.group("half") or "").strip().lower()
    if half.startswith("p") and hour < 12:
        hour += 12
    elif half.startswith("a") and hour == 12:
        hour = 0
    groups = match.groupdict()
    return hour * 60 + int(groups.get("minute") or groups.get("dotted") or 0)


def epoch_moment(value: float) -> datetime | None:
    """The time meant, if a number looks like seconds, milliseconds or nanoseconds since 1970."""
    for scale in (1.0, 1e3, 1e9):
        if 1e9 <= value / scale < 4.1e9:
            return datetime.fromtimestamp(value / scale, UTC)
    return None


@dataclass
class Times:
    """The times of a text, taken out of it.

    Attributes:
        minutes: times of day, in minutes.
        dates: months and days.
        rest: the text with times and dates blanked out, so that they are not read as figures.
    """

    minutes: set[int] = field(default_factory=set)
    dates: set[tuple[int, int]] = field(default_factory=set)
    rest: str = ""

    @classmethod
    def of(cls, text: str) -> Times:
        """Read a text."""
        times = cls()
        # Clock times go first: behind a blanked date they would still be whole.
        for pattern, take in (
            (CLOCK, times._take_clock),
            (WHOLE_HOUR, times._take_clock),
            (_ISO, times._take_date),
            (DATE_FIGURES, times._take_date),
            (DATE_WORDS, times._take_words),
        ):
            text = pattern.sub(take, text)
        times.rest = text
        return times

    def _take_clock(self, match: re.Match[str]) -> str:
        self.minutes.add(minute_of_day(match))
        return " " * len(match.group())

    def _take_date(self, match: re.Match[str]) -> str:
        if match.group(2):
            self.dates.add((int(match.group(2)), int(match.group(3))))
        else:
            self.dates.add((int(match.group(5)), int(match.group(4))))
        return " " * len(match.group())

    def _take_words(self, match: re.Match[str]) -> str:
        self.dates.add(date_of_words(match))
        return " " * len(match.group())

"""Types of tool arguments that people and models write as text.

A window is ``90s``, ``30m``, ``2h``, ``7d`` or ``1w``, or several of them in a row (``1h30m``). A
moment is ``now``, a window ago (``-30m``, ``30m`` or ``30m ago``), a date and time after ISO 8601,
a time of day (``14:05``: the last one there was), or Unix seconds; without a zone it is UTC.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w|y)")
_CLOCK = re.compile(r"\d{1,2}:\d\d")
LONGEST: Final = timedelta(days=50 * 365)
"""The longest window: as far back as anybody can mean, and within every calendar."""
_YEARS: Final = range(1970, 2200)
"""Years that a moment may lie in."""
_UNIT_SECONDS: Mapping[str, float] = {
    "ms": 0.001,
    "s": 1,
    "m": 60,
    "h": 3600,
    "d": 86400,
    "w": 604800,
    "y": 31536000,
}


def parse_window(text: str) -> timedelta:
    """Read a window of time.

    Raises:
        ValueError: with a line that shows what is allowed.
    """
    compact = text.strip().replace(" ", "")
    seconds, end = 0.0, 0
    for part in _PART.finditer(compact):
        if part.start() != end:
            break
        seconds += float(part.group(1)) * _UNIT_SECONDS[part.group(2)]
        end = part.end()
    if not compact or end != len(compact) or seconds <= 0:
        raise ValueError(f"{text!r} is not a span of time: write it as 30m, 2h, 1h30m or 7d")
    if seconds > LONGEST.total_seconds():
        raise ValueError(f"{text!r} is too long a span of time: at most 50y")
    return timedelta(seconds=seconds)


def format_window(window: timedelta) -> str:
    """The window as :func:`parse_window` reads it, in the largest units that divide it."""
    rest = round(window.total_seconds())
    text = ""
    for unit in ("d", "h", "m", "s"):
        count, rest = divmod(rest, int(_UNIT_SECONDS[unit]))
        text += f"{count}{unit}" if count else ""
    return text or "0s"


@dataclass(frozen=True)
class Moment:
    """A point in time as it was asked for; relative ones are resolved when the tool runs."""

    at: datetime | None = None
    ago: timedelta = timedelta()
    clock: time | None = None
    """A time of day, UTC."""

    def resolve(self, now: datetime) -> datetime:
        """The aware UTC time meant."""
        if self.clock is not None:
            today = datetime.combine(now.astimezone(UTC).date(), self.clock, UTC)
            return today if today <= now else today - timedelta(days=1)
        return self.at if self.at is not None else now - self.ago

    def __str__(self) -> str:
        if self.clock is not None:
            return self.clock.isoformat("minutes")
        if self.at is not None:
            return self.at.isoformat().replace("+00:00", "Z")
        return f"-{format_window(self.ago)}" if self.ago else "now"


NOW: Final = Moment()
"""The default of arguments that are a point in time."""


def parse_moment(text: str) -> Moment:
    """Read a point in time.

    Raises:
        ValueError: with a line that shows what is allowed.
    """
    plain = text.strip()
    if plain.lower() in ("", "now"):
        return Moment()
    relative = plain.lower().removeprefix("-").removesuffix("ago").removeprefix("now-").strip()
    if _PART.match(relative):
        return Moment(ago=parse_window(relative))
    try:
        if _CLOCK.fullmatch(plain):
            return Moment(clock=time.fromisoformat(plain.zfill(5)))
        if re.fullmatch(r"\d{9,11}(\.\d+)?", plain):
            return Moment(at=datetime.fromtimestamp(float(plain), UTC))
        at = datetime.fromisoformat(plain)
        if at.year not in _YEARS:
            raise ValueError("no backend knows that year")
    except (ValueError, OverflowError, OSError):
        raise ValueError(
            f"{text!r} is not a point in time: write it as now, -30m, 14:00, "
            "2026-11-22T14:00 or Unix seconds"
        ) from None
    return Moment(at=at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC))


def _to_window(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        # A bare number is meant in seconds, and as little may it be negative or endless.
        value = f"{value:f}s"
    return parse_window(value) if isinstance(value, str) else value


def _to_text(value: object) -> object:
    # The command line gives the words of a question one by one, and so do some models.
    if isinstance(value, list | tuple):
        return " ".join(str(each) for each in value)
    return value


def _to_moment(value: object) -> object:
    if isinstance(value, Moment):
        return value
    if isinstance(value, datetime):
        return Moment(at=value)
    return parse_moment(str(value))


Window = Annotated[
    timedelta,
    BeforeValidator(_to_window),
    PlainSerializer(format_window, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["30m", "2h", "7d"]}),
]
"""A span of time argument."""

When = Annotated[
    Moment,
    BeforeValidator(_to_moment),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["now", "-30m", "2026-11-22T14:00Z"]}),
]
"""A point in time argument."""


@dataclass(frozen=True)
class Positional:
    """Marks an argument that the command line takes by position.

    Attributes:
        metavar: what stands for it in the help; its name if None.
        words: whether several words are one text, so that a question needs no quotes.
    """

    metavar: str | None = None
    words: bool = False


@dataclass(frozen=True)
class Short:
    """Gives an argument a one-letter option on the command line."""

    letter: str


@dataclass(frozen=True)
class AlsoCalled:
    """A second long name of an option on the command line, as other listings call it."""

    name: str


@dataclass(frozen=True)
class Completes:
    """Names what the shell completes an argument with: ``metric``, ``alert``, ``label`` ..."""

    kind: str


@dataclass(frozen=True)
class ForPeople:
    """Marks an argument that only people and programs need: the schema a model sees leaves it out.

    It is taken from a model all the same.
    """


HOUR: Final = timedelta(hours=1)
"""The default length of a window that is looked at."""

Since = Annotated[Window, Field(description="Length of the window."), Short("s")]
"""How far back a window begins."""

End = Annotated[When, Field(description="End of the window.")]
"""Where a window ends."""

Words = Annotated[str, BeforeValidator(_to_text)]
"""A text that may come as its words."""

Step = Annotated[
    Window | None, Field(description="Time between points; chosen if left out."), ForPeople()
]
"""How far apart the points of a curve are."""

PromQL = Annotated[str, Field(description="PromQL."), Positional(), Completes("metric")]
"""An expression for Prometheus."""

LogLines = Annotated[str, Field(description="LogQL that lists lines."), Positional()]
"""An expression for Loki that has lines as its result."""

LevelFilter = Literal["critical", "error", "warning", "info", "debug"]
"""Levels a tool can be asked for; each includes the worse ones."""

LevelOrWorse = Annotated[LevelFilter | None, Field(description="This level or worse."), Short("l")]
"""From which level on lines are wanted."""

__all__ = [
    "HOUR",
    "NOW",
    "Completes",
    "End",
    "ForPeople",
    "LevelFilter",
    "LevelOrWorse",
    "LogLines",
    "Moment",
    "Positional",
    "PromQL",
    "Short",
    "Since",
    "Step",
    "When",
    "Window",
    "Words",
    "format_window",
    "parse_moment",
    "parse_window",
]

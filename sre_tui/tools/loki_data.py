"""What the log tools answer."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime

from providers.loki import Change, LabelValue, LogEntry, LogPattern, StreamCount
from providers.series import Series
from sre_tui.tools.result import Listing

LevelFilter = Literal["critical", "error", "warning", "info", "debug"]
"""Levels a tool can be asked for; each includes the worse ones."""


class LogListing(Listing[LogEntry]):
    """Log lines, the newest first."""

    query: str
    """As sent."""
    start: AwareDatetime
    end: AwareDatetime


class LogSeries(Listing[Series]):
    """A metric over logs."""

    query: str
    start: AwareDatetime
    end: AwareDatetime
    step: float
    """Seconds between points."""


class LabelValues(Listing[LabelValue]):
    """Values of a label, or the names of all labels if none was asked for."""

    label: str | None
    start: AwareDatetime
    end: AwareDatetime


class LogChanges(Listing[Change]):
    """What changed in the logs around a moment, in order of time."""

    around: AwareDatetime
    start: AwareDatetime
    end: AwareDatetime
    selector: str
    streams: tuple[StreamCount, ...] = ()
    """Line counts, the largest change of errors first."""


class PatternListing(Listing[LogPattern]):
    """Templates of the lines in a window, the most frequent first."""

    query: str
    start: AwareDatetime
    end: AwareDatetime
    lines: int
    """Lines the templates were made from."""

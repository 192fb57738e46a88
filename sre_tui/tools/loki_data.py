"""What the log tools answer."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from providers.loki import Level, LogEntry, LogPattern
from providers.series import Labels, Series
from sre_tui.tools.result import Listing


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


class LabelValue(BaseModel):
    """One value of a label, or one label name."""

    model_config = ConfigDict(frozen=True)

    source: str
    label: str
    """Label the value belongs to; empty where label names are listed."""
    value: str


class LabelValues(Listing[LabelValue]):
    """Values of a label, or the names of all labels if none was asked for."""

    label: str | None
    start: AwareDatetime
    end: AwareDatetime


ChangeKind = Literal[
    "restart", "update", "deploy", "oom", "error_started", "error_rate", "new_message",
    "volume_up", "volume_down", "went_silent", "appeared", "alert",
]  # fmt: skip


class Change(BaseModel):
    """Something that is different after a moment from what it was before."""

    model_config = ConfigDict(frozen=True)

    source: str
    at: AwareDatetime
    """When it was first seen."""
    kind: ChangeKind
    subject: str
    """Service and host, for example ``jellyfin on media``."""
    level: Level
    text: str
    """One line in words."""
    count: int
    """Lines it stands for after the moment."""
    example: str = ""
    """A log line that shows it."""
    labels: Labels = {}

    @property
    def key(self) -> str:
        """Unique among the changes of one answer."""
        return f"{self.source}/{self.kind}/{self.subject}/{self.text}"


class StreamCount(BaseModel):
    """How many lines a service wrote before and after the moment."""

    model_config = ConfigDict(frozen=True)

    source: str
    subject: str
    before: int
    after: int
    errors_before: int
    errors_after: int
    labels: Labels = {}


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

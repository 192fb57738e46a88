"""What Loki answers, typed: UTC times, levels in one spelling."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, PlainSerializer

from providers.series import Labels

Level = Literal["critical", "error", "warning", "info", "debug", "trace", "unknown"]

Nanoseconds = Annotated[int, PlainSerializer(str, return_type=str, when_used="json")]
"""Unix time in nanoseconds; a string in JSON, where numbers are not that exact."""


class LogEntry(BaseModel):
    """One log line."""

    model_config = ConfigDict(frozen=True)

    source: str
    at: AwareDatetime
    """The time, cut to microseconds."""
    time_ns: Nanoseconds
    line: str
    level: Level = "unknown"
    """From the labels ``level`` or ``detected_level``, in one spelling."""
    labels: Labels
    """Stream labels, structured metadata and what the query parsed out."""
    host: str | None = None
    """The machine that wrote it, where a label tells."""
    service: str | None = None
    """The service that wrote it, where a label tells."""


class LogWindow(BaseModel):
    """Entries of a window, the newest first, merged over all streams."""

    model_config = ConfigDict(frozen=True)

    query: str
    """As sent, with the level filter in its final form."""
    start: AwareDatetime
    """Inclusive."""
    end: AwareDatetime
    """Exclusive."""
    entries: tuple[LogEntry, ...]
    truncated: bool
    """Whether the window holds more than the limit; the oldest are missing then."""


class LogPattern(BaseModel):
    """Lines that are alike but for their variable parts."""

    model_config = ConfigDict(frozen=True)

    pattern: str
    """The template; ``<*>`` stands for what varies."""
    count: int
    share: float
    """Of all lines looked at, 0..1."""
    first: AwareDatetime
    last: AwareDatetime
    level: Level
    """The most severe one seen."""
    services: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    example: str
    """The newest such line."""

    @property
    def key(self) -> str:
        """Unique among the patterns of one answer."""
        return self.pattern


class LabelValue(BaseModel):
    """One value of a label, or one label name."""

    model_config = ConfigDict(frozen=True)

    source: str
    label: str
    """Label the value belongs to; empty where label names are listed."""
    value: str


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
        return f"{self.source}/{self.at.isoformat()}/{self.kind}/{self.subject}/{self.text}"


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


LOG_HOST_LABELS = ("hostname", "host", "nodename", "node", "machine", "instance")
"""Labels that tell the machine, the most telling first."""
LOG_SERVICE_LABELS = (
    "service_name",
    "service",
    "container",
    "container_name",
    "unit",
    "systemd_unit",
    "app",
    "job",
    "filename",
)
"""Labels that tell the service, the most telling first."""

"""Loki: log lines, metrics over logs, labels."""

from providers.loki.client import LokiClient
from providers.loki.models import (
    Change,
    ChangeKind,
    LabelValue,
    Level,
    LogEntry,
    LogPattern,
    LogWindow,
    StreamCount,
)

__all__ = [
    "Change",
    "ChangeKind",
    "LabelValue",
    "Level",
    "LogEntry",
    "LogPattern",
    "LogWindow",
    "LokiClient",
    "StreamCount",
]

"""Loki: log lines, metrics over logs, labels."""

from providers.loki.client import LokiClient
from providers.loki.models import Level, LogEntry, LogPattern, LogWindow

__all__ = ["Level", "LogEntry", "LogPattern", "LogWindow", "LokiClient"]

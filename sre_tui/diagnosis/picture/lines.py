"""Telling log lines, put together by template."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from providers.loki import LogEntry, LogPattern


@dataclass(frozen=True)
class LineGroup:
    """Lines of one template.

    Attributes:
        pattern: the template, with a line that shows it.
        entries: the lines themselves.
    """

    pattern: LogPattern
    entries: tuple[LogEntry, ...]

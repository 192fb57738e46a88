"""Which tasks are wanted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class TaskQuery:
    """Which tasks are wanted; what is None does not matter."""

    since: datetime | None = None
    until: datetime | None = None
    errors: bool = False
    """Only failed ones and those with warnings."""
    running: bool = False
    """Only those that run."""
    nodes: tuple[str, ...] = ()
    vmid: int | None = None
    kind: str | None = None
    """Part of the type."""
    limit: int = 500
    """Per node."""

"""The window of a report that ends now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sre_tui.report.scope import Scope
from tests.stubs.homelab_tools import context_in

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def scope(tmp_path: Path, days: float = 7, zone: str = "UTC") -> Scope:
    """So many days that end now, over tools that ask nobody."""
    return Scope(context_in(tmp_path), NOW - DAY * days, NOW, zone=ZoneInfo(zone))

"""When a scenario plays: at several hours of a week, so that no hour is what the diagnosis knows.

At half past two backups run, at seven they have just run, and nobody asks at one hour only.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from hashlib import sha256
from typing import Final

MOMENTS: Final = (
    datetime(2026, 11, 22, 15, 0, tzinfo=UTC),
    datetime(2026, 11, 23, 2, 30, tzinfo=UTC),
    datetime(2026, 11, 24, 7, 0, tzinfo=UTC),
    datetime(2026, 11, 25, 12, 0, tzinfo=UTC),
    datetime(2026, 11, 27, 18, 0, tzinfo=UTC),
    datetime(2026, 11, 28, 22, 30, tzinfo=UTC),
)
"""A Sunday to the Saturday after it, in UTC."""


def moment_of(scenario: str, hour: time | None = None) -> datetime:
    """The moment at which a scenario plays, the same in every run.

    Args:
        scenario: its id, which decides on the day, and on the hour unless one is given.
        hour: instead of its own, in UTC.
    """
    digest = sha256(scenario.encode("utf-8")).digest()
    own = MOMENTS[int.from_bytes(digest[:8], "big") % len(MOMENTS)]
    return own if hour is None else datetime.combine(own.date(), hour, tzinfo=UTC)

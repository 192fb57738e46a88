"""Marks and changes of alert states that Grafana remembers, week by week."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from sre_tui.report.scope import CHUNK, parts_of

if TYPE_CHECKING:
    from providers.grafana import Annotation, GrafanaClient
    from providers.reading import Reading

MOST: Final = 5000
"""Read of a week."""


async def read_marks(
    client: GrafanaClient, start: datetime, end: datetime
) -> list[Reading[tuple[Annotation, ...]]]:
    """What one Grafana remembers of a window, the newest week first, until it does not answer."""
    found: list[Reading[tuple[Annotation, ...]]] = []
    for begin, stop in reversed(parts_of(start, end, CHUNK)):
        reading = await client.annotations(begin, stop, limit=MOST)
        found.append(reading)
        if not reading.state.has_data:
            break
    return found

"""Logs of the picture: telling lines grouped by template, and how much everybody writes."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from providers.loki.models import LOG_HOST_LABELS, LOG_SERVICE_LABELS
from providers.reading import Reading
from providers.series import Series
from sre_tui.diagnosis.picture.lines import LineGroup
from sre_tui.diagnosis.picture.part import refilled

if TYPE_CHECKING:
    from providers.loki import LokiClient

MOST_LINES: Final = 3000
VOLUME_STEP: Final = 600.0
"""Seconds over which lines are counted."""


async def labels_of(client: LokiClient, start: datetime, end: datetime) -> tuple[str, str]:
    """Names of the labels that carry service and machine; the usual ones if it does not tell."""
    reading = await client.label_names(start, end)
    known = reading.data or ()
    service = next((name for name in LOG_SERVICE_LABELS if name in known), LOG_SERVICE_LABELS[0])
    host = next((name for name in LOG_HOST_LABELS if name in known), LOG_HOST_LABELS[0])
    return service, host


async def telling(
    client: LokiClient, pattern: str, start: datetime, end: datetime
) -> Reading[tuple[LineGroup, ...]]:
    """Lines that match a pattern, grouped by template.

    Args:
        client: the Loki.
        pattern: RE2 expression.
        start: inclusive.
        end: exclusive.
    """
    from providers.loki.patterns import grouped

    service, _ = await labels_of(client, start, end)
    escaped = pattern.replace("\\", "\\\\").replace('"', '\\"')
    query = f'{{{service}=~".+"}} |~ "{escaped}"'
    reading = await client.logs(query, start, end, limit=MOST_LINES)
    if reading.data is None:
        return refilled(reading, None)
    data = tuple(LineGroup(*group) for group in grouped(reading.data.entries))
    return refilled(reading, data)


async def volume(client: LokiClient, start: datetime, end: datetime) -> Reading[tuple[Series, ...]]:
    """Lines of each service on each machine, per ten minutes."""
    service, host = await labels_of(client, start, end)
    counted = f'count_over_time({{{service}=~".+"}}[{VOLUME_STEP:g}s])'
    query = f"sum by ({service}, {host}) ({counted})"
    reading = await client.metric_range(query, start, end, VOLUME_STEP)
    return refilled(reading, None if reading.data is None else reading.data.series)

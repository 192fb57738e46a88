"""The zone in which days of reports begin and schedules are meant."""

from __future__ import annotations

import logging
from zoneinfo import ZoneInfo

from tzlocal import get_localzone_name

from sre_tui.settings.reporting import ReportSettings

log = logging.getLogger(__name__)


def zone_of(settings: ReportSettings) -> ZoneInfo:
    """The zone that the settings name, else this machine's, else UTC."""
    if settings.timezone is not None:
        return ZoneInfo(settings.timezone)
    try:
        name = get_localzone_name() or "UTC"
        # As many machines call it that nobody gave a zone.
        return ZoneInfo("UTC" if name == "Etc/UTC" else name)
    except (KeyError, ValueError, OSError) as error:
        log.warning("the zone of this machine is not known, UTC is taken: %s", error)
        return ZoneInfo("UTC")

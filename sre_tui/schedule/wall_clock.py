"""A trigger that goes by the clock on the wall, also on the days on which that is set.

APScheduler's own ends in the hour that comes twice: it gives the same moment for ever.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from apscheduler.triggers.base import BaseTrigger

_TICK: Final = timedelta(microseconds=1)
_SET: Final = timedelta(hours=3)
"""More than a clock is set forward by."""


class WallClock(BaseTrigger):  # type: ignore[misc]
    """What a plan without a zone gives, in a zone.

    What is due in an hour that comes twice is due the first time; what is due in one that is left
    out is due as much later.
    """

    def __init__(self, plan: BaseTrigger, zone: tzinfo) -> None:
        """Take the plan in UTC, as if that was what the clock shows."""
        self._plan = plan
        self._zone = zone

    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None:
        """The first moment that is due after the previous one; from now on if there was none."""
        if previous_fire_time is None:
            earliest = now.astimezone(UTC)
        else:
            earliest = previous_fire_time.astimezone(UTC) + _TICK
        shown = earliest.astimezone(self._zone).replace(tzinfo=UTC, fold=0) - _SET
        while True:
            due: datetime | None = self._plan.get_next_fire_time(None, shown)
            if due is None:
                return None
            at = due.replace(tzinfo=self._zone).astimezone(UTC)
            if at >= earliest:
                return at.astimezone(self._zone)
            shown = due + _TICK

    def __str__(self) -> str:
        return f"{self._plan} in {self._zone}"

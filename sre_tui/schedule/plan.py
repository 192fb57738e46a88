"""The plan: when reports are due, and whether one was missed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict

from sre_tui.schedule.cron import trigger_of
from sre_tui.settings.reporting import ReportSettings
from sre_tui.settings.zone import zone_of

if TYPE_CHECKING:
    from apscheduler.triggers.base import BaseTrigger

GRACE: Final = timedelta(hours=12)
"""How late a report is still made that was due while this machine slept or nobody kept it."""
_FARTHEST: Final = timedelta(days=366 * 8)
"""How far ahead a run is looked for: the 29th of February comes within eight years."""


class PlannedRun(BaseModel):
    """One time that a report is due."""

    model_config = ConfigDict(frozen=True)

    due: AwareDatetime
    """In UTC."""
    local: AwareDatetime
    """The same in the zone of the plan, with its offset."""
    timezone: str
    """Which that is at this moment, as people call it: ``CET``."""


@dataclass(frozen=True)
class Plan:
    """When reports are made.

    Attributes:
        expression: the cron expression.
        zone: whose clock counts.
        zone_name: what that is called.
    """

    expression: str
    zone: tzinfo
    zone_name: str

    def trigger(self) -> BaseTrigger:
        """The plan as APScheduler takes it."""
        return trigger_of(self.expression, self.zone)

    def next_runs(self, now: datetime, most: int) -> list[datetime]:
        """The next moments at which a report is due, in the plan's zone; none if there is none."""
        trigger = self.trigger()
        found: list[datetime] = []
        after = now.astimezone(self.zone)
        while len(found) < most:
            at = trigger.get_next_fire_time(found[-1] if found else None, after)
            if at is None or at - now > _FARTHEST:
                break
            found.append(at)
            after = at + timedelta(microseconds=1)
        return found

    def listed(self, now: datetime, most: int) -> list[PlannedRun]:
        """The next runs, for who reads them."""
        return [
            PlannedRun(due=at.astimezone(UTC), local=at, timezone=at.tzname() or self.zone_name)
            for at in self.next_runs(now, most)
        ]

    def missed(self, last: datetime | None, now: datetime) -> datetime | None:
        """The moment at which a report was due and none was made, if it can still be made up for.

        Args:
            last: when the last report was made; None if none ever was, so that none is missing.
            now: the present.
        """
        if last is None:
            return None
        since = max(last, now - GRACE)
        runs = self.next_runs(since + timedelta(microseconds=1), 1)
        return runs[0] if runs and runs[0] <= now else None


def plan_of(settings: ReportSettings) -> Plan:
    """The plan that the settings make.

    Raises:
        SettingsError: if they are mistaken.
    """
    zone = zone_of(settings)
    return Plan(settings.schedule, zone, zone.key)

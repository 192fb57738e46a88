"""Cron expressions as triggers of APScheduler, with the meaning that crontab(5) gives them.

APScheduler counts weekdays from Monday and wants day and weekday both to fit; cron counts them from
Sunday, and one of the two is enough where both are restricted.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from apscheduler.triggers.base import BaseTrigger

_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


def trigger_of(expression: str, zone: tzinfo) -> BaseTrigger:
    """What fires when the expression says.

    Args:
        expression: five fields, as ``settings.report.schedule`` has checked them.
        zone: whose clock counts.
    """
    from apscheduler.triggers.combining import OrTrigger
    from apscheduler.triggers.cron import CronTrigger

    from sre_tui.schedule.wall_clock import WallClock

    minute, hour, day, month, weekday = expression.split()
    fields = {"minute": minute, "hour": hour, "month": month, "timezone": UTC}
    days = ",".join(weekdays(weekday))
    if day.startswith("*") or weekday.startswith("*"):
        return WallClock(CronTrigger(**fields, day=day, day_of_week=days), zone)
    either = [CronTrigger(**fields, day=day), CronTrigger(**fields, day_of_week=days)]
    return WallClock(OrTrigger(either), zone)


def weekdays(field: str) -> list[str]:
    """The days that a field names, from Sunday on, by their short names."""
    found = {day % 7 for part in field.split(",") for day in _days_of(part)}
    return [_DAYS[day] for day in sorted(found)]


def _days_of(part: str) -> Iterator[int]:
    span, _, step = part.partition("/")
    first, _, last = span.partition("-")
    if first == "*":
        first, last = "0", "6"
    begin = _number(first)
    yield from range(begin, (_number(last) if last else begin) + 1, int(step or 1))


def _number(day: str) -> int:
    return _DAYS.index(day) if day in _DAYS else int(day)

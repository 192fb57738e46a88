"""What a report is about, and who is asked for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from providers.last_known_good import NothingKept
from sre_tui.settings import BACKENDS, Settings
from sre_tui.tools.context import ToolContext

UTC_ZONE: Final = ZoneInfo("UTC")
DAY: Final = timedelta(days=1)
SHORTEST: Final = timedelta(hours=1)
LONGEST: Final = timedelta(days=90)
"""Windows a report can be of."""
CHUNK: Final = timedelta(days=7)
"""Asked for at once: of more, some backends refuse the number of points or the length."""
LONGEST_TASK: Final = timedelta(hours=12)
PATIENCE: Final = 30.0
"""Seconds that a backend may take for one question: several look at weeks, all at once."""


@dataclass(frozen=True)
class Scope:
    """A window, and the clients of the backends.

    Attributes:
        context: clients that keep no answers: what was so before must not pass for what is so.
        since: beginning of the window.
        until: its end, the moment the report is made.
        objective: the share of the window that things are to be there.
        zone: the operator's own time, by which days are told.
    """

    context: ToolContext
    since: datetime
    until: datetime
    objective: float = 0.995
    zone: ZoneInfo = UTC_ZONE

    @property
    def length(self) -> timedelta:
        """How long the window is."""
        return self.until - self.since

    @property
    def before(self) -> datetime:
        """Beginning of the window before, which is as long."""
        return self.since - self.length

    @property
    def tasks_since(self) -> datetime:
        """Since when tasks are read, so that those are among them which end in the window."""
        return self.since - LONGEST_TASK

    def day_of(self, at: datetime) -> date:
        """The operator's day of a moment."""
        return at.astimezone(self.zone).date()

    def days(self, since: datetime | None = None) -> Iterator[date]:
        """Every day that the window touches, in order; from a moment on if one is given."""
        first, last = self.day_of(since or self.since), self.day_of(self.until)
        for number in range((last - first).days + 1):
            yield first + timedelta(days=number)

    def holds(self, at: datetime) -> bool:
        """Whether a moment lies in the window."""
        return self.since <= at <= self.until


def scope_of(
    context: ToolContext,
    window: timedelta,
    *,
    objective: float = 0.995,
    zone: ZoneInfo = UTC_ZONE,
) -> Scope:
    """The window that ends now, with clients of its own; its context is to be closed.

    Args:
        context: settings, folders and clock.
        window: how long it is.
        objective: the share of it that things are to be there.
        zone: the operator's own time.

    Raises:
        ValueError: if the window is too short or too long.
    """
    if not SHORTEST <= window <= LONGEST:
        raise ValueError(f"a report covers {SHORTEST} to {LONGEST.days} days, not {window}")
    until = context.clock().astimezone(UTC)
    own = ToolContext(
        _patient(context.settings),
        context.folders,
        context.clock,
        kept=NothingKept(),
        usage=context.usage,
    )
    return Scope(own, until - window, until, objective, zone)


def _patient(settings: Settings) -> Settings:
    """The settings with time enough for everybody."""
    return settings.model_copy(
        update={
            name: tuple(
                each.model_copy(update={"timeout": max(each.timeout, PATIENCE)})
                for each in getattr(settings, name)
            )
            for name in BACKENDS
        }
    )

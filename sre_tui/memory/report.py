"""A report as it is archived, shown and mailed: what was, is and is to come in a homelab.

It is self-contained: a report that was archived years ago is read and shown without any backend.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, tzinfo
from typing import Final, Literal
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, ConfigDict

from providers.reading import SourceStatus
from sre_tui.memory.report_sections import (
    Alerts,
    Archived,
    Backups,
    Capacities,
    Changes,
    Heading,
    Health,
    JournalIncidents,
    Logs,
    Objectives,
    ProgramUsage,
    Section,
)

VERSION: Final = 1


def zone_named(name: str) -> tzinfo:
    """The zone a report is told in; UTC where this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


class Summary(Archived):
    """What somebody reads who reads nothing else."""

    text: str = ""
    """Paragraphs and lists in Markdown, without headings."""
    by: Literal["model", "analyst"] = "analyst"
    model: str = ""
    """Which model wrote it; empty for the built-in analyst."""
    unsupported: tuple[str, ...] = ()
    """Words of it that are not borne out by the figures of the report."""
    note: str = ""
    """Why no model wrote it though one is configured, or what else is to be known of that."""
    cost: float | None = None
    """US dollars; None if there was no call, or its price is not known."""


class Report(Archived):
    """A whole report."""

    version: int = VERSION
    id: str
    homelab: str
    made: AwareDatetime
    since: AwareDatetime
    until: AwareDatetime
    timezone: str = "UTC"
    """The zone its days are counted in, and its times are shown in: ``Europe/Berlin``."""
    summary: Summary = Summary()
    health: Health = Health()
    alerts: Alerts = Alerts()
    objectives: Objectives = Objectives()
    capacity: Capacities = Capacities()
    backups: Backups = Backups()
    logs: Logs = Logs()
    changes: Changes = Changes()
    incidents: JournalIncidents = JournalIncidents()
    usage: ProgramUsage = ProgramUsage()
    sources: tuple[SourceStatus, ...] = ()
    """One status per configured instance, as of when the report was made."""

    def sections(self) -> Iterator[tuple[Heading, Section]]:
        """Each section with its name, in the order they are read."""
        yield "health", self.health
        yield "alerts", self.alerts
        yield "objectives", self.objectives
        yield "capacity", self.capacity
        yield "backups", self.backups
        yield "logs", self.logs
        yield "changes", self.changes
        yield "incidents", self.incidents
        yield "usage", self.usage

    @property
    def missing(self) -> tuple[str, ...]:
        """What is not in it and why, one line each."""
        return tuple(
            dict.fromkeys(
                f"{name}: {reason}" for name, section in self.sections()
                if section.state in ("partial", "missing")
                for reason in section.reasons
            )
        )  # fmt: skip


class ArchivedReport(BaseModel):
    """A report without its content: which it is, and what became of its mail."""

    model_config = ConfigDict(frozen=True)

    id: str
    made: AwareDatetime
    since: AwareDatetime
    """Beginning of the window it is about."""
    until: AwareDatetime
    summary: str = ""
    mail_due: bool = False
    """Whether it is to be mailed and has not been."""
    mail_tries: int = 0
    """How often that failed."""
    mailed: AwareDatetime | None = None
    mail_problem: str = ""
    """Why it could not be mailed when that was last tried, or who did not get it."""


class PreviousReport(Report):
    """An archived report, what of it was asked for, and what else is in the archive."""

    asked: tuple[Heading, ...] = ()
    """The sections that were asked for; all if empty."""
    archive: tuple[ArchivedReport, ...] = ()
    """The latest reports that are kept, the latest first and without their summaries."""
    kept: int = 0
    """How many are kept in all."""

    @property
    def mail(self) -> ArchivedReport | None:
        """What became of its mail; None if it is none of the latest."""
        return next((one for one in self.archive if one.id == self.id), None)

    def gist(self) -> str:
        """Of which days it is, and its verdict."""
        zone = zone_named(self.timezone)
        first, last = self.since.astimezone(zone), self.until.astimezone(zone)
        days = f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"
        return f"report of {days}: {self.health.sentence or 'nothing is known'}"

"""The sections of a report, each for itself.

All their texts are safe to show. Sizes are bytes, shares 0..1, lengths of time seconds. An archived
one is read for years: fields are added with a default, and none is taken away.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

Heading = Literal[
    "health", "alerts", "objectives", "capacity", "backups", "logs", "changes", "incidents", "usage"
]
"""The sections, in the order they are read, under the names they have in JSON."""
SectionState = Literal["ok", "partial", "missing", "not_configured"]
Severity = Literal["critical", "warning", "note"]


class Archived(BaseModel):
    """A part of a report, as the archive keeps it."""

    # What a later version of the program added to an archived report is no reason to refuse it.
    model_config = ConfigDict(frozen=True, extra="ignore")


class Section(Archived):
    """What every section tells of itself.

    Amounts are None where they are not known, be it because all of the section is missing.
    """

    state: SectionState = "ok"
    reasons: tuple[str, ...] = ()
    """What is missing and why, one line each; empty if nothing is."""


class Trouble(Archived):
    """One thing that is wrong now."""

    subject: str
    text: str
    severity: Severity
    since: AwareDatetime | None = None
    open_start: bool = False
    """Whether it may have begun earlier: it was so when the time that was looked at began."""
    advice: str = ""
    runbook: str = ""
    findings: int = 1
    """How many alike findings it stands for."""
    check: str = ""
    """Id of the check that found it; empty where that was not archived yet."""
    kind: str = ""
    """Kind of trouble, an id among the failure patterns; empty likewise."""


class LikelyCause(Archived):
    """What most likely is behind what is wrong now."""

    claim: str
    """In words: ``disk sdc on nas1 is failing``."""
    confidence: float
    severity: Severity
    since: AwareDatetime | None = None
    open_start: bool = False
    """As of a trouble."""
    effects: int = 0
    """How many other troubles it explains."""
    subjects: tuple[str, ...] = ()
    """What it is about, and what it explains trouble with."""
    steps: tuple[str, ...] = ()
    """What to do, from its runbook."""
    runbook: str = ""


class Health(Section):
    """How it is now."""

    sentence: str = ""
    verdict: str = ""
    """As `sre check` puts it."""
    critical: int | None = None
    warnings: int | None = None
    notes: int | None = None
    causes: tuple[LikelyCause, ...] = ()
    """Those that are likely enough to be named, the likeliest first."""
    troubles: tuple[Trouble, ...] = ()
    """The gravest first; not all if there are many."""


class AlertDay(Archived):
    """Alerts that began to fire on a day."""

    day: date
    critical: int = 0
    warning: int = 0
    other: int = 0


class ReportedAlert(Archived):
    """All firings of one alert in the window."""

    name: str
    severity: str = ""
    subjects: tuple[str, ...] = ()
    """What it fired for."""
    times: int = 0
    """How often it began to fire, over all subjects; 0 if it had been firing before."""
    seconds: float = 0.0
    """How long it fired in the window, the time of several subjects added."""
    lasted: float | None = None
    """How long it fired for at least one of them; None where that was not archived yet."""
    first: AwareDatetime | None = None
    last: AwareDatetime | None = None
    """When it began to fire last."""
    firing: int = 0
    """For how many subjects it fires at the end."""
    flapping: bool = False
    """Whether it came and went so often for one subject that nobody looks any more."""
    incidents: int = 0
    """Incidents of it in the journal, of all times."""


class Alerts(Section):
    """Which alerts fired, how often and for how long."""

    fired: int | None = None
    """Firings that began in the window."""
    fired_before: int | None = None
    """The same of the window before; None if it is not known."""
    within: int | None = None
    """Firings that went on at any time in the window, begun in it or earlier; at least as many if
    ``fired`` is not known, and None where that was not archived yet.
    """
    within_before: int | None = None
    """The same of the window before; None if it is not known."""
    firing: int | None = None
    """Alerts that fire at the end."""
    silenced: int | None = None
    alerts: tuple[ReportedAlert, ...] = ()
    """The noisiest first."""
    days: tuple[AlertDay, ...] = ()
    """One for each day of the window that was read, in order."""


class ReportedObjective(Archived):
    """One thing that is to be there, and how much of the window it was."""

    name: str
    kind: Literal["target", "probe", "guest", "node", "backups"]
    target: float
    measured: float | None = None
    seconds_missed: float = 0.0
    """How long it was not there."""
    verdict: Literal["pass", "fail", "unknown"] = "unknown"
    says: str = ""
    """What it was measured by, such as the expression."""


class Objectives(Section):
    """What was aimed at, and what was reached."""

    target: float = 0.0
    """The share of the window that is aimed at where nothing else is said."""
    objectives: tuple[ReportedObjective, ...] = ()
    """Those that were missed first, the worst of them at the top."""
    passed: int | None = None
    failed: int | None = None


class Point(Archived):
    """A value at a moment."""

    at: AwareDatetime
    value: float


class ReportedCapacity(Archived):
    """One thing that may fill up or run out."""

    name: str
    kind: str
    """``pool``, ``datastore``, ``storage``, ``filesystem``, ``guest`` or ``certificate``."""
    outlook: str
    used: float | None = None
    size: float | None = None
    growth: float | None = None
    """Bytes a day."""
    full_at: AwareDatetime | None = None
    earliest: AwareDatetime | None = None
    latest: AwareDatetime | None = None
    full_since: AwareDatetime | None = None
    """Since when it has been as full as it is, if it is full and its history tells."""
    always_full: bool = False
    """Whether it was so before its history begins."""
    out_of_reach: bool = False
    """Whether what it is on does not answer now, so that all this is as it was last seen."""
    presses: bool = False
    """Whether somebody has to do something about it soon."""
    space_of: str = ""
    """The datastore that is filled where this is, both counted of one space; empty if none is."""
    points: tuple[Point, ...] = ()
    """How full it was, as a share, a few points a day; of pools and datastores."""
    foreseen: tuple[Point, ...] = ()
    """How full it will be if it goes on like this."""

    @property
    def ratio(self) -> float | None:
        """Used share, 0..1."""
        return self.used / self.size if self.used is not None and self.size else None

    @property
    def first(self) -> datetime | None:
        """The moment it is sorted by: the best guess, else the earliest."""
        return self.full_at or self.earliest


class Capacities(Section):
    """What fills up, and when."""

    rows: tuple[ReportedCapacity, ...] = ()
    """What presses first."""
    left_out: int = 0
    """Things that are neither full nor growing, and are not listed."""


class UncoveredGuest(Archived):
    """A guest that cannot be restored as it should be."""

    guest: str
    """Name and id."""
    verdict: str
    """``never``, ``not_covered``, ``damaged``, ``stale``, ``unknown`` or ``ok_in_part``."""
    reason: str = ""
    newest: AwareDatetime | None = None
    """Its newest good backup."""


class BackupDay(Archived):
    """Backup runs of guests that ended on a day."""

    day: date
    ok: int = 0
    failed: int = 0


class FailedRun(Archived):
    """A backup task that failed."""

    at: AwareDatetime
    what: str
    """What it was to do, and for which guest or datastore."""
    error: str = ""
    source: str = ""


class ReportedDatastore(Archived):
    """A place for backups."""

    name: str
    used: float | None = None
    size: float | None = None
    full_at: AwareDatetime | None = None
    plugged_in: bool = True
    """Whether its disk is there; of one that lies in a drawer nothing is known."""
    garbage_collected: AwareDatetime | None = None
    """When garbage collection last ended well."""
    collecting: bool = False
    """Whether it ran when the report was made."""
    problem: str = ""


class Backups(Section):
    """Whether everything could be restored, and what the runs of the window came to."""

    guests: int | None = None
    """Guests that were judged."""
    covered: int | None = None
    verdicts: dict[str, int] = {}
    """How many guests by verdict, as `sre backups coverage` gives it."""
    uncovered: tuple[UncoveredGuest, ...] = ()
    in_part: tuple[UncoveredGuest, ...] = ()
    """Covered guests of which some disk is in no backup; the reason names it."""
    kept: int | None = None
    """Guests and hosts of which backup servers have backups, where no Proxmox VE is configured that
    tells which guests there are."""
    runs: int | None = None
    failed_runs: int | None = None
    failures: tuple[FailedRun, ...] = ()
    """The latest first; not all if there are many."""
    unverified: int | None = None
    """Guests whose newest backup failed its verification or was never verified; of those that are
    kept where none is judged."""
    days: tuple[BackupDay, ...] = ()
    """One for each day of the window of which tasks are known, in order."""
    datastores: tuple[ReportedDatastore, ...] = ()


class LoggedErrors(Archived):
    """Error lines of one service."""

    service: str
    count: int
    before: int | None = None
    """In the window before; None if it is not known."""
    samples: tuple[str, ...] = ()
    """Lines as they were written, one of each of the most frequent kinds."""


class Logs(Section):
    """Errors in the logs, compared with the window before."""

    errors: int | None = None
    errors_before: int | None = None
    services: tuple[LoggedErrors, ...] = ()
    """Most errors first."""


class ReportedChange(Archived):
    """Something that changed at a moment."""

    at: AwareDatetime
    kind: str
    subject: str
    text: str
    severity: Severity = "note"
    count: int = 1


class Changes(Section):
    """What changed."""

    changes: tuple[ReportedChange, ...] = ()
    """In order of time; the telling ones if there are many."""
    left_out: int = 0


class ReportedIncident(Archived):
    """An incident of the journal."""

    id: str
    title: str
    severity: str = ""
    subject: str = ""
    cause: str = ""
    started: AwareDatetime
    ended: AwareDatetime | None = None


class JournalIncidents(Section):
    """Incidents that began or ended in the window, and those that are open."""

    incidents: tuple[ReportedIncident, ...] = ()
    """Open ones first, then the latest."""
    open: int | None = None


class ReportedUse(Archived):
    """Calls of one tool, model or front."""

    kind: str
    name: str
    calls: int
    failed: int = 0
    p95: float | None = None
    cost: float | None = None


class ReportedGoal(Archived):
    """What the program itself aims at."""

    title: str
    verdict: str
    target: float
    unit: Literal["seconds", "ratio"]
    measured: float | None = None


class ProgramUsage(Section):
    """How much the program was used, and what models cost."""

    questions: int | None = None
    tool_calls: int | None = None
    model_calls: int | None = None
    tokens: int | None = None
    cost: float | None = None
    """US dollars; None if no call had a known price."""
    used: tuple[ReportedUse, ...] = ()
    goals: tuple[ReportedGoal, ...] = ()

"""What the checks, the timeline and an investigation say of the made-up homelab."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sre_tui.diagnosis.causes.model import Argument, Cause, Effect, Investigation, Step
from sre_tui.diagnosis.evidence import Evidence
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.timeline.event import Event
from sre_tui.tools.health import HealthListing
from sre_tui.tools.what_changed import ChangeListing
from tests.screens.homelab import NOW

DISK = Subject(kind=SubjectKind.DISK, name="nas1/sdc")
POOL = Subject(kind=SubjectKind.POOL, name="nas1/tank")
MEDIA = Subject(kind=SubjectKind.GUEST, name="media")
BEGAN = NOW - timedelta(hours=3)


def said(says: str, source: str = "prometheus:main", **changes: Any) -> Evidence:
    given: dict[str, Any] = {"source": source, "kind": "metric", "says": says, "at": BEGAN}
    return Evidence(**(given | changes))


def finding(subject: Subject, text: str, **changes: Any) -> Finding:
    given: dict[str, Any] = {
        "check": "disk-errors",
        "kind": "disk_failing",
        "subject": subject,
        "severity": Severity.WARNING,
        "text": text,
        "since": BEGAN,
    }
    return Finding(**(given | changes))


GRAVE = finding(
    DISK,
    "sdc has 45 unreadable sectors",
    severity=Severity.CRITICAL,
    value=45.0,
    threshold=1.0,
    why="A disk with unreadable sectors loses data.",
    advice="Check the backups, then replace it.",
    runbook="disk-smart-warning",
    evidence=(said("45", asked="smartctl_pending", command="metrics query smartctl_pending"),),
)
SLOW = tuple(
    finding(
        Subject(kind=SubjectKind.GUEST, name=name),
        f"{name} waits for storage",
        check="io-wait",
        kind="io_wait",
        since=NOW - timedelta(minutes=50),
    )
    for name in ("immich", "kavita", "media", "paperless")
)
FINDINGS = (
    GRAVE,
    finding(POOL, "pool tank is 84 % full", check="pool-fill", kind="pool_full", value=0.84,
            unit="ratio", threshold=0.8, open_start=True),
    *SLOW,
    finding(MEDIA, "media has 14 updates waiting", check="updates", kind="updates",
            severity=Severity.NOTE, since=None),
)  # fmt: skip
HEALTH = HealthListing(items=FINDINGS, total=len(FINDINGS), verdict="critical", sentence="bad")


def event(subject: Subject, text: str, minutes: float, **changes: Any) -> Event:
    given: dict[str, Any] = {
        "at": NOW - timedelta(minutes=minutes),
        "kind": "log_burst",
        "subject": subject,
        "text": text,
        "evidence": (said(text, "loki:main", kind="log", command="logs query x"),),
    }
    return Event(**(given | changes))


EVENTS = (
    event(DISK, "sdc reports unreadable sectors", 28, severity=Severity.CRITICAL),
    event(MEDIA, "transcoding stalls", 20, severity=Severity.WARNING),
    event(
        DISK,
        "a read from sdc takes 583 ms, 40 times as long",
        18,
        kind="level_shift",
        severity=Severity.WARNING,
        within=60.0,
        evidence=(said("0.583", command="metrics range disk_read"),),
    ),
    event(MEDIA, "media was restarted", 6, kind="restarted", until=NOW - timedelta(minutes=5)),
)
CHANGES = ChangeListing(items=EVENTS, total=4, start=NOW - timedelta(minutes=30), end=NOW)

FAILING = Cause(
    kind="disk_failing",
    subject=DISK,
    claim="disk sdc on nas1 is failing",
    confidence=0.97,
    severity=Severity.CRITICAL,
    since=BEGAN,
    speaks_for=(
        Argument(text="sdc has 45 unreadable sectors", evidence=GRAVE.evidence),
        Argument(
            text="the NAS reports it",
            evidence=(said("FAILED SMART self-check", "truenas:main", command="nas disks sdc"),),
        ),
    ),
    speaks_against=(Argument(text="a running backup may be the cause as well"),),
    would_confirm=("smartctl -x /dev/sdc",),
    effects=(
        Effect(kind="io_wait", subject=MEDIA, text="media waits for its storage", since=BEGAN,
               evidence=(said("31.7 %"),)),
    ),
    effects_total=1,
    runbook="disk-smart-warning",
)  # fmt: skip
BACKUP = Cause(
    kind="backup_load",
    subject=Subject(kind=SubjectKind.NODE, name="pve1"),
    claim="a running backup slows pve1 down",
    confidence=0.42,
    severity=Severity.NOTE,
    active=False,
    speaks_for=(Argument(text="a backup run began", evidence=(said("Starting Backup"),)),),
)
ELSEWHERE = BACKUP.model_copy(
    update={"kind": "ups", "claim": "the UPS is old", "subject": POOL, "confidence": 0.6}
)
FOUND = Investigation(
    asked="media",
    focus=(MEDIA,),
    verdict="cause",
    headline="disk sdc on nas1 is failing since 11:02",
    window_start=NOW - timedelta(hours=6),
    window_end=NOW,
    since=BEGAN,
    impact=(MEDIA,),
    causes=(FAILING, BACKUP),
    elsewhere=(ELSEWHERE,),
    symptoms=(SLOW[2],),
    timeline=EVENTS,
    steps=(
        Step(
            text="What the disk says of itself.",
            commands=("smartctl -a /dev/sdc",),
            runbook="disk-smart-warning",
            heading="Check",
        ),
    ),
    checked=("113 checks ran",),
    not_checked=("loki:main is unreachable",),
)
NOTHING = Investigation(
    asked="media",
    focus=(MEDIA,),
    verdict="nothing_wrong",
    headline="nothing wrong with media was found",
    window_start=NOW - timedelta(hours=6),
    window_end=NOW,
    checked=("113 checks ran",),
)

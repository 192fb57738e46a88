"""Reports as they may come: a full one, a quiet one, one with gaps, one that is hostile."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

from providers.reading import SourceStatus, State
from sre_tui.memory.report import Report, Summary
from sre_tui.memory.report_sections import (
    AlertDay,
    Alerts,
    BackupDay,
    Backups,
    Capacities,
    Changes,
    FailedRun,
    Health,
    JournalIncidents,
    LikelyCause,
    LoggedErrors,
    Logs,
    Objectives,
    Point,
    ProgramUsage,
    ReportedAlert,
    ReportedCapacity,
    ReportedChange,
    ReportedDatastore,
    ReportedGoal,
    ReportedIncident,
    ReportedObjective,
    ReportedUse,
    Trouble,
    UncoveredGuest,
)

MADE: Final = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
SINCE: Final = MADE - timedelta(days=7)
TIB: Final = 1024.0**4
HOSTILE: Final = (
    "a|b `c` **d** [e](https://evil.example/x) ![p](https://evil.example/p.png)\n"
    "<script>alert(1)</script> # h <img src=x onerror=y> \x1b[31mred\x1b[0m \u202eabc &amp; _i_ "
    "~s~ "
    "https://evil.example/bare www.evil.example a@evil.example"
)

NGINX: Final = (
    "[error] 71#71: *8841 connect() failed (111: Connection refused) while connecting to upstream, "
    'client: 192.168.1.20, server: cloud, request: "GET /status.php HTTP/1.1"'
)


def ago(days: float = 0, hours: float = 0) -> datetime:
    """A moment before the report was made."""
    return MADE - timedelta(days=days, hours=hours)


def days() -> list[date]:
    """The days of the window."""
    return [(SINCE + timedelta(days=each)).date() for each in range(7)]


def growth(start: float, slope: float, ahead: int = 30) -> dict[str, tuple[Point, ...]]:
    """Four points a day of the window, and one a day ahead."""
    return {
        "points": tuple(
            Point(at=SINCE + timedelta(hours=6 * step), value=start + slope * step / 4)
            for step in range(29)
        ),
        "foreseen": tuple(
            Point(at=MADE + timedelta(days=step), value=min(1.0, start + slope * (7 + step)))
            for step in range(1, ahead)
        ),
    }


def full_report() -> Report:
    """A bad week with something in every section."""
    fired = [(1, 2, 0), (0, 1, 1), (4, 3, 0), (0, 0, 0), (0, 6, 0), (0, 2, 1), (1, 1, 0)]
    return Report(
        id="r-20261123-0600",
        homelab="homelab",
        made=MADE,
        since=SINCE,
        until=MADE,
        timezone="Europe/Berlin",
        summary=Summary(
            text=(
                "The pool **tank** is degraded since Thursday and **12 days** from full; both want "
                "a hand before the weekend.\n\n"
                "- Replace `sdc` in tank, then let it resilver.\n"
                "- Guest *paperless* has no backup at all: add it to a job.\n"
                "- nginx logs three times as many errors as the week before, since the update on "
                "Friday.\n\n"
                "Nothing else got worse."
            ),
            by="model",
            model="gpt-4o-mini",
            cost=0.0013,
            unsupported=("three times",),
        ),
        health=Health(
            sentence=(
                "1 critical, 3 warnings: pool tank is degraded: sdc is faulted (nas1)"
            ),
            verdict="critical",
            critical=1,
            warnings=3,
            causes=(
                LikelyCause(
                    claim="disk sdc on nas1 is failing", confidence=0.98, severity="critical",
                    since=ago(3, 11), effects=4, subjects=("sdc on nas1", "tank"),
                    steps=("Check the backups of what lives there.", "Replace the disk."),
                    runbook="zfs-degraded-pool",
                ),
            ),
            troubles=(
                Trouble(
                    subject="tank", text="pool tank is degraded: sdc is faulted",
                    severity="critical", since=ago(3, 11), advice="Replace disk sdc (serial "
                    "WD-4711) and watch the resilver", runbook="zfs-degraded-pool",
                ),
                Trouble(
                    subject="paperless", text="has no backup", severity="warning",
                    advice="Add it to a backup job of pve1",
                ),
                Trouble(
                    subject="pve2, docker1", text="memory is at 93.4 %", severity="warning",
                    since=ago(0, 7), findings=2, runbook="zfs-degraded-pool",
                ),
            ),
        ),
        alerts=Alerts(
            fired=22, fired_before=9, within=22, within_before=9, firing=2, silenced=1,
            alerts=(
                ReportedAlert(
                    name="HostMemoryPressure", severity="warning", subjects=("pve2",), times=13,
                    seconds=5 * 3600 + 300, first=ago(6, 3), last=ago(0, 7), firing=1,
                    flapping=True, incidents=2,
                ),
                ReportedAlert(
                    name="ZfsPoolDegraded", severity="critical", subjects=("nas1",), times=1,
                    seconds=83 * 3600.0, first=ago(3, 11), last=ago(3, 11), firing=1,
                ),
                ReportedAlert(
                    name="NginxErrorRateHigh", severity="critical",
                    subjects=("web1", "web2", "web3", "web4"), times=5, seconds=7200.0,
                    first=ago(4, 20), last=ago(4, 2), incidents=1,
                ),
                ReportedAlert(
                    name="CertificateExpiresSoon", severity="info", subjects=("cloud.lan",),
                    times=3, seconds=600.0, first=ago(5), last=ago(1, 3),
                ),
            ),
            days=tuple(
                AlertDay(day=day, critical=critical, warning=warning, other=other)
                for day, (critical, warning, other) in zip(days(), fired, strict=True)
            ),
        ),
        objectives=Objectives(
            target=0.995, passed=38, failed=2,
            objectives=(
                ReportedObjective(
                    name="pve2", kind="node", target=0.995, measured=0.98214,
                    seconds_missed=10800.0, verdict="fail", says='up{instance="pve2"}',
                ),
                ReportedObjective(
                    name="backups", kind="backups", target=1.0, measured=0.96875,
                    verdict="fail", says="runs that ended well",
                ),
                ReportedObjective(name="https://cloud.lan", kind="probe", target=0.995),
                ReportedObjective(
                    name="pve1", kind="node", target=0.995, measured=0.99999, verdict="pass",
                ),
            ),
        ),
        capacity=Capacities(
            rows=(
                ReportedCapacity(
                    name="tank", kind="pool", outlook="growing", used=7.9 * TIB, size=9.0 * TIB,
                    growth=0.09 * TIB, full_at=MADE + timedelta(days=12),
                    earliest=MADE + timedelta(days=8), latest=MADE + timedelta(days=20),
                    presses=True, **growth(0.81, 0.0098),
                ),
                ReportedCapacity(
                    name="pbs1/store", kind="datastore", outlook="growing", used=1.2 * TIB,
                    size=2.0 * TIB, growth=0.004 * TIB, full_at=MADE + timedelta(days=200),
                    **growth(0.586, 0.002),
                ),
                ReportedCapacity(
                    name="cloud.lan", kind="certificate", outlook="expires",
                    full_at=MADE + timedelta(days=9), presses=True,
                ),
            ),
            left_out=17,
        ),
        backups=Backups(
            guests=32, covered=30, runs=218, failed_runs=3, unverified=1,
            verdicts={"ok": 29, "ok_in_part": 1, "never": 1, "stale": 1, "excluded": 2},
            uncovered=(
                UncoveredGuest(
                    guest="paperless (117)", verdict="never",
                    reason="no job covers it, and no backup of it is known",
                ),
                UncoveredGuest(
                    guest="docker1 (104)", verdict="stale",
                    reason="ENOSPC: no space left on device", newest=ago(5, 3),
                ),
            ),
            in_part=(
                UncoveredGuest(
                    guest="media (101)", verdict="ok_in_part", newest=ago(0, 9),
                    reason="without scsi1 (left out on purpose: backup=0)",
                ),
            ),
            failures=(
                FailedRun(
                    at=ago(1, 4), what="vzdump of docker1 (104)", source="proxmox:main",
                    error="command 'vzdump 104' failed: ENOSPC: no space left on device",
                ),
                FailedRun(at=ago(2, 4), what="vzdump of docker1 (104)", source="proxmox:main"),
            ),
            days=tuple(
                BackupDay(day=day, ok=31, failed=1 if number in (4, 5, 6) else 0)
                for number, day in enumerate(days())
            ),
            datastores=(
                ReportedDatastore(
                    name="pbs1/store", used=1.2 * TIB, size=2.0 * TIB,
                    full_at=MADE + timedelta(days=200), garbage_collected=ago(1),
                ),
                ReportedDatastore(
                    name="pbs1/offsite", used=0.2 * TIB, size=2.0 * TIB,
                    problem="garbage collection has not run for 19 d", collecting=True,
                ),
            ),
        ),
        logs=Logs(
            errors=1843, errors_before=902,
            services=(
                LoggedErrors(
                    service="nginx", count=1204, before=311,
                    samples=(
                        NGINX,
                        "upstream timed out (110: Connection timed out)",
                    ),
                ),
                LoggedErrors(service="postgres", count=402, before=401),
                LoggedErrors(
                    service="immich", count=148, before=0,
                    samples=("ERROR [Microservices] Unable to run job handler (thumbnail)",),
                ),
                LoggedErrors(service="smartd", count=89, before=190),
            ),
        ),
        changes=Changes(
            changes=(
                ReportedChange(
                    at=ago(4, 22), kind="updated", subject="nginx", text="was updated to 1.29",
                ),
                ReportedChange(
                    at=ago(3, 11), kind="finding_began", subject="tank",
                    text="pool tank became degraded", severity="critical",
                ),
                ReportedChange(
                    at=ago(2, 1), kind="restarted", subject="immich", text="restarted", count=4,
                    severity="warning",
                ),
            ),
            left_out=41,
        ),
        incidents=JournalIncidents(
            incidents=(
                ReportedIncident(
                    id="i-0042", title="tank degraded, a cable came loose", severity="critical",
                    subject="nas1", started=ago(3, 11),
                ),
                ReportedIncident(
                    id="i-0041", title="cloud.lan was not reachable", severity="warning",
                    subject="cloud.lan", cause="nginx pointed to a stopped guest",
                    started=ago(4, 21), ended=ago(4, 19),
                ),
            ),
            open=1,
        ),
        usage=ProgramUsage(
            questions=14, tool_calls=211, model_calls=38, tokens=182_344, cost=0.4312,
            used=(
                ReportedUse(kind="tool", name="backup_coverage", calls=40, failed=3, p95=2.1),
                ReportedUse(kind="model", name="gpt-4o-mini", calls=38, p95=6.3, cost=0.4312),
            ),
            goals=(
                ReportedGoal(
                    title="Tools succeed", verdict="fail", target=0.99, unit="ratio",
                    measured=0.9858,
                ),
                ReportedGoal(
                    title="Answers, 95 %", verdict="pass", target=15.0, unit="seconds",
                    measured=9.1,
                ),
            ),
        ),
        sources=(SourceStatus(source="loki:main", state=State.OK, observed_at=MADE),),
    )  # fmt: skip


def quiet_report() -> Report:
    """A week in which all was well, and all of it known."""
    return Report(
        id="r-20261123-0600",
        homelab="homelab",
        made=MADE,
        since=SINCE,
        until=MADE,
        timezone="Europe/Berlin",
        summary=Summary(text="A quiet week: nothing fired, and every guest could be restored."),
        health=Health(
            sentence="All is well: 41 checks ran", verdict="ok", critical=0, warnings=0, notes=0
        ),
        alerts=Alerts(
            fired=0, fired_before=0, within=0, within_before=0, firing=0, silenced=0,
            days=tuple(AlertDay(day=day) for day in days()),
        ),
        objectives=Objectives(target=0.995, passed=40, failed=0),
        capacity=Capacities(left_out=22),
        backups=Backups(
            guests=32, covered=32, verdicts={"ok": 32, "excluded": 2}, runs=224,
            failed_runs=0, unverified=0,
            days=tuple(BackupDay(day=day, ok=32) for day in days()),
            datastores=(ReportedDatastore(name="pbs1/store", used=1.2 * TIB, size=2.0 * TIB),),
        ),
        logs=Logs(errors=0, errors_before=12),
        incidents=JournalIncidents(open=0),
        usage=ProgramUsage(questions=0, tool_calls=0, model_calls=0, tokens=0),
    )  # fmt: skip


def partial_report() -> Report:
    """Loki does not answer, a node's answers are missing, and no TrueNAS is set up."""
    gone = "loki:main does not answer: connection refused (http://loki:3100)"
    part = "pve2 does not answer, its guests are as last seen"
    return quiet_report().model_copy(
        update={
            "health": Health(
                state="partial",
                reasons=(gone,),
                sentence="Nothing wrong was found: 36 checks ran; 5 checks could not look",
                verdict="unknown",
            ),
            "backups": Backups(
                state="partial", reasons=(part,), guests=20, covered=20, runs=100,
            ),
            "logs": Logs(state="missing", reasons=(gone,)),
            "alerts": Alerts(state="missing"),
            "capacity": Capacities(
                state="not_configured", reasons=("no Prometheus is configured",)
            ),
            "summary": Summary(
                text="Nothing wrong was found, but not everything could be looked at.",
                note="The model did not answer (60 s), so the built-in analyst wrote it.",
            ),
        }
    )  # fmt: skip


def hostile_report() -> Report:
    """Every text of it was written by somebody who wants to break a front."""
    return Report(
        id="r-1",
        homelab=HOSTILE,
        made=MADE,
        since=SINCE,
        until=MADE,
        timezone=HOSTILE,
        summary=Summary(text=f"{HOSTILE}\n\n- {HOSTILE}", by="model", model=HOSTILE,
                        unsupported=(HOSTILE,), note=HOSTILE),
        health=Health(
            sentence=HOSTILE, verdict="warning", warnings=1,
            causes=(LikelyCause(claim=HOSTILE, confidence=0.9, severity="note", steps=(HOSTILE,)),),
            troubles=(Trouble(subject=HOSTILE, text=f"x {HOSTILE}", severity="warning",
                              advice=HOSTILE, runbook=HOSTILE),),
        ),
        alerts=Alerts(
            state="partial", reasons=(HOSTILE,), fired=1,
            alerts=(ReportedAlert(name=HOSTILE, severity=HOSTILE, subjects=(HOSTILE,), times=1,
                                  flapping=True),),
            days=(AlertDay(day=SINCE.date(), other=1),),
        ),
        objectives=Objectives(failed=1, objectives=(
            ReportedObjective(name=HOSTILE, kind="probe", target=0.9, measured=0.5,
                              verdict="fail", says=HOSTILE),
        )),
        capacity=Capacities(rows=(
            ReportedCapacity(name=HOSTILE, kind=HOSTILE, outlook=HOSTILE, used=1.0, size=2.0,
                             presses=True, **growth(0.4, 0.01)),
        )),
        backups=Backups(
            guests=1, runs=1, failed_runs=1, verdicts={HOSTILE: 1},
            uncovered=(UncoveredGuest(guest=HOSTILE, verdict=HOSTILE, reason=HOSTILE),),
            in_part=(UncoveredGuest(guest=HOSTILE, verdict=HOSTILE, reason=HOSTILE),),
            failures=(FailedRun(at=MADE, what=HOSTILE, error=HOSTILE, source=HOSTILE),),
            days=(BackupDay(day=SINCE.date(), ok=1, failed=1),),
            datastores=(ReportedDatastore(name=HOSTILE, problem=HOSTILE),),
        ),
        logs=Logs(errors=40, errors_before=1, services=(
            LoggedErrors(service=HOSTILE, count=40, before=1, samples=(HOSTILE,)),
        )),
        changes=Changes(changes=(
            ReportedChange(at=MADE, kind=HOSTILE, subject=HOSTILE, text=f"x {HOSTILE}"),
        )),
        incidents=JournalIncidents(open=1, incidents=(
            ReportedIncident(id=HOSTILE, title=HOSTILE, severity=HOSTILE, cause=HOSTILE,
                             started=SINCE),
        )),
        usage=ProgramUsage(
            questions=1,
            used=(ReportedUse(kind=HOSTILE, name=HOSTILE, calls=1, failed=1),),
            goals=(ReportedGoal(title=HOSTILE, verdict="fail", target=1.0, unit="seconds"),),
        ),
    )  # fmt: skip

"""Events out of what the NAS keeps: its jobs, its alerts, its last boot."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from providers.text import one_line
from sre_tui.diagnosis.evidence import Evidence
from sre_tui.diagnosis.finding import Severity
from sre_tui.diagnosis.picture.picture import Picture
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.timeline.event import Event
from sre_tui.diagnosis.timeline.named import named_in
from sre_tui.diagnosis.timeline.observed import Observed, Teller
from sre_tui.diagnosis.topology.from_nas import nas_names
from sre_tui.diagnosis.topology.graph import Topology
from sre_tui.views.human import duration

if TYPE_CHECKING:
    from providers.truenas.system_models import Job, NasAlert

LONG: Final = timedelta(hours=24)
"""A job of the NAS that runs longer than this is worth telling; a scrub takes many hours."""
_DAILY: Final = re.compile(r"scrub|replication|snapshot|smart|cloudsync|rsync|cron|catalog|update")
_GRAVE: Final = frozenset({"warning", "error", "critical", "alert", "emergency"})


def observed_nas(picture: Picture, topology: Topology) -> Iterator[Observed]:
    """Jobs, alerts that no check judges, and boots of every NAS."""
    hosts = nas_names(picture)
    for source, report in picture.nas.with_source():
        nas = Subject(kind=SubjectKind.NAS, name=hosts.get(source, source.partition(":")[2]))
        for job in report.jobs or ():
            yield from _job(source, nas, job, picture, topology)
        for alert in report.alerts or ():
            # Those that matter are found by a check, with the pool or disk they are about.
            if alert.level not in _GRAVE or alert.dismissed:
                yield from _alert(source, nas, alert)
        if report.info is not None and report.info.booted_at is not None:
            at = report.info.booted_at
            evidence = Evidence(source=source, kind="api", says=f"{nas} booted", at=at,
                                asked="system.info", command="nas status")  # fmt: skip
            event = Event(at=at, kind="rebooted", subject=nas, text=f"{nas} booted",
                          severity=Severity.WARNING, evidence=(evidence,))  # fmt: skip
            yield Observed(event, "rebooted", Teller.SERVER)


def _job(
    source: str, nas: Subject, job: Job, picture: Picture, topology: Topology
) -> Iterator[Observed]:
    if job.started is None:
        return
    name = one_line(job.description or job.method, 100)
    failed = job.state in ("failed", "aborted")
    lasted = (job.ended or picture.now) - job.started
    long = job.state == "running" and lasted >= LONG
    took = duration(max(0.0, lasted.total_seconds()))
    if failed:
        words = f"{name} {job.state} on {nas}: {one_line(job.error or job.state, 140)}"
    elif job.state == "running":
        words = f"{name} began on {nas} and still runs"
    else:
        words = f"{name} ran on {nas} for {took}"
    grave = failed or long
    fact = f"job {job.method} {name}"
    if "resilver" in f"{job.method} {job.description}":
        fact = "resilver"
    elif failed and "replication" in job.method:
        fact = "replication_failed"
    named = named_in(job.description, topology, nas.name)
    pool = named is not None and named.kind is SubjectKind.POOL
    evidence = Evidence(
        source=source,
        kind="task",
        says=one_line(f"{job.method} {job.description}: {job.state}", 180),
        at=job.started,
        asked=str(job.id),
        command="nas status",
    )
    event = Event(
        at=job.started,
        until=job.ended,
        kind="task_failed" if failed else "nas_job",
        subject=named if named is not None and pool else nas,
        severity=Severity.WARNING if grave else Severity.NOTE,
        text=words,
        routine=not grave and _DAILY.search(job.method) is not None,
        evidence=(evidence,),
    )
    yield Observed(event, fact, Teller.TASK)


def _alert(source: str, nas: Subject, alert: NasAlert) -> Iterator[Observed]:
    if alert.since is None:
        return
    said = one_line(alert.text, 180)
    evidence = Evidence(
        source=source, kind="api", says=said, at=alert.since, asked=alert.id, command="nas status"
    )
    event = Event(
        at=alert.since,
        kind="nas_alert",
        subject=nas,
        text=f"the NAS says: {said}",
        routine=True,
        evidence=(evidence,),
    )
    yield Observed(event, f"nas_alert {alert.klass or alert.id}", Teller.SERVER)

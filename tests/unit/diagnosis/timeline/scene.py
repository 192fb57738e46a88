"""A small picture of a homelab, and what happened in it, for the tests of the timeline."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from providers.alerting import Alert, AlertState
from providers.grafana import Annotation
from providers.loki import Level, LogEntry
from providers.pbs.models import Task as BackupTask
from providers.proxmox import Task
from providers.reading import Reading, State
from providers.series import Series, SeriesStats
from sre_tui.diagnosis.evidence import Evidence, EvidenceKind
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.picture.part import Part
from sre_tui.diagnosis.picture.picture import Picture
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.timeline.log_history import LogHistory
from sre_tui.diagnosis.topology.graph import Relation, Topology

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
START = NOW - timedelta(hours=2)
GUEST = Subject(kind=SubjectKind.GUEST, name="media")
OTHER_GUEST = Subject(kind=SubjectKind.GUEST, name="docker1")
NODE = Subject(kind=SubjectKind.NODE, name="pve1")
NAS = Subject(kind=SubjectKind.NAS, name="nas1")
DISK = Subject(kind=SubjectKind.DISK, name="nas1/sdh")
POOL = Subject(kind=SubjectKind.POOL, name="nas1/fast")
CONTAINER = Subject(kind=SubjectKind.CONTAINER, name="docker1/sonarr")


def minutes(amount: float) -> datetime:
    """So many minutes after the picture's start."""
    return START + timedelta(minutes=amount)


def small_topology() -> Topology:
    """Two guests on a node, a NAS with a pool on a disk, a container."""
    topology = Topology()
    topology.add(GUEST, "qemu/101")
    topology.add(OTHER_GUEST, "qemu/102")
    topology.connect(GUEST, Relation.RUNS_ON, NODE)
    topology.connect(OTHER_GUEST, Relation.RUNS_ON, NODE)
    topology.connect(CONTAINER, Relation.RUNS_ON, OTHER_GUEST)
    topology.connect(POOL, Relation.ATTACHED_TO, NAS)
    topology.connect(POOL, Relation.MADE_OF, DISK)
    topology.connect(DISK, Relation.ATTACHED_TO, NAS)
    return topology


def part(source: str, data: Any) -> Part[Any]:
    """What one instance answered."""
    return Part((Reading[Any](source=source, state=State.OK, observed_at=NOW, data=data),))


def picture(**parts: Any) -> Picture:
    """A picture of two hours with these parts."""
    return Picture(now=NOW, start=START, step=60.0, **parts)


def finding(
    kind: str,
    subject: Subject,
    at: float | None,
    *,
    told: EvidenceKind = "metric",
    says: str = "",
    source: str = "prometheus:main",
    **changes: Any,
) -> Finding:
    """A finding that began so many minutes after the start."""
    since = minutes(at) if at is not None else None
    text = says or f"{subject} has {kind}"
    given: dict[str, Any] = {
        "check": "logs" if told == "log" else f"check-{kind}",
        "kind": kind,
        "subject": subject,
        "severity": Severity.CRITICAL,
        "text": text,
        "since": since,
        "evidence": (Evidence(source=source, kind=told, says=text, at=since),),
    }
    return Finding(**(given | changes))


def alert(name: str, at: float, **labels: str) -> Alert:
    """An alert that fires since so many minutes after the start."""
    return Alert(
        source="prometheus:main",
        name=name,
        state=AlertState.FIRING,
        severity=labels.get("severity"),
        labels=labels,
        active_at=minutes(at),
        fingerprint=name,
    )


def alert_series(name: str, state: str, first: float, last: float, **labels: str) -> Series:
    """What Prometheus remembers of an alert, minute by minute."""
    steps = range(round(first), round(last) + 1)
    return Series(
        source="prometheus:main",
        labels={"alertname": name, "alertstate": state, **labels},
        points=tuple((minutes(at), 1.0) for at in steps),
        stats=SeriesStats(points=len(steps)),
    )


def changed(name: str, at: float, before: str, after: str, labels: str = "") -> Annotation:
    """A line of Grafana's history of alert states."""
    return Annotation(
        source="grafana:main",
        id=round(at * 60),
        at=minutes(at),
        text=f"{name} {{{labels}}} - {after}",
        kind="alert",
        alert_name=name,
        old_state=before,
        new_state=after,
    )


def mark(text: str, at: float, *tags: str) -> Annotation:
    """A mark that somebody left in Grafana."""
    return Annotation(source="grafana:main", id=round(at), at=minutes(at), text=text, tags=tags)


def task(kind: str, at: float, took: float = 0.2, **changes: Any) -> Task:
    """A task of Proxmox VE, of guest 101 unless said otherwise."""
    given: dict[str, Any] = {
        "source": "proxmox:main",
        "upid": f"UPID:pve1:{kind}:{at}",
        "node": "pve1",
        "type": kind,
        "subject": "101",
        "vmid": 101,
        "guest": "media",
        "user": "anna@pve",
        "started": minutes(at),
        "ended": minutes(at + took),
        "state": "ok",
        "status": "OK",
    }
    return Task(**(given | changes))


def backup_task(kind: str, at: float, group: str, **changes: Any) -> BackupTask:
    """A task of a backup server."""
    given: dict[str, Any] = {
        "source": "pbs:main",
        "upid": f"UPID:pbs:{kind}:{at}:{group}",
        "node": "pbs",
        "type": kind,
        "subject": f"main:{group}",
        "user": "backup@pbs",
        "started": minutes(at),
        "ended": minutes(at + 5),
        "state": "ok",
        "status": "OK",
        "datastore": "main",
        "group": group,
    }
    return BackupTask(**(given | changes))


def line(
    text: str, at: float, host: str, service: str = "kernel", level: Level = "info"
) -> LogEntry:
    """A log line so many minutes after the start."""
    when = minutes(at)
    return LogEntry(
        source="loki:main",
        at=when,
        time_ns=int(when.timestamp()) * 10**9,
        line=text,
        level=level,
        labels={"service_name": service, "hostname": host},
        host=host,
        service=service,
    )


def counts(values: Sequence[float], *, bucket: float = 600.0, host: str = "media") -> Series:
    """Lines per bucket from the picture's start on; zeros are left out, as Loki does."""
    points = [
        (START + timedelta(seconds=bucket * (place + 1)), value)
        for place, value in enumerate(values)
        if value
    ]
    labels = {"service_name": "jellyfin", "hostname": host}
    return Series(
        source="loki:main",
        labels=labels,
        points=tuple(points),
        stats=SeriesStats(points=len(points)),
    )


def history(
    *lines: LogEntry,
    errors: Sequence[LogEntry] = (),
    error_counts: Sequence[Series] = (),
    all_counts: Sequence[Series] = (),
    complete_from: datetime = START,
) -> LogHistory:
    """What one Loki told of the picture's window."""
    return LogHistory(
        source="loki:main",
        start=START,
        errors=tuple(errors),
        complete_from=complete_from,
        lifecycle=lines,
        error_counts=tuple(error_counts),
        counts=tuple(all_counts),
        bucket=600.0,
        labels=("service_name", "hostname"),
    )

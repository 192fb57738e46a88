"""A small homelab and its findings, for tests of cause and effect."""

from datetime import UTC, datetime, timedelta

from sre_tui.diagnosis.evidence import Evidence, EvidenceKind
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.graph import Relation, Topology

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)

NODE = Subject(kind=SubjectKind.NODE, name="pve1")
OTHER_NODE = Subject(kind=SubjectKind.NODE, name="pve2")
MEDIA = Subject(kind=SubjectKind.GUEST, name="media")
DOCKER = Subject(kind=SubjectKind.GUEST, name="docker1")
PROXY = Subject(kind=SubjectKind.GUEST, name="proxy")
NAS = Subject(kind=SubjectKind.NAS, name="nas1")
POOL = Subject(kind=SubjectKind.POOL, name="nas1/tank")
DISK = Subject(kind=SubjectKind.DISK, name="nas1/sdc")
SHARE = Subject(kind=SubjectKind.SHARE, name="nas1:/mnt/tank/media")
JELLYFIN = Subject(kind=SubjectKind.CONTAINER, name="media/jellyfin")
SONARR = Subject(kind=SubjectKind.CONTAINER, name="docker1/sonarr")
RADARR = Subject(kind=SubjectKind.CONTAINER, name="docker1/radarr")
SITE = Subject(kind=SubjectKind.SITE, name="jellyfin.home.example")


def homelab() -> Topology:
    """Two nodes, three guests, a pool on a NAS that one guest mounts, a site behind a proxy."""
    topology = Topology()
    for guest, node in ((MEDIA, NODE), (PROXY, NODE), (DOCKER, OTHER_NODE)):
        topology.connect(guest, Relation.RUNS_ON, node)
    topology.connect(POOL, Relation.MADE_OF, DISK)
    topology.connect(POOL, Relation.ATTACHED_TO, NAS)
    topology.connect(SHARE, Relation.SHARED_FROM, POOL)
    topology.connect(MEDIA, Relation.MOUNTS, SHARE)
    topology.connect(JELLYFIN, Relation.RUNS_ON, MEDIA)
    topology.connect(SONARR, Relation.RUNS_ON, DOCKER)
    topology.connect(RADARR, Relation.RUNS_ON, DOCKER)
    topology.connect(SITE, Relation.SERVED_BY, JELLYFIN)
    topology.connect(SITE, Relation.SERVED_BY, PROXY)
    return topology


def finding(
    kind: str,
    subject: Subject,
    minutes: float | None = 60,
    *,
    severity: Severity = Severity.WARNING,
    by: EvidenceKind = "metric",
    open_start: bool = False,
    active: bool = True,
    check: str = "",
) -> Finding:
    """Something that began so many minutes ago; with None nobody knows when."""
    since = None if minutes is None else NOW - timedelta(minutes=minutes)
    return Finding(
        check=check or f"check-{kind}",
        kind=kind,
        subject=subject,
        severity=severity,
        text=f"{kind} of {subject}",
        since=since,
        open_start=open_start,
        active=active,
        evidence=(Evidence(source="prometheus:main", kind=by, says=kind, at=since),),
    )

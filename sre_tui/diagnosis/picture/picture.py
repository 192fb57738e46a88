"""The picture: one immutable record of everything that was read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from providers.reading import SourceStatus, State
from sre_tui.diagnosis.picture.part import Part

if TYPE_CHECKING:
    from providers.alerting import Alert
    from providers.grafana import Annotation
    from providers.pbs import Datastore, ServerStatus
    from providers.pbs import Job as PbsJob
    from providers.pbs import TaskPage as PbsTaskPage
    from providers.prometheus import Target
    from providers.proxmox import (
        Cluster,
        GuestVolume,
        HaResource,
        Inventory,
        NodeDisks,
        NodeReport,
        Replication,
        Storage,
        TaskPage,
    )
    from providers.series import Sample, Series
    from providers.truenas import (
        App,
        Disk,
        Pool,
        ProtectionReport,
        ShareReport,
        SystemReport,
    )
    from sre_tui.diagnosis.coverage.reading import Gathered
    from sre_tui.diagnosis.picture.lines import LineGroup
    from sre_tui.diagnosis.picture.past import Past, Writer


@dataclass(frozen=True)
class MetricQuery:
    """A value over the window of the picture, kept only while it is beyond a level.

    Attributes:
        id: names it; series of the answer are found under it.
        expression: PromQL of the value, without the comparison.
        sign: how the value is compared.
        level: beyond which points are kept, so that a healthy homelab answers with nothing.
        always: keep every point, whatever its value.
        apart: where it must not cost the others if it is rejected: what is told of it then. Those
            with the same words share a query.
    """

    id: str
    expression: str
    sign: str = ">"
    level: float = 0.0
    always: bool = False
    apart: str = ""


@dataclass(frozen=True)
class Picture:
    """What the backends say. Parts of backends that are not configured are empty.

    Attributes:
        now: the moment it stands for.
        start: beginning of the window of metrics, logs and tasks.
        step: seconds between points of the series.
        series: by :attr:`MetricQuery.id`, the series that had a value within the window.
        lines: telling log lines, grouped by template.
        errors: lines of level error or worse, grouped by template.
        past: what the days before the window tell of it.
        log_volume: lines of each service on each machine, per ten minutes.
        log_labels: names of the labels that carry the service and the machine of a log stream.
    """

    now: datetime
    start: datetime
    step: float = 60.0

    inventory: Part[Inventory] = field(default_factory=Part)
    nodes: Part[tuple[NodeReport, ...]] = field(default_factory=Part)
    cluster: Part[Cluster] = field(default_factory=Part)
    ha: Part[tuple[HaResource, ...]] = field(default_factory=Part)
    storages: Part[tuple[Storage, ...]] = field(default_factory=Part)
    volumes: Part[tuple[GuestVolume, ...]] = field(default_factory=Part)
    tasks: Part[TaskPage] = field(default_factory=Part)
    replications: Part[tuple[Replication, ...]] = field(default_factory=Part)
    node_disks: Part[NodeDisks] = field(default_factory=Part)
    coverage: Part[Gathered] = field(default_factory=Part)
    """What tells of backups, of all Proxmox VE and backup servers together."""

    datastores: Part[tuple[Datastore, ...]] = field(default_factory=Part)
    backup_jobs: Part[tuple[PbsJob, ...]] = field(default_factory=Part)
    backup_tasks: Part[PbsTaskPage] = field(default_factory=Part)
    backup_server: Part[ServerStatus] = field(default_factory=Part)

    pools: Part[tuple[Pool, ...]] = field(default_factory=Part)
    disks: Part[tuple[Disk, ...]] = field(default_factory=Part)
    shares: Part[ShareReport] = field(default_factory=Part)
    protection: Part[ProtectionReport] = field(default_factory=Part)
    nas: Part[SystemReport] = field(default_factory=Part)
    apps: Part[tuple[App, ...]] = field(default_factory=Part)

    alerts: Part[tuple[Alert, ...]] = field(default_factory=Part)
    annotations: Part[tuple[Annotation, ...]] = field(default_factory=Part)

    targets: Part[tuple[Target, ...]] = field(default_factory=Part)
    identity: Part[tuple[Sample, ...]] = field(default_factory=Part)
    sweeps: Part[tuple[Series, ...]] = field(default_factory=Part)
    series: Mapping[str, tuple[Series, ...]] = field(default_factory=dict)

    lines: Part[tuple[LineGroup, ...]] = field(default_factory=Part)
    errors: Part[tuple[LineGroup, ...]] = field(default_factory=Part)
    past: Part[Past] = field(default_factory=Part)
    log_volume: Part[tuple[Series, ...]] = field(default_factory=Part)
    log_labels: tuple[str, str] = ("service_name", "hostname")

    def began(self, source: str) -> Mapping[Writer, datetime]:
        """Since when, before the window, programs write errors, as this Loki tells."""
        return next((one.began for name, one in self.past.with_source() if name == source), {})

    def parts(self) -> Iterator[tuple[str, Part[Any]]]:
        """Every part by its name."""
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, Part):
                yield each.name, value

    def sources(self) -> tuple[SourceStatus, ...]:
        """One status per instance: the worst of what it answered."""
        found: dict[str, SourceStatus] = {}
        for _, part in self.parts():
            for reading in part.readings:
                known = found.get(reading.source)
                if known is None or _worse(reading.state, known.state):
                    found[reading.source] = SourceStatus.of(reading)
        return tuple(found[source] for source in sorted(found))

    def unseen(self) -> tuple[str, ...]:
        """Names of parts of configured backends that told nothing."""
        return tuple(
            name for name, part in self.parts() if part.configured and part.asked and not part.seen
        )


_ORDER = (State.OK, State.PARTIAL, State.STALE)


def _worse(one: State, other: State) -> bool:
    return _badness(one) > _badness(other)


def _badness(state: State) -> int:
    return _ORDER.index(state) if state in _ORDER else len(_ORDER)

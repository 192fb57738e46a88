"""What the tools for nodes, tasks and storages of Proxmox VE answer."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from providers.proxmox import (
    Cluster,
    HaResource,
    NodeDisks,
    NodeReport,
    Replication,
    Storage,
    Task,
    TaskLog,
)
from sre_tui.tools.gist import with_first
from sre_tui.tools.proxmox_history import LoadHistory
from sre_tui.tools.result import Listing


class NodeListing(Listing[NodeReport]):
    """Nodes of all instances, with the clusters they form."""

    clusters: tuple[Cluster, ...] = ()
    ha: tuple[HaResource, ...] = ()
    replications: tuple[Replication, ...] = ()
    disks: NodeDisks | None = None
    """None if they were not asked for."""
    histories: tuple[LoadHistory, ...] = ()
    """Of each node that could be read, if they were asked for."""

    def gist(self) -> str:
        """How many nodes, and which of them are not online."""
        lost = [report.node.name for report in self.items if report.node.status != "online"]
        return with_first(f"{self.counted('node')}, {len(lost)} not online", lost)


class TaskListing(Listing[Task]):
    """Tasks of all nodes, the newest first."""

    filters: dict[str, str] = Field(default_factory=dict)
    since: datetime | None = None
    """Beginning of the window."""
    log: TaskLog | None = None
    """The log of the task that was asked for by its id."""

    def gist(self) -> str:
        """How many tasks, and which of them failed."""
        failed = [f"{t.type} {t.guest or t.subject}".strip() for t in self.items
                  if t.state == "error"]  # fmt: skip
        return with_first(f"{self.counted('task')}, {len(failed)} failed", failed)


class StorageListing(Listing[Storage]):
    """Storages of all instances, the fullest first."""

    filters: dict[str, str] = Field(default_factory=dict)
    histories: tuple[LoadHistory, ...] = ()
    """Of each storage that could be read, if they were asked for."""

    def gist(self) -> str:
        """How many storages, and the fullest of them."""
        full = [f"{each.name} {each.ratio:.0%}" for each in self.items if each.ratio is not None]
        return with_first(self.counted("storage"), full)

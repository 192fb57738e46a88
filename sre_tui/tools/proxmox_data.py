"""What the Proxmox VE tools answer."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from providers.proxmox import (
    Cluster,
    Guest,
    GuestDetail,
    HaResource,
    NodeDisks,
    NodeReport,
    Replication,
    Storage,
    Task,
    TaskLog,
)
from sre_tui.tools.gist import with_first
from sre_tui.tools.result import Listing


class GuestListing(Listing[Guest]):
    """Guests of all instances."""

    filters: dict[str, str] = Field(default_factory=dict)
    """The filters that were applied, by argument."""
    counts: dict[str, int] = Field(default_factory=dict)
    """Guests by state before filtering; templates are counted under ``template``."""

    def gist(self) -> str:
        """How many guests, and the first that do not run."""
        odd = [guest.label for guest in self.items if guest.status != "running"]
        return with_first(f"{self.counted('guest')}, {len(odd)} not running", odd)


class Property(BaseModel):
    """One property of a guest."""

    model_config = ConfigDict(frozen=True)

    group: str
    """``status``, ``compute``, ``disks``, ``network``, ``boot``, ``options`` …"""
    name: str
    value: str | float | int | bool | datetime | None = None
    unit: str = ""
    """``B``, ``s`` or ``ratio``; empty for texts, counts and times."""
    note: str = ""


class GuestProperties(Listing[Property]):
    """One guest; ``items`` are its properties in groups."""

    asked: str
    """The name or id that was asked for."""
    guest: GuestDetail | None = None
    """The same, typed; None if there is no such guest, or several."""
    replications: tuple[Replication, ...] = ()
    candidates: tuple[str, ...] = ()
    """The guests that may be meant, where there are several or none of that very name."""

    def gist(self) -> str:
        """Which guest it is, and where."""
        if self.guest is None:
            return f"no single guest {self.asked!r}"
        guest = self.guest.guest
        return f"{guest.label}, {guest.status} on {guest.node}"

    def missing(self) -> str:
        """Why there is no single guest of that name."""
        return "" if self.guest is not None else " ".join(self.hints)


class NodeListing(Listing[NodeReport]):
    """Nodes of all instances, with the clusters they form."""

    clusters: tuple[Cluster, ...] = ()
    ha: tuple[HaResource, ...] = ()
    replications: tuple[Replication, ...] = ()
    disks: NodeDisks | None = None
    """None if they were not asked for."""

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

    def gist(self) -> str:
        """How many storages, and the fullest of them."""
        full = [f"{each.name} {each.ratio:.0%}" for each in self.items if each.ratio is not None]
        return with_first(self.counted("storage"), full)

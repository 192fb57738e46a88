"""What the TrueNAS tools answer."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from providers.truenas import (
    App,
    Pool,
    Replication,
    Share,
    SmbSession,
    SnapshotGroup,
    SnapshotTask,
    SystemReport,
)
from sre_tui.tools.gist import with_first
from sre_tui.tools.result import Listing
from sre_tui.views.human import count

Section = Literal["system", "update", "ups", "alert", "job", "service"]
Severity = Literal["critical", "error", "warning", "info", "ok"]


def _pool_gist(pool: Pool) -> str:
    errors = sum(each.errors for each in pool.troubled())
    bad = f" with {count(errors, 'error')}" if errors else ""
    return f"{pool.name} {pool.state}{bad}"


class PoolListing(Listing[Pool]):
    """Pools, the ones in trouble first."""

    filters: dict[str, str] = Field(default_factory=dict)
    detailed: bool = False
    """Whether the pools were asked for by name, and every member is of interest."""

    def gist(self) -> str:
        """How many pools, and their states."""
        return with_first(self.counted("pool"), [_pool_gist(each) for each in self.items])


class ShareListing(Listing[Share]):
    """Shares of every kind."""

    filters: dict[str, str] = Field(default_factory=dict)
    sessions: tuple[SmbSession, ...] | None = None
    """Who is connected over SMB; None where no NAS tells."""

    def gist(self) -> str:
        """How many shares of each kind."""
        kinds = Counter(share.kind.upper() for share in self.items)
        return ", ".join(f"{count} {kind}" for kind, count in kinds.items()) or "no shares"


class SnapshotListing(Listing[SnapshotGroup]):
    """Snapshots by dataset, with the tasks that make and copy them."""

    filters: dict[str, str] = Field(default_factory=dict)
    snapshots: int | None = None
    """Snapshots of all datasets that fit; None where no NAS tells."""
    tasks: tuple[SnapshotTask, ...] = ()
    replications: tuple[Replication, ...] = ()
    late: tuple[str, ...] = ()
    """Keys (``SOURCE/ID``) of replications whose copy is older than two runs explain."""

    def gist(self) -> str:
        """How many snapshots, and what is wrong with replication."""
        failing = [task.name for task in self.replications if task.state == "error"]
        told = "snapshots not reported"
        if self.snapshots is not None:
            told = f"{count(self.snapshots, 'snapshot')} of {count(self.total or 0, 'dataset')}"
        return with_first(f"{told}, replication fails", failing) if failing else told


class StatusItem(BaseModel):
    """One thing to know about a NAS."""

    model_config = ConfigDict(frozen=True)

    source: str
    section: Section
    name: str
    state: str
    """In a word: ``running``, ``on battery``, ``failed``, ``update available`` …"""
    severity: Severity
    detail: str = ""
    since: AwareDatetime | None = None

    @property
    def key(self) -> str:
        """Unique among the items of all sources."""
        return f"{self.source}/{self.section}/{self.name}/{self.since}/{self.detail}"


class StatusListing(Listing[StatusItem]):
    """What there is to know, the most pressing first; ``systems`` has the figures."""

    filters: dict[str, str] = Field(default_factory=dict)
    systems: tuple[SystemReport, ...] = ()

    def gist(self) -> str:
        """What is pressing."""
        pressing = [
            f"{item.section} {item.name}"
            for item in self.items
            if item.severity in ("critical", "error", "warning")
        ]
        if not pressing:
            return "nothing pressing"
        return with_first(count(len(pressing), "matter"), pressing)


class AppListing(Listing[App]):
    """Apps, the ones that do not run first."""

    filters: dict[str, str] = Field(default_factory=dict)

    def gist(self) -> str:
        """How many apps, and those that do not run."""
        down = [f"{app.name} {app.state}" for app in self.items if app.state != "running"]
        return with_first(f"{self.counted('app')}, {len(down)} not running", down)

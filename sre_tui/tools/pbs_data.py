"""What the tools of Proxmox Backup Server answer."""

from __future__ import annotations

from pydantic import AwareDatetime, Field, computed_field

from providers.pbs import Datastore, Job, ServerStatus, Snapshot, Task, TaskLog
from sre_tui.tools.gist import with_first
from sre_tui.tools.result import Listing
from sre_tui.views.human import percent


class DatastoreListing(Listing[Datastore]):
    """Datastores, the ones in trouble first."""

    filters: dict[str, str] = Field(default_factory=dict)
    jobs: tuple[Job, ...] = ()
    """Verify, prune and sync jobs of these datastores."""
    servers: tuple[ServerStatus, ...] = ()

    def gist(self) -> str:
        """How many datastores, and how full they are."""
        named = [
            f"{store.name} {percent(store.ratio)}" if store.ratio is not None else store.name
            for store in self.items
        ]
        return with_first(self.counted("datastore"), named)


class Backup(Snapshot):
    """The newest snapshot of a group, with what is known of the whole group; or one snapshot."""

    name: str | None = None
    """The guest's name, where the notes tell."""
    count: int = 1
    """Snapshots in the group."""
    protected_count: int = 0
    failed_count: int = 0
    """Snapshots of the group that failed their verification."""
    newest_good: AwareDatetime | None = None
    """The newest that has not failed its verification."""
    pause: float | None = None
    """Seconds that usually lie between two of them; None if there are too few to tell."""
    stale: bool | None = None
    """Whether the newest is older than that pause explains; None if it cannot be told."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def group(self) -> str:
        """Kind and id: ``vm/100``."""
        return f"{self.type}/{self.id}"


class BackupListing(Listing[Backup]):
    """Groups of backups or single snapshots."""

    filters: dict[str, str] = Field(default_factory=dict)
    each: bool = False
    """Whether every row is one snapshot."""

    def gist(self) -> str:
        """How many rows, and the first of them."""
        noun = "snapshot" if self.each else "group"
        return with_first(self.counted(noun), [item.name or item.group for item in self.items])


class BackupTaskListing(Listing[Task]):
    """Tasks of backup servers, the newest first."""

    filters: dict[str, str] = Field(default_factory=dict)
    since: AwareDatetime | None = None
    """Beginning of the window."""
    log: TaskLog | None = None
    """The log of the task that was asked for by its id."""

    def gist(self) -> str:
        """How many tasks, and which failed."""
        failed = [f"{t.type} {t.group or t.subject}" for t in self.items if t.state == "error"]
        return with_first(f"{self.counted('task')}, {len(failed)} failed", failed)

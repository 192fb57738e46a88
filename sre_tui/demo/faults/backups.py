"""Backups and where they are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from sre_tui.demo.faults.kind import Fault, Length, TargetKind, fault_kind
from sre_tui.demo.world.backups.records import FullStore, group_type
from sre_tui.demo.world.logs import Source
from sre_tui.demo.world.shapes import line
from sre_tui.demo.world.voices import NO_SPACE

if TYPE_CHECKING:
    from sre_tui.demo.world.stage import Stage


@fault_kind
class DatastoreFull(Fault):
    """A backup datastore fills up because garbage collection frees nothing; backups then fail."""

    hits: ClassVar[TargetKind] = TargetKind.DATASTORE
    summary: ClassVar[str] = "a backup datastore runs full"

    within: Length = Field(default=12 * 3600.0, description="how long it takes to get there")

    def act(self, stage: Stage, start: float, end: float) -> None:
        store = stage.lab.datastore_by_name[self.target]
        pool = stage.lab.pool_by_id[store.pool]
        full = 0.9 + 0.098 * self.severity
        rise = full * store.size - stage.typical("datastore.used", store.name)
        stop = min(end, start + self.within)
        part = (stop - start) / self.within
        stage.add("datastore.used", store.name, line([(start, 0), (stop, rise * part)]))
        if pool.host == store.host:
            held = full * pool.size - stage.typical("pool.used", pool.id)
            stage.add("pool.used", pool.id, line([(start, 0), (stop, held * part)]))
        stage.murmur(
            Source(store.host, "proxmox-backup-proxy", "warning"), 1.5,
            (
                f"garbage collection on datastore '{store.name}': removed 0 B, pending "
                f"<300..900> GiB, datastore {90 + 9 * self.severity:.0f}% used"
            ),
            start + self.within * 0.5, end,
        )  # fmt: skip
        ran_out = start + self.within
        stage.full_stores.append(
            FullStore(store.name, start, ran_out if self.severity >= 0.5 else end, end)
        )
        if self.severity >= 0.5 and ran_out < end and store.name == "main":
            reason = f"unable to create backup snapshot - {NO_SPACE}"
            for name in stage.plant["backup.failing"].row:
                stage.backups_fail(name, ran_out, end, reason, full_store=store.name)


@fault_kind
class BackupFailing(Fault):
    """The nightly backup of a guest, or of all guests of a datastore, fails."""

    hits: ClassVar[TargetKind] = TargetKind.COVERED
    summary: ClassVar[str] = "nightly backups fail"

    reason: str = Field(
        default="command 'lxc-usernsexec' failed: can't freeze guest: got timeout",
        description="what the job log says",
    )

    def act(self, stage: Stage, start: float, end: float) -> None:
        for name in _hit(stage, self.target):
            stage.backups_fail(name, start, end, self.reason)


@fault_kind
class BackupMissing(Fault):
    """A guest drops out of its backup job: nothing fails, there is just no backup any more."""

    hits: ClassVar[TargetKind] = TargetKind.COVERED
    summary: ClassVar[str] = "a guest is in no backup job any more"

    def act(self, stage: Stage, start: float, end: float) -> None:
        for name in _hit(stage, self.target):
            stage.backups_skip(name, start, end, deselected=True)


@fault_kind
class VerifyFailing(Fault):
    """Chunks of the newest backups are damaged: they are there, but cannot be restored."""

    hits: ClassVar[TargetKind] = TargetKind.COVERED
    summary: ClassVar[str] = "backups fail their verification"

    reason: str = Field(
        default="verification failed - please check the log for details",
        description="what the verification task ends with",
    )

    def act(self, stage: Stage, start: float, end: float) -> None:
        store = stage.lab.datastores[0]
        names = _hit(stage, self.target)
        for name in names:
            stage.backups_rot(name, start, end, self.reason)
            guest = stage.lab.guest_by_name[name]
            group = f"{group_type(guest)}/{guest.vmid}"
            stage.murmur(
                Source(store.host, "proxmox-backup-proxy", "error"), 6.0 / len(names),
                f"verify {store.name}:{group} failed: chunk <1000..9999>{guest.vmid:08x} digest "
                "mismatch, renamed to bad chunk",
                start, end,
            )  # fmt: skip


def _hit(stage: Stage, target: str) -> list[str]:
    """The guests meant by a guest or a datastore."""
    every = list(stage.plant["backup.failing"].row)
    return every if target in stage.lab.datastore_by_name else [target]

"""Pools down to their disks, datasets, disks: what a TrueNAS stores on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

VdevRole = Literal["data", "log", "cache", "spare", "special", "dedup"]
ScanFunction = Literal["scrub", "resilver"]
ScanState = Literal["running", "paused", "finished", "canceled"]

CALM: Final = ("ONLINE", "AVAIL", "INUSE")
"""States of a member that need no look; the last two are those of spares."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class Disk(_Model):
    """One physical disk as the NAS lists it; sizes in bytes, temperatures in degrees Celsius."""

    source: str
    host: str = ""
    """Host name of the NAS; empty if it was not told."""
    name: str
    serial: str = ""
    wwn: str = ""
    """Its World Wide Name in lower case, without ``0x``."""
    model: str = ""
    type: str = ""
    """``hdd``, ``ssd`` or ``nvme``; empty if not reported."""
    size: int | None = None
    pool: str | None = None
    """None if it belongs to no pool, or is not reported."""
    temperature: float | None = None
    """None in standby, too: asking would wake the disk."""
    standby_after: float | None = None
    """Seconds without access until it spins down; None if it never does."""
    rotation_rate: int | None = None
    """Turns per minute."""

    @property
    def key(self) -> str:
        """Unique among the disks of all sources."""
        return f"{self.source}/{self.name}/{self.serial}"


class Vdev(_Model):
    """A part of a pool: a mirror, a raidz group, or a disk."""

    name: str
    type: str
    """``mirror``, ``raidz2``, ``disk``, ``draid…`` in lower case."""
    role: VdevRole = "data"
    state: str
    """``ONLINE``, ``DEGRADED``, ``FAULTED``, ``UNAVAIL``, ``REMOVED``, ``OFFLINE``."""
    disk: str | None = None
    """Name of the disk behind it; of a dead member the name it had, if that is known."""
    missing: bool = False
    """Whether its disk has left the system."""
    path: str = ""
    serial: str = ""
    model: str = ""
    size: int | None = None
    read_errors: int | None = None
    write_errors: int | None = None
    checksum_errors: int | None = None
    children: tuple[Vdev, ...] = ()

    @property
    def errors(self) -> int:
        """All errors it counts itself."""
        return (self.read_errors or 0) + (self.write_errors or 0) + (self.checksum_errors or 0)

    @property
    def label(self) -> str:
        """The disk's name where there is one, else its own."""
        return self.disk or self.name

    def members(self) -> Iterator[Vdev]:
        """The disks of it, down the tree."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.members()

    def troubled(self) -> list[Vdev]:
        """The disks of it with something wrong; itself if it counts errors and none of them does.

        Data that no redundancy could mend is counted at the group, at none of its disks.
        """
        below = [each for child in self.children for each in child.troubled()]
        if self.children:
            return below or ([self] if self.errors else [])
        return [self] if self.state not in CALM or self.errors else []


class Scan(_Model):
    """A scrub or resilver, running or the last one."""

    function: ScanFunction
    state: ScanState
    started: AwareDatetime | None = None
    ended: AwareDatetime | None = None
    progress: float | None = None
    """0..1."""
    done: int | None = None
    total: int | None = None
    errors: int | None = None
    left: float | None = None
    """Seconds to go."""


class Dataset(_Model):
    """A file system or volume; ``used`` contains its children and snapshots."""

    source: str
    name: str
    pool: str
    kind: Literal["filesystem", "volume"] = "filesystem"
    used: int | None = None
    available: int | None = None
    snapshots_used: int | None = None
    """Bytes that only snapshots hold."""
    quota: int | None = None
    """Of the dataset with its children; None without one."""
    refquota: int | None = None
    mountpoint: str = ""
    encrypted: bool = False
    locked: bool = False
    read_only: bool | None = None
    compress_ratio: float | None = None

    @property
    def fill(self) -> float | None:
        """0..1 of what it may hold, by its quota or by what is left in the pool."""
        if self.used is None:
            return None
        limit = self.quota or (self.used + self.available if self.available is not None else 0)
        return self.used / limit if limit else None

    @property
    def key(self) -> str:
        """Unique among the datasets of all sources."""
        return f"{self.source}/{self.name}"


class Pool(_Model):
    """One ZFS pool. Sizes are raw: redundancy is counted in, as ``zpool list`` does."""

    source: str
    name: str
    id: int | None = None
    guid: str = ""
    state: str
    """``ONLINE``, ``DEGRADED``, ``FAULTED``, ``OFFLINE`` (locked or exported), ``SUSPENDED`` …"""
    healthy: bool = True
    warning: bool = False
    status_code: str = ""
    """ZFS' reason, such as ``FAILING_DEV`` or ``FEAT_DISABLED``."""
    detail: str = ""
    """The reason in words."""
    size: int | None = None
    used: int | None = None
    free: int | None = None
    fragmentation: float | None = None
    """0..1."""
    usable: int | None = None
    """Bytes that files can take, used ones included; from the root dataset."""
    usable_used: int | None = None
    scan: Scan | None = None
    """None if it was never scrubbed, or is not reported."""
    vdevs: tuple[Vdev, ...] = ()
    datasets: tuple[Dataset, ...] = ()

    @property
    def key(self) -> str:
        """Unique among the pools of all sources."""
        return f"{self.source}/{self.name}"

    @property
    def fill(self) -> float | None:
        """0..1, of what files can take, as ``df`` tells it; else of the raw space."""
        if self.usable and self.usable_used is not None:
            return self.usable_used / self.usable
        if self.size and self.used is not None:
            return self.used / self.size
        return None

    def members(self) -> Iterator[Vdev]:
        """Every disk of it."""
        for vdev in self.vdevs:
            yield from vdev.members()

    def troubled(self) -> list[Vdev]:
        """Members that are not online, or have errors; groups that alone count theirs."""
        return [each for vdev in self.vdevs for each in vdev.troubled()]

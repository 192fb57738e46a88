"""What the NAS knows of itself, as plain records; times are Unix seconds, sizes bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL", "ALERT"]


@dataclass(frozen=True)
class Scan:
    """A scrub or resilver that takes ``seconds``."""

    pool: str
    function: Literal["SCRUB", "RESILVER"]
    start: float
    seconds: float
    errors: int = 0

    def progress(self, now: float) -> float:
        """0..1."""
        return min(1.0, max(0.0, (now - self.start) / self.seconds))


@dataclass(frozen=True)
class NasDataset:
    """One dataset; ``id`` is ``host/pool/path``, ``weight`` its part of what the pool holds."""

    host: str
    name: str
    weight: float
    quota: int = 0

    @property
    def id(self) -> str:
        return f"{self.host}/{self.name}"

    @property
    def pool(self) -> str:
        """Id of its pool."""
        return f"{self.host}/{self.name.partition('/')[0]}"


@dataclass(frozen=True)
class SnapshotPlan:
    """One periodic snapshot task: a run every ``period``, kept for ``keep``."""

    id: int
    dataset: str
    period: float
    keep: float
    lifetime: tuple[int, str]
    hour: str
    prefix: str = "auto"


@dataclass(frozen=True)
class ReplicationPlan:
    """One replication task: daily, ``at`` seconds after midnight UTC; ``id`` is ``host/name``."""

    number: int
    host: str
    name: str
    sources: tuple[str, ...]
    target: str
    transport: Literal["LOCAL", "SSH"]
    at: float
    seconds: float

    @property
    def id(self) -> str:
        return f"{self.host}/{self.name}"


@dataclass(frozen=True)
class NasShare:
    """One share of a dataset."""

    kind: Literal["nfs", "smb"]
    name: str
    dataset: str
    hosts: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    read_only: bool = False
    comment: str = ""


@dataclass(frozen=True)
class NasSnapshot:
    """One snapshot."""

    dataset: str
    name: str
    taken: float
    used: int


@dataclass(frozen=True)
class Trouble:
    """One alert of the NAS; ``text`` is HTML."""

    klass: str
    level: Level
    key: str
    text: str
    since: float


@dataclass(frozen=True)
class NasJob:
    """One task of the middleware; without ``end`` it runs."""

    id: int
    method: str
    start: float
    end: float | None
    state: Literal["RUNNING", "SUCCESS", "FAILED"]
    percent: float = 100.0
    description: str = ""
    error: str = ""


@dataclass(frozen=True)
class Run:
    """How a replication stands: its last run and the last one that worked."""

    state: Literal["RUNNING", "FINISHED", "ERROR"]
    at: float
    last_success: float
    error: str = ""

"""One thing that may fill up or run out, as it is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from providers.series import Point
from sre_tui.diagnosis.subject import Subject

Kind = Literal["pool", "datastore", "storage", "filesystem", "guest", "certificate"]
"""``guest``: a file system of a guest; ``storage``: one of Proxmox VE."""
KINDS: Final[tuple[Kind, ...]] = (
    "pool", "datastore", "storage", "filesystem", "guest", "certificate",
)  # fmt: skip

_DAY: Final = 86400.0
AHEAD: Final[Mapping[Kind, float]] = {
    **dict.fromkeys(KINDS, 60 * _DAY),
    "certificate": 14 * _DAY,
}
"""Seconds ahead within which it is worth a look: certificates renew themselves some weeks ahead."""


class Capacity(BaseModel):
    """One thing that may fill up or run out. Sizes in bytes, growth in bytes per day."""

    model_config = ConfigDict(frozen=True)

    kind: Kind
    subject: Subject
    source: str
    outlook: Literal[
        "full", "growing", "erratic", "saw-tooth", "not growing", "too little data", "expires",
        "expired",
    ]  # fmt: skip
    used: float | None = None
    size: float | None = None
    growth: float | None = None
    full_at: AwareDatetime | None = None
    """Best guess of when it is full; of a certificate, when it expires."""
    earliest: AwareDatetime | None = None
    """Beginning of the 80 % interval."""
    latest: AwareDatetime | None = None
    """Its end; None if it may never be full."""
    full_since: AwareDatetime | None = None
    """Since when it has been as full as it is, if it is full and its history tells."""
    always_full: bool = False
    """Whether it was so before its history begins."""
    basis: float = 0.0
    """Seconds of history the pace was taken from."""
    points: int = 0
    """Values that history has."""
    out_of_reach: bool = False
    """Whether what it is on does not answer now, so that all this is as it was last seen."""
    space_of: str = ""
    """The datastore that is filled where this is, both counted of one space; empty if none is."""
    notes: tuple[str, ...] = ()
    course: tuple[Point, ...] = Field(default=(), exclude=True, repr=False)
    """What was in use over time, where a history tells; in no document."""

    @property
    def key(self) -> str:
        """Unique among all rows."""
        return f"{self.source}/{self.kind}/{self.subject.key}"

    @property
    def ratio(self) -> float | None:
        """Used share, 0..1."""
        return self.used / self.size if self.used is not None and self.size else None

    @property
    def first(self) -> datetime | None:
        """The moment it is sorted by: the best guess, else the earliest."""
        return self.full_at or self.earliest


def is_pressing(row: Capacity, now: datetime) -> bool:
    """Whether it is full or expired, or so soon that somebody has to do something about it."""
    if row.outlook in ("full", "expired"):
        return True
    return row.first is not None and (row.first - now).total_seconds() < AHEAD[row.kind]


def urgency(row: Capacity, now: datetime) -> tuple[int, int, float, float, str]:
    """Sorts what presses by its moment; then all else by kind, by its moment, by its fill."""
    first = row.first.timestamp() if row.first is not None else float("inf")
    if is_pressing(row, now):
        soonest = 0.0 if row.outlook == "full" else first
        return 0, 0, soonest, -(row.ratio or 0.0), row.subject.key
    return 1, KINDS.index(row.kind), first, -(row.ratio or 0.0), row.subject.key

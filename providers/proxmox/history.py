"""History of a guest, a node or a storage, for charts."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

Timeframe = Literal["hour", "day", "week", "month", "year", "decade"]
"""Version 8 has no ``decade``."""


class HistoryPoint(BaseModel):
    """Averages of one span; what was not measured is None. Rates are bytes per second."""

    model_config = ConfigDict(frozen=True)

    at: AwareDatetime
    cpu: float | None = None
    """0..1."""
    wait: float | None = None
    """0..1, of nodes."""
    load: float | None = None
    """Of nodes."""
    memory: float | None = None
    memory_size: float | None = None
    swap: float | None = None
    disk: float | None = None
    """Used bytes of a storage, of a node's root file system, or of a container."""
    disk_size: float | None = None
    net_in: float | None = None
    net_out: float | None = None
    disk_read: float | None = None
    disk_write: float | None = None
    pressure_cpu: float | None = None
    """0..1, from version 9 on."""
    pressure_io: float | None = None
    pressure_memory: float | None = None


class History(BaseModel):
    """Points of one subject in order of time."""

    model_config = ConfigDict(frozen=True)

    source: str
    subject: str
    """``lxc/101``, ``node/pve1``, ``storage/pve1/local``."""
    timeframe: Timeframe
    points: tuple[HistoryPoint, ...] = ()

"""Guests as the inventory lists them."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict

GuestType = Literal["lxc", "qemu"]
GuestState = Literal["running", "stopped", "paused", "suspended", "unknown"]


class Guest(BaseModel):
    """One container or virtual machine. Sizes are bytes, counters count since its start."""

    model_config = ConfigDict(frozen=True)

    source: str
    vmid: int
    type: GuestType
    node: str
    name: str | None = None
    """None where the node does not report it, as when it is offline."""
    status: GuestState = "unknown"
    """``unknown``: its node has not reported for minutes."""
    template: bool = False
    tags: tuple[str, ...] = ()
    pool: str | None = None
    lock: str | None = None
    """What holds its configuration, such as ``backup`` or ``migrate``."""
    ha_state: str | None = None
    uptime: float | None = None
    """Seconds."""
    cpus: float | None = None
    cpu: float | None = None
    """Share of its own processors, 0..1."""
    memory: int | None = None
    memory_size: int | None = None
    memory_host: int | None = None
    """What it takes from the node, with the overhead of virtualisation; from version 9 on."""
    disk: int | None = None
    """Used in the root disk; only running containers tell, a virtual machine's is not looked into.
    """
    disk_size: int | None = None
    net_in: int | None = None
    net_out: int | None = None
    disk_read: int | None = None
    disk_write: int | None = None

    @property
    def key(self) -> str:
        """Unique among the guests of all sources."""
        return f"{self.source}/{self.type}/{self.vmid}"

    @property
    def label(self) -> str:
        """Name and id: ``media (101)``."""
        return f"{self.name} ({self.vmid})" if self.name else str(self.vmid)

    @property
    def memory_ratio(self) -> float | None:
        """Used memory, 0..1; above 1 where the overhead of virtualisation is counted in."""
        if self.memory is None or not self.memory_size:
            return None
        return self.memory / self.memory_size


def tags_of(written: str) -> tuple[str, ...]:
    """Tags, which are separated by semicolons, commas or spaces."""
    return tuple(tag for tag in re.split(r"[;, ]+", written) if tag)

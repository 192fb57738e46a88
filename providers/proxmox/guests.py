"""Guests as the inventory lists them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal, get_args

from pydantic import AwareDatetime, BaseModel, ConfigDict

GuestType = Literal["lxc", "qemu"]
ARCHIVED_AS: Final[Mapping[str, GuestType]] = {"vm": "qemu", "ct": "lxc"}
"""Kinds of guests by what backup servers and the names of their archives call them."""
GuestState = Literal["running", "stopped", "paused", "suspended", "error", "unknown"]
Condition = Literal[
    "error", "should run", "unknown", "paused", "suspended", "running", "stopped", "template"
]
URGENCY: Final[tuple[Condition, ...]] = get_args(Condition)
"""What a person wants to see first comes first; who stopped a guest on purpose knows it."""
_RESTING: Final = frozenset({"stopped", "disabled", "ignored"})
"""States of high availability that leave a guest off."""


class Guest(BaseModel):
    """One container or virtual machine. Sizes are bytes, counters count since its start."""

    model_config = ConfigDict(frozen=True)

    source: str
    vmid: int
    type: GuestType
    node: str
    name: str | None = None
    """None where the node does not report it, as when it is offline, and never did so."""
    last_reported: AwareDatetime | None = None
    """When name, tags and being a template were last reported; None if they are of now."""
    status: GuestState = "unknown"
    """``unknown``: its node has not reported for minutes; ``error``: it was halted by one."""
    status_detail: str = ""
    """The hypervisor's own word where it says more: ``io-error``, ``prelaunch`` …"""
    onboot: bool | None = None
    """Whether it starts with its node; asked of stopped guests only, else None."""
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
    def condition(self) -> Condition:
        """Its state as a person weighs it: off on purpose is not off though it should run."""
        if self.template:
            return "template"
        return "should run" if self.should_run else self.status

    @property
    def should_run(self) -> bool:
        """Whether it is stopped though it starts on boot, or high availability wants it running.

        What holds a lock (a backup, a migration, hibernation) is stopped for a reason.
        """
        if self.status != "stopped" or self.template or self.lock:
            return False
        wanted = self.ha_state is not None and self.ha_state not in _RESTING
        return wanted or self.onboot is True

    @property
    def is_doubtful(self) -> bool:
        """Whether it is stopped, and nothing tells if it should be."""
        idle = self.status == "stopped" and not self.template
        return idle and self.onboot is None and self.lock is None and self.ha_state is None

    @property
    def memory_ratio(self) -> float | None:
        """Used memory, 0..1; above 1 where the overhead of virtualisation is counted in."""
        if self.memory is None or not self.memory_size:
            return None
        return self.memory / self.memory_size


def vmid_of(written: str) -> int | None:
    """The id of a guest that a text is; None if it is something else."""
    return int(written) if re.fullmatch(r"[0-9]{1,9}", written) else None


def tags_of(written: str) -> tuple[str, ...]:
    """Tags, which are separated by semicolons, commas or spaces."""
    return tuple(tag for tag in re.split(r"[;, ]+", written) if tag)

"""Nodes as the inventory lists them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

NodeState = Literal["online", "offline", "unknown"]


class Node(BaseModel):
    """One node as the inventory lists it. Sizes are bytes."""

    model_config = ConfigDict(frozen=True)

    source: str
    name: str
    status: NodeState = "unknown"
    uptime: float | None = None
    """Seconds."""
    cpus: int | None = None
    cpu: float | None = None
    """Share of all its processors, 0..1."""
    memory: int | None = None
    memory_size: int | None = None
    root: int | None = None
    """Used in the root file system."""
    root_size: int | None = None
    ha_state: str | None = None

    @property
    def key(self) -> str:
        """Unique among the nodes of all sources."""
        return f"{self.source}/{self.name}"

"""Which storage holds a guest's disks."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class GuestVolume(BaseModel):
    """One disk of a guest on a storage, or a path of its node that is mounted into it."""

    model_config = ConfigDict(frozen=True)

    source: str
    vmid: int
    node: str
    storage: str | None = None
    """None for a bind mount."""
    path: str = ""
    """Path on the node, of a bind mount."""
    size: int | None = None
    """Bytes."""

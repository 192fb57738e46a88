"""Which storage holds the disks of which guest."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class GuestVolume(BaseModel):
    """One disk of a guest on a storage. Sizes are bytes."""

    model_config = ConfigDict(frozen=True)

    source: str
    vmid: int
    storage: str
    node: str
    """Where it was seen; for a shared storage one of several."""
    shared: bool = False
    volume: str = ""
    """Its id, such as ``local-zfs:vm-100-disk-0``."""
    size: int | None = None

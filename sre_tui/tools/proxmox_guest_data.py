"""What the tools for guests of Proxmox VE answer."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from providers.proxmox import Guest, GuestDetail, Replication
from sre_tui.diagnosis.coverage.model import GuestCoverage
from sre_tui.tools.gist import with_first
from sre_tui.tools.proxmox_history import LoadHistory
from sre_tui.tools.result import Listing


class GuestListing(Listing[Guest]):
    """Guests of all instances."""

    filters: dict[str, str] = Field(default_factory=dict)
    """The filters that were applied, by argument."""
    counts: dict[str, int] = Field(default_factory=dict)
    """Guests by state before filtering; templates are counted under ``template``."""

    def gist(self) -> str:
        """How many guests, and the first that do not run."""
        odd = [guest.label for guest in self.items if guest.status != "running"]
        return with_first(f"{self.counted('guest')}, {len(odd)} not running", odd)


class Property(BaseModel):
    """One property of a guest."""

    model_config = ConfigDict(frozen=True)

    group: str
    """``status``, ``compute``, ``disks``, ``network``, ``boot``, ``options`` …"""
    name: str
    value: str | float | int | bool | datetime | None = None
    unit: str = ""
    """``B``, ``s`` or ``ratio``; empty for texts, counts and times."""
    note: str = ""


class GuestProperties(Listing[Property]):
    """One guest; ``items`` are its properties in groups."""

    asked: str
    """The name or id that was asked for."""
    guest: GuestDetail | None = None
    """The same, typed; None if there is no such guest, or several."""
    replications: tuple[Replication, ...] = ()
    history: LoadHistory | None = None
    """None if it was not asked for, or cannot be read."""
    backup: GuestCoverage | None = None
    """How it is backed up; None if that was not asked for, or is not known."""
    candidates: tuple[str, ...] = ()
    """The guests that may be meant, where there are several or none of that very name."""

    def gist(self) -> str:
        """Which guest it is, and where."""
        if self.guest is None:
            return f"no single guest {self.asked!r}"
        guest = self.guest.guest
        return f"{guest.label}, {guest.status} on {guest.node}"

    def missing(self) -> str:
        """Why there is no single guest of that name."""
        return "" if self.guest is not None else " ".join(self.hints)

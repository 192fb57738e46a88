"""The backups of one guest in a line, as the coverage of all guests tells them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from providers.proxmox import Guest
from providers.reading import SourceStatus
from sre_tui.diagnosis.coverage.logic import judge
from sre_tui.diagnosis.coverage.model import GuestCoverage
from sre_tui.diagnosis.coverage.reading import Gathered, gather
from sre_tui.tools.context import ToolContext
from sre_tui.tools.proxmox_guest_data import Property
from sre_tui.views.backup_coverage import remark, verdict_word

_VERIFIED: Final[Mapping[str | None, str]] = {
    "ok": "verified", "failed": "failed verification", None: "not verified yet",
}  # fmt: skip


@dataclass(frozen=True)
class GuestBackups:
    """How one guest is backed up.

    Attributes:
        coverage: what is known of it; None if the guest is not known there.
        line: the same in a line.
        hints: why a backup server does not tell. What the guest itself is, is whole without it.
    """

    coverage: GuestCoverage | None
    line: Property
    hints: tuple[str, ...]


async def backups_of(context: ToolContext, guest: Guest) -> GuestBackups:
    """How a guest is backed up, from Proxmox VE and every backup server."""
    gathered = await gather(context)
    own = next((one for one in judge(gathered.evidence) if one.key == guest.key), None)
    servers = {client.source for client in context.pbs}
    silent = [status for status in gathered.statuses
              if status.source in servers and not status.state.has_data]  # fmt: skip
    line = _line(own, gathered, silent, configured=bool(servers))
    hints = (f"its backups: {one.source} {one.state.value}: {one.detail}" for one in silent)
    return GuestBackups(own, line, tuple(hints))


def _line(
    own: GuestCoverage | None,
    gathered: Gathered,
    silent: Sequence[SourceStatus],
    *,
    configured: bool,
) -> Property:
    doubts = [f"{one.source} does not tell" for one in silent]
    if not configured:
        doubts.append("no backup server is configured: only what Proxmox VE shows is known")
    known = own is not None and own.verdict != "unknown" and not silent
    value: datetime | str = "none" if known else "not known"
    said: list[str] = []
    if own is not None:
        said.append(verdict_word(own))
        if own.newest is not None:
            value = own.newest.at
            said += [_VERIFIED[own.newest.verified], f"in {own.newest.place}"]
        why = remark(own)
        said += [why] if why and why != _VERIFIED[None] else []
        said += [f"job {job.schedule or 'by hand'} to {job.storage}" for job in own.jobs]
    if not known:
        # Where a good backup is known it does not matter what lies in a drawer.
        doubts += gathered.skipped
    note = "; ".join([*said, *doubts])
    return Property(group="backups", name="newest good", value=value, note=note)

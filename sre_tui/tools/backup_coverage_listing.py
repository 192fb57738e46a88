"""The answer about coverage: guests with their verdicts."""

from __future__ import annotations

from pydantic import Field

from sre_tui.diagnosis.coverage.model import PROBLEMS, GuestCoverage, Orphan
from sre_tui.tools.gist import with_first
from sre_tui.tools.result import Listing
from sre_tui.views.human import count


class CoverageListing(Listing[GuestCoverage]):
    """Guests with their verdicts, the gravest first."""

    counts: dict[str, int] = Field(default_factory=dict)
    """Guests by verdict before filtering; ``ok_in_part`` are those of which disks are left out."""
    filters: dict[str, str] = Field(default_factory=dict)
    orphans: tuple[Orphan, ...] = ()
    """Backups of guests that are gone; none are told while a Proxmox cannot be asked."""
    shared: tuple[str, ...] = ()
    """What several guests with a problem have in common, a line for each."""
    jobs: int = 0
    """Enabled backup jobs there are."""

    def gist(self) -> str:
        """How many guests lack a good backup or have a late one, and which."""
        problems = sum(self.counts.get(verdict, 0) for verdict in PROBLEMS)
        late = self.counts.get("stale", 0)
        every = sum(self.counts.values()) - self.counts.get("template", 0)
        named = [f"{item.name or item.vmid} ({item.verdict})" for item in self.items if
                 item.problem]  # fmt: skip
        open_ = self.counts.get("unknown", 0)
        if not problems and open_:
            return f"{open_} of {count(every, 'guest')} cannot be judged, the others are backed up"
        if not problems:
            some = self.counts.get("ok_in_part", 0)
            but = f", {some} of them without some disks" if some else ""
            return f"all {count(every, 'guest')} backed up or left out on purpose{but}"
        # Those that are left out on purpose are not expected to have one.
        of = count(every - self.counts.get("excluded", 0), "guest")
        if problems == late:
            return with_first(f"{late} of {of} with a late backup, none without a good one", named)
        but = f", {late} with a late one" if late else ""
        return with_first(f"{problems - late} of {of} without a good backup{but}", named)

"""The truth about backups that Proxmox VE, the backup server, metrics and logs all tell.

``World.backups`` is a :class:`Backups`. What a backend asks it for:

- ``jobs(now)``: backup jobs of the cluster; ``plan.excluded_disks`` by guest name.
- ``runs(start, end)`` and ``node_runs(start, end)``: backups of guests, and the vzdump task of each
  node they were part of. A run goes on while ``start <= now < end``.
- ``snapshots(store, now)`` and ``archives(now)``: what is kept.
- ``created(guest)``, ``name_at(guest, t)``: guests that were renamed or made anew under an old id.
- ``plan.relics``: templates and a guest stopped for long, which only Proxmox VE knows.
- ``upkeep``: the backup server's own jobs.
"""

from sre_tui.demo.world.backups.history import Backups
from sre_tui.demo.world.backups.plan import ExcludedDisk, Job, Plan, Relic, Store
from sre_tui.demo.world.backups.records import (
    Archive,
    FullStore,
    Incident,
    NodeRun,
    Rot,
    Run,
    Snapshot,
    Upkeep,
    group_type,
)
from sre_tui.demo.world.backups.upkeep import JOBS, UpkeepJob

__all__ = [
    "JOBS",
    "Archive",
    "Backups",
    "ExcludedDisk",
    "FullStore",
    "Incident",
    "Job",
    "NodeRun",
    "Plan",
    "Relic",
    "Rot",
    "Run",
    "Snapshot",
    "Store",
    "Upkeep",
    "UpkeepJob",
    "group_type",
]

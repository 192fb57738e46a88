"""Which running task a guest's lock belongs to, and which lock was left behind.

Source: ``lock`` of a guest's configuration, https://pve.proxmox.com/pve-docs/qm.1.html, and the
identifiers of tasks, which name no guest where one task works on several.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from providers.proxmox.guests import Guest
    from providers.proxmox.tasks import Task

LONG_LOCK: Final = timedelta(hours=1)
LONG_COPY: Final = timedelta(hours=24)
"""How long a task that copies disks may hold a lock before somebody should look."""
_OF_MANY: Final = {
    # The archive of a container is made of a snapshot, which the same task takes and deletes.
    "vzdump": frozenset({"backup", "snapshot", "snapshot-delete"}),
    "migrateall": frozenset({"migrate"}),
}
"""Tasks that work on one guest of their node after the other, and the locks they set."""


def holders(guest: Guest, running: Iterable[Task]) -> list[Task]:
    """The running tasks that work on a guest: those that name it, and jobs over many guests.

    Args:
        guest: whose lock is asked about, whether or not it has one.
        running: tasks that run, of any node and source.
    """
    return [
        task
        for task in running
        if task.state == "running"
        and task.source == guest.source
        and (
            task.vmid == guest.vmid
            or (
                not task.vmid
                and task.node == guest.node
                and guest.lock in _OF_MANY.get(task.type, ())
            )
        )
    ]


def left_behind(guest: Guest, running: Iterable[Task], now: datetime) -> bool:
    """Whether a guest has a lock that no task holds, or that one has held for too long.

    A backup, a snapshot or a migration locks its guest while it runs, which is nothing wrong.
    """
    held = any(now - task.started < _longest(task) for task in holders(guest, running))
    return bool(guest.lock) and not held


def _longest(task: Task) -> timedelta:
    copies = re.search("dump|migrate|clone|restore|move", task.type)
    return LONG_COPY if copies else LONG_LOCK


__all__ = ["LONG_COPY", "LONG_LOCK", "holders", "left_behind"]

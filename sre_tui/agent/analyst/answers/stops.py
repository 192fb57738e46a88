"""Who switched a guest off, and when, as the tasks of Proxmox VE tell it."""

from __future__ import annotations

import re
from typing import Final

from providers.proxmox import Guest, Task
from sre_tui.agent.analyst.answers.told import read
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.wording import plain, since
from sre_tui.tools.proxmox_data import TaskListing

STOPPED_WITHIN: Final = 30
"""Days for which is looked who stopped a guest."""
_STOPS: Final = re.compile(r"stop|shutdown|suspend|destroy")


async def last_stop(look: Look, guest: Guest) -> tuple[Task | None, str, bool]:
    """The last task that stopped a guest, the citation, and whether the tasks could be read."""
    name = f"stops_{guest.vmid}"
    found, cite = await read(look, name, "proxmox_list_tasks", TaskListing,
                             guest=str(guest.vmid), since=f"{STOPPED_WITHIN}d")  # fmt: skip
    items = found.items if found is not None else ()
    last = next((one for one in items if _STOPS.search(one.type) and one.state == "ok"), None)
    return last, cite, found is not None


def stopped_by(look: Look, task: Task) -> str:
    """``anna@pve at 14:09 UTC (51 min ago), by the task vzshutdown``."""
    when = since(task.started, look.now, age=True).removeprefix("since ")
    return f"{plain(task.user, 60)} at {when}, by the task {plain(task.type)}"


__all__ = ["STOPPED_WITHIN", "last_stop", "stopped_by"]

"""The backups of a guest: when they ran, how each ended, what is kept and verified."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from sre_tui.screens.about.tab import AsRows, AsText, DetailPart, DetailTab, task_rows
from sre_tui.views.backup_calendar import run_calendar, verify_summary
from sre_tui.views.backup_tasks import BACKUP_TASKS
from sre_tui.views.backups import BACKUPS
from sre_tui.views.tasks import TASKS
from widgets.cell import Display
from widgets.page import toned

if TYPE_CHECKING:
    from sre_tui.diagnosis.coverage.model import GuestCoverage


def guest_backup_tabs(guest: GuestCoverage) -> Sequence[DetailTab]:
    """The sections of a guest's backups."""
    calendar, runs = backup_parts(guest.vmid)
    on_node = DetailPart(
        "Runs on Proxmox VE",
        "proxmox_list_tasks",
        {"guest": f"{guest.type}/{guest.vmid}", "type": "vzdump", "since": "35d", "limit": 200},
        task_rows(TASKS, "proxmox_list_tasks", fewer=("subject", "type")),
    )
    return (
        DetailTab("overview", "Overview", (calendar,)),
        DetailTab("runs", "Runs", (runs, on_node)),
        DetailTab("copies", "Copies", (verify_part(guest.vmid), copies_part(guest.vmid))),
    )


def backup_parts(vmid: int) -> tuple[DetailPart, DetailPart]:
    """The runs of the last weeks as a calendar, and as a list."""
    asked = {"guest": str(vmid), "type": "backup", "since": "35d", "limit": 500}
    return (
        DetailPart("The last 5 weeks", "pbs_list_tasks", asked, AsText(_calendar)),
        DetailPart(
            "Runs on the backup server",
            "pbs_list_tasks",
            asked,
            task_rows(BACKUP_TASKS, "pbs_list_tasks", fewer=("type",)),
        ),
    )


def copies_part(vmid: int) -> DetailPart:
    """Every copy with how it was verified."""
    return DetailPart("Copies", "pbs_list_backups", _kept(vmid), AsRows(
        columns=tuple(
            column for column in BACKUPS.columns
            if column.key in ("state", "at", "size", "verified", "place", "owner", "source")
        ),
        rows=BACKUPS.rows,
        key=BACKUPS.key,
        nothing="No backup server has a copy",
    ))  # fmt: skip


def verify_part(vmid: int) -> DetailPart:
    """How many of the copies are known to be good."""
    return DetailPart("Verified", "pbs_list_backups", _kept(vmid), AsText(_verified))


def calendar_of(title: str, arguments: dict[str, object]) -> DetailPart:
    """The backup runs that a call brings as a calendar."""
    return DetailPart(title, "pbs_list_tasks", arguments, AsText(_calendar))


def _kept(vmid: int) -> dict[str, object]:
    return {"guest": str(vmid), "each": True, "limit": 500}


def _calendar(data: Any, display: Display, _: int) -> Text:
    return run_calendar((task for task in data.items if "backup" in task.type), display)


def _verified(data: Any, _: Display, __: int) -> Text:
    return Text.assemble(*((piece, toned(tone)) for piece, tone in verify_summary(data.items)))

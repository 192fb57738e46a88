"""A datastore: how full it is, what runs on it, what it holds, which jobs look after it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sre_tui.screens.about.backup import calendar_of
from sre_tui.screens.about.charts import month_part
from sre_tui.screens.about.tab import AsRows, DetailPart, DetailTab, ToTaskLog, task_rows
from sre_tui.screens.rows.charts import datastore_charts
from sre_tui.views.backup_tasks import BACKUP_TASKS
from sre_tui.views.datastore_sections import JOBS, NAMESPACES

if TYPE_CHECKING:
    from providers.pbs import Datastore, Job

_LOGS = "pbs_list_tasks"


def datastore_tabs(store: Datastore) -> Sequence[DetailTab]:
    """The sections of a datastore's details."""
    of: dict[str, object] = {"datastore": store.name}
    runs = {**of, "type": "backup", "since": "35d", "limit": 2000}
    tasks = {**of, "since": "7d", "limit": 300}
    limit = float(store.total) if store.total else None
    growth = tuple(
        month_part(one, limit if one.title == "Used" else None)
        for one in datastore_charts(store.name).charts
        if one.title != "Fill"
    )
    return (
        DetailTab("overview", "Overview", (calendar_of("Backup runs, the last 5 weeks", runs),)),
        DetailTab("growth", "Growth", growth),
        DetailTab(
            "tasks", "Tasks",
            (DetailPart("Tasks of the last 7 days", _LOGS, tasks, task_rows(BACKUP_TASKS, _LOGS)),),
        ),
        DetailTab("contents", "Namespaces", (
            DetailPart("Namespaces", "pbs_list_backups", {**of, "limit": 5000}, AsRows(
                NAMESPACES.columns, NAMESPACES.rows, NAMESPACES.key, NAMESPACES.nothing)),
        )),
        DetailTab("jobs", "Jobs", (
            DetailPart("Jobs", "pbs_datastore_status", of, AsRows(
                JOBS.columns, JOBS.rows, JOBS.key, JOBS.nothing, _log_of)),
        )),
    )  # fmt: skip


def _log_of(job: Job) -> ToTaskLog | None:
    return ToTaskLog(_LOGS, job.upid, f"{job.kind} {job.id}") if job.upid else None

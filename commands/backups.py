"""`sre backups`: which guests lack a good backup, datastores, snapshots, tasks."""

from __future__ import annotations

from commands.adapter import add_tool
from commands.noun import noun

app = noun(
    "backups", "Backups: which guests lack one, datastores, snapshots, tasks.", default="coverage"
)
add_tool(app, "backup_coverage")
add_tool(app, "pbs_datastore_status")
add_tool(app, "pbs_list_backups")
add_tool(app, "pbs_list_tasks")

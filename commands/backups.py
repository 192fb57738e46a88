"""`sre backups`: which guests lack a good backup, jobs, datastores, snapshots, tasks."""

from __future__ import annotations

from commands.noun import noun

app = noun(
    "backups",
    "Backups: which guests lack one, jobs, datastores, snapshots, tasks.",
    default="coverage",
    tools={
        "coverage": "backup_coverage",
        "jobs": "backup_jobs",
        "datastores": "pbs_datastore_status",
        "list": "pbs_list_backups",
        "tasks": "pbs_list_tasks",
    },
)

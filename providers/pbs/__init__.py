"""Proxmox Backup Server: datastores, snapshots, jobs and tasks."""

from providers.pbs.backup_reader import Wanted
from providers.pbs.client import PbsClient
from providers.pbs.models import (
    BackupType,
    Contents,
    Datastore,
    GarbageCollection,
    Job,
    RunState,
    ServerStatus,
    Skipped,
    Snapshot,
    Task,
    TaskLog,
    TaskPage,
    Unfinished,
)
from providers.pbs.task_reader import TaskQuery

__all__ = [
    "BackupType",
    "Contents",
    "Datastore",
    "GarbageCollection",
    "Job",
    "PbsClient",
    "RunState",
    "ServerStatus",
    "Skipped",
    "Snapshot",
    "Task",
    "TaskLog",
    "TaskPage",
    "TaskQuery",
    "Unfinished",
    "Wanted",
]

"""Proxmox VE: guests, nodes, storages, tasks, jobs and history.

What is named here is imported when it is asked for: a listing of guests needs few of the models.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from providers.proxmox.backup_targets import BackupTarget
    from providers.proxmox.client import ProxmoxClient
    from providers.proxmox.config import Boot, Compute, GuestConfig, Network, Volume
    from providers.proxmox.detail import AgentState, GuestDetail, GuestNow, Interface, Snapshot
    from providers.proxmox.disks import Disk, NodeDisks, ZfsDevice, ZfsPool, ZfsPoolDetail
    from providers.proxmox.guests import Guest, GuestState, GuestType
    from providers.proxmox.history import History, HistoryPoint, Timeframe
    from providers.proxmox.jobs import BackupJob, ExcludedDisk, NotBackedUp, Replication
    from providers.proxmox.node_status import (
        Cluster,
        ClusterNode,
        HaResource,
        NodeReport,
        NodeStatus,
        Pressure,
        Space,
    )
    from providers.proxmox.nodes import Node, NodeState
    from providers.proxmox.permissions import Permissions
    from providers.proxmox.resources import Inventory
    from providers.proxmox.storage import BackupVolume, Storage, StorageState
    from providers.proxmox.task_query import TaskQuery
    from providers.proxmox.tasks import Task, TaskLog, TaskPage, TaskState
    from providers.proxmox.volumes import GuestVolume

_MODULES: Final = {
    "backup_targets": ("BackupTarget",),
    "client": ("ProxmoxClient",),
    "config": (
        "Boot",
        "Compute",
        "GuestConfig",
        "Network",
        "Volume",
    ),
    "detail": (
        "AgentState",
        "GuestDetail",
        "GuestNow",
        "Interface",
        "Snapshot",
    ),
    "disks": (
        "Disk",
        "NodeDisks",
        "ZfsDevice",
        "ZfsPool",
        "ZfsPoolDetail",
    ),
    "guests": (
        "Guest",
        "GuestState",
        "GuestType",
    ),
    "history": (
        "History",
        "HistoryPoint",
        "Timeframe",
    ),
    "jobs": (
        "BackupJob",
        "ExcludedDisk",
        "NotBackedUp",
        "Replication",
    ),
    "node_status": (
        "Cluster",
        "ClusterNode",
        "HaResource",
        "NodeReport",
        "NodeStatus",
        "Pressure",
        "Space",
    ),
    "nodes": (
        "Node",
        "NodeState",
    ),
    "permissions": ("Permissions",),
    "resources": ("Inventory",),
    "storage": (
        "BackupVolume",
        "Storage",
        "StorageState",
    ),
    "task_query": ("TaskQuery",),
    "volumes": ("GuestVolume",),
    "tasks": (
        "Task",
        "TaskLog",
        "TaskPage",
        "TaskState",
    ),
}
_HOMES: Final = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    """The model or client of that name."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


__all__ = [
    "AgentState",
    "BackupJob",
    "BackupTarget",
    "BackupVolume",
    "Boot",
    "Cluster",
    "ClusterNode",
    "Compute",
    "Disk",
    "ExcludedDisk",
    "Guest",
    "GuestConfig",
    "GuestDetail",
    "GuestNow",
    "GuestState",
    "GuestType",
    "GuestVolume",
    "HaResource",
    "History",
    "HistoryPoint",
    "Interface",
    "Inventory",
    "Network",
    "Node",
    "NodeDisks",
    "NodeReport",
    "NodeState",
    "NodeStatus",
    "NotBackedUp",
    "Permissions",
    "Pressure",
    "ProxmoxClient",
    "Replication",
    "Snapshot",
    "Space",
    "Storage",
    "StorageState",
    "Task",
    "TaskLog",
    "TaskPage",
    "TaskQuery",
    "TaskState",
    "Timeframe",
    "Volume",
    "ZfsDevice",
    "ZfsPool",
    "ZfsPoolDetail",
]

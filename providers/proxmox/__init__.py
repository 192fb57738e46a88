"""Proxmox VE: guests, nodes, storages, tasks, jobs and history."""

from providers.proxmox.client import ProxmoxClient
from providers.proxmox.config import Boot, Compute, GuestConfig, Network, Volume
from providers.proxmox.detail import AgentState, GuestDetail, GuestNow, Interface, Snapshot
from providers.proxmox.guests import Guest, GuestState, GuestType
from providers.proxmox.history import History, HistoryPoint, Timeframe
from providers.proxmox.jobs import BackupJob, ExcludedDisk, NotBackedUp, Replication
from providers.proxmox.nodes import (
    Cluster,
    ClusterNode,
    Disk,
    HaResource,
    Node,
    NodeDisks,
    NodeReport,
    NodeState,
    NodeStatus,
    Pressure,
    Space,
    ZfsDevice,
    ZfsPool,
    ZfsPoolDetail,
)
from providers.proxmox.permissions import Permissions
from providers.proxmox.resources import Inventory
from providers.proxmox.storage import BackupVolume, Storage, StorageState
from providers.proxmox.tasks import Task, TaskLog, TaskPage, TaskQuery, TaskState

__all__ = [
    "AgentState",
    "BackupJob",
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

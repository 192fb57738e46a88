"""TrueNAS: pools and disks, datasets, shares, snapshots, replication, apps, the system itself."""

from providers.truenas.client import TrueNasClient
from providers.truenas.protection_models import (
    ProtectionReport,
    Replication,
    SnapshotGroup,
    SnapshotTask,
)
from providers.truenas.share_models import Share, ShareReport, SmbSession
from providers.truenas.storage_models import Dataset, Disk, Pool, Scan, Vdev
from providers.truenas.system_models import (
    App,
    AppContainer,
    Job,
    NasAlert,
    Service,
    SystemInfo,
    SystemReport,
    Update,
    Ups,
)

__all__ = [
    "App",
    "AppContainer",
    "Dataset",
    "Disk",
    "Job",
    "NasAlert",
    "Pool",
    "ProtectionReport",
    "Replication",
    "Scan",
    "Service",
    "Share",
    "ShareReport",
    "SmbSession",
    "SnapshotGroup",
    "SnapshotTask",
    "SystemInfo",
    "SystemReport",
    "TrueNasClient",
    "Update",
    "Ups",
    "Vdev",
]

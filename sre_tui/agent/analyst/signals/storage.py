"""Signals of disks, pools, file systems, backups."""

from __future__ import annotations

from typing import Final

from sre_tui.agent.analyst.signals.signal import Signal, Unit
from sre_tui.diagnosis.language.topics import Topic

_DISKS = 'device!~"(loop|ram|sr|dm-|zd|fd).*",$S'
_REAL = (
    'fstype!~"tmpfs|devtmpfs|overlay|squashfs|ramfs|iso9660|fuse.*|nfs.*|cifs|smb.*|proc|autofs",$S'
)
_FREE = f"node_filesystem_avail_bytes{{{_REAL}}}"
_SMART = 'attribute_name=~"{names}",attribute_value_type="raw",$S'


def _latency(way: str, done: str) -> str:
    time = f"rate(node_disk_{way}_time_seconds_total{{{_DISKS}}}[5m])"
    return f"{time} / (rate(node_disk_{done}_completed_total{{{_DISKS}}}[5m]) > 0.2)"


def _attribute(names: str) -> str:
    return f"smartctl_device_attribute{{{_SMART.format(names=names)}}}"


SIGNALS: Final = (
    Signal(
        "smart_failed", "disk_failing", ("smartctl_device_smart_status",),
        "smartctl_device_smart_status{$S}", "==", 0, Unit.COUNT,
        "SMART of {device} says that it is failing (status {value})", (Topic.DISK,), hold=0,
        severity=3,
    ),
    Signal(
        "unreadable_sectors", "disk_failing", ("smartctl_device_attribute",),
        _attribute("Current_Pending_Sector|Offline_Uncorrectable"), ">", 0, Unit.COUNT,
        "{device} has {value} unreadable sectors ({attribute_name})", (Topic.DISK,), hold=0,
        severity=3,
    ),
    Signal(
        "reallocated_sectors", "disk_failing", ("smartctl_device_attribute",),
        _attribute("Reallocated_Sector_Ct"), ">", 0, Unit.COUNT,
        "{device} has replaced {value} sectors ({attribute_name})", (Topic.DISK,), hold=0,
    ),
    Signal(
        "link_crc_errors", "disk_link", ("smartctl_device_attribute",),
        f"{_attribute('UDMA_CRC_Error_Count')} - {_attribute('UDMA_CRC_Error_Count')} offset 6h",
        ">", 0, Unit.COUNT, "{device} counted {value} more transfer errors on its cable within 6 h",
        (Topic.DISK,), hold=0,
    ),
    Signal(
        "nvme_media_errors", "disk_failing", ("smartctl_device_media_errors",),
        "smartctl_device_media_errors{$S}", ">", 0, Unit.COUNT,
        "{device} has {value} media errors", (Topic.DISK,), hold=0, severity=3,
    ),
    Signal(
        "nvme_warning", "disk_failing", ("smartctl_device_critical_warning",),
        "smartctl_device_critical_warning{$S}", ">", 0, Unit.COUNT,
        "{device} raises critical warning {value}", (Topic.DISK,), hold=0, severity=3,
    ),
    Signal(
        "wear", "disk_worn", ("smartctl_device_percentage_used",),
        "smartctl_device_percentage_used{$S} / 100", ">", 0.9, Unit.RATIO,
        "{device} has used {value} of its rated life", (Topic.DISK,), hold=0, severity=1,
    ),
    Signal(
        "disk_temperature", "disk_hot", ("smartctl_device_temperature",),
        'smartctl_device_temperature{temperature_type="current",device!~"nvme.*",$S}', ">", 55,
        Unit.CELSIUS, "{device} is at {value}", (Topic.TEMPERATURE,), asked=True,
    ),
    Signal(
        "nvme_temperature", "disk_hot", ("smartctl_device_temperature",),
        'smartctl_device_temperature{temperature_type="current",device=~"nvme.*",$S}', ">", 75,
        Unit.CELSIUS, "{device} is at {value}", (Topic.TEMPERATURE,), asked=True,
    ),
    Signal(
        "read_latency", "disk_slow", ("node_disk_read_time_seconds_total",),
        _latency("read", "reads"), ">", 0.06, Unit.SECONDS, "a read from {device} takes {value}",
        (Topic.IO, Topic.DISK),
    ),
    Signal(
        "write_latency", "disk_slow", ("node_disk_write_time_seconds_total",),
        _latency("write", "writes"), ">", 0.04, Unit.SECONDS, "a write to {device} takes {value}",
        (Topic.IO, Topic.DISK),
    ),
    Signal(
        "disk_busy", "disk_slow", ("node_disk_io_time_seconds_total",),
        f"rate(node_disk_io_time_seconds_total{{{_DISKS}}}[5m])", ">", 0.85, Unit.RATIO,
        "{device} is busy {value} of the time", (Topic.IO, Topic.DISK),
    ),
    Signal(
        "disks_awake", "disk_awake", ("disk_power_state",),
        # 7 is asleep, as deep as standby or deeper.
        'min_over_time(disk_power_state{type="hdd",$S}[2h]) < 7', ">", 0, Unit.COUNT,
        "{disk} of pool {pool} was never in standby within 2 h (lowest power state {value})",
        (Topic.STANDBY,), hold=3600, severity=1, asked=True,
    ),
    Signal(
        "pool_state", "pool_degraded", ("node_zfs_zpool_state",),
        'node_zfs_zpool_state{state!="online",$S}', "==", 1, Unit.COUNT,
        "pool {zpool} is {state} (state {value})", (Topic.POOL, Topic.DISK), hold=0, severity=3,
    ),
    Signal(
        "raid_failed", "pool_degraded", ("node_md_disks",), 'node_md_disks{state="failed",$S}', ">",
        0, Unit.COUNT, "RAID {device} has {value} failed disks", (Topic.POOL, Topic.DISK), hold=0,
        severity=3,
    ),
    Signal(
        "pool_space", "pool_full", ("node_filesystem_avail_bytes", "node_filesystem_size_bytes"),
        '1 - node_filesystem_avail_bytes{fstype="zfs",mountpoint!="/",$S} / '
        'node_filesystem_size_bytes{fstype="zfs",mountpoint!="/",$S}', ">", 0.8, Unit.RATIO,
        "{device} at {mountpoint} is {value} full", (Topic.SPACE, Topic.POOL), hold=0,
    ),
    Signal(
        "space", "filesystem_full",
        ("node_filesystem_avail_bytes", "node_filesystem_size_bytes"),
        f"1 - node_filesystem_avail_bytes{{{_REAL}}} / (node_filesystem_size_bytes{{{_REAL}}} - "
        f"node_filesystem_free_bytes{{{_REAL}}} + node_filesystem_avail_bytes{{{_REAL}}})", ">",
        0.9, Unit.RATIO, "{mountpoint} ({device}) is {value} full", (Topic.SPACE,), hold=0,
    ),
    Signal(
        "inodes", "filesystem_full", ("node_filesystem_files_free", "node_filesystem_files"),
        f"1 - node_filesystem_files_free{{{_REAL}}} / (node_filesystem_files{{{_REAL}}} > 0)", ">",
        0.9, Unit.RATIO, "the inodes of {mountpoint} are {value} used", (Topic.SPACE,), hold=0,
    ),
    Signal(
        "space_growth", "space_growth",
        ("node_filesystem_avail_bytes", "node_filesystem_size_bytes"),
        f"({_FREE} offset 3h - {_FREE}) / node_filesystem_size_bytes{{{_REAL}}}", ">", 0.05,
        Unit.RATIO,
        "{mountpoint} ({device}) grew by {value} of its size within 3 h", (Topic.SPACE, Topic.POOL),
        hold=600,
    ),
    Signal(
        "read_only", "filesystem_read_only", ("node_filesystem_readonly",),
        'node_filesystem_readonly{fstype=~"ext.|xfs|btrfs",$S}', "==", 1, Unit.COUNT,
        "{mountpoint} is read-only (read-only = {value})", (Topic.DISK, Topic.MOUNT), hold=0,
    ),
    Signal(
        "mount_broken", "nfs_trouble", ("node_filesystem_device_error",),
        'node_filesystem_device_error{fstype=~"nfs.*|cifs|smb.*",$S}', "==", 1, Unit.COUNT,
        "the mount {mountpoint} of {device} does not answer (device error = {value})",
        (Topic.MOUNT,), hold=0, severity=3,
    ),
    Signal(
        "nfs_retransmissions", "nfs_trouble", ("node_nfs_rpc_retransmissions_total",),
        "increase(node_nfs_rpc_retransmissions_total{$S}[5m])", ">", 60, Unit.COUNT,
        "{value} NFS calls were sent again within 5 min", (Topic.MOUNT, Topic.IO),
    ),
    Signal(
        "datastore_space", "datastore_full", ("pbs_used", "pbs_size"),
        "pbs_used{$S} / pbs_size{$S}", ">", 0.9, Unit.RATIO,
        "datastore {datastore} is {value} full", (Topic.BACKUP, Topic.SPACE), hold=0,
    ),
    Signal(
        "backup_age", "backup_missing", ("pbs_snapshot_vm_last_timestamp",),
        "time() - pbs_snapshot_vm_last_timestamp{$S}", ">", 129600, Unit.SECONDS,
        "the newest backup of {vm_name} is {value} old", (Topic.BACKUP,), hold=0,
    ),
    Signal(
        "backup_unverified", "backup_unverified", ("pbs_snapshot_vm_last_verify",),
        "pbs_snapshot_vm_last_verify{$S}", "==", 0, Unit.COUNT,
        "the newest backup of {vm_name} is not verified (verify state {value})", (Topic.BACKUP,),
        hold=0,
    ),
    Signal(
        "replication_failed", "replication_failed", ("pve_replication_failed_syncs",),
        "pve_replication_failed_syncs{$S}", ">", 0, Unit.COUNT,
        "replication job {id} failed {value} times", (Topic.BACKUP,), hold=0,
    ),
    Signal(
        "replication_age", "replication_failed", ("pve_replication_last_sync_timestamp_seconds",),
        "time() - pve_replication_last_sync_timestamp_seconds{$S}", ">", 14400, Unit.SECONDS,
        "replication job {id} ran last {value} ago", (Topic.BACKUP,), hold=0,
    ),
)  # fmt: skip

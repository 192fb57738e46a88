"""Checks of storage, by metrics."""

from __future__ import annotations

from typing import Final

from sre_tui.diagnosis.checks.metric import metric_check
from sre_tui.diagnosis.finding import Severity

CHECKS: Final = (
    metric_check(
        "space", "filesystem_full", "storage",
        '1 - '
        'node_filesystem_avail_bytes{fstype!~"tmpfs|devtmpfs|overlay|squashfs|ramfs|iso9660|fuse.*|nfs.*|cifs|smb.*|proc|autofs",$S}'
        ' / '
        'node_filesystem_size_bytes{fstype!~"tmpfs|devtmpfs|overlay|squashfs|ramfs|iso9660|fuse.*|nfs.*|cifs|smb.*|proc|autofs",$S}',
        ">", 0.9,
        "{mountpoint} ({device}) is {value} full",
        unit="ratio", clear=0.855, delay=0,
    ),
    metric_check(
        "inodes", "filesystem_full", "storage",
        '1 - '
        'node_filesystem_files_free{fstype!~"tmpfs|devtmpfs|overlay|squashfs|ramfs|iso9660|fuse.*|nfs.*|cifs|smb.*|proc|autofs",$S}'
        ' / '
        '(node_filesystem_files{fstype!~"tmpfs|devtmpfs|overlay|squashfs|ramfs|iso9660|fuse.*|nfs.*|cifs|smb.*|proc|autofs",$S}'
        ' > 0)',
        ">", 0.9,
        "the inodes of {mountpoint} are {value} used",
        unit="ratio", clear=0.855, delay=0,
    ),
    metric_check(
        "space-growth", "space_growth", "storage",
        '(node_filesystem_avail_bytes{fstype!~"tmpfs|devtmpfs|overlay|squashfs|ramfs|iso9660|fuse.*|nfs.*|cifs|smb.*|proc|autofs",$S}'
        ' offset 3h - '
        'node_filesystem_avail_bytes{fstype!~"tmpfs|devtmpfs|overlay|squashfs|ramfs|iso9660|fuse.*|nfs.*|cifs|smb.*|proc|autofs",$S})'
        ' / '
        'node_filesystem_size_bytes{fstype!~"tmpfs|devtmpfs|overlay|squashfs|ramfs|iso9660|fuse.*|nfs.*|cifs|smb.*|proc|autofs",$S}',
        ">", 0.05,
        "{mountpoint} ({device}) grew by {value} of its size within 3 h",
        unit="ratio", clear=0.0475, delay=600,
    ),
    metric_check(
        "read-only", "filesystem_read_only", "storage",
        'node_filesystem_readonly{fstype=~"ext.|xfs|btrfs",$S}',
        "==", 1,
        "{mountpoint} is read-only (read-only = {value})",
        delay=0,
    ),
    metric_check(
        "mount-broken", "nfs_trouble", "storage",
        'node_filesystem_device_error{fstype=~"nfs.*|cifs|smb.*",$S}',
        "==", 1,
        "the mount {mountpoint} of {device} does not answer (device error = {value})",
        delay=0, severity=Severity.CRITICAL,
    ),
    metric_check(
        "nfs-retransmissions", "nfs_trouble", "storage",
        "increase(node_nfs_rpc_retransmissions_total{$S}[5m])",
        ">", 60,
        "{value} NFS calls were sent again within 5 min",
    ),
    metric_check(
        "storage-space", "storage_full", "storage",
        'pve_disk_usage_bytes{id=~"storage/.+",$S} / '
        'pve_disk_size_bytes{id=~"storage/.+",$S}',
        ">", 0.9,
        "{id} is {value} full",
        unit="ratio", clear=0.855, delay=0,
    ),
)  # fmt: skip

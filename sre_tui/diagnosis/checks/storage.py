"""Checks of storage, by metrics."""

from __future__ import annotations

from typing import Final

from sre_tui.diagnosis.checks.metric import metric_check
from sre_tui.diagnosis.finding import Severity

_OWN: Final = (
    '{fstype!~"tmpfs|devtmpfs|overlay|squashfs|ramfs|iso9660|fuse.*|nfs.*|cifs|smb.*|proc|autofs",'
    "$S}"
)
"""File systems that hold data of the machine itself."""
_FREE: Final = f"node_filesystem_avail_bytes{_OWN}"
_SIZE: Final = f"node_filesystem_size_bytes{_OWN}"
_FILES: Final = f"(node_filesystem_files{_OWN} > 0)"

CHECKS: Final = (
    metric_check(
        "space", "filesystem_full", "storage",
        f"1 - {_FREE} / {_SIZE}",
        ">", 0.9,
        "{mountpoint} ({device}) is {value} full",
        unit="ratio", clear=0.88, delay=0,
        title="a file system that is nearly full",
        why="programs stop at the first write that fails",
        advice="find what takes the space",
    ),
    metric_check(
        "inodes", "inodes_exhausted", "storage",
        # Where the file system makes inodes as it needs them, none is left when space is out.
        f"(1 - node_filesystem_files_free{_OWN} / {_FILES} and {_FREE} / {_SIZE} > 0.1)",
        ">", 0.9,
        "the inodes of {mountpoint} are {value} used",
        unit="ratio", clear=0.88, delay=0,
        title="a file system that runs out of inodes",
        why="no file can be created although there is space",
        advice="find the folder with very many small files",
    ),
    metric_check(
        "space-growth", "space_growth", "storage",
        f"({_FREE} offset 3h - {_FREE}) / {_SIZE}",
        ">", 0.05,
        "{mountpoint} ({device}) grew by {value} of its size within 3 h",
        unit="ratio", clear=0.0475, delay=600,
        title="a file system that fills up fast",
        why="at this pace it is full within a day or two",
        advice="find what has been written within the last hours",
        diagnostic=True,
    ),
    metric_check(
        "read-only", "filesystem_read_only", "storage",
        'node_filesystem_readonly{fstype=~"ext.|xfs|btrfs",$S}',
        "==", 1,
        "{mountpoint} is read-only (read-only = {value})",
        delay=0,
        title="a file system that became read-only",
        why="the kernel does so after errors of the disk",
        advice="read the kernel's log and check the disk",
    ),
    metric_check(
        "mount-broken", "nfs_trouble", "storage",
        'node_filesystem_device_error{fstype=~"nfs.*|cifs|smb.*",$S}',
        "==", 1,
        "the mount {mountpoint} of {device} does not answer (device error = {value})",
        delay=0, severity=Severity.CRITICAL,
        title="a network mount that does not answer",
        why="programs that touch it hang",
        advice="see whether its server and its export are there",
    ),
    metric_check(
        "nfs-retransmissions", "nfs_trouble", "storage",
        "increase(node_nfs_rpc_retransmissions_total{$S}[5m])",
        ">", 60,
        "sent {value:NFS call} again within 5 min",
        title="NFS calls that are sent again and again",
        why="files on the share are slow or hang",
        advice="look at the server's load and at the network",
    ),
)  # fmt: skip

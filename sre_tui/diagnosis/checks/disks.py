"""Checks of disks, by metrics."""

from __future__ import annotations

from typing import Final

from sre_tui.diagnosis.checks.metric import metric_check
from sre_tui.diagnosis.finding import Severity

_SECTORS: Final = 'smartctl_device_attribute{attribute_name=~"%s",attribute_value_type="raw",$S}'
_UNREADABLE: Final = _SECTORS % "Current_Pending_Sector|Offline_Uncorrectable"
_REPLACED: Final = _SECTORS % "Reallocated_Sector_Ct"
_CABLE: Final = _SECTORS % "UDMA_CRC_Error_Count"
_REAL: Final = '{device!~"(loop|ram|sr|dm-|zd|fd).*",$S}'
_READING: Final = f"rate(node_disk_read_time_seconds_total{_REAL}[5m])"
_READS: Final = f"(rate(node_disk_reads_completed_total{_REAL}[5m]) > 0.2)"
_WRITING: Final = f"rate(node_disk_write_time_seconds_total{_REAL}[5m])"
_WRITES: Final = f"(rate(node_disk_writes_completed_total{_REAL}[5m]) > 0.2)"

CHECKS: Final = (
    metric_check(
        "unreadable-sectors", "disk_failing", "disks",
        _UNREADABLE,
        ">", 0,
        "{device} has {value:unreadable sector} ({attribute_name})",
        delay=0, severity=Severity.CRITICAL,
        title="a disk with unreadable sectors",
        why="data is lost where there is no other copy",
        advice="check its backup, then replace it",
    ),
    metric_check(
        "reallocated-sectors", "disk_failing", "disks",
        _REPLACED,
        ">", 0,
        "{device} has replaced {value:sector} ({attribute_name})",
        delay=0,
        title="a disk that has replaced sectors",
        why="more of them are to be expected",
        advice="watch the count, plan its replacement",
    ),
    metric_check(
        "link-crc-errors", "disk_link", "disks",
        f"{_CABLE} - {_CABLE} offset 6h",
        ">", 0,
        "{device} counted {value:more transfer error} on its cable within 6 h",
        delay=0,
        title="a disk with errors on its cable",
        why="transfers are repeated, and the disk may drop out",
        advice="replace or reseat the cable",
    ),
    metric_check(
        "disk-gone", "disk_dead", "disks",
        # Whatever its last word was, that it is silent while others are heard counts as one.
        "((0 * (smartctl_device_smart_status{$S} offset 1d "
        "unless smartctl_device_smart_status{$S}) + 1) "
        "and on (instance) smartctl_device_smart_status{$S})",
        ">", 0,
        "{device} does not answer smartctl any more, the other disks of its machine do",
        delay=900, severity=Severity.CRITICAL,
        title="a disk that was there a day ago and is gone",
        why="its pool runs on what redundancy is left",
        advice="see whether somebody pulled it, else note its serial number and replace it",
    ),
    metric_check(
        "nvme-media-errors", "disk_failing", "disks",
        "smartctl_device_media_errors{$S}",
        ">", 0,
        "{device} has {value:media error}",
        delay=0, severity=Severity.CRITICAL,
        title="an NVMe disk with media errors",
        why="data is lost where there is no other copy",
        advice="check its backup, then replace it",
    ),
    metric_check(
        "nvme-warning", "disk_failing", "disks",
        "smartctl_device_critical_warning{$S}",
        ">", 0,
        "{device} raises critical warning {value}",
        delay=0, severity=Severity.CRITICAL,
        title="an NVMe disk that warns of itself",
        why="it may become read-only",
        advice="see what the warning means, plan its replacement",
    ),
    metric_check(
        "read-latency", "disk_slow", "disks",
        f"{_READING} / {_READS}",
        ">", 0.06,
        "a read from {device} takes {value}",
        unit="s",
        title="a disk that reads slowly",
        why="everything on it is slow",
        advice="see whether it is busy or failing",
    ),
    metric_check(
        "write-latency", "disk_slow", "disks",
        f"{_WRITING} / {_WRITES}",
        ">", 0.04,
        "a write to {device} takes {value}",
        unit="s",
        title="a disk that writes slowly",
        why="everything on it is slow",
        advice="see whether it is busy or failing",
    ),
    metric_check(
        "disk-busy", "disk_slow", "disks",
        f"rate(node_disk_io_time_seconds_total{_REAL}[5m])",
        ">", 0.85,
        "{device} is busy {value} of the time",
        unit="ratio", clear=0.807,
        title="a disk that is busy all the time",
        why="everything on it is slow",
        advice="see who reads and writes",
    ),
)  # fmt: skip

"""Checks of disks, by metrics."""

from __future__ import annotations

from typing import Final

from sre_tui.diagnosis.checks.metric import metric_check
from sre_tui.diagnosis.finding import Severity

CHECKS: Final = (
    metric_check(
        "smart-failed", "disk_failing", "disks",
        "smartctl_device_smart_status{$S}",
        "==", 0,
        "SMART of {device} says that it is failing (status {value})",
        delay=0, severity=Severity.CRITICAL,
    ),
    metric_check(
        "unreadable-sectors", "disk_failing", "disks",
        'smartctl_device_attribute{attribute_name=~"Current_Pending_Sector|Offline_Uncorrectable",attribute_value_type="raw",$S}',
        ">", 0,
        "{device} has {value} unreadable sectors ({attribute_name})",
        delay=0, severity=Severity.CRITICAL,
    ),
    metric_check(
        "reallocated-sectors", "disk_failing", "disks",
        'smartctl_device_attribute{attribute_name=~"Reallocated_Sector_Ct",attribute_value_type="raw",$S}',
        ">", 0,
        "{device} has replaced {value} sectors ({attribute_name})",
        delay=0,
    ),
    metric_check(
        "link-crc-errors", "disk_link", "disks",
        'smartctl_device_attribute{attribute_name=~"UDMA_CRC_Error_Count",attribute_value_type="raw",$S}'
        ' - '
        'smartctl_device_attribute{attribute_name=~"UDMA_CRC_Error_Count",attribute_value_type="raw",$S}'
        ' offset 6h',
        ">", 0,
        "{device} counted {value} more transfer errors on its cable within 6 h",
        delay=0,
    ),
    metric_check(
        "nvme-media-errors", "disk_failing", "disks",
        "smartctl_device_media_errors{$S}",
        ">", 0,
        "{device} has {value} media errors",
        delay=0, severity=Severity.CRITICAL,
    ),
    metric_check(
        "nvme-warning", "disk_failing", "disks",
        "smartctl_device_critical_warning{$S}",
        ">", 0,
        "{device} raises critical warning {value}",
        delay=0, severity=Severity.CRITICAL,
    ),
    metric_check(
        "wear", "disk_worn", "disks",
        "smartctl_device_percentage_used{$S} / 100",
        ">", 0.9,
        "{device} has used {value} of its rated life",
        unit="ratio", clear=0.855, delay=0, severity=Severity.NOTE,
    ),
    metric_check(
        "disk-temperature", "disk_hot", "disks",
        'smartctl_device_temperature{temperature_type="current",device!~"nvme.*",$S}',
        ">", 55,
        "{device} is at {value}",
        unit="celsius",
    ),
    metric_check(
        "nvme-temperature", "disk_hot", "disks",
        'smartctl_device_temperature{temperature_type="current",device=~"nvme.*",$S}',
        ">", 75,
        "{device} is at {value}",
        unit="celsius",
    ),
    metric_check(
        "read-latency", "disk_slow", "disks",
        'rate(node_disk_read_time_seconds_total{device!~"(loop|ram|sr|dm-|zd|fd).*",$S}[5m])'
        ' / '
        '(rate(node_disk_reads_completed_total{device!~"(loop|ram|sr|dm-|zd|fd).*",$S}[5m])'
        ' > 0.2)',
        ">", 0.06,
        "a read from {device} takes {value}",
        unit="s",
    ),
    metric_check(
        "write-latency", "disk_slow", "disks",
        'rate(node_disk_write_time_seconds_total{device!~"(loop|ram|sr|dm-|zd|fd).*",$S}[5m])'
        ' / '
        '(rate(node_disk_writes_completed_total{device!~"(loop|ram|sr|dm-|zd|fd).*",$S}[5m])'
        ' > 0.2)',
        ">", 0.04,
        "a write to {device} takes {value}",
        unit="s",
    ),
    metric_check(
        "disk-busy", "disk_slow", "disks",
        'rate(node_disk_io_time_seconds_total{device!~"(loop|ram|sr|dm-|zd|fd).*",$S}[5m])',
        ">", 0.85,
        "{device} is busy {value} of the time",
        unit="ratio", clear=0.807,
    ),
    metric_check(
        "disks-awake", "disk_awake", "disks",
        'min_over_time(disk_power_state{type="hdd",$S}[2h]) < 7',
        ">", 0,
        "{disk} of pool {pool} was never in standby within 2 h (lowest power state {value})",
        delay=3600, severity=Severity.NOTE,
    ),
)  # fmt: skip

"""Signals of machines: memory, processor, waiting, network, clock, temperature."""

from __future__ import annotations

from typing import Final

from sre_tui.agent.analyst.signals.signal import Signal, Unit
from sre_tui.diagnosis.language.topics import Topic

_BUSY = (
    "1 - avg by (instance, hostname) (sum by (instance, hostname, cpu) "
    '(rate(node_cpu_seconds_total{mode=~"idle|iowait",$S}[5m])))'
)


def _share(mode: str) -> str:
    return f'avg by (instance, hostname) (rate(node_cpu_seconds_total{{mode="{mode}",$S}}[5m]))'


def _waiting(kind: str) -> str:
    return f"rate(node_pressure_{kind}_waiting_seconds_total{{$S}}[5m])"


SIGNALS: Final = (
    Signal(
        "memory_available", "memory_exhausted",
        ("node_memory_MemAvailable_bytes", "node_memory_MemTotal_bytes"),
        "node_memory_MemAvailable_bytes{$S} / node_memory_MemTotal_bytes{$S}", "<", 0.1, Unit.RATIO,
        "only {value} of memory is available", (Topic.MEMORY,),
    ),
    Signal(
        "memory_pressure", "memory_exhausted", ("node_pressure_memory_waiting_seconds_total",),
        _waiting("memory"), ">", 0.1, Unit.RATIO,
        "work waits for memory {value} of the time", (Topic.MEMORY,),
    ),
    Signal(
        "swap_traffic", "memory_exhausted", ("node_vmstat_pswpin", "node_vmstat_pswpout"),
        "increase(node_vmstat_pswpin{$S}[5m]) + increase(node_vmstat_pswpout{$S}[5m])", ">", 30000,
        Unit.COUNT, "{value} pages were swapped in and out within 5 min", (Topic.MEMORY,),
    ),
    Signal(
        "oom_kills", "oom_kill", ("node_vmstat_oom_kill",),
        "node_vmstat_oom_kill{$S} - node_vmstat_oom_kill{$S} offset 15m", ">", 0, Unit.COUNT,
        "the kernel killed for lack of memory, {value} within 15 min", (Topic.MEMORY,),
        hold=0, severity=3, lasting=False,
    ),
    Signal(
        "memory_growth", "memory_leak",
        ("node_memory_MemAvailable_bytes", "node_memory_MemTotal_bytes"),
        "(node_memory_MemAvailable_bytes{$S} offset 3h - node_memory_MemAvailable_bytes{$S}) "
        "/ node_memory_MemTotal_bytes{$S}", ">", 0.25, Unit.RATIO,
        "used memory grew by {value} of the machine's memory within 3 h", (Topic.MEMORY,), hold=600,
        lasting=False,
    ),
    Signal(
        "cpu_busy", "cpu_saturated", ("node_cpu_seconds_total",), _BUSY, ">", 0.85, Unit.RATIO,
        "the processors are {value} busy", (Topic.CPU,), hold=600,
    ),
    Signal(
        "cpu_pressure", "cpu_saturated", ("node_pressure_cpu_waiting_seconds_total",),
        _waiting("cpu"), ">", 0.35, Unit.RATIO, "work waits for a processor {value} of the time",
        (Topic.CPU,), hold=600,
    ),
    Signal(
        "cpu_steal", "cpu_steal", ("node_cpu_seconds_total",), _share("steal"), ">", 0.1,
        Unit.RATIO, "the guest gets no processor {value} of the time (steal)", (Topic.CPU,),
        hold=600,
    ),
    Signal(
        "load_per_core", "high_load", ("node_load5", "node_cpu_seconds_total"),
        'sum by (instance, hostname) (node_load5{$S}) / count by (instance, hostname) '
        '(node_cpu_seconds_total{mode="idle",$S})', ">", 1.5, Unit.COUNT,
        "load is {value} per core", (Topic.CPU,), hold=600,
    ),
    Signal(
        "io_wait", "io_wait", ("node_cpu_seconds_total",), _share("iowait"), ">", 0.15, Unit.RATIO,
        "the processors wait for storage {value} of the time", (Topic.IO, Topic.DISK),
    ),
    Signal(
        "io_pressure", "io_wait", ("node_pressure_io_waiting_seconds_total",), _waiting("io"), ">",
        0.2, Unit.RATIO, "work waits for storage {value} of the time", (Topic.IO, Topic.DISK),
    ),
    Signal(
        "network_errors", "link_errors", ("node_network_receive_errs_total",),
        "increase(node_network_receive_errs_total{$S}[5m]) + "
        "increase(node_network_transmit_errs_total{$S}[5m])", ">", 30, Unit.COUNT,
        "{device} counted {value} errors within 5 min", (Topic.NETWORK,), hold=120,
    ),
    Signal(
        "carrier_changes", "link_errors", ("node_network_carrier_changes_total",),
        "increase(node_network_carrier_changes_total{$S}[15m])", ">", 1.5, Unit.COUNT,
        "the link of {device} changed {value} times within 15 min", (Topic.NETWORK,), hold=0,
        lasting=False,
    ),
    Signal(
        "conntrack_full", "conntrack_full", ("node_nf_conntrack_entries",),
        "node_nf_conntrack_entries{$S} / node_nf_conntrack_entries_limit{$S}", ">", 0.9, Unit.RATIO,
        "the connection table is {value} full", (Topic.NETWORK,),
    ),
    Signal(
        "clock_offset", "clock_skew", ("node_timex_offset_seconds",),
        "abs(node_timex_offset_seconds{$S})", ">", 0.1, Unit.SECONDS,
        "the clock is off by {value}", (Topic.CLOCK,),
    ),
    Signal(
        "clock_unsynchronised", "clock_unsynchronised", ("node_timex_sync_status",),
        "node_timex_sync_status{$S}", "==", 0, Unit.COUNT,
        "the clock is not synchronised (sync status {value})", (Topic.CLOCK,), severity=1,
    ),
    Signal(
        "chip_temperature", "temperature_high", ("node_hwmon_temp_celsius",),
        "max by (instance, hostname) (node_hwmon_temp_celsius{$S})", ">", 85, Unit.CELSIUS,
        "a sensor reads {value}", (Topic.TEMPERATURE,), asked=True,
    ),
    Signal(
        "unit_failed", "unit_failed", ("node_systemd_unit_state",),
        'node_systemd_unit_state{state="failed",$S}', "==", 1, Unit.COUNT,
        "systemd unit {name} has failed (state failed = {value})", (), hold=0,
    ),
    Signal(
        "rebooted", "rebooted", ("node_boot_time_seconds",),
        "time() - node_boot_time_seconds{$S}", "<", 1800, Unit.SECONDS,
        "it was booted {value} before", (Topic.UPDATE,), hold=0, severity=1, lasting=False,
    ),
)  # fmt: skip

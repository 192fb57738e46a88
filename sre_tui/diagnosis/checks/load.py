"""Checks of load, by metrics."""

from __future__ import annotations

from typing import Final

from sre_tui.diagnosis.checks.metric import metric_check

CHECKS: Final = (
    metric_check(
        "cpu-busy", "cpu_saturated", "load",
        '1 - avg by (instance, hostname) (sum by (instance, hostname, cpu) '
        '(rate(node_cpu_seconds_total{mode=~"idle|iowait",$S}[5m])))',
        ">", 0.85,
        "the processors are {value} busy",
        unit="ratio", clear=0.807, delay=600,
        title="a machine whose processors are busy",
        why="everything on it is slow",
        advice="see which program takes them",
    ),
    metric_check(
        "cpu-pressure", "cpu_saturated", "load",
        "rate(node_pressure_cpu_waiting_seconds_total{$S}[5m])",
        ">", 0.35,
        "work waits for a processor {value} of the time",
        unit="ratio", clear=0.332, delay=600,
        title="a machine whose work waits for processors",
        why="everything on it is slow",
        advice="see which program takes them",
    ),
    metric_check(
        "cpu-steal", "cpu_steal", "load",
        'avg by (instance, hostname) '
        '(rate(node_cpu_seconds_total{mode="steal",$S}[5m]))',
        ">", 0.1,
        "the guest gets no processor {value} of the time (steal)",
        unit="ratio", clear=0.095, delay=600,
        title="a guest that gets too little processor time",
        why="its node is overbooked",
        advice="see which other guests of the node are busy",
    ),
    metric_check(
        "load-per-core", "high_load", "load",
        'sum by (instance, hostname) (node_load5{$S}) / count by (instance, hostname) '
        '(node_cpu_seconds_total{mode="idle",$S})',
        ">", 1.5,
        "load is {value} per core",
        delay=600,
        title="a machine with a high load",
        why="everything on it is slow",
        advice="see whether it waits for processors or for disks",
        diagnostic=True,
    ),
    metric_check(
        "io-wait", "io_wait", "load",
        'avg by (instance, hostname) '
        '(rate(node_cpu_seconds_total{mode="iowait",$S}[5m]))',
        ">", 0.15,
        "the processors wait for storage {value} of the time",
        unit="ratio", clear=0.142,
        title="a machine that waits for its disks",
        why="everything that reads or writes is slow",
        advice="see which disk is busy, and who makes it so",
    ),
    metric_check(
        "io-pressure", "io_wait", "load",
        "rate(node_pressure_io_waiting_seconds_total{$S}[5m])",
        ">", 0.2,
        "work waits for storage {value} of the time",
        unit="ratio", clear=0.19,
        title="work that waits for disks",
        why="everything that reads or writes is slow",
        advice="see which disk is busy, and who makes it so",
    ),
    metric_check(
        "guest-disk-traffic", "noisy_guest", "load",
        '(rate(pve_disk_read_bytes_total{id=~"(qemu|lxc)/.+",$S}[5m]) + '
        'rate(pve_disk_written_bytes_total{id=~"(qemu|lxc)/.+",$S}[5m])) / 1048576',
        ">", 60,
        "{id} moves {value} mebibytes per second to and from its disks",
        title="a guest that moves very much data",
        why="its neighbours on the same disks wait",
        advice="see what it does",
        diagnostic=True,
    ),
)  # fmt: skip

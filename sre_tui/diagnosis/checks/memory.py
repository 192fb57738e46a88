"""Checks of memory, by metrics."""

from __future__ import annotations

from typing import Final

from sre_tui.diagnosis.checks.metric import metric_check
from sre_tui.diagnosis.finding import Severity

_GUEST_USED: Final = 'pve_memory_usage_bytes{id=~"(qemu|lxc)/.+",$S}'
_GUEST_SIZE: Final = 'pve_memory_size_bytes{id=~"(qemu|lxc)/.+",$S}'

CHECKS: Final = (
    metric_check(
        "memory-available", "memory_exhausted", "memory",
        "node_memory_MemAvailable_bytes{$S} / node_memory_MemTotal_bytes{$S}",
        "<", 0.1,
        "only {value} of memory is available",
        unit="ratio",
        title="a machine with hardly any memory left",
        why="the kernel kills programs when there is none",
        advice="find what uses it",
    ),
    metric_check(
        "memory-pressure", "memory_exhausted", "memory",
        "rate(node_pressure_memory_waiting_seconds_total{$S}[5m])",
        ">", 0.1,
        "work waits for memory {value} of the time",
        unit="ratio", clear=0.095,
        title="a machine whose work waits for memory",
        why="everything on it is slow",
        advice="find what uses the memory",
    ),
    metric_check(
        "swap-traffic", "swapping", "memory",
        "increase(node_vmstat_pswpin{$S}[5m]) + increase(node_vmstat_pswpout{$S}[5m])",
        ">", 30000,
        "swapped {value:page} in and out within 5 min",
        title="a machine that swaps all the time",
        why="everything on it is slow",
        advice="find what uses the memory",
    ),
    metric_check(
        "oom-kills", "oom_kill", "memory",
        "node_vmstat_oom_kill{$S} - node_vmstat_oom_kill{$S} offset 15m",
        ">", 0,
        "the kernel killed {value:program} for lack of memory within 15 min",
        delay=0, severity=Severity.CRITICAL, lasting=False,
        title="programs killed for lack of memory",
        why="what they did was interrupted",
        advice="see which program it was, and what it may use",
    ),
    metric_check(
        "memory-growth", "memory_leak", "memory",
        # A program that is started takes all at once; a leak takes some in every hour.
        "((node_memory_MemAvailable_bytes{$S} offset 3h - "
        "node_memory_MemAvailable_bytes{$S}) / node_memory_MemTotal_bytes{$S} "
        "and (node_memory_MemAvailable_bytes{$S} offset 1h - "
        "node_memory_MemAvailable_bytes{$S}) / node_memory_MemTotal_bytes{$S} > 0.03 "
        "and (node_memory_MemAvailable_bytes{$S} offset 2h - "
        "node_memory_MemAvailable_bytes{$S} offset 1h) / node_memory_MemTotal_bytes{$S} > 0.03)",
        ">", 0.25,
        "used memory grew by {value} of the machine's memory within 3 h",
        unit="ratio", clear=0.237, delay=600, lasting=False,
        title="memory use that grows fast",
        why="it ends with a kill",
        advice="find the program that grows",
        diagnostic=True,
    ),
    metric_check(
        "memory-growth-slow", "memory_leak", "memory",
        # What fills a cache or serves a busy hour stops growing; a leak grows through every part.
        "(node_memory_MemAvailable_bytes{$S} offset 12h - ("
        "(node_memory_MemAvailable_bytes{$S} < 0.3 * node_memory_MemTotal_bytes{$S}) "
        "< 0.92 * (node_memory_MemAvailable_bytes{$S} offset 3h "
        "< 0.92 * (node_memory_MemAvailable_bytes{$S} offset 6h "
        "< 0.92 * (node_memory_MemAvailable_bytes{$S} offset 9h "
        "< 0.92 * node_memory_MemAvailable_bytes{$S} offset 12h)))"
        ")) / node_memory_MemTotal_bytes{$S}",
        ">", 0.25,
        "used memory grew by {value} of the machine's memory within 12 h, at a steady pace",
        unit="ratio", clear=0.237, delay=1800, lasting=False,
        title="memory use that grows slowly and does not stop",
        why="it ends with a kill",
        advice="find the program that grows",
        diagnostic=True,
    ),
    metric_check(
        "memory-growth-between-kills", "memory_leak", "memory",
        "((node_memory_MemAvailable_bytes{$S} offset 1h - "
        "node_memory_MemAvailable_bytes{$S}) / node_memory_MemTotal_bytes{$S} "
        "and on (instance) changes(node_vmstat_oom_kill{$S}[6h]) > 1)",
        ">", 0.12,
        "used memory grew by {value} of the machine's memory within an hour, again after a kill",
        unit="ratio", clear=0.114, delay=1200, lasting=False,
        title="memory use that grows again after each kill",
        why="the next kill is certain",
        advice="find the program that grows",
        diagnostic=True,
    ),
    metric_check(
        "guest-memory-growth", "memory_leak", "memory",
        # A guest without an exporter is seen by its node alone.
        f"(({_GUEST_USED} - {_GUEST_USED} offset 3h) / {_GUEST_SIZE} "
        f"and ({_GUEST_USED} - {_GUEST_USED} offset 1h) / {_GUEST_SIZE} > 0.03 "
        f"and ({_GUEST_USED} offset 1h - {_GUEST_USED} offset 2h) / {_GUEST_SIZE} > 0.03)",
        ">", 0.2,
        "{id} took {value} of its memory within 3 h, at a steady pace",
        unit="ratio", clear=0.19, delay=600, lasting=False,
        title="a guest whose memory use grows fast",
        why="it ends with a kill",
        advice="find the program that grows",
        diagnostic=True,
    ),
    metric_check(
        "guest-memory", "memory_exhausted", "memory",
        f"{_GUEST_USED} / {_GUEST_SIZE}",
        ">", 0.95,
        "{id} uses {value} of its memory",
        unit="ratio", clear=0.902, delay=600,
        title="a guest that uses nearly all of its memory",
        why="the kernel kills programs when there is none",
        advice="find what uses it, or give it more",
    ),
    metric_check(
        "container-memory", "container_memory", "memory",
        'container_memory_working_set_bytes{name!="",$S} / '
        '(container_spec_memory_limit_bytes{name!="",$S} > 0)',
        ">", 0.9,
        "container {name} uses {value} of its memory limit",
        unit="ratio", clear=0.855,
        title="a container near its memory limit",
        why="it is killed when it reaches it",
        advice="see whether the limit fits what it does",
    ),
    metric_check(
        "container-kills", "oom_kill", "memory",
        'container_oom_events_total{name!="",$S} - '
        'container_oom_events_total{name!="",$S} offset 15m',
        ">", 0,
        "container {name} was killed for lack of memory {value:time} within 15 min",
        delay=0, severity=Severity.CRITICAL, lasting=False,
        title="a container killed for lack of memory",
        why="what it did was interrupted",
        advice="see whether its limit fits what it does",
    ),
)  # fmt: skip

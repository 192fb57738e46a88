"""The main series of machines and of what is on them, and how to ask for those that vary most."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from providers.series import Labels
from providers.text import one_line
from sre_tui.diagnosis.picture.metrics import QUERY_LABEL
from sre_tui.diagnosis.picture.picture import MetricQuery
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.graph import Topology
from sre_tui.diagnosis.topology.labelled import subject_of

MOST_SERIES: Final = 12
"""Of each gauge, those that vary most within the window; others are not even sent."""
_FINEST: Final = 60.0
_POINTS: Final = 120
_REAL: Final = 'device!~"lo|veth.*|tap.*|fwpr.*|fwln.*|docker.*|br-.*|cni.*|virbr.*"'
"""Network interfaces that are no copy of what others count."""


@dataclass(frozen=True)
class Gauge:
    """A main series of machines or of parts of them.

    Attributes:
        id: names it among the queries.
        what: what it is called in a sentence.
        value: PromQL.
        by: labels that tell its series apart.
        unit: as :func:`sre_tui.views.units.with_unit` takes it.
        subject: what it is about.
        kind: failure pattern that a rise may be the beginning of, so that both are one event.
        least: smallest change worth a word in a timeline; None if it is only compared.
    """

    id: str
    what: str
    value: str
    by: tuple[str, ...]
    unit: str = ""
    subject: SubjectKind = SubjectKind.HOST
    kind: str = ""
    least: float | None = None

    def about(self, labels: Labels, topology: Topology) -> Subject:
        """What a series of it is about."""
        own = {name: text for name, text in labels.items() if name != QUERY_LABEL}
        return subject_of(own, self.subject, topology)

    def title(self, subject: Subject) -> str:
        """What it is called where the machine is told elsewhere: ``temperature of sda``."""
        own = f" of {subject.own_name}" if subject.own_name != subject.name else ""
        return one_line(f"{self.what}{own}", 120)


_MACHINE: Final = ("instance", "hostname")
_DEVICE: Final = (*_MACHINE, "device")
_CONTAINER: Final = (*_MACHINE, "name")
_GUEST: Final = ("instance", "id")
MAIN: Final = (
    Gauge(
        "gauge-cpu", "processor use",
        "1 - avg by (instance, hostname) (sum by (instance, hostname, cpu) "
        '(rate(node_cpu_seconds_total{mode=~"idle|iowait"}[5m])))',
        _MACHINE, "ratio", kind="cpu_saturated", least=0.15,
    ),
    Gauge(
        "gauge-wait", "waiting for storage",
        'avg by (instance, hostname) (rate(node_cpu_seconds_total{mode="iowait"}[5m]))',
        _MACHINE, "ratio", kind="io_wait", least=0.05,
    ),
    Gauge(
        "gauge-memory", "memory in use",
        "1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes",
        _MACHINE, "ratio", kind="memory_exhausted", least=0.08,
    ),
    Gauge(
        "gauge-latency", "time of a disk operation",
        "sum by (instance, hostname, device) (rate(node_disk_read_time_seconds_total[5m]) + "
        "rate(node_disk_write_time_seconds_total[5m])) / "
        "(sum by (instance, hostname, device) (rate(node_disk_reads_completed_total[5m]) + "
        "rate(node_disk_writes_completed_total[5m])) > 0.2)",
        _DEVICE, "s", SubjectKind.DISK, kind="disk_slow", least=0.01,
    ),
    Gauge(
        "gauge-network", "network traffic",
        f"sum by (instance, hostname) (rate(node_network_receive_bytes_total{{{_REAL}}}[5m]) + "
        f"rate(node_network_transmit_bytes_total{{{_REAL}}}[5m]))",
        _MACHINE, "B/s", kind="network_traffic", least=3e6,
    ),
    Gauge(
        "gauge-fill", "space in use",
        '1 - node_filesystem_avail_bytes{fstype!~"tmpfs|nfs.*|cifs|smb.*|overlay|squashfs|zfs"} '
        "/ node_filesystem_size_bytes",
        (*_MACHINE, "mountpoint"), "ratio", SubjectKind.FILESYSTEM,
        kind="filesystem_full", least=0.03,
    ),
    Gauge(
        "gauge-temperature", "temperature",
        "max by (instance, hostname, device) "
        '(smartctl_device_temperature{temperature_type="current"})',
        _DEVICE, "°C", SubjectKind.DISK, kind="disk_hot", least=5.0,
    ),
)  # fmt: skip
"""Those whose shifts are told in timelines."""
OTHERS: Final = (
    Gauge("gauge-load", "load", "node_load5", _MACHINE),
    Gauge(
        "gauge-blocked", "blocked programs", "node_procs_blocked", _MACHINE,
    ),
    Gauge(
        "gauge-read", "data read",
        "sum by (instance, hostname, device) (rate(node_disk_read_bytes_total[5m]))",
        _DEVICE, "B/s", SubjectKind.DISK,
    ),
    Gauge(
        "gauge-written", "data written",
        "sum by (instance, hostname, device) (rate(node_disk_written_bytes_total[5m]))",
        _DEVICE, "B/s", SubjectKind.DISK,
    ),
    Gauge(
        "gauge-swapped", "pages swapped per second",
        "rate(node_vmstat_pswpin[5m]) + rate(node_vmstat_pswpout[5m])", _MACHINE,
    ),
    Gauge(
        "gauge-container-cpu", "processor use of a container",
        'sum by (instance, hostname, name) (rate(container_cpu_usage_seconds_total{name!=""}[5m]))',
        _CONTAINER, "s/s", SubjectKind.CONTAINER,
    ),
    Gauge(
        "gauge-container-memory", "memory of a container",
        'sum by (instance, hostname, name) (container_memory_working_set_bytes{name!=""})',
        _CONTAINER, "B", SubjectKind.CONTAINER,
    ),
    Gauge(
        "gauge-guest-cpu", "processor use of a guest",
        'pve_cpu_usage_ratio{id=~"(qemu|lxc)/.+"}', _GUEST, "ratio", SubjectKind.GUEST,
    ),
    Gauge(
        "gauge-guest-disk", "disk traffic of a guest",
        'rate(pve_disk_read_bytes_total{id=~"(qemu|lxc)/.+"}[5m]) + '
        'rate(pve_disk_written_bytes_total{id=~"(qemu|lxc)/.+"}[5m])',
        _GUEST, "B/s", SubjectKind.GUEST,
    ),
    Gauge(
        "gauge-guest-network", "network traffic of a guest",
        'rate(pve_network_receive_bytes_total{id=~"(qemu|lxc)/.+"}[5m]) + '
        'rate(pve_network_transmit_bytes_total{id=~"(qemu|lxc)/.+"}[5m])',
        _GUEST, "B/s", SubjectKind.GUEST,
    ),
    Gauge(
        "gauge-probe", "time of a probe", "probe_duration_seconds",
        ("instance", "job"), "s", SubjectKind.SITE,
    ),
)  # fmt: skip
"""Those that an alert or expression is compared with as well."""


def varying(
    gauges: tuple[Gauge, ...], start: datetime, end: datetime, host: str = ""
) -> tuple[MetricQuery, ...]:
    """What to ask Prometheus for, in few requests: of each gauge the series that vary most.

    Args:
        gauges: which ones.
        start: beginning of the window.
        end: its end.
        host: expression for the instances of a machine whose series are wanted in any case.
    """
    window = (end - start).total_seconds()
    step = max(_FINEST, round(window / _POINTS / _FINEST) * _FINEST)
    found = []
    for gauge in gauges:
        spread = f"stddev_over_time(({gauge.value})[{window:.0f}s:{step:.0f}s] @ end())"
        chosen = f"topk({MOST_SERIES}, {spread})"
        if host:
            chosen = f"({chosen} or ({spread} and on (instance) up{{instance=~{host}}}))"
        expression = f"({gauge.value}) and on ({', '.join(gauge.by)}) {chosen}"
        found.append(MetricQuery(gauge.id, expression, always=True, apart="the main series"))
    return tuple(found)

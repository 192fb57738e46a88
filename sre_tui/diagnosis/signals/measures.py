"""What baselines are kept of, unless the operator names more: expressions, units, and their names.

A measure is a gauge with the words that people know it by. Of several that a word may mean, the
first that is known of a thing is meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from providers.alerting import HOST_LABELS, without_port
from providers.series import Labels
from providers.text import one_line
from sre_tui.diagnosis.signals.gauges import MAIN, OTHERS, Gauge
from sre_tui.diagnosis.subject import SubjectKind
from sre_tui.diagnosis.topology.graph import Topology
from sre_tui.diagnosis.topology.names import Names

_LONGEST: Final = 200
"""Characters of the name of a thing."""
_FILLER: Final = frozenset(
    {
        "a", "an", "average", "avg", "current", "in", "its", "level", "of", "percent", "percentage",
        "rate", "ratio", "the", "time", "total", "usage", "use", "used", "utilisation",
        "utilization", "value",
    }
)  # fmt: skip
"""Words that say nothing of what is measured."""


@dataclass(frozen=True)
class Measure:
    """One thing that is measured of many.

    Attributes:
        name: what it is called on the command line and in the memory; an expression for one that
            the operator named.
        gauge: how it is asked for.
        words: what else it is called, each in small letters.
        also: expressions for the same figures, and by which factor they are larger.
        is_own: whether the operator named it.
    """

    name: str
    gauge: Gauge
    words: tuple[str, ...] = ()
    also: tuple[tuple[str, float], ...] = ()
    is_own: bool = False

    @property
    def what(self) -> str:
        """What it is called in a sentence."""
        return self.gauge.what

    @property
    def unit(self) -> str:
        """As :func:`sre_tui.views.units.with_unit` takes it; empty if there is none."""
        return self.gauge.unit

    def host_of(self, labels: Labels, topology: Topology) -> str:
        """The name of the thing that a series is about; empty if its labels name none."""
        if not self.is_own:
            return one_line(self.gauge.about(labels, topology).name, _LONGEST)
        machine = Names(topology).machine_of(labels)
        known = {"__name__", "job", *(HOST_LABELS if machine is not None else ())}
        host = machine.name if machine is not None else without_port(labels.get("instance", ""))
        rest = ",".join(
            f"{name}={value}"
            for name, value in sorted(labels.items())
            if name not in known and (machine is not None or name != "instance")
        )
        return one_line(f"{host}/{rest}" if host and rest else host or rest, _LONGEST)


_MACHINE: Final = ("instance", "hostname")
_GUEST: Final = ("instance", "id")
_FURTHER: Final = (
    Gauge(
        "gauge-busy", "processor use",
        '1 - avg by (instance, hostname) (rate(node_cpu_seconds_total{mode="idle"}[5m]))',
        _MACHINE, "ratio",
    ),
    Gauge("gauge-load1", "load", "node_load1", _MACHINE),
    Gauge(
        "gauge-guest-memory", "memory in use",
        'pve_memory_usage_bytes{id=~"(qemu|lxc)/.+"} / pve_memory_size_bytes{id=~"(qemu|lxc)/.+"}',
        _GUEST, "ratio", SubjectKind.GUEST,
    ),
    Gauge(
        "gauge-node-cpu", "processor use", 'pve_cpu_usage_ratio{id=~"node/.+"}',
        _GUEST, "ratio", SubjectKind.NODE,
    ),
    Gauge(
        "gauge-node-memory", "memory in use",
        'pve_memory_usage_bytes{id=~"node/.+"} / pve_memory_size_bytes{id=~"node/.+"}',
        _GUEST, "ratio", SubjectKind.NODE,
    ),
    Gauge(
        "gauge-pool", "space in use",
        '1 - node_filesystem_avail_bytes{fstype="zfs",device!~".+/.+"} / '
        "node_filesystem_size_bytes",
        (*_MACHINE, "device"), "ratio", SubjectKind.POOL,
    ),
    Gauge(
        "gauge-datastore", "space in use", "pbs_used / pbs_size",
        ("instance", "datastore"), "ratio", SubjectKind.DATASTORE,
    ),
    Gauge(
        "gauge-heat", "temperature",
        "max by (instance, hostname) (node_hwmon_temp_celsius)", _MACHINE, "°C",
    ),
    Gauge(
        "gauge-ups", "load of a UPS", "network_ups_tools_ups_load", ("instance", "ups"), "%",
        SubjectKind.UPS,
    ),
)  # fmt: skip
"""Those that no timeline tells of."""
_GAUGES: Final = {gauge.id: gauge for gauge in (*MAIN, *OTHERS, *_FURTHER)}


def _measure(
    name: str, gauge: str, *words: str, also: tuple[tuple[str, float], ...] = ()
) -> Measure:
    return Measure(name, _GAUGES[f"gauge-{gauge}"], words, also)


_IDLE: Final = 'rate(node_cpu_seconds_total{mode="idle"}[5m])'
_TAKEN: Final = (
    "(node_memory_MemTotal_bytes - node_memory_MemAvailable_bytes) / node_memory_MemTotal_bytes"
)
MEASURES: Final = (
    _measure(
        "cpu", "busy", "processor", "cpus", "core", "cores", "prozessor",
        also=((f"100 - avg by (instance, hostname) ({_IDLE}) * 100", 100.0),),
    ),
    _measure("load", "load1", "load average", "load1", "systemlast"),
    _measure("load5", "load"),
    _measure("iowait", "wait", "io wait", "wait", "waiting"),
    _measure(
        "memory", "memory", "ram", "mem", "arbeitsspeicher",
        also=((_TAKEN, 1.0),),
    ),
    _measure("swapping", "swapped", "swap", "paging"),
    _measure("blocked", "blocked", "blocked processes", "procs blocked"),
    _measure("network", "network", "net", "traffic", "bandwidth", "netzwerk"),
    _measure("disk-latency", "latency", "latency", "disk", "io", "await"),
    _measure("disk-read", "read", "read", "reads", "disk"),
    _measure("disk-write", "written", "write", "writes", "written", "disk"),
    _measure("filesystem", "fill", "fill", "space", "disk space", "disk"),
    _measure("pool", "pool", "zpool", "zfs", "fill", "space"),
    _measure("datastore", "datastore", "fill", "space", "pbs"),
    _measure("disk-temperature", "temperature", "temperature", "temp", "heat", "temperatur"),
    _measure("temperature", "heat", "cpu temperature", "temp", "heat", "temperatur"),
    _measure("guest-cpu", "guest-cpu", "cpu", "processor"),
    _measure("guest-memory", "guest-memory", "memory", "ram", "mem"),
    _measure("guest-disk", "guest-disk", "disk", "disk io"),
    _measure("guest-network", "guest-network", "network", "net", "traffic"),
    _measure("node-cpu", "node-cpu", "cpu", "processor"),
    _measure("node-memory", "node-memory", "memory", "ram", "mem"),
    _measure("container-cpu", "container-cpu", "cpu", "processor"),
    _measure("container-memory", "container-memory", "memory", "ram", "mem"),
    _measure("probe", "probe", "response", "latency", "probe duration"),
    _measure("ups-load", "ups", "ups", "load"),
)  # fmt: skip
"""In the order in which a word means them."""


def own_measure(expression: str, unit: str | None) -> Measure:
    """A measure that the operator named by its PromQL."""
    gauge = Gauge("gauge-own", expression, expression, (), unit or "")
    return Measure(expression, gauge, is_own=True)


def meant_by(text: str) -> tuple[Measure, ...]:
    """The measures of the catalogue that a name, a word or a metric's name means, best first."""
    asked = plain(text)
    if not asked:
        return ()
    exact = [one for one in MEASURES if plain(one.name) == asked]
    others = [one for one in MEASURES if asked in _names_of(one) and one not in exact]
    if not exact and not others:
        names = text.strip().casefold()
        others = [one for one in MEASURES if names in _series_of(one)]
    return (*exact, *others)


def plain(text: str) -> str:
    """A name without what says nothing: ``CPU_usage_percent`` is ``cpu``."""
    words = re.findall(r"[^\W_]+", text.casefold())
    return " ".join(word for word in words if word not in _FILLER) or " ".join(words)


@cache
def _names_of(measure: Measure) -> frozenset[str]:
    return frozenset(plain(word) for word in measure.words)


@cache
def _series_of(measure: Measure) -> frozenset[str]:
    expressions = (measure.gauge.value, *(text for text, _ in measure.also))
    return frozenset(
        name.casefold() for text in expressions for name in re.findall(r"\w+_\w+", text)
    )

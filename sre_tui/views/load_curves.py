"""How what a guest or a node does is drawn: which series, in which unit."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final

from providers.series import Series
from sre_tui.views.units import with_unit
from widgets import plot


@dataclass(frozen=True, slots=True)
class Curve:
    """One chart.

    Attributes:
        key: what is measured, in a word.
        title: the same for people.
        query: PromQL with ``$id`` where the thing's quoted id belongs, and ``$host`` where its
            quoted name does, ``$machine`` where a pattern for its address does.
        unit: of the values, as `with_unit` takes it.
        low: least value of the axis; None to fit the data.
    """

    key: str
    title: str
    query: str
    unit: str = ""
    low: float | None = 0.0


def _rate(*names: str) -> str:
    """Bytes a second, by whichever name the exporter gives the counter."""
    return " or ".join(f"rate({name}{{id=$id}}[5m])" for name in names)


def _there(query: str) -> str:
    """A query with ``{$on`` in it about one machine, whichever label names it."""
    by = ("hostname=$host", "instance=~$machine")
    return " or ".join(query.replace("$on", one) for one in by)


_ROOT: Final = (
    'max(node_filesystem_size_bytes{mountpoint="/",$on}'
    ' - node_filesystem_avail_bytes{mountpoint="/",$on})'
)
GUEST_CURVES: Final = (
    Curve("cpu", "CPU", "pve_cpu_usage_ratio{id=$id}", "ratio"),
    Curve("memory", "Memory", "pve_memory_usage_bytes{id=$id}", "B"),
    Curve("read", "Disk, read",
          _rate("pve_disk_read_bytes_total", "pve_disk_read_bytes"), "B/s"),
    Curve("written", "Disk, written",
          _rate("pve_disk_written_bytes_total", "pve_disk_write_bytes"), "B/s"),
    Curve("received", "Network, in",
          _rate("pve_network_receive_bytes_total", "pve_network_receive_bytes"), "B/s"),
    Curve("sent", "Network, out",
          _rate("pve_network_transmit_bytes_total", "pve_network_transmit_bytes"), "B/s"),
)  # fmt: skip
NODE_CURVES: Final = (
    *GUEST_CURVES[:2],
    Curve("root", "Root disk", f"pve_disk_usage_bytes{{id=$id}} or {_there(_ROOT)}", "B"),
    Curve("wait", "Waiting for disks",
          _there('avg(rate(node_cpu_seconds_total{mode="iowait",$on}[5m]))'), "ratio"),
    Curve("load", "Load, 5 min", _there("max(node_load5{$on})")),
    Curve("heat", "Hottest sensor", _there("max(node_hwmon_temp_celsius{$on})"), "°C", None),
)  # fmt: skip
DISK_HEAT: Final = _there("max by (device) (smartctl_device_temperature{$on})")
"""Query for the temperature of each disk of a machine, °C."""


def about(query: str, thing: str, host: str = "") -> str:
    """A query about one thing.

    Args:
        query: with ``$id``, ``$host`` and ``$machine`` in it.
        thing: id that the exporter of Proxmox VE gives it, such as ``lxc/101``.
        host: name of the machine that other exporters run on.
    """
    machine = f"{re.escape(host)}([.:].*)?"
    names = {"$id": thing, "$host": host, "$machine": machine}
    return re.sub(
        r"\$(?:id|host|machine)",
        lambda found: json.dumps(names[found.group()], ensure_ascii=False),
        query,
    )


def drawn(curve: Curve, data: Any, limit: float | None = None) -> plot.Series | None:
    """The first series of an answer as a curve; None if it has none."""
    found: Sequence[Series] = data.items
    if not found:
        return None
    return plot.Series(
        title=curve.title,
        points=points_of(found[0]),
        show=lambda value: with_unit(value, curve.unit or None),
        low=curve.low,
        threshold=limit,
    )


def points_of(series: Series) -> tuple[tuple[Any, float | None], ...]:
    """Points that can be drawn; what is no number is a gap."""
    return tuple((at, value if isfinite(value) else None) for at, value in series.points)

"""Which metrics tell about guests, machines, pools, datastores and alerts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from sre_tui.screens.subject_queries import ChartOf, ChartsOf, LogsOf
from sre_tui.views.alert_curve import measure_of
from sre_tui.views.load_curves import GUEST_CURVES, NODE_CURVES, Curve, about

if TYPE_CHECKING:
    from providers.alerting import Alert
    from providers.truenas import Pool

_REAL: Final = 'device!~"lo|veth.*|tap.*|fwpr.*|fwln.*|docker.*|br-.*|cni.*|virbr.*"'
"""Network interfaces that are no copy of what others count."""
_BUSY: Final = 'mode=~"idle|iowait"'
_DAY: Final = 86400


def _there(query: str) -> str:
    """A query with ``$on`` in it about one machine, whichever label names it."""
    by = ("hostname=$host", "instance=~$machine")
    return " or ".join(query.replace("$on", one) for one in by)


MACHINE_CURVES: Final = (
    Curve("cpu", "CPU", _there(f"1 - avg(rate(node_cpu_seconds_total{{{_BUSY},$on}}[5m]))"),
          "ratio"),
    Curve("memory", "Memory",
          _there("max(1 - node_memory_MemAvailable_bytes{$on} / node_memory_MemTotal_bytes{$on})"),
          "ratio"),
    *(one for one in NODE_CURVES if one.key in ("wait", "load")),
    Curve("read", "Disk, read", _there("sum(rate(node_disk_read_bytes_total{$on}[5m]))"), "B/s"),
    Curve("written", "Disk, written",
          _there("sum(rate(node_disk_written_bytes_total{$on}[5m]))"), "B/s"),
    Curve("received", "Network, in",
          _there(f"sum(rate(node_network_receive_bytes_total{{{_REAL},$on}}[5m]))"), "B/s"),
    Curve("sent", "Network, out",
          _there(f"sum(rate(node_network_transmit_bytes_total{{{_REAL},$on}}[5m]))"), "B/s"),
)  # fmt: skip
"""What a machine measures of itself."""


def guest_charts(
    title: str, guest: str, memory: float | None, logs: LogsOf | None = None
) -> ChartsOf:
    """What Proxmox VE measures of a guest.

    Args:
        title: what it is called.
        guest: such as ``lxc/101``.
        memory: bytes it may use.
        logs: its log lines.
    """
    limits = {"memory": memory}
    charts = (_chart(one, guest, "", limits.get(one.key)) for one in GUEST_CURVES)
    return ChartsOf(title, tuple(charts), logs)


def node_charts(name: str) -> ChartsOf:
    """What is measured of a node of Proxmox VE."""
    known = {one.key for one in NODE_CURVES}
    curves = (*NODE_CURVES, *(one for one in MACHINE_CURVES if one.key not in known))
    charts = tuple(_chart(one, f"node/{name}", name) for one in curves)
    return ChartsOf(name, charts, LogsOf(name, (name,)))


def alert_charts(alert: Alert, logs: LogsOf | None = None) -> ChartsOf:
    """The value behind an alert against its limit, then what its machine does."""
    return ChartsOf(alert.name, tuple(_alert_charts(alert)), logs)


def pool_charts(pool: Pool, host: str, logs: LogsOf | None = None) -> ChartsOf:
    """How full a pool is, and how fast it fills.

    What a dataset may still take is what the pool has left, so the space left is that of any of
    its datasets; the size is the one the NAS tells.
    """
    device = json.dumps(f"{re.escape(pool.name)}(/.*)?", ensure_ascii=False)
    left = f'node_filesystem_avail_bytes{{fstype="zfs",device=~{device}'
    if host:
        free = about(
            f"(max({left},hostname=$host}}) or max({left},instance=~$machine}}))", "", host
        )
    else:
        free = f"max({left}}})"
    whole = pool.usable or pool.size
    if not whole:
        return ChartsOf(pool.name, (ChartOf("Free", free, "B"),), logs)
    charts = (
        ChartOf("Fill", f"1 - {free} / {whole}", "ratio"),
        ChartOf("Used", f"{whole} - {free}", "B"),
        ChartOf("Growth a day", f"-deriv({free}[6h:15m]) * {_DAY}", "B"),
    )
    return ChartsOf(pool.name, charts, logs)


def datastore_charts(name: str) -> ChartsOf:
    """How full a datastore is, and how fast it fills."""
    store = f"{{datastore={json.dumps(name, ensure_ascii=False)}}}"
    return ChartsOf(
        name,
        (
            ChartOf("Fill", f"max(pbs_used{store} / pbs_size{store})", "ratio"),
            ChartOf("Used", f"max(pbs_used{store})", "B"),
            ChartOf("Growth a day", f"max(deriv(pbs_used{store}[6h])) * {_DAY}", "B"),
        ),
    )


def _alert_charts(alert: Alert) -> Iterator[ChartOf]:
    if alert.query:
        measure = measure_of(alert.query)
        yield ChartOf(
            alert.name,
            measure.query,
            threshold=measure.limit,
            sign=measure.sign,
            of=dict(alert.labels),
            rule="" if measure.sign else alert.name,
        )
    if alert.host:
        for one in MACHINE_CURVES:
            yield _chart(one, "", alert.host)


def _chart(curve: Curve, thing: str, host: str, limit: float | None = None) -> ChartOf:
    return ChartOf(
        curve.title,
        about(curve.query, thing, host.partition(":")[0]),
        curve.unit,
        low=curve.low,
        threshold=limit,
    )

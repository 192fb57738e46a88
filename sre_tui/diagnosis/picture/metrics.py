"""Metrics of the picture: one answer that tells of many values, and who is who."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from providers.errors import InvalidQuery
from providers.reading import Reading, State
from providers.series import Sample, Series
from providers.text import one_line
from sre_tui.diagnosis.picture.part import refilled

if TYPE_CHECKING:
    from providers.prometheus import PrometheusClient
    from sre_tui.diagnosis.picture.part import Part
    from sre_tui.diagnosis.picture.picture import MetricQuery

QUERY_LABEL: Final = "sre_query"
"""Label that carries the id of the query a series answers."""
CHUNK: Final = 16
"""Values asked for in one query: few enough for one evaluation, many enough to save trips."""

IDENTITY: Final = (
    (
        '{__name__=~"node_uname_info|pve_guest_info|pve_node_info|pve_storage_info|pbs_size|'
        'network_ups_tools_ups_load|probe_success|node_dmi_info"}'
    ),
    # A disk that is gone is still to be told by the pool it was in.
    'last_over_time({__name__=~"smartctl_device|disk_power_state"}[1d])',
    # So is what a machine mounted that is off.
    'last_over_time(node_filesystem_size_bytes{fstype=~"nfs.*|cifs|smb.*|zfs"}[1d])',
    'container_start_time_seconds{name!=""}',
    'node_zfs_zpool_state{state="online"}',
    'pve_up{id=~"(qemu|lxc|node)/.+"}',
)
"""PromQL for who is who: machines, guests, containers, disks, pools, mounts, sites."""


def identity_query() -> str:
    """All of it in one query."""
    return " or ".join(IDENTITY)


@dataclass(frozen=True)
class Sweep:
    """One question to Prometheus, for several values.

    Attributes:
        expression: PromQL, with the ids of the values in a label.
        apart: what is told of it if it is rejected; empty where that must not happen.
    """

    expression: str
    apart: str = ""


def sweeps_of(queries: Sequence[MetricQuery]) -> list[Sweep]:
    """Questions that several of the values share each."""
    groups: dict[str, list[str]] = {}
    for query in queries:
        groups.setdefault(query.apart, []).append(_marked(query))
    return [
        Sweep(" or ".join(parts[at : at + CHUNK]), apart)
        for apart, parts in groups.items()
        for at in range(0, len(parts), CHUNK)
    ]


def _marked(query: MetricQuery) -> str:
    value = f"({query.expression})" if query.apart else query.expression
    if not query.always:
        value += f" {_beyond(query)}"
    return f'label_replace({value}, "{QUERY_LABEL}", "{query.id}", "", "")'


def _beyond(query: MetricQuery) -> str:
    return f"{query.sign} {query.level:g}"


def by_query(sweeps: Part[tuple[Series, ...]]) -> Mapping[str, tuple[Series, ...]]:
    """Series by the id of the query they answer."""
    found: dict[str, list[Series]] = {}
    for series in _all(sweeps):
        found.setdefault(series.labels.get(QUERY_LABEL, ""), []).append(series)
    return {name: tuple(several) for name, several in found.items()}


def _all(sweeps: Part[tuple[Series, ...]]) -> Iterator[Series]:
    for several in sweeps:
        yield from several


async def swept(
    client: PrometheusClient, sweep: Sweep, start: datetime, end: datetime, step: float
) -> Reading[tuple[Series, ...]]:
    """The series that have a value within the window.

    A query that stands apart and is rejected makes the answer incomplete, no more.

    Raises:
        InvalidQuery: if Prometheus rejects a query that must not be.
    """
    try:
        reading = await client.query_range(sweep.expression, start, end, step)
    except InvalidQuery as error:
        if not sweep.apart:
            raise
        return Reading[Any](
            source=client.source,
            state=State.PARTIAL,
            observed_at=end,
            data=(),
            detail=f"the query of {sweep.apart} was rejected: {one_line(str(error), 200)}",
        )
    return refilled(reading, None if reading.data is None else reading.data.series)


async def identity(client: PrometheusClient, at: datetime) -> Reading[tuple[Sample, ...]]:
    """Who is who at one moment.

    Raises:
        InvalidQuery: if Prometheus rejects the query.
    """
    reading = await client.query(identity_query(), at)
    return refilled(reading, None if reading.data is None else reading.data.samples)

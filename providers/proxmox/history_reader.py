"""Reads the round-robin archives: averages of an hour to ten years."""

from __future__ import annotations

from typing import Final

from pydantic import AliasChoices, Field, TypeAdapter

from providers.coercion import Amount, Epoch
from providers.proxmox.api import Api
from providers.proxmox.history import History, HistoryPoint, Timeframe
from providers.wire import Wire


def _either(*names: str) -> Amount:
    found: Amount = Field(None, validation_alias=AliasChoices(*names))
    return found


class _Point(Wire):
    """Guests, nodes and storages name the same thing differently."""

    time: Epoch = None
    cpu: Amount = None
    iowait: Amount = None
    loadavg: Amount = None
    memory: Amount = _either("mem", "memused")
    memory_size: Amount = _either("maxmem", "memtotal")
    swap: Amount = _either("swapused")
    disk: Amount = _either("rootused", "used", "disk")
    disk_size: Amount = _either("roottotal", "total", "maxdisk")
    netin: Amount = None
    netout: Amount = None
    diskread: Amount = None
    diskwrite: Amount = None
    pressure_cpu: Amount = _either("pressurecpusome")
    pressure_io: Amount = _either("pressureiosome")
    pressure_memory: Amount = _either("pressurememorysome")


_POINTS: Final = TypeAdapter(list[_Point])


async def read_history(api: Api, path: str, subject: str, timeframe: Timeframe) -> History:
    """``{path}/rrddata`` of a guest, a node or a storage; spans without any figure are left out.

    Raises:
        BackendError: if there is no usable answer.
    """
    params = [("timeframe", timeframe), ("cf", "AVERAGE")]
    rows = await api.rows(_POINTS, f"{path}/rrddata", params)
    points = [_point(row) for row in rows if row.time is not None and _has_figures(row)]
    return History(
        source=api.source,
        subject=subject,
        timeframe=timeframe,
        points=tuple(sorted((p for p in points if p is not None), key=lambda point: point.at)),
    )


def _has_figures(row: _Point) -> bool:
    return any(value is not None for name, value in row if name != "time")


def _point(row: _Point) -> HistoryPoint | None:
    if row.time is None:
        return None
    return HistoryPoint(
        at=row.time,
        cpu=row.cpu,
        wait=row.iowait,
        load=row.loadavg,
        memory=row.memory,
        memory_size=row.memory_size,
        swap=row.swap,
        disk=row.disk,
        disk_size=row.disk_size,
        net_in=row.netin,
        net_out=row.netout,
        disk_read=row.diskread,
        disk_write=row.diskwrite,
        pressure_cpu=_share(row.pressure_cpu),
        pressure_io=_share(row.pressure_io),
        pressure_memory=_share(row.pressure_memory),
    )


def _share(percentage: float | None) -> float | None:
    return None if percentage is None else round(percentage / 100, 8)

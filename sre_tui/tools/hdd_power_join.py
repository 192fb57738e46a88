"""Which series are of one disk, and which disk of the NAS that is.

Exporters name disks in several ways: ``disk="sda"``, ``device="/dev/sda"``, a link below
``/dev/disk/by-id`` that holds the serial number or the WWN. Hosts come as a label of their own,
or as the address that was scraped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from providers.alerting import without_port
from providers.series import Labels, Point, Series, SeriesWindow
from providers.truenas import Disk

_BY_ID: Final = "device_id"
_DISK_LABELS: Final = ("disk", "device", "name", "dev", _BY_ID)
_HOST_LABELS: Final = ("host", "hostname", "node", "nodename", "instance")


@dataclass
class Reported:
    """What was reported of one disk; its labels are those of the latest point."""

    host: str
    labels: Labels
    window: SeriesWindow
    points: list[Point] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Of the disk: ``sda``."""
        return disk_of(self.labels)

    @property
    def pool(self) -> str:
        """The exporter's word for its pool; empty without one."""
        pool = self.labels.get("pool", "")
        return "" if pool.casefold() == "none" else pool


def disk_of(labels: Labels) -> str:
    """The disk's name: ``sda`` of ``/dev/sda``."""
    for name in _DISK_LABELS:
        if labels.get(name):
            return labels[name].rpartition("/")[2]
    return ""


def host_of(labels: Labels) -> str:
    """The host's name without port."""
    for name in _HOST_LABELS:
        if labels.get(name):
            return without_port(labels[name])
    return ""


def reported(windows: Sequence[SeriesWindow]) -> list[Reported]:
    """Every disk once: what restarts, new names and further exporters split is put together."""
    found: dict[tuple[str, str], Reported] = {}
    # A stale answer was made for an earlier window; a fresh one of the same disk counts.
    for window in sorted(windows, key=lambda each: each.end, reverse=True):
        for series in window.series:
            # One series per state with the value 1 is another metric of that name.
            if disk_of(series.labels) and "state" not in series.labels:
                _take(found, window, series)
    return list(found.values())


def _take(found: dict[tuple[str, str], Reported], window: SeriesWindow, series: Series) -> None:
    labels, host = series.labels, host_of(series.labels)
    hardware = labels.get("serial") or labels.get("serial_number") or labels.get(_BY_ID)
    key = host, hardware or disk_of(labels)
    known = found.setdefault(key, Reported(host, labels, window))
    if known.window.end != window.end or known.window.step != window.step:
        return
    points = dict(known.points)
    if series.points and known.points and series.points[-1][0] > known.points[-1][0]:
        known.labels = labels
        points.update(series.points)
    else:
        points = dict(series.points) | points
    known.points = sorted(points.items())


def joined(
    disks: Sequence[Reported], inventory: Sequence[Disk], addresses: Mapping[str, str]
) -> tuple[list[tuple[Reported, Disk | None]], list[Disk]]:
    """Each reported disk with what the NAS knows of it, and the disks nobody reports.

    Args:
        disks: what was reported.
        inventory: disks of every NAS.
        addresses: the host in the address of each source.
    """
    left = list(inventory)
    found: list[Disk | None] = []
    # Serial numbers first: a name may have gone over to another disk meanwhile.
    for each in disks:
        known = _only([disk for disk in left if _same_hardware(each.labels, disk)])
        found.append(known)
        if known is not None:
            left.remove(known)
    alone = len({each.host for each in disks}) == 1 and len({d.source for d in inventory}) == 1
    # Who spoke last has the name.
    order = sorted(range(len(disks)), key=lambda i: _last(disks[i]), reverse=True)
    for index in order:
        each = disks[index]
        if found[index] is not None:
            continue
        named = [
            disk
            for disk in left
            if disk.name == each.name and _same_hardware(each.labels, disk) is None
        ]
        known = _only([d for d in named if _on_host(each.host, d, addresses)]) or _only(
            [
                d
                for d in named
                if not _comparable(each.host, d.host)
                and (alone or (each.pool and each.pool == d.pool))
            ]
        )
        found[index] = known
        if known is not None:
            left.remove(known)
    return list(zip(disks, found, strict=True)), left


def _last(disk: Reported) -> float:
    at: datetime | None = disk.points[-1][0] if disk.points else None
    return at.timestamp() if at is not None else 0.0


def _only(disks: Sequence[Disk]) -> Disk | None:
    return disks[0] if len(disks) == 1 else None


def _same_hardware(labels: Labels, disk: Disk) -> bool | None:
    """By serial number or WWN; None where one side tells neither."""
    serial = labels.get("serial") or labels.get("serial_number")
    if serial and disk.serial:
        return serial.casefold() == disk.serial.casefold()
    link = labels.get(_BY_ID, "").rpartition("/")[2].casefold()
    if link.startswith("wwn-0x"):
        return link.removeprefix("wwn-0x") == disk.wwn if disk.wwn else None
    if link.startswith(("ata-", "scsi-", "nvme-")) and disk.serial:
        return link.endswith(disk.serial.casefold())
    return None


def _on_host(host: str, disk: Disk, addresses: Mapping[str, str]) -> bool:
    known = [name for name in (disk.host, addresses.get(disk.source, "")) if name]
    return bool(host) and any(same_host(host, name) for name in known)


def _comparable(one: str, other: str) -> bool:
    """Whether two different names are surely of two machines."""
    return bool(one and other) and not _is_address(one) and not _is_address(other)


def _is_address(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit() or host == "localhost"


def same_host(one: str, other: str) -> bool:
    """Whether two names are of one machine, with or without its domain."""
    if one.casefold() == other.casefold():
        return True
    if _is_address(one) or _is_address(other):
        return False
    return one.partition(".")[0].casefold() == other.partition(".")[0].casefold()

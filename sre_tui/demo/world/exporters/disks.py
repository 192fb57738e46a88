"""smartctl_exporter and the power state of each disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from sre_tui.demo.world.exporters.report import Exporter, Point
from sre_tui.demo.world.family import Compute, Family, RowSet
from sre_tui.demo.world.plant import DAY, Plant
from sre_tui.demo.world.quantity import Rows
from sre_tui.demo.world.shapes import Floats

_ATTRIBUTES = (
    ("5", "Reallocated_Sector_Ct", "reallocated"),
    ("197", "Current_Pending_Sector", "pending"),
    ("198", "Offline_Uncorrectable", "uncorrectable"),
    ("199", "UDMA_CRC_Error_Count", "crc"),
)


def families(plant: Plant) -> Iterator[Family]:
    """The families of smartctl_exporter, and ``disk_power_state`` from a textfile."""
    for family in _smart(plant):
        yield replace(family, build=partial(_of_present_disks, plant, family.build))

    def powered() -> Iterator[Point]:
        for disk in plant.homelab.disks:
            if disk.type != "nvme":
                yield Point(
                    f"{disk.host}:9100", disk.id,
                    {"host": disk.host, "disk": disk.name, "type": disk.type,
                     "pool": disk.pool.partition("/")[2]},
                )  # fmt: skip

    yield Exporter(plant, "node").family(
        "disk_power_state", "gauge", "Disk power state: 0 standby, 1 idle, 2 active.", powered,
        lambda rows: _power(plant, rows), gaps=True,
    )  # fmt: skip


def _of_present_disks(plant: Plant, build: Callable[[], RowSet]) -> RowSet:
    """The rows, of which those of a disk end when it is gone."""
    rows, present = build(), plant["disk.present"]
    at = np.array(
        [
            present.row[f"{plant.targets[target].host}/{labels['device']}"]
            for labels, target in zip(rows.labels, rows.targets, strict=True)
        ],
        dtype=np.intp,
    )
    if not any(present.holds(int(row)) for row in at):
        return rows

    def compute(chosen: Rows, t: Floats) -> Floats:
        there = present.value(at[chosen], t) > 0.5
        return np.where(there, rows.compute(chosen, t), np.nan)

    return replace(rows, compute=compute, gaps=True)


def _smart(plant: Plant) -> Iterator[Family]:
    smart = Exporter(plant, "smartctl")
    lab = plant.homelab

    def disks(*kinds: str) -> Iterator[Point]:
        for disk in lab.disks:
            if not kinds or disk.type in kinds:
                yield Point(f"{disk.host}:9633", disk.id, {"device": disk.name})

    def described() -> Iterator[Point]:
        for disk in lab.disks:
            yield Point(
                f"{disk.host}:9633", disk.id,
                {"device": disk.name, "model_name": disk.model, "serial_number": disk.serial,
                 "interface": "nvme" if disk.type == "nvme" else "sat", "form_factor": "",
                 "protocol": "NVMe" if disk.type == "nvme" else "ATA"},
            )  # fmt: skip

    def born(disk: str) -> float:
        wear = plant["smart.wear"]
        return plant.anchor - DAY * (200.0 + 90.0 * float(wear.base[wear.row[disk]]))

    yield smart.fixed("smartctl_device", "Device info", described, lambda _: 1.0)
    yield smart.gauge("smartctl_device_smart_status", "General smart status", disks, "smart.passed")

    def temperatures() -> Iterator[Point]:
        for point in disks():
            labels = {"device": point.labels["device"], "temperature_type": "current"}
            yield Point(point.instance, point.subject, labels)

    def warmth(rows: Sequence[Point]) -> Compute:
        level = plant["disk.temperature"]
        at = np.array([level.row[row.subject] for row in rows], dtype=np.intp)

        def compute(chosen: Rows, t: Floats) -> Floats:
            degrees = np.round(level.value(at[chosen], t))
            return np.where(_asleep(plant, rows, chosen, t), np.nan, degrees)

        return compute

    yield smart.family(
        "smartctl_device_temperature", "gauge", "Device temperature celsius", temperatures, warmth,
        gaps=True,
    )  # fmt: skip
    yield smart.fixed(
        "smartctl_device_capacity_bytes", "Device capacity in bytes", disks,
        lambda point: float(lab.disk_by_id[point.subject].size),
    )  # fmt: skip

    def age(rows: Sequence[Point]) -> Compute:
        since = np.array([born(row.subject) for row in rows])
        return lambda chosen, t: np.floor((t - since[chosen, None]) / 3600) * 3600

    yield smart.family(
        "smartctl_device_power_on_seconds", "counter", "Device power on seconds", disks, age
    )

    def attributes() -> Iterator[Point]:
        for point in disks("hdd", "ssd"):
            for number, name, level in _ATTRIBUTES:
                for kind in ("raw", "value", "thresh"):
                    yield Point(
                        point.instance, f"{level}:{point.subject}",
                        {"device": point.labels["device"], "attribute_id": number,
                         "attribute_name": name, "attribute_value_type": kind,
                         "attribute_flags_short": "PO--CK"},
                    )  # fmt: skip

    yield smart.family(
        "smartctl_device_attribute", "gauge", "Device attributes", attributes,
        lambda rows: _attribute(plant, rows),
    )  # fmt: skip

    def nvmes() -> Iterator[Point]:
        return disks("nvme")

    yield smart.gauge(
        "smartctl_device_percentage_used", "Device write percentage used", nvmes, "smart.wear"
    )
    yield smart.gauge(
        "smartctl_device_available_spare", "Normalized percentage of remaining spare capacity",
        nvmes, "smart.passed", 100.0,
    )  # fmt: skip
    yield smart.gauge(
        "smartctl_device_media_errors", "Contains the number of unrecovered data integrity errors",
        nvmes, "smart.media_errors",
    )  # fmt: skip
    yield smart.fixed(
        "smartctl_device_critical_warning", "Device critical warning", nvmes, lambda _: 0.0
    )
    yield smart.family(
        "smartctl_device_error_log_count", "gauge", "Device SMART error log count",
        lambda: (Point(p.instance, p.subject, {**p.labels, "error_log_type": "summary"})
                 for p in disks("hdd", "ssd")),
        lambda rows: _whole(plant, rows, "smart.uncorrectable"),
    )  # fmt: skip


def _whole(plant: Plant, points: Sequence[Point], name: str) -> Compute:
    level = plant[name]
    at = np.array([level.row[point.subject] for point in points], dtype=np.intp)
    return lambda rows, t: np.floor(level.value(at[rows], t))


def _attribute(plant: Plant, points: Sequence[Point]) -> Compute:
    levels = [plant[f"smart.{level}"] for _, _, level in _ATTRIBUTES]
    names = [level for _, _, level in _ATTRIBUTES]
    split = [point.subject.split(":") for point in points]
    which = np.array([names.index(name) for name, _ in split])
    at = np.array([levels[0].row[disk] for _, disk in split], dtype=np.intp)
    kind = np.array(
        [("raw", "value", "thresh").index(p.labels["attribute_value_type"]) for p in points]
    )

    def compute(rows: Rows, t: Floats) -> Floats:
        out = np.zeros_like(t)
        for number, level in enumerate(levels):
            mine = which[rows] == number
            if mine.any():
                raw = np.floor(level.value(at[rows][mine], t[mine]))
                of = kind[rows][mine][:, None]
                worn = np.floor(np.maximum(100.0 - raw / 40.0, 1.0))
                out[mine] = np.where(of == 0, raw, np.where(of == 1, worn, 10.0))
        return out

    return compute


def _asleep(plant: Plant, points: Sequence[Point], chosen: Rows, t: Floats) -> NDArray[np.bool_]:
    """Which disks are in standby when; others than spinning ones never are."""
    found = np.zeros(t.shape, dtype=np.bool_)
    for position, row in enumerate(chosen.tolist()):
        rest = plant.rests.get(points[row].subject)
        if rest is not None:
            found[position] = rest.asleep(t[position])
    return found


def _power(plant: Plant, points: Sequence[Point]) -> Compute:
    present = plant["disk.present"]
    at = np.array([present.row[point.subject] for point in points], dtype=np.intp)

    def compute(rows: Rows, t: Floats) -> Floats:
        state = np.full(t.shape, 2.0)
        for position, row in enumerate(rows.tolist()):
            rest = plant.rests.get(points[row].subject)
            if rest is not None:
                state[position] = np.where(rest.quiet(t[position]), 1.0, 2.0)
        state[_asleep(plant, points, rows, t)] = 0.0
        return np.where(present.value(at[rows], t) > 0.5, state, np.nan)

    return compute

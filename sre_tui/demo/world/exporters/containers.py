"""cAdvisor: the Docker containers of each guest that has some."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from hashlib import sha256

import numpy as np

from sre_tui.demo.world.exporters.report import Exporter, Point
from sre_tui.demo.world.family import Compute, Family
from sre_tui.demo.world.plant import Plant
from sre_tui.demo.world.quantity import Rows
from sre_tui.demo.world.shapes import Floats


def families(plant: Plant) -> Iterator[Family]:
    """The families of cAdvisor with the usual labels ``id``, ``image`` and ``name``."""
    cadvisor = Exporter(plant, "cadvisor")
    lab = plant.homelab

    def containers(**extra: str) -> Iterator[Point]:
        for guest in lab.guests:
            for item in guest.containers if guest.running else ():
                number = sha256(item.id.encode()).hexdigest()
                yield Point(
                    f"{guest.name}:8080", item.id,
                    {"id": f"/system.slice/docker-{number}.scope", "image": item.image,
                     "name": item.name, **extra},
                )  # fmt: skip

    yield cadvisor.counter(
        "container_cpu_usage_seconds_total", "Cumulative cpu time consumed in seconds.",
        lambda: containers(cpu="total"), "container.cpu", digits=1e-6, lives=plant.containers,
    )  # fmt: skip
    for name, text, factor in (
        ("usage_bytes", "Current memory usage in bytes, including all memory.", 1.18),
        ("working_set_bytes", "Current working set in bytes.", 1.0),
    ):
        yield cadvisor.family(
            f"container_memory_{name}", "gauge", text, containers,
            partial(_memory, plant, factor),
        )  # fmt: skip
    yield cadvisor.fixed(
        "container_spec_memory_limit_bytes", "Memory limit for the container.", containers,
        lambda point: float(lab.container_by_id[point.subject].limit),
    )  # fmt: skip
    for way, level in (("receive", "rx"), ("transmit", "tx")):
        yield cadvisor.counter(
            f"container_network_{way}_bytes_total", f"Cumulative count of bytes {way}d.",
            lambda: containers(interface="eth0"), f"container.{level}", lives=plant.containers,
        )  # fmt: skip
    yield cadvisor.counter(
        "container_oom_events_total", "Count of out of memory events observed for the container",
        containers, "container.ooms", owner=lambda point: point.subject.partition("/")[0],
    )  # fmt: skip

    def started(rows: Sequence[Point]) -> Compute:
        at = np.array([plant.containers.row[row.subject] for row in rows], dtype=np.intp)
        return lambda chosen, t: np.floor(plant.containers.since(at[chosen], t))

    yield cadvisor.family(
        "container_start_time_seconds", "gauge",
        "Start time of the container since unix epoch in seconds.", containers, started,
    )  # fmt: skip
    yield cadvisor.family(
        "container_last_seen", "gauge", "Last time a container was seen by the exporter",
        containers, lambda rows: _seen(plant, rows),
    )  # fmt: skip


def _memory(plant: Plant, factor: float, points: Sequence[Point]) -> Compute:
    level, up = plant["container.memory"], plant["container.up"]
    at = np.array([level.row[point.subject] for point in points], dtype=np.intp)

    def compute(rows: Rows, t: Floats) -> Floats:
        return np.floor(level.value(at[rows], t) * factor * up.value(at[rows], t))

    return compute


def _seen(plant: Plant, points: Sequence[Point]) -> Compute:
    up = plant["container.up"]
    at = np.array([up.row[point.subject] for point in points], dtype=np.intp)

    def compute(rows: Rows, t: Floats) -> Floats:
        seen = np.floor(t)
        for position, row in enumerate(at[rows].tolist()):
            for start, end, value in up.holds(row):
                if value < 0.5:
                    out = (t[position] >= start) & (t[position] < end)
                    seen[position] = np.where(out, np.floor(start), seen[position])
        return seen

    return compute

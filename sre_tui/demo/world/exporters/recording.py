"""Recording rules: only those whose expression is exact at one moment, so both always agree."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from sre_tui.demo.telemetry import RecordingRule
from sre_tui.demo.world.exporters.machine import memory_field
from sre_tui.demo.world.exporters.report import Point
from sre_tui.demo.world.family import INTERVAL, Family, RowSet
from sre_tui.demo.world.plant import Plant
from sre_tui.demo.world.quantity import Rows
from sre_tui.demo.world.shapes import Floats

LOOKBACK = 300.0
GROUP = "node-exporter.rules"
RULES = (
    RecordingRule(
        "instance:node_num_cpu:sum",
        'count without (cpu, mode) (node_cpu_seconds_total{mode="idle"})',
        GROUP,
    ),
    RecordingRule(
        "instance:node_memory_utilisation:ratio",
        "1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes",
        GROUP,
    ),
)


def _last(offset: float, before: float) -> float:
    """The last scrape strictly before a time."""
    return (math.ceil((before - offset) / INTERVAL) - 1) * INTERVAL + offset


def families(plant: Plant) -> Iterator[Family]:
    """The series of the recording rules."""
    clocks = plant.target_index("")
    index = plant.target_index("node")
    scraped = [plant.targets[index[f"{name}:9100"]] for name in plant.observed]
    labels = [
        {"job": target.job, "instance": target.instance, **target.labels} for target in scraped
    ]
    offsets = np.array([target.offset for target in scraped])

    def seen(rows: Rows, t: Floats) -> Floats:
        newest: Floats = (
            np.floor((t - offsets[rows, None]) / INTERVAL) * INTERVAL + offsets[rows, None]
        )
        for at, row in enumerate(rows.tolist()):
            for start, end, _ in scraped[row].down:
                inside = (newest[at] >= start) & (newest[at] < end)
                newest[at] = np.where(inside, _last(offsets[row], start), newest[at])
        return newest

    def rule(name: str, value: Callable[[Rows, Floats], Floats]) -> Family:
        def build() -> RowSet:
            for target in scraped:
                # A rule goes on with the last sample until it is older than the lookback.
                plant.targets[clocks[target.host]].down = [
                    (
                        _last(target.offset, start) + LOOKBACK,
                        _last(target.offset, end) + INTERVAL,
                        "",
                    )
                    for start, end, _ in target.down
                ]
            return RowSet(labels, [clocks[target.host] for target in scraped], value)

        return Family(name, "gauge", "", build, described=None)

    cores = np.array([float(plant.homelab.machines[name].cores) for name in plant.observed])
    points = [Point(target.instance, target.host, {}) for target in scraped]
    total, available = (memory_field(plant, points, what) for what in ("MemTotal", "MemAvailable"))
    yield rule(RULES[0].name, lambda rows, t: np.broadcast_to(cores[rows, None], t.shape).copy())
    yield rule(
        RULES[1].name,
        lambda rows, t: 1.0 - available(rows, seen(rows, t)) / total(rows, seen(rows, t)),
    )

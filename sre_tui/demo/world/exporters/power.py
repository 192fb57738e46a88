"""nut_exporter: the UPS."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from sre_tui.demo.world.exporters.report import Exporter, Point
from sre_tui.demo.world.family import Compute, Family
from sre_tui.demo.world.plant import Plant
from sre_tui.demo.world.quantity import Rows
from sre_tui.demo.world.shapes import Floats

FULL_LOAD_RUNTIME = 520.0
"""Seconds the full battery lasts at full load."""
_FLAGS = ("OL", "OB", "LB", "RB", "CHRG", "DISCHRG", "OVER")


def families(plant: Plant) -> Iterator[Family]:
    """The families of the exporter's default variables."""
    nut = Exporter(plant, "nut")
    ups = plant.homelab.ups
    zero = np.zeros(1, dtype=np.intp)

    def unit() -> Iterator[Point]:
        yield Point(ups, ups, {"ups": ups})

    def level(name: str, t: Floats) -> Floats:
        return plant[f"ups.{name}"].value(zero, t)

    def runtime(_: Sequence[Point]) -> Compute:
        return lambda rows, t: np.floor(
            FULL_LOAD_RUNTIME * level("charge", t) / np.maximum(level("load", t), 1.0)
        )

    def voltage(_: Sequence[Point]) -> Compute:
        return lambda rows, t: np.where(
            level("on_battery", t) > 0.5, 0.0, np.round(level("voltage", t), 1)
        )

    def whole(name: str) -> Compute:
        return lambda rows, t: np.floor(level(name, t) + 0.5)

    prefix = "network_ups_tools"
    yield nut.family(
        f"{prefix}_battery_charge", "gauge", "Battery charge (percent of full)", unit,
        lambda _: whole("charge"),
    )  # fmt: skip
    yield nut.family(
        f"{prefix}_battery_runtime", "gauge", "Battery runtime (seconds)", unit, runtime
    )
    yield nut.family(
        f"{prefix}_ups_load", "gauge", "Load on UPS (percent of full)", unit,
        lambda _: whole("load"),
    )  # fmt: skip
    yield nut.family(f"{prefix}_input_voltage", "gauge", "Input voltage (V)", unit, voltage)

    def flags() -> Iterator[Point]:
        for flag in _FLAGS:
            yield Point(ups, ups, {"ups": ups, "flag": flag})

    def raised(rows: Sequence[Point]) -> Compute:
        number = np.array([_FLAGS.index(row.labels["flag"]) for row in rows])

        def compute(chosen: Rows, t: Floats) -> Floats:
            times = t[:1]
            battery = level("on_battery", times)[0] > 0.5
            charge = level("charge", times)[0]
            states = {
                "OL": ~battery,
                "OB": battery,
                "LB": battery & (charge < 20),
                "RB": np.zeros_like(battery),
                "CHRG": ~battery & (charge < 99.5),
                "DISCHRG": battery,
                "OVER": np.zeros_like(battery),
            }
            table = np.array([states[flag] for flag in _FLAGS], dtype=np.float64)
            raised: Floats = table[number[chosen]]
            return raised

        return compute

    yield nut.family(f"{prefix}_ups_status", "gauge", "UPS Status Code", flags, raised)

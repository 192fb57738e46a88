from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import nan, sin

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.screens.svg import SvgSnapshot
from tests.screens.widgets.stage import SIZES, shown
from widgets.blocks import percent
from widgets.chart import Chart
from widgets.plot import Series

START = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def _series(points: int = 120, threshold: float | None = 0.85) -> Series:
    values: list[float | None] = [0.5 + 0.4 * sin(i / 9) + i / 800 for i in range(points)]
    values[40:50] = [None] * 10
    values[51] = nan
    times = [START + timedelta(minutes=i) for i in range(points)]
    return Series(
        "CPU of [web]",
        tuple(zip(times, values, strict=True)),
        show=percent,
        threshold=threshold,
        low=0.0,
        utc=True,
    )


@pytest.mark.parametrize("size", SIZES)
async def test_chart_states_value_range_and_limit(size: str, snapshot: SnapshotAssertion) -> None:
    chart = Chart(_series())
    async with shown(chart, size=SIZES[size]) as scene:
        lines = scene.text.splitlines()
        assert "CPU of [web] · now 89% · 18% to 99% · 2 h · ╌ limit 85% · ▲ above" in lines[0]
        assert chart.has_class("-over")
        assert "╌╌" in scene.text
        assert "10:00" in lines[-1]
        assert lines[-1].endswith("11:59 UTC")
        assert scene.svg == snapshot(extension_class=SvgSnapshot)


async def test_chart_without_data_or_room() -> None:
    chart = Chart()
    async with shown(chart) as scene:
        assert "no series chosen" in scene.text
        chart.series = Series("load", ((START, None), (START, nan)))
        await scene.settle()
        assert "load · no data" in scene.text
        assert "no data in this time" in scene.text
        chart.series = _series(threshold=None)
        await scene.settle()
        assert "limit" not in scene.text
        assert not chart.has_class("-over")
        await scene.pilot.resize_terminal(18, 10)
        await scene.settle(lambda: "too little room" in scene.text)

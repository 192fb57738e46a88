"""Figures, sparklines and curves of an archive, whose gaps stay gaps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from providers.proxmox import HistoryPoint
from sre_tui.tools.proxmox_history import LoadHistory
from sre_tui.views.load_history import (
    archived,
    figures_of,
    history_views,
    spark,
    unmeasured,
    window_text,
)
from widgets.cell import Display

END = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
STEP = 1800.0


def course(*values: float | None, hours: float = 4.0) -> LoadHistory:
    """Half hours, the last one of now; None is a half hour that the archive knows nothing of."""
    points = tuple(
        HistoryPoint(
            at=END - timedelta(seconds=STEP * (len(values) - 1 - place)),
            cpu=value,
            memory=None if place == 1 else 2.0**30,
            memory_size=2.0**32,
            disk=0.0,
        )
        for place, value in enumerate(values)
        if value is not None
    )
    return LoadHistory(
        source="proxmox:main",
        subject="qemu/105",
        name="nas (105)",
        timeframe="day",
        start=END - timedelta(hours=hours),
        end=END,
        step=STEP,
        points=points,
    )


def test_gaps_are_no_zeros() -> None:
    found = course(0.2, 0.4, None, None, None, 0.8, 0.6)
    cpu, memory = figures_of(found)
    assert (cpu.least, cpu.mean, cpu.most, cpu.last) == (0.2, 0.5, 0.8, 0.6)
    assert cpu.most_at == END - timedelta(minutes=30)
    assert (memory.measure.key, memory.size) == ("memory", 2.0**32)
    # A gap before the first point and one in the middle.
    assert [at is None for _, at in cpu.points] == [
        True, True, False, False, True, True, False, False,
    ]  # fmt: skip
    assert spark(cpu) == "··▃▅···█"
    assert (unmeasured(found), unmeasured(course(*[0.1] * 8))) == (2 * 3600.0, 0.0)
    # What is part of something is drawn as such: a quarter of the memory.
    assert set(spark(memory)) == {"·", "▃"}


def test_a_curve_for_a_chart_covers_the_window() -> None:
    drawn = archived(course(0.2, 0.4, None, None, None, 0.8, 0.6), "cpu", 0.9)
    assert drawn is not None
    assert (drawn.points[0][0], drawn.points[-1]) == (END - timedelta(hours=4), (END, 0.6))
    assert (drawn.title, drawn.show(0.25), drawn.threshold) == ("CPU, by Proxmox VE", "25 %", 0.9)
    assert archived(course(0.2), "wait") is None
    assert archived(course(), "cpu") is None
    assert archived(None, "cpu") is None


def test_a_table_has_name_window_and_units_in_its_heading_and_cells() -> None:
    (view,) = history_views([course(0.2, 0.4), course()])
    assert [column.title for column in view.columns[:2]] == [
        "nas (105)", "11:00 to 15:00 UTC",
    ]  # fmt: skip
    shown = [
        [column.cell(row, Display(END, None, wide=True)).text for column in view.columns]
        for row in view.rows(None)
    ]
    assert shown[0][2:] == ["20 %", "30 %", "40 %", "40 %", ""]
    assert shown[1][-1] == "4.0 GiB"
    assert window_text(course(0.1, hours=24 * 365)) == "2025-11-22 to 2026-11-22 UTC"

"""What presses stands above; all else by kind, whatever its moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sre_tui.diagnosis.signals.capacity_model import Capacity, Kind, urgency
from sre_tui.diagnosis.subject import Subject
from sre_tui.views.forecasts import FORECASTS
from widgets.cell import Display, Tone

NOW = datetime(2026, 3, 4, tzinfo=UTC)


def thing(kind: Kind, name: str, days: float | None, outlook: Any = "growing") -> Capacity:
    full_at = None if days is None else NOW + timedelta(days=days)
    subject = Subject(kind="pool", name=name)
    return Capacity(kind=kind, subject=subject, source="x:main", outlook=outlook, full_at=full_at)


def test_soonest_trouble_first_then_pools_before_certificates() -> None:
    rows = [
        thing("certificate", "renewed", 40, "expires"),
        thing("certificate", "late", 5, "expires"),
        thing("guest", "disk", 2000),
        thing("pool", "calm", 3000),
        thing("pool", "filling", 0.3),
        thing("datastore", "week", 12),
        thing("datastore", "unknown", None, "too little data"),
        thing("pool", "brimful", None, "full"),
        thing("certificate", "gone", -1, "expired"),
    ]
    ordered = sorted(rows, key=lambda row: urgency(row, NOW))
    assert [row.subject.name for row in ordered] == [
        "brimful", "gone", "filling", "late", "week", "calm", "unknown", "disk", "renewed",
    ]  # fmt: skip
    column = next(each for each in FORECASTS.columns if each.key == "outlook")
    tones = [column.cell(row, Display(NOW, None, True)).tone for row in ordered]
    assert tones == [Tone.ERROR] * 4 + [Tone.WARNING, Tone.NEUTRAL, Tone.MUTED] + [Tone.NEUTRAL] * 2


def test_where_a_row_is_from_is_told_where_rows_differ_in_it() -> None:
    source = next(each for each in FORECASTS.columns if each.key == "source")
    assert source.tells_apart


def test_what_is_out_of_reach_is_marked_as_last_seen() -> None:
    gone = thing("storage", "local", 1).model_copy(update={"out_of_reach": True})
    cells = {each.key: each.cell(gone, Display(NOW, None, True)) for each in FORECASTS.columns}
    assert cells["outlook"].tone is Tone.STALE
    assert "as last seen" in cells["notes"].text

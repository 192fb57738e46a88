"""How what is full, and what cannot be told yet, is worded on every front."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sre_tui.screens.rows.pools import KIND, PoolRow
from sre_tui.views.forecasts import FORECASTS, outlook_text
from tests.screens.homelab import NOW
from tests.screens.panes import FORECAST_ROWS, POOL_ROWS
from widgets.cell import Display

DISPLAY = Display(NOW, None, True)
AHEAD = NOW + timedelta(minutes=26)


@pytest.mark.parametrize(
    ("changes", "told", "in_the_pane"),
    [
        ({"outlook": "full"}, "full already", "full"),
        ({"outlook": "full", "full_since": NOW - timedelta(hours=34)},
         "full since 34 h ago", "full"),
        ({"outlook": "full", "full_since": NOW - timedelta(days=28), "always_full": True},
         "full since 28 d ago or longer", "full"),
        ({"outlook": "erratic", "earliest": AHEAD}, "cannot be told yet: 26 min or more",
         ">26 min ▲"),
        ({"full_at": NOW + timedelta(days=41), "earliest": NOW + timedelta(days=35)},
         "full in 41 d (35 d at the earliest, maybe never)", "41 d ▲"),
    ],
)  # fmt: skip
def test_the_outlook(changes: dict[str, Any], told: str, in_the_pane: str) -> None:
    row = FORECAST_ROWS[0].model_copy(update={"full_at": None, "earliest": None} | changes)
    assert outlook_text(row, NOW) == told
    shown = next(each for each in FORECASTS.columns if each.key == "outlook")
    assert shown.cell(row, DISPLAY).text.startswith(told)
    gone = row.model_copy(update={"out_of_reach": True})
    assert shown.cell(gone, DISPLAY).text == f"◌ {told}"
    pane = next(each for each in KIND.columns if each.key == "full")
    assert pane.cell(PoolRow(POOL_ROWS[1], row), DISPLAY).text == in_the_pane

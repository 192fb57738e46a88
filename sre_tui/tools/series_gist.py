"""Words for series in one line."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from providers.series import Series
from sre_tui.views.human import number
from sre_tui.views.series_names import series_name


def series_gist(counted: str, series: Sequence[Series]) -> str:
    """A count with the highest value of all, and which series it belongs to."""
    highest = max(
        ((each.stats.max, each) for each in series if _is_known(each.stats.max)),
        key=lambda pair: pair[0] or 0.0,
        default=None,
    )
    if highest is None:
        return counted
    value, owner = highest
    return f"{counted}, highest {number(value or 0.0)} {series_name(owner)}"


def _is_known(value: float | None) -> bool:
    return value is not None and isfinite(value)

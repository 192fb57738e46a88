"""Charts of what Prometheus measures of a thing."""

from __future__ import annotations

from sre_tui.screens.about.tab import AsChart, DetailPart
from sre_tui.views.load_curves import Curve, drawn


def chart_part(curve: Curve, query: str, limit: float | None = None) -> DetailPart:
    """One curve as a chart that looks back as far as the user wants.

    Args:
        curve: what is drawn.
        query: PromQL with one series as its result.
        limit: value of the limit line in the curve's unit.
    """
    return DetailPart(
        curve.title,
        "prometheus_range_query",
        {"query": query, "limit": 20},
        AsChart(lambda data: drawn(curve, data, limit)),
        windowed=True,
    )

"""Charts of what Prometheus measures of a thing."""

from __future__ import annotations

from sre_tui.screens.about.tab import AsChart, DetailPart
from sre_tui.screens.subject_queries import ChartOf
from sre_tui.views.load_curves import Curve, drawn
from sre_tui.views.units import query_unit


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


def month_part(chart: ChartOf, limit: float | None = None) -> DetailPart:
    """How something went in the last 30 days, with the limit it is going to reach."""
    unit = query_unit(chart.query) if chart.unit is None else chart.unit
    curve = Curve("month", chart.title, chart.query, unit or "", None)
    return DetailPart(
        chart.title,
        "prometheus_range_query",
        {"query": chart.query, "since": "30d", "limit": 20},
        AsChart(lambda data: drawn(curve, data, limit)),
    )

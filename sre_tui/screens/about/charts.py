"""Charts of what Prometheus measures of a thing, or else its own server."""

from __future__ import annotations

from typing import Any

from sre_tui.screens.about.tab import AsChart, DetailPart
from sre_tui.screens.subject_queries import ChartOf
from sre_tui.views.load_curves import Curve, drawn
from sre_tui.views.load_history import ARCHIVED, archived
from sre_tui.views.units import query_unit
from widgets import plot


def chart_part(
    curve: Curve, query: str, limit: float | None = None, instead: DetailPart | None = None
) -> DetailPart:
    """One curve as a chart that looks back as far as the user wants.

    Args:
        curve: what is drawn.
        query: PromQL with one series as its result.
        limit: value of the limit line in the curve's unit.
        instead: the same curve from elsewhere.
    """
    return DetailPart(
        curve.title,
        "prometheus_range_query",
        {"query": query, "limit": 20},
        AsChart(lambda data: drawn(curve, data, limit)),
        windowed="since",
        instead=instead,
    )


def guest_archive(curve: Curve, guest: str, limit: float | None = None) -> DetailPart:
    """A curve of a guest, ``lxc/101``, from the archive of Proxmox VE."""

    def drawn_of(data: Any) -> plot.Series | None:
        return archived(data.history, curve.key, limit)

    return DetailPart(
        curve.title,
        "proxmox_get_guest_config",
        {"guest": guest},
        AsChart(drawn_of),
        windowed="history",
    )


def node_archive(curve: Curve, node: str) -> DetailPart | None:
    """The same of a node; None for what Proxmox VE does not measure."""
    if curve.key not in ARCHIVED:
        return None

    def drawn_of(data: Any) -> plot.Series | None:
        return next((archived(each, curve.key) for each in data.histories), None)

    return DetailPart(
        curve.title,
        "proxmox_node_status",
        {"node": node},
        AsChart(drawn_of),
        windowed="history",
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

"""Charts of what Prometheus measures of a thing, or else its own server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sre_tui.screens.about.tab import AsChart, Asked, DetailPart
from sre_tui.screens.subject_queries import ChartOf
from sre_tui.views.load_curves import Curve, drawn
from sre_tui.views.load_history import ARCHIVED, Course, archived
from sre_tui.views.units import query_unit


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


def guest_archive(curve: Curve, guest: str, limit: float | None = None) -> DetailPart | None:
    """A curve of a guest, ``lxc/101``, from the archive of Proxmox VE; None if it has none."""
    asked = Asked("proxmox_get_guest_config", {"guest": guest})
    return _archive(curve, asked, lambda data: data.history, limit)


def node_archive(curve: Curve, node: str) -> DetailPart | None:
    """The same of a node."""
    asked = Asked("proxmox_node_status", {"node": node})
    return _archive(curve, asked, lambda data: next(iter(data.histories), None))


def _archive(
    curve: Curve,
    asked: Asked,
    course: Callable[[Any], Course | None],
    limit: float | None = None,
) -> DetailPart | None:
    """A curve out of what a tool tells of an archive; None for what Proxmox VE does not measure."""
    if curve.key not in ARCHIVED:
        return None
    return DetailPart(
        curve.title,
        asked.tool,
        asked.arguments,
        AsChart(lambda data: archived(course(data), curve.key, limit)),
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

"""A pool: what it is built of, what fills it, what protects it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rich.text import Text

from sre_tui.screens.about.charts import month_part
from sre_tui.screens.about.tab import AsRows, AsText, DetailPart, DetailTab
from sre_tui.screens.page_text import page_text
from sre_tui.views.forecasts import FORECASTS
from sre_tui.views.nas import SNAPSHOTS
from sre_tui.views.pool_sections import DATASETS, member_tree
from sre_tui.views.pools import PoolLine
from sre_tui.views.protection import REPLICATIONS, SNAPSHOT_TASKS
from sre_tui.views.table import TableView
from widgets.cell import Display

if TYPE_CHECKING:
    from providers.truenas import Pool
    from sre_tui.screens.subject_queries import ChartsOf

_FIRST = {"growth": 0, "ratio": 1}
_OUTLOOK = AsRows(
    # What it is stands in the heading, and how full it is in the overview.
    tuple(
        replace(column, priority=_FIRST.get(column.key, column.priority))
        for column in FORECASTS.columns
        if column.key != "kind"
    ),
    FORECASTS.rows,
    FORECASTS.key,
    FORECASTS.nothing,
)
_ROOMY = 100
"""Columns from which on the models of disks have room."""


def pool_tabs(pool: Pool, charts: ChartsOf | None) -> Sequence[DetailTab]:
    """The sections of a pool's details; `charts` tell among others how much of it is used."""
    status, protection = "truenas_pool_status", "truenas_snapshots"
    of = {"pool": pool.name, "datasets": True}
    kept = {"pool": pool.name, "sort": "used", "limit": 500}

    limit = float(pool.usable) if pool.usable else None
    told = () if charts is None else charts.charts
    used = tuple(month_part(one, limit) for one in told if one.title == "Used")

    def tree(data: Any, display: Display, width: int) -> Text:
        found = [one for one in data.items if one.key == pool.key] or [pool]
        shown = replace(display, wide=width >= _ROOMY)
        return page_text(member_tree(found[0], shown), width)

    def listed(view: TableView[Any]) -> AsRows:
        # Two NASes may have pools of one name.
        def rows(data: Any) -> list[Any]:
            return [row for row in view.rows(data) if _source(row) == pool.source]

        return AsRows(view.columns, rows, view.key, view.nothing)

    return (
        DetailTab("overview", "Overview", (DetailPart("Members", status, of, AsText(tree)),)),
        DetailTab(
            "datasets", "Datasets",
            (DetailPart("Datasets, the largest first", status, of, listed(DATASETS)),),
        ),
        DetailTab(
            "snapshots", "Snapshots",
            (DetailPart("Snapshots, those that hold most first", protection, kept,
                        listed(SNAPSHOTS)),
             DetailPart("Snapshot tasks", protection, kept,
                        listed(SNAPSHOT_TASKS))),
        ),
        DetailTab(
            "replication", "Replication",
            (DetailPart("Replication", protection, kept, listed(REPLICATIONS)),),
        ),
        DetailTab(
            "growth", "Growth",
            (DetailPart("When it is full", "capacity_forecast",
                        {"name": pool.name, "kind": "pool"}, _OUTLOOK),
             *used),
        ),
    )  # fmt: skip


def _source(row: Any) -> str:
    return str(row.pool.source if isinstance(row, PoolLine) else row.source)

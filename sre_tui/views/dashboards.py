"""How dashboards and their panels are shown."""

from __future__ import annotations

from providers.grafana import DashboardHit, DatasourceRef, Panel
from sre_tui.views.cells import source_column, text_cell
from sre_tui.views.human import number
from sre_tui.views.table import TableView
from widgets.cell import Cell, Column, Display


def datasource_text(datasource: DatasourceRef) -> str:
    """A data source by type, else by uid; the one that is not named is the default."""
    return datasource.type or datasource.uid or "default source"


def threshold_text(panel: Panel) -> str:
    """The steps of a panel that has any beside its base: ``orange from 70, red from 85``."""
    sign = " %" if panel.thresholds_mode == "percentage" else ""
    return ", ".join(
        f"{step.color} from {number(step.value)}{sign}"
        for step in panel.thresholds
        if step.value is not None
    )


def _queries(panel: Panel, _: Display) -> Cell:
    return text_cell(" · ".join(query.expression for query in panel.queries if query.expression))


DASHBOARDS: TableView[DashboardHit] = TableView(
    columns=(
        Column("title", "Dashboard", lambda row, _: text_cell(row.title), 24, flexible=True),
        Column("folder", "Folder", lambda row, _: text_cell(row.folder or ""), 16, priority=1),
        Column("tags", "Tags", lambda row, _: text_cell(", ".join(row.tags)), 18, priority=2),
        Column("uid", "Uid", lambda row, _: text_cell(row.uid), 16),
        Column("url", "Address", lambda row, _: text_cell(row.url), 40, priority=4),
        source_column(lambda row: row.source),
    ),
    rows=lambda data: data.items,
    key=lambda row: row.key,
    nothing="No dashboards.",
)

PANELS: TableView[Panel] = TableView(
    columns=(
        Column("id", "Id", lambda row, _: Cell(str(row.id), row.id), 4, priority=3, align="right"),
        Column("row", "Row", lambda row, _: text_cell(row.row or ""), 14, priority=2),
        Column("title", "Panel", lambda row, _: text_cell(row.title), 22),
        Column("type", "Type", lambda row, _: text_cell(row.type), 10, priority=3),
        Column("unit", "Unit", lambda row, _: text_cell(row.unit), 10, priority=2),
        Column("thresholds", "Thresholds", lambda row, _: text_cell(threshold_text(row)), 18, 1),
        Column("queries", "Queries", _queries, 30, flexible=True),
    ),
    rows=lambda data: data.items,
    key=lambda row: f"{row.id}/{row.row}/{row.title}",
    nothing="No panels.",
    title=lambda data: data.dashboard.title if data.dashboard else "",
)

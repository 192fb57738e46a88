"""A node of Proxmox VE: how busy it is, what runs on it, its disks and storages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rich.text import Text

from providers.text import one_line
from sre_tui.screens.about.charts import chart_part, node_archive
from sre_tui.screens.about.guest import alerts_part, logs_part
from sre_tui.screens.about.tab import (
    AsRows,
    AsText,
    DetailPart,
    DetailTab,
    Opening,
    ToRow,
    task_rows,
)
from sre_tui.screens.page_text import pairs
from sre_tui.screens.rows.kind import Origin
from sre_tui.screens.subject_queries import ChartsOf, LogsOf
from sre_tui.views.guests import GUESTS
from sre_tui.views.load_curves import DISK_HEAT, NODE_CURVES, about
from sre_tui.views.node_sections import NODE_DISKS, disk_heat, node_facts
from sre_tui.views.storage import STORAGES
from sre_tui.views.tasks import TASKS
from widgets.cell import Display


class NodeSubject:
    """A node by its name; nothing is known of it before it is asked for."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.crumbs: tuple[str, ...] = ("Nodes", name)
        self.node: str | None = None

    @property
    def tabs(self) -> Sequence[DetailTab]:
        """The sections of its details."""
        return node_tabs(self.name)

    @property
    def origin(self) -> Origin:
        """Where its cause is looked for."""
        name = one_line(self.name, 60)
        return Origin(f"node {name}", name)

    @property
    def logs(self) -> LogsOf | None:
        """Its log lines."""
        return LogsOf(self.name, (self.name,))

    @property
    def charts(self) -> ChartsOf | None:
        """Its metrics."""
        from sre_tui.screens.rows.charts import node_charts

        return node_charts(self.name)

    def backups(self, known: Sequence[Any]) -> Opening | None:
        """A node has no backups of its own."""
        return None

    def explain(self) -> str:
        """The question how it is."""
        return f"how is the node {one_line(self.name, 60)}?"

    def changes(self, now: datetime) -> str:
        """The question what changed on it."""
        return f"what changed on {one_line(self.name, 60)} in the last 6 hours?"


def node_tabs(name: str) -> Sequence[DetailTab]:
    """The sections of a node's details."""
    of = {"node": name, "disks": True}
    status = "proxmox_node_status"
    guests = AsRows(
        tuple(column for column in GUESTS.columns if column.key not in ("node", "source")),
        GUESTS.rows,
        GUESTS.key,
        "No guest belongs to it",
        lambda guest: ToRow("guests", guest.key),
    )
    disks = AsRows(NODE_DISKS.columns, NODE_DISKS.rows, NODE_DISKS.key, NODE_DISKS.nothing)
    storages = AsRows(
        tuple(c for c in STORAGES.columns if c.key not in ("counts", "newest_backup")),
        lambda data: [row for row in data.items if name in row.nodes],
        STORAGES.key,
        "No storage is there",
    )
    heat = {"query": about(DISK_HEAT, "", name), "limit": 200}
    charts = tuple(
        chart_part(one, about(one.query, f"node/{name}", name), instead=node_archive(one, name))
        for one in NODE_CURVES
    )
    return (
        DetailTab(
            "overview", "Overview",
            (DetailPart("Resources", status, of, AsText(_facts)), alerts_part(name)),
        ),
        DetailTab("guests", "Guests", (
            DetailPart("Guests", "proxmox_list_guests", {"node": name, "limit": 1000}, guests),)),
        DetailTab("charts", "Charts", charts),
        DetailTab("disks", "Disks", (
            DetailPart("Temperatures", "prometheus_instant_query", heat, AsText(_heat)),
            DetailPart("Disks", status, of, disks),)),
        DetailTab("storages", "Storages", (
            DetailPart("Storages", "proxmox_storage", {"node": name}, storages),)),
        DetailTab("tasks", "Tasks", (
            DetailPart("Tasks of the last 2 days", "proxmox_list_tasks",
                       {"node": name, "since": "2d", "limit": 200},
                       task_rows(TASKS, "proxmox_list_tasks", fewer=("node",))),)),
        DetailTab("logs", "Logs", (logs_part(name),)),
    )  # fmt: skip


def _facts(data: Any, display: Display, room: int) -> Text:
    page = Text()
    for report in data.items:
        pairs(page, node_facts(report, display), room)
    return page


def _heat(data: Any, _: Display, __: int) -> Text:
    page = Text()
    found = disk_heat(data)
    pairs(page, dict(found))
    if not found:
        page.append("No exporter tells the temperature of its disks", "dim")
    return page

"""A guest: what it is made of, what it does, how it is backed up, what it says."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from rich.text import Text

from providers.loki.models import LOG_HOST_LABELS
from sre_tui.screens.about.backup import backup_parts, copies_part
from sre_tui.screens.about.charts import chart_part, guest_archive
from sre_tui.screens.about.tab import (
    Asked,
    AsRows,
    AsText,
    DetailPart,
    DetailTab,
    ToRow,
    task_rows,
)
from sre_tui.screens.page_text import pairs
from sre_tui.views.alerts import ALERTS
from sre_tui.views.guest_sections import SNAPSHOTS, configuration_groups
from sre_tui.views.load_curves import (
    GUEST_CURVES,
    about,
)
from sre_tui.views.log_text import log_pieces
from sre_tui.views.tasks import TASKS
from widgets.cell import Display
from widgets.page import toned
from widgets.text import plain_line, wrap

if TYPE_CHECKING:
    from providers.proxmox import Guest

_LINES: Final = 100


def guest_tabs(guest: Guest) -> Sequence[DetailTab]:
    """The sections of a guest's details."""
    name = guest.name or str(guest.vmid)
    of = {"guest": f"{guest.type}/{guest.vmid}"}
    limits = {"memory": float(guest.memory_size) if guest.memory_size else None}
    charts = tuple(
        chart_part(
            one,
            about(one.query, of["guest"]),
            limits.get(one.key),
            guest_archive(one, of["guest"], limits.get(one.key)),
        )
        for one in GUEST_CURVES
    )
    config, tasks = "proxmox_get_guest_config", "proxmox_list_tasks"
    # Its backups have a section of their own.
    made = {**of, "backups": False}
    snapshots = AsRows(SNAPSHOTS.columns, SNAPSHOTS.rows, SNAPSHOTS.key, SNAPSHOTS.nothing)
    recent = {"guest": str(guest.vmid), "since": "7d", "limit": 100}
    return (
        DetailTab("overview", "Overview", (alerts_part(name),)),
        DetailTab(
            "config", "Config", (DetailPart("Configuration", config, made, AsText(_configuration)),)
        ),
        DetailTab("charts", "Charts", charts),
        DetailTab(
            "tasks", "Tasks",
            (DetailPart("Tasks of the last 7 days", tasks, recent,
                        task_rows(TASKS, tasks, fewer=("subject", "node"))),),
        ),
        DetailTab("backups", "Backups", (*backup_parts(guest.vmid)[:1], copies_part(guest.vmid))),
        DetailTab("snapshots", "Snapshots", (DetailPart("Snapshots", config, made, snapshots),)),
        DetailTab("logs", "Logs", (logs_part(name),)),
    )  # fmt: skip


def _configuration(data: Any, display: Display, room: int) -> Text:
    page = Text()
    for group, facts in configuration_groups(data, display):
        page.append("\n" if page else "")
        page.append(f"{plain_line(group)}\n", "bold")
        pairs(page, facts, room)
    return page


def alerts_part(host: str) -> DetailPart:
    """The alerts about a machine; each opens its own details."""
    kept = ("severity", "name", "state", "active_at", "value", "summary")
    form = AsRows(
        columns=tuple(column for column in ALERTS.columns if column.key in kept),
        rows=ALERTS.rows,
        key=ALERTS.key,
        nothing="No alert is about it",
        opens=lambda alert: ToRow("alerts", alert.key),
    )
    return DetailPart("Alerts", "grafana_get_alerts", {"host": host, "limit": 200}, form)


def logs_part(host: str) -> DetailPart:
    """What a machine wrote last; which label names machines is asked first."""

    def query(data: Any) -> Mapping[str, object]:
        known = {item.value for item in data.items}
        label = next((one for one in LOG_HOST_LABELS if one in known), LOG_HOST_LABELS[0])
        return {"query": f"{{{label}={json.dumps(host, ensure_ascii=False)}}}"}

    return DetailPart(
        "Last lines of 24 h, the newest first",
        "loki_query_logs",
        {"since": "24h", "limit": _LINES},
        AsText(_lines),
        first=Asked("loki_list_label_values"),
        then=query,
    )


def _lines(data: Any, display: Display, room: int) -> Text:
    page = Text()
    for entry in data.items:
        lead, tone, said = log_pieces(entry, display)
        page.append(f"{lead}  ", "dim")
        first, *more = wrap(said, max(20, room - len(lead) - 2)) or [""]
        page.append(
            "\n".join([first, *(f"{'':{len(lead) + 2}}{each}" for each in more)]), toned(tone)
        )
        page.append("\n")
    if not data.items:
        page.append("It wrote nothing in this time", "dim")
    return page

"""An alert: its value against its limit, when that held before, its rule, what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rich.text import Text

from sre_tui.screens.about.tab import AsChart, AsRows, AsText, DetailPart, DetailTab, ToRunbook
from sre_tui.screens.page_text import pairs, section
from sre_tui.views.alert_curve import alert_curve, episode_view, episodes, measure_of
from sre_tui.views.alert_detail import rule_properties
from sre_tui.views.cells import text_cell
from sre_tui.views.incidents import INCIDENTS
from sre_tui.views.runbooks import PASSAGES
from widgets.cell import Cell, Column, Display

if TYPE_CHECKING:
    from providers.alerting import Alert

_MOST = 1000
"""Series of a rule among which the alert's own is looked for."""


def alert_tabs(alert: Alert) -> Sequence[DetailTab]:
    """The sections of an alert's details."""
    measure = measure_of(alert.query)
    looked = "prometheus_range_query"
    value = DetailPart(
        "Value",
        looked,
        {"query": measure.query, "limit": _MOST},
        AsChart(lambda data: alert_curve(alert, measure, data)),
        windowed="since",
    )
    view = episode_view(alert.query)
    history = DetailPart(
        "When its condition held, the last 7 days",
        looked,
        {"query": alert.query, "since": "7d", "step": "15m", "limit": _MOST},
        AsRows(view.columns, lambda data: episodes(alert, data), view.key, view.nothing),
    )
    recorded = DetailPart(
        "In your journal",
        "memory_search_incidents",
        {"alert": alert.name, "limit": 20},
        AsRows(INCIDENTS.columns, lambda data: data.items, INCIDENTS.key, "Never recorded before"),
    )
    rule = DetailPart(
        "Rule", "grafana_get_alert_rules", {"search": alert.name, "limit": 20}, _rule(alert)
    )
    runbooks = DetailPart(
        "Runbooks for it, the best match first",
        "runbook_search",
        {"query": alert.name, "limit": 8},
        AsRows(
            (
                Column("title", "Runbook", _title, 30, 0, "left", True),
                *(
                    replace(column, title="Id" if column.key == "id" else column.title)
                    for column in PASSAGES.columns
                    if column.key in ("heading", "id")
                ),
            ),
            _one_each,
            lambda row: str(row.id),
            "No runbook mentions it",
            lambda row: ToRunbook(row.id, row.title),
        ),
    )

    def labels(_: Display, room: int) -> Text:
        page = Text()
        section(page, "Labels", " ")
        pairs(page, dict(sorted(alert.labels.items())), room)
        if alert.annotations:
            section(page, "Annotations", " ")
            pairs(page, dict(sorted(alert.annotations.items())), room)
        return Text("\n").join(page.split("\n")[1:])

    asked = (value,) if alert.query else ()
    return (
        DetailTab("overview", "Overview", asked),
        DetailTab("history", "History", (history, recorded) if alert.query else (recorded,)),
        DetailTab("labels", "Labels", (), labels),
        DetailTab("rule", "Rule", (rule,)),
        DetailTab("runbook", "Runbook", (runbooks,)),
    )


def _title(row: Any, _: Display) -> Cell:
    return text_cell(row.title)


def _rule(alert: Alert) -> AsText:
    def text(data: Any, display: Display, room: int) -> Text:
        named = [rule for rule in data.items if rule.name == alert.name]
        same = [rule for rule in named if alert.rule_uid and rule.uid == alert.rule_uid]
        page = Text()
        for number, rule in enumerate(same or named):
            page.append("\n" if number else "")
            pairs(page, {name.lower(): cell for name, cell in rule_properties(rule, display)}, room)
        if not named:
            page.append("Its rule cannot be read, or is not there any more", "dim")
        return page

    return AsText(text)


def _one_each(data: Any) -> list[Any]:
    """The best passage of each document, its place in the list kept."""
    best = {item.id: item for item in reversed(data.items)}
    return [best[name] for name in dict.fromkeys(item.id for item in data.items)]

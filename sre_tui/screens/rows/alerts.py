"""Alerts as rows: what a pane lists, what is asked about one, what its page says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from rich.text import Text

from providers.alerting import Alert, AlertState
from providers.text import one_line
from sre_tui.live.homelab import ALERTS as FEED
from sre_tui.screens.page_text import headline, pairs, section
from sre_tui.screens.rows.kind import Known, Origin, RowKind
from sre_tui.screens.subject_queries import ChartsOf, LogsOf
from sre_tui.views.alerts import ALERTS, alert_state, alert_value
from sre_tui.views.human import MISSING, ago, moment
from sre_tui.views.severity import severity_tone
from widgets.cell import Cell, Column, Display, Tone, marked
from widgets.text import duration, plain_line, plain_lines

if TYPE_CHECKING:
    from sre_tui.screens.about.tab import DetailTab

RUNBOOK_ANNOTATIONS = ("runbook_url", "runbook", "runbook_link")
_SHORT_QUERY: Final = 110
"""Characters of a query above the chart of its value: two lines of a small screen."""


def explain(alert: Alert) -> str:
    """The question what an alert means."""
    known = [one_line(alert.severity, 30)] if alert.severity else []
    since = f" since {_minute(alert.active_at)}" if alert.active_at else ""
    known.append(alert.state.value.replace("_", " ") + since)
    return f"explain the alert {one_line(alert.name, 120)}{_on(alert)} ({', '.join(known)})"


def changes(alert: Alert, now: datetime) -> str:
    """The question what changed around the time an alert began."""
    return f"what changed{_on(alert)} around {_minute(alert.active_at or now)}?"


def facts(alert: Alert, now: datetime) -> str:
    """Everything known about an alert as plain lines, for the clipboard."""
    lines = [f"{name}: {value}" for name, value in _facts(alert, now)]
    lines += [f"label {name}={value}" for name, value in sorted(alert.labels.items())]
    lines += [f"{name}: {value}" for name, value in _annotations(alert)]
    return plain_lines("\n".join(lines))


def summary_text(alert: Alert, _: Display) -> Text:
    """What it is, what it says, and what it looks at."""
    page = headline(severity_tone(alert.severity), alert.severity or "no severity", alert.name)
    if alert.summary:
        page.append(f"{plain_lines(alert.summary)}\n")
    heading = "Query, whole below" if _is_long(alert.query) else "Query"
    section(page, heading, one_line(alert.query, _SHORT_QUERY))
    page.rstrip()
    return page


def facts_text(alert: Alert, display: Display) -> Text:
    """Since when, where and whose, its runbook, and what had no room above."""
    page = Text()
    above = ("alert", "severity", "query")
    facts_below = _facts(alert, display.now)
    pairs(page, {name: text for name, text in facts_below if name not in above})
    links = {name: text for name, text in _annotations(alert) if name in RUNBOOK_ANNOTATIONS}
    section(page, "Runbook", next(iter(links.values()), ""))
    section(page, "The whole query", alert.query if _is_long(alert.query) else "")
    return page


def _facts(alert: Alert, now: datetime) -> list[tuple[str, str]]:
    display = Display(now=now, utc=None, wide=True)
    exact = Display(now=now, utc=False, wide=True)
    since = MISSING
    if alert.active_at is not None:
        since = f"{ago(alert.active_at, now)} ({moment(alert.active_at, exact)})"
    rows = [
        ("alert", alert.name),
        ("severity", alert.severity or MISSING),
        ("state", alert_state(alert, display).text.strip()),
        ("host", alert.host or MISSING),
        ("since", since),
        ("value", alert_value(alert, display).text or MISSING),
        ("rule", " / ".join(part for part in (alert.folder, alert.group, alert.name) if part)),
        ("query", alert.query or MISSING),
        ("source", alert.source),
    ]
    for silence in alert.silences:
        until = f" until {moment(silence.ends_at, display)}" if silence.ends_at else ""
        comment = f": {silence.comment}" if silence.comment else ""
        rows.append(("silenced", f"by {silence.created_by or 'somebody'}{until}{comment}"))
    if alert.receivers:
        rows.append(("sent to", ", ".join(alert.receivers)))
    return rows


def _is_long(query: str) -> bool:
    return len(one_line(query, _SHORT_QUERY + 1)) > _SHORT_QUERY


def _annotations(alert: Alert) -> list[tuple[str, str]]:
    return [(name, text) for name, text in sorted(alert.annotations.items()) if text]


def _on(alert: Alert) -> str:
    return f" on {one_line(alert.host, 60)}" if alert.host else ""


def _minute(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _origin(alert: Alert) -> Origin:
    host = one_line(alert.host or "", 60)
    # The port of an exporter is no part of a machine's name.
    return Origin(f"{one_line(alert.name, 120)}{_on(alert)}", host.split(":")[0], alert.active_at)


def _tabs(alert: Alert) -> Sequence[DetailTab]:
    from sre_tui.screens.about.alert import alert_tabs

    return alert_tabs(alert)


def _backups(alert: Alert, known: Sequence[Any]) -> str | None:
    """Those of the guest that the alert is about."""
    host = _origin(alert).host
    keys = (row.key for row in known if row.guest is not None and host and row.guest.name == host)
    return next(keys, None)


def _rows(known: Known) -> Sequence[Alert]:
    data = known.get(FEED)
    return () if data is None else tuple(data.items)


def _name(alert: Alert) -> str:
    return plain_line(f"{alert.name} {alert.host or ''}").rstrip()


def _summary(alerts: Sequence[Alert]) -> str:
    firing = [one for one in alerts if one.state is AlertState.FIRING and not one.silenced]
    critical = sum(severity_tone(one.severity) is Tone.CRITICAL for one in firing)
    told = [f"{len(firing)} firing"] if firing else []
    told += [f"{critical} critical"] if critical else []
    words = {_state_word(one) for one in alerts}
    # What all agree in is no column of the table.
    return ", ".join(told) or (f"all {words.pop()}" if len(words) == 1 else "")


def _state_word(alert: Alert) -> str:
    return "silenced" if alert.silenced else alert.state.value.replace("_", " ")


def _columns() -> tuple[Column[Alert], ...]:
    """The columns of the alerts' view, narrowed to a pane that shares the screen."""
    given = {column.key: column for column in ALERTS.columns}
    return (
        replace(given["severity"], width=10),
        replace(given["name"], width=16, narrow=10),
        replace(given["about"], width=11, flexible=True),
        # What all agree in is told by the title.
        replace(given["state"], width=10, cell=_state, differing=True),
        replace(given["active_at"], title="Age", width=6, cell=_age, align="right"),
        replace(given["summary"], width=17),
        given["value"],
        given["silence"],
        given["source"],
    )


def _state(alert: Alert, display: Display) -> Cell:
    cell = alert_state(alert, display)
    return replace(cell, text=marked(Tone.MUTED, "silenced")) if alert.silenced else cell


def _age(alert: Alert, display: Display) -> Cell:
    if alert.active_at is None:
        return Cell("", None)
    seconds = max(0.0, (display.now - alert.active_at).total_seconds())
    return Cell("now" if seconds < 1 else duration(seconds), seconds)


def _logs(alert: Alert) -> LogsOf | None:
    host = _origin(alert).host
    return LogsOf(f"{alert.name}, {host}", (host,)) if host else None


def _charts(alert: Alert) -> ChartsOf | None:
    from sre_tui.screens.rows.charts import alert_charts

    return alert_charts(alert, _logs(alert)) if alert.query or alert.host else None


KIND: Final = RowKind(
    noun="alert",
    columns=_columns(),
    rows=_rows,
    key=lambda alert: alert.key,
    name=_name,
    summary=_summary,
    explain=explain,
    changes=changes,
    origin=_origin,
    page=summary_text,
    foot=facts_text,
    copied=facts,
    tabs=_tabs,
    backups=_backups,
    logs=_logs,
    charts=_charts,
    gone="no longer active",
)

"""What is said and asked about one alert: as a question, as context, to copy, in full."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from rich.text import Text

from providers.alerting import Alert
from providers.text import one_line
from sre_tui.views.alerts import alert_state, alert_value
from sre_tui.views.human import MISSING, ago, moment
from sre_tui.views.severity import severity_tone
from widgets.cell import Display, marked
from widgets.text import plain_line, plain_lines

RUNBOOK_ANNOTATIONS = ("runbook_url", "runbook", "runbook_link")


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


def full_text(alert: Alert, now: datetime) -> Text:
    """The detail page; no part of it is parsed as markup."""
    page = Text()
    tone = severity_tone(alert.severity)
    page.append(marked(tone, plain_line(alert.severity or "no severity")), "bold")
    page.append(f"  {plain_line(alert.name)}\n", "bold")
    if alert.summary:
        page.append(f"{plain_lines(alert.summary)}\n")
    page.append("\n")
    above = ("alert", "severity", "query")
    _pairs(page, {name: text for name, text in _facts(alert, now) if name not in above})
    _section(page, "Query", alert.query)
    links = {name: text for name, text in _annotations(alert) if name in RUNBOOK_ANNOTATIONS}
    _section(page, "Runbook", next(iter(links.values()), ""))
    if alert.labels:
        _section(page, "Labels", " ")
        _pairs(page, dict(sorted(alert.labels.items())))
    others = {name: value for name, value in _annotations(alert) if name not in links}
    if others:
        _section(page, "Annotations", " ")
        _pairs(page, others)
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


def _annotations(alert: Alert) -> list[tuple[str, str]]:
    return [(name, text) for name, text in sorted(alert.annotations.items()) if text]


def _on(alert: Alert) -> str:
    return f" on {one_line(alert.host, 60)}" if alert.host else ""


def _minute(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _section(page: Text, title: str, body: str) -> None:
    if body:
        page.append(f"\n{title}\n", "bold")
        if body.strip():
            page.append(f"  {plain_lines(body)}\n")


def _pairs(page: Text, pairs: Mapping[str, str]) -> None:
    width = min(24, max((len(plain_line(name)) for name in pairs), default=0))
    for name, value in pairs.items():
        page.append(f"  {plain_line(name):<{width}}  ", "dim")
        page.append(f"{plain_lines(value)}\n")

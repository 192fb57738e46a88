"""How one alert is shown with all that is known of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol

from providers.alerting import Alert, AlertRule, Silence
from sre_tui.memory.alert_past import AlertPast
from sre_tui.views.alerts import alert_state, alert_value, rule_health, rule_state, severity_cell
from sre_tui.views.human import MISSING, ago, duration, moment, number
from sre_tui.views.incidents import past_line
from sre_tui.views.record import Section
from widgets.cell import Cell, Display, Tone


class Runbook(Protocol):
    """What is shown of a runbook; what finds it stands above the views."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...


def alert_sections(
    alert: Alert | None,
    rules: Sequence[AlertRule],
    runbooks: Sequence[Runbook],
    display: Display,
    recorded: AlertPast | None = None,
) -> tuple[Section, ...]:
    """The alert, how often it was recorded, its labels, the rules behind it, and what to do."""
    own = [*_alert(alert, rules, display)]
    if recorded is not None:
        own.append(("Recorded", _text(past_line(recorded, display.now))))
    sections = [Section("", tuple(own))]
    labels = alert.labels if alert is not None else rules[0].labels
    annotations = alert.annotations if alert is not None else rules[0].annotations
    sections += [
        Section("Labels", _pairs(labels)),
        Section("Annotations", _annotations(alert, annotations)),
    ]
    sections += [Section("Rule", tuple(rule_properties(rule, display))) for rule in rules]
    read = tuple((each.id, Cell(_how_to_read(each), each.title)) for each in runbooks)
    sections.append(Section("Runbook", read))
    return tuple(section for section in sections if section.rows)


def _alert(
    alert: Alert | None, rules: Sequence[AlertRule], display: Display
) -> Iterator[tuple[str, Cell]]:
    if alert is None:
        first = rules[0]
        yield "Alert", _text(first.name)
        yield "Severity", severity_cell(first.severity)
        yield "State", rule_state(first, display)
        yield "Source", _text(first.source)
        return
    yield "Alert", _text(alert.name)
    if alert.summary:
        yield "Summary", _text(alert.summary)
    yield "Severity", severity_cell(alert.severity)
    yield "State", alert_state(alert, display)
    yield "Host", _text(alert.host or MISSING)
    yield "Since", _time(alert.active_at, display)
    yield "Value", alert_value(alert, display) if alert.value is not None else _text(MISSING)
    if len(alert.values) > 1:
        shown = ", ".join(f"{name} = {number(value)}" for name, value in alert.values.items())
        yield "Values", _text(shown)
    for silence in alert.silences:
        yield "Silenced by", _text(_silence(silence, display))
    if alert.inhibited:
        yield "Inhibited", _text("by another alert")
    if alert.receivers:
        yield "Sent to", _text(", ".join(alert.receivers))
    yield "Source", _text(alert.source)
    yield "Fingerprint", _text(alert.fingerprint)


def rule_properties(rule: AlertRule, display: Display) -> Iterator[tuple[str, Cell]]:
    """A rule with all its properties: names and values."""
    yield "Query", _text(rule.query)
    if rule.threshold:
        yield "Condition", _text(rule.threshold)
    steps = [f"{each.ref_id}: {each.expression}" for each in rule.queries]
    others = [step for step in steps if step != rule.threshold]
    if others and others[0].partition(": ")[2] != rule.query:
        yield "Expressions", _text("\n".join(others))
    yield "For", Cell(duration(rule.hold), rule.hold)
    if rule.keep_firing:
        yield "Goes on for", Cell(duration(rule.keep_firing), rule.keep_firing)
    yield "State", rule_state(rule, display)
    yield "Health", rule_health(rule, display)
    if rule.last_error:
        yield "Error", _text(rule.last_error)
    yield "Folder", _text(rule.folder or MISSING)
    yield "Group", _text(rule.group or MISSING)
    if rule.interval is not None:
        yield "Evaluated", Cell(f"every {duration(rule.interval)}", rule.interval)
    if rule.last_evaluation is not None:
        yield "Last evaluated", _time(rule.last_evaluation, display)
    if rule.no_data_state:
        yield "Without data", _text(rule.no_data_state)
    if rule.error_state:
        yield "On an error", _text(rule.error_state)
    if rule.uid:
        yield "Uid", _text(rule.uid)


def _annotations(
    alert: Alert | None, annotations: Mapping[str, str]
) -> tuple[tuple[str, Cell], ...]:
    """The annotations without what stands above already, each text once."""
    told = {alert.summary.strip().casefold()} if alert is not None else set()
    kept: dict[str, str] = {}
    # A description that only repeats the summary gives way to it.
    for name in sorted(annotations, key=lambda one: (one != "summary", one)):
        text = annotations[name].strip().casefold()
        if text not in told:
            told.add(text)
            kept[name] = annotations[name]
    return _pairs(kept)


def _pairs(values: Mapping[str, str]) -> tuple[tuple[str, Cell], ...]:
    return tuple((name, _text(value)) for name, value in sorted(values.items()) if value)


def _how_to_read(runbook: Runbook) -> str:
    return f"{runbook.title}: sre runbooks show {runbook.id}"


def _silence(silence: Silence, display: Display) -> str:
    until = f" until {moment(silence.ends_at, display)}" if silence.ends_at else ""
    comment = f": {silence.comment}" if silence.comment else ""
    return f"{silence.created_by or 'somebody'}{until}{comment}"


def _time(at: datetime | None, display: Display) -> Cell:
    if at is None:
        return Cell(MISSING, None, Tone.MUTED)
    if display.utc is not None:
        return Cell(moment(at, display), at)
    return Cell(f"{ago(at, display.now)} ({at.astimezone(UTC):%Y-%m-%d %H:%M:%SZ})", at)


def _text(value: str) -> Cell:
    return Cell(value.strip(), value)

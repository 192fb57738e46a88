"""Everything about one alert, put together from what the alert tools and the runbooks tell."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from pydantic import BaseModel, ConfigDict

from providers.alerting import Alert, AlertRule
from providers.reading import SourceStatus
from providers.text import clean, one_line
from sre_tui.complaint import Complaint
from sre_tui.memory.alert_past import AlertPast
from sre_tui.nearest import no_such
from sre_tui.settings import Settings
from sre_tui.tools.context import ToolContext
from sre_tui.tools.grafana_alerts import grafana_get_alerts, is_about
from sre_tui.tools.grafana_data import AlertListing, RuleListing
from sre_tui.tools.grafana_rules import grafana_get_alert_rules
from sre_tui.tools.result import ToolResult, result

MOST = 1000
"""Alerts and rules that are looked through."""
SHOWN = 20
"""Instances that are named where several are meant."""


class UnknownAlert(Complaint):
    """No alert and no rule has that name; ``str(error)`` suggests the nearest."""

    code = "not_found"
    wrong_usage = True


class AmbiguousAlert(Complaint):
    """Several instances have that name; ``str(error)`` lists them, a line each."""

    code = "ambiguous"
    wrong_usage = True


class ServingRunbook(BaseModel):
    """A runbook that says which alerts it is for."""

    model_config = ConfigDict(frozen=True)

    id: str
    """For ``sre runbooks show``."""
    title: str


class AlertDetail(BaseModel):
    """One alert instance, or a rule that has none at present."""

    model_config = ConfigDict(frozen=True)

    alert: Alert | None
    """None while the rule has no active instance."""
    rules: tuple[AlertRule, ...] = ()
    """The rules behind it, without their instances; empty where they cannot be read."""
    runbooks: tuple[ServingRunbook, ...] = ()
    recorded: AlertPast | None = None
    """What the journal has of it; None if nothing, and for a rule without an active instance."""

    @property
    def name(self) -> str:
        """What it is called."""
        return self.alert.name if self.alert is not None else self.rules[0].name


async def known_alerts(
    context: ToolContext,
) -> tuple[ToolResult[AlertListing], ToolResult[RuleListing]]:
    """All alerts and all rules."""
    limit = {"limit": MOST}
    return await asyncio.gather(
        grafana_get_alerts.run(context, limit), grafana_get_alert_rules.run(context, limit)
    )


def alert_detail(
    alerts: ToolResult[AlertListing],
    rules: ToolResult[RuleListing],
    wanted: str,
    host: str | None,
    settings: Settings,
) -> ToolResult[AlertDetail]:
    """The one that is meant.

    Args:
        alerts: all of them.
        rules: all of them.
        wanted: a name in any case, or a fingerprint.
        host: the machine it is about, if several have that name.
        settings: tell where the operator's own runbooks are.

    Raises:
        UnknownAlert: nothing is called that.
        AmbiguousAlert: several instances are.
    """
    name = wanted.casefold()
    found = [each for each in alerts.data.items if each.fingerprint == wanted]
    found = found or [each for each in alerts.data.items if each.name.casefold() == name]
    named = [rule for rule in rules.data.items if rule.name.casefold() == name]
    if host is not None and found:
        found = _about(found, wanted, host)
    if not found and not named:
        raise UnknownAlert(_unknown(wanted, alerts.data.items, rules.data.items))
    if len(found) > 1:
        raise AmbiguousAlert(_instances(wanted, found))
    alert = found[0] if found else None
    behind = named if alert is None else _rules_of(alert, rules.data.items)
    detail = AlertDetail(
        alert=alert, rules=tuple(rule.model_copy(update={"alerts": ()}) for rule in behind)
    )
    noted = (alert or behind[0]).annotations.get("runbook", "")
    past = next((one for one in alerts.data.recorded if one.alert == detail.name), None)
    detail = detail.model_copy(
        update={"runbooks": runbooks_for(settings, detail.name, noted), "recorded": past}
    )
    statuses = _joined([*alerts.sources, *rules.sources])
    return result(detail, statuses, now=min(alerts.observed_at, rules.observed_at))


def runbooks_for(settings: Settings, alert: str, noted: str = "") -> tuple[ServingRunbook, ...]:
    """The runbooks, bundled and the operator's own, that are for an alert of that name.

    Args:
        settings: tell where the operator's own are.
        alert: its name, in any case.
        noted: the id of a runbook that the alert itself names.
    """
    from index.sources import load
    from sre_tui.tools.runbook_index import sources

    documents = load(sources(settings)).documents
    name = alert.casefold()
    named = [each for each in documents if PurePosixPath(each.source).stem == noted]
    serving = [each for each in documents if name in (one.casefold() for one in each.alerts)]
    return tuple(
        ServingRunbook(id=PurePosixPath(clean(each.source)).stem, title=one_line(each.title))
        for each in {each.source: each for each in (*named, *serving)}.values()
    )


def _about(found: Sequence[Alert], wanted: str, host: str) -> list[Alert]:
    there = [alert for alert in found if is_about(alert, host.casefold())]
    if not there:
        hosts = sorted({alert.host for alert in found if alert.host})
        known = f"; it is about {', '.join(hosts[:SHOWN])}" if hosts else ""
        raise UnknownAlert(f"{wanted} has no instance about {host!r}{known}")
    return there


def _rules_of(alert: Alert, rules: Sequence[AlertRule]) -> list[AlertRule]:
    """By the id where there is one, else by name, query and who evaluates it."""
    if alert.rule_uid is not None:
        found = [rule for rule in rules if rule.uid == alert.rule_uid]
        if found:
            return found
    named = [rule for rule in rules if rule.name == alert.name]
    same = [rule for rule in named if alert.query and rule.query == alert.query]
    return same or [rule for rule in named if rule.source == alert.source] or named


def _unknown(wanted: str, alerts: Iterable[Alert], rules: Iterable[AlertRule]) -> str:
    names = {each.name for each in alerts} | {each.name for each in rules}
    return no_such("alert or rule", wanted, names)


def _instances(wanted: str, found: Sequence[Alert]) -> str:
    width = max(len(alert.host or "") for alert in found[:SHOWN])
    lines = [
        f"{alert.fingerprint}  {alert.host or '':<{width}}  {alert.state.value.replace('_', ' ')}"
        + (f", {alert.summary}" if alert.summary != alert.name else "")
        for alert in found[:SHOWN]
    ]
    if len(found) > SHOWN:
        lines.append(f"and {len(found) - SHOWN} more")
    head = f"{wanted} has {len(found)} instances; choose one by --host or its fingerprint:"
    return "\n  ".join([head, *lines])


def _joined(statuses: Iterable[SourceStatus]) -> list[SourceStatus]:
    """One status of each source: the first that is not fine, else the first."""
    joined: dict[str, SourceStatus] = {}
    for status in statuses:
        before = joined.get(status.source)
        if before is None or (before.state == "ok" and status.state != "ok"):
            joined[status.source] = status
    return list(joined.values())

"""Explains an alert: what it is, and what an investigation says is behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from providers.alerting import Alert, AlertRule
from sre_tui.agent.analyst.alert_names import is_called_alert, names_in_camel_case
from sre_tui.agent.analyst.calls import Call, Found
from sre_tui.agent.analyst.diagnose import diagnose
from sre_tui.agent.analyst.endings import gaps, next_steps
from sre_tui.agent.analyst.entities import EntityKind
from sre_tui.agent.analyst.known import not_known, nothing_known
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.own import own_here
from sre_tui.agent.analyst.report import report
from sre_tui.agent.analyst.runbook_steps import runbook_call, steps_of
from sre_tui.agent.analyst.wording import close_to, code, names, plain, since
from sre_tui.nearest import nearest
from sre_tui.tools.grafana_data import RuleListing
from sre_tui.views.human import duration


async def explain_alert(look: Look) -> Iterator[str]:
    """What an alert says, and the investigation of it; no investigation if none is active."""
    await look.discover("identity", "alerts")
    chosen = _chosen(look)
    if chosen is None:
        return await _no_such_alert(look)
    alert, others = chosen
    rules = await look.ask(
        rules=Call("grafana_get_alert_rules", {"search": alert.name, "limit": 20})
    )
    rule = _rule(alert, rules["rules"])
    where = f" on {alert.host}" if alert.host else ""
    found = await diagnose(look, f"{alert.name}{where}")
    return report(look, found, lead=_about(look, alert, others, rule))


def _chosen(look: Look) -> tuple[Alert, list[Alert]] | None:
    """The alert that is meant, and other instances of the same rule."""
    active = [one for one in look.inventory.alerts if one.state.active]
    named = {entity.name for entity in look.focus.of(EntityKind.ALERT)}
    if named:
        same = [one for one in look.inventory.alerts if one.name in named]
        hosts = {host.casefold() for host in look.focus.hosts}
        first = [one for one in same if (one.host or "").casefold() in hosts] or same
        return first[0], [one for one in same if one is not first[0]]
    if names_in_camel_case(look.question.text):
        return None
    if look.focus.hosts:
        hosts = {host.casefold() for host in look.focus.hosts}
        active = [one for one in active if (one.host or "").casefold() in hosts] or active
    return (active[0], active[1:]) if active else None


def _rule(alert: Alert, found: Found) -> AlertRule | None:
    data = found.data(RuleListing)
    rules = [rule for rule in data.items if rule.name == alert.name] if data is not None else []
    by_uid = [rule for rule in rules if rule.uid and rule.uid == alert.rule_uid]
    return next(iter([*by_uid, *rules]), None)


def _about(look: Look, alert: Alert, others: Sequence[Alert], rule: AlertRule | None) -> str:
    """One paragraph on the alert itself."""
    cite = look.cite("alerts")
    where = f" for {plain(alert.host)}" if alert.host else ""
    state = alert.state.value.replace("_", " ")
    began = since(alert.active_at, look.now, age=True)
    severity = f" ({plain(alert.severity, 40)})" if alert.severity else ""
    says = f": {plain(alert.summary, 240)}" if alert.summary else ""
    parts = [f"The alert: {plain(alert.name)} is {state}{where}{severity} {began}".rstrip()
             + f"{says.rstrip('.')}{cite}."]  # fmt: skip
    query = (rule.query if rule is not None and rule.query else alert.query).strip()
    if query:
        hold = f", for {duration(rule.hold)}" if rule is not None and rule.hold else ""
        limit = f" ({plain(rule.threshold, 80)})" if rule is not None and rule.threshold else ""
        shown = code(query, 300)
        parts.append(f"It fires when {shown}{limit}{hold}{look.cite('rules') or cite}.")
    if alert.silenced:
        who = plain(alert.silences[0].created_by or "somebody", 60)
        parts.append(f"It is silenced by {who}{cite}.")
    same = [one for one in others if one.name == alert.name and one.state.active]
    if same:
        hosts = names([plain(one.host or one.name, 60) for one in same], 6)
        parts.append(f"It is active for {hosts} too{cite}.")
    return " ".join(parts)


async def _no_such_alert(look: Look) -> Iterator[str]:
    asked = names_in_camel_case(look.question.text)
    cite = look.cite("alerts")
    if not asked:
        if not look.found.get("alerts") or not look.found["alerts"].ok:
            said = "**The alerts could not be read**, so none can be explained."
            return iter([f"{said}\n\n", *gaps(look)])
        said = f"**No alert is active**, so there is none to explain.{cite}"
        return iter([f"{said}\n\n", *gaps(look)])
    name = asked[0]
    found = await look.ask(
        rules=Call("grafana_get_alert_rules", {"search": name, "limit": 20}),
        runbook=runbook_call(name, "checks"),
    )
    data = found["rules"].data(RuleListing)
    known = [rule for rule in data.items if rule.name == name] if data is not None else []
    if data is not None and not known and not is_called_alert(look.question.text, name):
        return await _of_a_thing(look)
    pieces: list[str] = []
    if known:
        rule = known[0]
        hold = f" for {duration(rule.hold)}" if rule.hold else ""
        pieces.append(
            f"**{plain(name)} is not active.** It would fire when {code(rule.query, 300)}{hold}."
            f"{found['rules'].cite}\n\n"
        )
    else:
        near = nearest(name, [one.name for one in look.inventory.alerts])
        said = f"**No alert {plain(name)} is active**, and no rule is called so.{cite}"
        said += f"{found['rules'].cite} {close_to(near, cite)}"
        pieces.append(f"{said.rstrip()}\n\n")
    steps = steps_of(found["runbook"], "checks", own=own_here(look))
    if steps is not None and known:
        pieces.append(next_steps(steps))
    return iter([*pieces, *gaps(look)])


async def _of_a_thing(look: Look) -> Iterator[str]:
    """What is the matter with something whose name is only written as those of alerts are."""
    if await nothing_known(look):
        return not_known(look)
    return report(look, await diagnose(look))


__all__ = ["explain_alert"]

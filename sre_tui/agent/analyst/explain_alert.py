"""Explains an alert in four steps: itself, its metric over time, the runbook, why and what next."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from providers.alerting import Alert, AlertRule
from providers.series import Series
from sre_tui.agent.analyst.alert_findings import alert_kind
from sre_tui.agent.analyst.calls import Call, Found
from sre_tui.agent.analyst.entities import EntityKind
from sre_tui.agent.analyst.investigation import Investigation, ask_backends, investigate
from sre_tui.agent.analyst.kinds import KINDS
from sre_tui.agent.analyst.look import Look, window_arguments
from sre_tui.agent.analyst.ranking import Hypothesis
from sre_tui.agent.analyst.report import gaps, next_steps
from sre_tui.agent.analyst.runbook_steps import runbook_call, steps_of
from sre_tui.agent.analyst.wording import (
    best_findings,
    capital,
    cited,
    clock_time,
    code,
    finding_line,
    names,
    plain,
    since,
)
from sre_tui.nearest import nearest
from sre_tui.tools.grafana_data import RuleListing
from sre_tui.tools.prometheus_data import SeriesListing
from sre_tui.tools.promql import without_condition
from sre_tui.views.human import duration
from sre_tui.views.units import query_unit, with_unit

_CONDITION: Final = re.compile(
    r"(?P<sign>==|!=|>=|<=|>|<)\s*(?:bool\s+)?(?P<value>-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*\)*\s*$",
    re.IGNORECASE,
)
_CAMEL: Final = re.compile(r"\b[A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+\b")
MOST_SERIES: Final = 4


async def explain_alert(look: Look) -> Iterator[str]:
    """The answer in pieces."""
    made = await investigate(look, follow_up=False)
    chosen = _chosen(look)
    if chosen is None:
        return await _no_such_alert(look, made)
    alert, others = chosen
    await ask_backends(look, made, alert_kind(alert))
    rules = await _rule_and_runbook(look, alert)
    rule = _rule(alert, rules)
    query = (rule.query if rule is not None and rule.query else alert.query).strip()
    series = await _own_metric(look, alert, query)
    return _write(look, made, alert, others, rule, query, series)


def _chosen(look: Look) -> tuple[Alert, list[Alert]] | None:
    """The alert that is meant, and other instances of the same rule."""
    active = [one for one in look.inventory.alerts if one.state.active]
    named = {entity.name for entity in look.focus.of(EntityKind.ALERT)}
    if named:
        same = [one for one in look.inventory.alerts if one.name in named]
        hosts = {host.casefold() for host in look.focus.hosts}
        first = [one for one in same if (one.host or "").casefold() in hosts] or same
        return first[0], [one for one in same if one is not first[0]]
    if _CAMEL.search(look.question.text):
        return None
    if look.focus.hosts:
        hosts = {host.casefold() for host in look.focus.hosts}
        active = [one for one in active if (one.host or "").casefold() in hosts] or active
    return (active[0], active[1:]) if active else None


async def _rule_and_runbook(look: Look, alert: Alert) -> Found:
    kind = KINDS[alert_kind(alert)]
    words = f"{alert.name} {alert.summary or kind.runbook}"
    found = await look.ask(
        rules=Call("grafana_get_alert_rules", {"search": alert.name, "limit": 20}),
        runbook=runbook_call(words),
    )
    return found["rules"]


def _rule(alert: Alert, found: Found) -> AlertRule | None:
    data = found.data(RuleListing)
    rules = [rule for rule in data.items if rule.name == alert.name] if data is not None else []
    by_uid = [rule for rule in rules if rule.uid and rule.uid == alert.rule_uid]
    return next(iter([*by_uid, *rules]), None)


async def _own_metric(look: Look, alert: Alert, query: str) -> Found | None:
    if not query or query.startswith("{") or "|=" in query:
        return None
    age = look.now - alert.active_at if alert.active_at is not None else timedelta(hours=1)
    length = min(max(2 * age, timedelta(hours=3)), timedelta(days=7))
    bare = without_condition(query) or query
    found = await look.ask(
        own=Call(
            "prometheus_range_query",
            {"query": bare, **window_arguments(length, look.now, look.now), "limit": 200},
        )
    )
    return found["own"]


def _write(
    look: Look, made: Investigation, alert: Alert, others: Sequence[Alert],
    rule: AlertRule | None, query: str, own: Found | None,
) -> Iterator[str]:  # fmt: skip
    cite = look.cite("alerts")
    cause = _cause_of(made, alert, look)
    yield _conclusion(look, alert, cause, cite)
    yield "**1. The alert**\n" + _about(look, alert, others, rule, query, cite)
    metric = list(_metric(look, alert, query, own))
    yield "**2. Its metric over time**\n" + "".join(f"- {line}\n" for line in metric) + "\n"
    steps = steps_of(look.found.get("runbook"))
    if steps is not None:
        yield (
            f"**3. The runbook**: {plain(steps.title)} (`sre runbooks show {steps.id}`){steps.cite}"
            "\n\n"
        )
    else:
        yield "**3. The runbook**: none of the documents matches this alert.\n\n"
    yield (
        "**4. Why, and what next**\n"
        + "".join(f"- {line}\n" for line in _why(look, made, alert, cause))
        + "\n"
    )
    if steps is not None:
        yield next_steps(steps)
    yield from gaps(look)


def _conclusion(look: Look, alert: Alert, cause: Hypothesis | None, cite: str) -> str:
    where = f" for {plain(alert.host)}" if alert.host else ""
    state = alert.state.value.replace("_", " ")
    began = since(alert.active_at, look.now, age=True)
    head = f"**{plain(alert.name)} is {state}{where}** {began}{cite}".replace("  ", " ")
    if cause is None:
        return f"{head}; no confirmed cause beyond what the alert itself says.\n\n"
    word = "likely" if cause.confidence == "likely" else "possibly"
    ids = [one.evidence for one in best_findings(cause, 2)]
    return f"{head}, {word} because {plain(cause.claim)}{cited(ids)}.\n\n"


def _cause_of(made: Investigation, alert: Alert, look: Look) -> Hypothesis | None:
    """The root of what the alert belongs to, if it is more than the alert itself."""
    every = [*made.diagnosis.causes, *made.diagnosis.symptoms, *made.diagnosis.others]
    for one in every:
        for part in (one, *one.effects):
            if any(alert.name in finding.text for finding in part.findings):
                if part is one and one.sources == {"alert"}:
                    continue
                return one
    return None


def _about(
    look: Look, alert: Alert, others: Sequence[Alert], rule: AlertRule | None, query: str, cite: str
) -> str:
    lines = []
    if alert.summary:
        lines.append(f"It says: {plain(alert.summary, 240)}{cite}")
    rule_cite = look.cite("rules")
    if query:
        hold = f", for {duration(rule.hold)}" if rule is not None and rule.hold else ""
        limit = f" ({plain(rule.threshold, 80)})" if rule is not None and rule.threshold else ""
        lines.append(f"It fires when {code(query, 300)}{limit}{hold}{rule_cite or cite}")
    if alert.severity:
        lines.append(f"Severity: {plain(alert.severity, 40)}{cite}")
    if alert.silenced:
        lines.append(
            f"It is silenced by {plain(alert.silences[0].created_by or 'somebody', 60)}{cite}"
        )
    same = [one for one in others if one.name == alert.name and one.state.active]
    if same:
        hosts = names([plain(one.host or one.name, 60) for one in same], 6)
        lines.append(f"The same alert is active for {hosts}{cite}")
    return "".join(f"- {line}\n" for line in lines) + "\n"


def _metric(look: Look, alert: Alert, query: str, own: Found | None) -> Iterator[str]:
    if not query:
        yield "the rule's query is not known, so its metric could not be shown"
        return
    listing = own.data(SeriesListing) if own is not None else None
    if own is None or listing is None:
        yield "the rule's query could not be evaluated over time" + (own.cite if own else "")
        return
    unit = query_unit(listing.query)
    condition = _CONDITION.search(query)
    chosen = _series_of(alert, listing.items)
    if not chosen:
        yield f"the query has no values in this window{own.cite}"
    for each in chosen[:MOST_SERIES]:
        stats = each.stats
        highest = f", highest {with_unit(stats.max, unit)}" if stats.max != stats.last else ""
        lowest = f", lowest {with_unit(stats.min, unit)}" if stats.min != stats.last else ""
        line = f"{_who(look, each)}: {with_unit(stats.last, unit)} now{lowest}{highest}"
        if condition is not None:
            limit = float(condition["value"])
            line += f"{own.cite}; the threshold is {condition['sign']} {condition['value']}"
            line += look.cite("rules") or look.cite("alerts")
            at = _crossing(each, condition["sign"], limit)
            if at is not None and own.shows(f"{at:%H:%M}"):
                line += f", crossed at {clock_time(at, look.now)}"
        yield line + own.cite


def _series_of(alert: Alert, series: Sequence[Series]) -> list[Series]:
    """The series of this alert instance: those whose labels agree with the alert's."""

    def agrees(one: Series) -> bool:
        shared = set(one.labels) & set(alert.labels) - {"__name__"}
        return bool(shared) and all(one.labels[name] == alert.labels[name] for name in shared)

    return [one for one in series if agrees(one)] or list(series[:1] if len(series) == 1 else ())


def _who(look: Look, series: Series) -> str:
    host = look.inventory.host_of(series.labels)
    thing = next(
        (series.labels[n] for n in ("device", "mountpoint", "name", "zpool", "ups", "datastore")
         if series.labels.get(n)), "",
    )  # fmt: skip
    return plain(" ".join(dict.fromkeys(part for part in (host, thing) if part)) or "the value", 80)


def _crossing(series: Series, sign: str, limit: float) -> datetime | None:
    """The first moment from which on the condition held without a break up to the end."""
    tests = {
        ">": lambda v: v > limit, ">=": lambda v: v >= limit, "<": lambda v: v < limit,
        "<=": lambda v: v <= limit, "==": lambda v: v == limit, "!=": lambda v: v != limit,
    }  # fmt: skip
    first: datetime | None = None
    for at, value in reversed(series.points):
        if not tests[sign](value):
            break
        first = at
    return first if first is not None and first != series.points[0][0] else None


def _why(look: Look, made: Investigation, alert: Alert, cause: Hypothesis | None) -> Iterator[str]:
    if cause is None:
        yield "no confirmed cause: nothing else that was checked explains it"
    else:
        yield f"{capital(plain(cause.claim))} ({cause.confidence})"
        for finding in best_findings(cause, 3):
            if alert.name not in finding.text:
                yield finding_line(finding, look.now)
        felt = [one for one in cause.effects if alert.name not in one.findings[0].text][:3]
        if felt:
            yield "it also brings about: " + "; ".join(
                f"{plain(one.claim)}{cited([one.findings[0].evidence])}" for one in felt
            )
    if made.checked:
        yield f"checked as well: {'; '.join(made.checked)}"


async def _no_such_alert(look: Look, made: Investigation) -> Iterator[str]:
    asked = _CAMEL.search(look.question.text)
    cite = look.cite("alerts")
    if asked is None:
        if not look.found.get("alerts") or not look.found["alerts"].ok:
            return iter(
                ["**The alerts could not be read**, so none can be explained.\n\n", *gaps(look)]
            )
        return iter(
            [f"**No alert is active**, so there is none to explain.{cite}\n\n", *gaps(look)]
        )
    name = asked.group()
    found = await look.ask(
        rules=Call("grafana_get_alert_rules", {"search": name, "limit": 20}),
        runbook=runbook_call(name, "checks"),
    )
    data = found["rules"].data(RuleListing)
    known = [rule for rule in data.items if rule.name == name] if data is not None else []
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
        close = f" Close to it: {names([plain(one, 60) for one in near])}.{cite}" if near else ""
        pieces.append(
            f"**No alert {plain(name)} is active**, and no rule is called so.{cite}"
            f"{found['rules'].cite}{close}\n\n"
        )
    steps = steps_of(found["runbook"], "checks")
    if steps is not None and known:
        pieces.append(next_steps(steps))
    return iter([*pieces, *gaps(look)])

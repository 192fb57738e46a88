"""Plain questions with plain answers: alerts, rules, targets, dashboards, runbooks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from providers.alerting import Alert
from sre_tui.agent.analyst.calls import Call
from sre_tui.agent.analyst.endings import gaps
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.own import own_here
from sre_tui.agent.analyst.runbook_steps import runbook_call, steps_of
from sre_tui.agent.analyst.wording import code, names, plain, since
from sre_tui.diagnosis.language.vocabulary import INTENTS, STOP_WORDS
from sre_tui.diagnosis.own_names import stays_one_word
from sre_tui.tools.grafana_data import AlertListing, DashboardDetail, DashboardListing, RuleListing
from sre_tui.tools.prometheus_data import TargetListing
from sre_tui.tools.runbooks import RunbookMatches
from sre_tui.views.human import count, duration

SHOWN: Final = 12
_STATES: Final = (
    ("silenced", r"\bsilenced|stumm"), ("pending", r"\bpending"),
    ("firing", r"\bfiring|feuer|aktiv"),
)  # fmt: skip
_SEVERITIES: Final = ("critical", "warning", "info")


async def list_alerts(look: Look) -> Iterator[str]:
    """Alerts, filtered as the question says."""
    folded = look.question.folded
    arguments: dict[str, object] = {}
    state = next((name for name, rule in _STATES if re.search(rule, folded)), None)
    severity = next((name for name in _SEVERITIES if re.search(rf"\b{name}\b", folded)), None)
    if state:
        arguments["state"] = state
    if severity:
        arguments["severity"] = severity
    search = _names_in(look)
    if search:
        arguments["search"] = search
    found = await look.ask(alerts=Call("grafana_get_alerts", arguments))
    look.note_missing_backends(*(() if look.caller.offers("grafana_get_alerts") else ("grafana",)))
    return _alerts(
        look, found["alerts"].data(AlertListing), " ".join(filter(None, (state, severity)))
    )


def _alerts(look: Look, data: AlertListing | None, what: str) -> Iterator[str]:
    cite = look.cite("alerts")
    if data is None:
        yield "**The alerts could not be read.**\n\n"
        yield from gaps(look)
        return
    said = f"{what} " if what else "active "
    rows = [one for one in data.items if what or one.state.active]
    total = data.total if what and data.total is not None else len(rows)
    if not rows:
        yield f"**There are no {said}alerts.**{cite}\n\n"
        for hint in data.hints[:1]:
            yield f"{plain(hint, 200)}{cite}\n\n"
    else:
        amount = look.caller.counted(count(total, f"{said}alert"))
        yield f"**{amount}**{cite}\n"
        yield "".join(f"- {_alert_line(one, look)}{cite}\n" for one in rows[:SHOWN])
        if len(rows) > SHOWN:
            yield f"- and {look.caller.counted(f'{len(rows) - SHOWN} more')}\n"
        yield "\n"
    yield from gaps(look)


def _alert_line(alert: Alert, look: Look) -> str:
    where = f" on {plain(alert.host, 60)}" if alert.host else ""
    state = "silenced" if alert.silenced else alert.state.value.replace("_", " ")
    severity = f", {plain(alert.severity, 30)}" if alert.severity else ""
    summary = f": {plain(alert.summary, 160)}" if alert.summary else ""
    began = since(alert.active_at, look.now)
    return f"**{plain(alert.name, 80)}**{where} ({state}{severity}) {began}".rstrip() + summary


def _names_in(look: Look) -> str:
    """Words of the question that can only be names to filter by."""
    intent = INTENTS
    chosen = [
        word
        for word in look.question.named
        if word.casefold() not in intent and word.casefold() not in STOP_WORDS
    ]
    return chosen[0] if chosen else ""


async def list_rules(look: Look) -> Iterator[str]:
    """Alert rules."""
    search = _names_in(look) or _topic_word(look)
    found = await look.ask(
        rules=Call("grafana_get_alert_rules", {"search": search} if search else {})
    )
    return _rules(look, found["rules"].data(RuleListing), search)


def _topic_word(look: Look) -> str:
    skipped = INTENTS | {"alerting", "recording", "threshold", "thresholds", "exist"}
    words = [w for w in look.question.candidates if w.casefold() not in skipped]
    return words[0] if words else ""


def _rules(look: Look, data: RuleListing | None, search: str) -> Iterator[str]:
    cite = look.cite("rules")
    if data is None:
        yield "**The rules could not be read.**\n\n"
    elif not data.items:
        about = f" about {code(search, 60)}" if search else ""
        yield f"**There is no alert rule{about}.**{cite}\n\n"
        for hint in data.hints[:1]:
            yield f"{plain(hint, 200)}{cite}\n\n"
    else:
        total = data.total if data.total is not None else len(data.items)
        about = f" match {code(search, 60)}" if search else ""
        yield f"**{total} alert rules{about}**{cite}\n"
        for rule in data.items[:SHOWN]:
            hold = f" for {duration(rule.hold)}" if rule.hold else ""
            state = f" ({rule.state.value.replace('_', ' ')})" if rule.state is not None else ""
            yield f"- **{plain(rule.name, 80)}**{state}: {code(rule.query, 160)}{hold}{cite}\n"
        yield "\n"
    yield from gaps(look)


async def list_targets(look: Look) -> Iterator[str]:
    """Scrape targets that are not up."""
    found = await look.ask(
        targets=Call("prometheus_targets", {"limit": 1000}),
        runbook=runbook_call("Prometheus target down", "checks"),
    )
    look.note_missing_backends("prometheus")
    return _targets(look, found["targets"].data(TargetListing))


def _targets(look: Look, data: TargetListing | None) -> Iterator[str]:
    cite = look.cite("targets")
    if data is None:
        yield "**The targets could not be read.**\n\n"
        yield from gaps(look)
        return
    total = data.up + data.down + data.unknown
    down = [one for one in data.items if one.health != "up"]
    if not down:
        amount = look.caller.counted(count(total, "target"))
        yield f"**All scrape targets are up**, {amount}.{cite}\n\n"
    else:
        share = look.caller.counted(f"{len(down)} of {total}")
        yield f"**{share} scrape targets are not up**{cite}\n"
        for one in down[:SHOWN]:
            error = f": {plain(one.last_error, 140)}" if one.last_error else ""
            who = f"{plain(one.instance, 80)} (job {plain(one.job, 40)})"
            yield f"- {who} is {one.health}{error}{cite}\n"
        yield "\n"
        steps = steps_of(look.found.get("runbook"), "checks", own=own_here(look))
        if steps is not None:
            from sre_tui.agent.analyst.endings import next_steps

            yield next_steps(steps)
    yield from gaps(look)


async def list_dashboards(look: Look) -> Iterator[str]:
    """Dashboards that match, and the panels if there is only one."""
    skipped = INTENTS | {"grafana", "named", "called"}
    words = [w for w in look.question.candidates if w.casefold() not in skipped]
    query = " ".join(words[:3])
    name = "query" if look.caller.takes("grafana_search_dashboards", "query") else "search"
    found = await look.ask(
        dashboards=Call("grafana_search_dashboards", {name: query} if query else {})
    )
    look.note_missing_backends("grafana")
    data = found["dashboards"].data(DashboardListing)
    if data is not None and len(data.items) == 1 and look.caller.offers("grafana_get_dashboard"):
        tool = "grafana_get_dashboard"
        argument = next(
            (a for a in ("dashboard", "uid", "name") if look.caller.takes(tool, a)), "uid"
        )
        await look.ask(dashboard=Call(tool, {argument: data.items[0].uid}))
    return _dashboards(look, data, query)


def _dashboards(look: Look, data: DashboardListing | None, query: str) -> Iterator[str]:
    cite = look.cite("dashboards")
    about = f" about {code(query, 60)}" if query else ""
    if data is None:
        yield "**The dashboards could not be read.**\n\n"
    elif not data.items:
        yield f"**There is no dashboard{about}.**{cite}\n\n"
        for hint in data.hints[:1]:
            yield f"{plain(hint, 200)}{cite}\n\n"
    else:
        amount = len(data.items)
        yield f"**{amount} dashboard{'s' if amount != 1 else ''}{about}**{cite}\n"
        for hit in data.items[:SHOWN]:
            folder = f" in {plain(hit.folder, 60)}" if hit.folder else ""
            uid = hit.uid if stays_one_word(hit.uid) else "<uid>"
            command = f"`sre dashboards show {uid}`"
            yield f"- {plain(hit.title, 100)}{folder} ({command}){cite}\n"
        yield "\n"
        detail = look.found.get("dashboard")
        panels = detail.data(DashboardDetail) if detail is not None else None
        if detail is not None and panels is not None and panels.items:
            titles = names([plain(panel.title, 60) for panel in panels.items if panel.title], 10)
            yield f"Its panels: {titles}.{detail.cite}\n\n"
    yield from gaps(look)


async def tell_runbook(look: Look) -> Iterator[str]:
    """What the runbooks say about it."""
    section = _wanted_section(look.question.folded)
    found = await look.ask(runbook=runbook_call(look.question.text, section))
    data = found["runbook"].data(RunbookMatches)
    return _runbook(look, data)


def _runbook(look: Look, data: RunbookMatches | None) -> Iterator[str]:
    found = look.found["runbook"]
    steps = steps_of(found, _wanted_section(look.question.folded), own=own_here(look))
    if steps is None or data is None:
        yield f"**No runbook or document says anything about this.**{found.cite}\n\n"
        yield from gaps(look)
        return
    heading = plain(steps.heading or "on this")
    yield f"**{plain(steps.title)}** has a section {heading}{steps.cite}:\n\n"
    yield "".join(f"{n}. {item}\n" for n, item in enumerate(steps.items, 1)) + "\n"
    yield f"The whole of it: `sre runbooks show {steps.id}`\n\n"
    others = list(dict.fromkeys(one.title for one in data.items if one.id != steps.id))
    if others:
        yield f"Near to it: {names([plain(one, 80) for one in others[:3]])}.{found.cite}\n\n"
    yield from gaps(look)


def _wanted_section(folded: str) -> str:
    for words, section in (
        (r"\b(check|find out|see|tell|know|prüfe\w*|diagnose)\b", "checks"),
        (r"\b(verify|sure|confirm|test)\b", "verify"),
        (r"\b(why|cause|causes|ursache\w*)\b", "causes"),
        (r"\b(prevent|avoid|verhinder\w*)\b", "prevent"),
    ):
        if re.search(words, folded):
            return section
    return "fix"

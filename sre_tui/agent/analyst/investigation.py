"""Gathers what is wrong: sweeps over all signals, telling log lines, alerts, targets, changes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sre_tui.agent.analyst.alert_findings import from_alerts
from sre_tui.agent.analyst.calls import Call, Found
from sre_tui.agent.analyst.details import detail_calls
from sre_tui.agent.analyst.findings import Finding, from_sweep, from_targets
from sre_tui.agent.analyst.log_findings import from_changes, from_patterns
from sre_tui.agent.analyst.log_lines import search_pattern
from sre_tui.agent.analyst.look import Look, window_arguments
from sre_tui.agent.analyst.matchers import stream_selector
from sre_tui.agent.analyst.own_evidence import calls_for, calls_for_kind, first_calls, from_own
from sre_tui.agent.analyst.ranking import Diagnosis, Hypothesis, diagnose
from sre_tui.agent.analyst.runbook_steps import fix_call, runbook_call
from sre_tui.agent.analyst.signals import BY_ID, SIGNALS, Unit
from sre_tui.agent.analyst.sweep import missing, sweeps
from sre_tui.agent.analyst.wording import names
from sre_tui.diagnosis.language.topics import Topic
from sre_tui.tools.arguments import format_window
from sre_tui.tools.loki_data import LogChanges, PatternListing
from sre_tui.tools.prometheus_data import SeriesListing
from sre_tui.views.human import count

SWEPT_SERIES: Final = 300
POINTS: Final = 120
LONGEST: Final = timedelta(days=7)
LEAST: Final = timedelta(hours=6)
CHANGE_WINDOW: Final = timedelta(minutes=30)
_NAMES: Final = {
    Unit.RATIO: "ratios", Unit.COUNT: "counts", Unit.SECONDS: "times", Unit.CELSIUS: "heat",
}  # fmt: skip


@dataclass
class Investigation:
    """What was found, ranked."""

    diagnosis: Diagnosis
    findings: list[Finding] = field(default_factory=list)
    details: dict[str, Found] = field(default_factory=dict)
    runbook: Found | None = None
    start: datetime | None = None
    checked: list[str] = field(default_factory=list)
    """What was looked at and found in order, in words with citations."""

    @property
    def cause(self) -> Hypothesis | None:
        """The likeliest cause that is more than a guess."""
        causes = self.diagnosis.causes
        return causes[0] if causes and causes[0].confidence != "weak" else None


def scope_of(look: Look) -> tuple[datetime, datetime]:
    """The window to look at: the question's, with time before it to see the beginning."""
    scope = look.question.scope
    end = look.now if look.now - scope.end < timedelta(days=1) else scope.end
    start = scope.start - timedelta(hours=1) if scope.said else scope.start
    start = min(start, end - LEAST)
    return max(start, end - LONGEST), end


async def investigate(look: Look, *, follow_up: bool = True) -> Investigation:
    """Look everywhere at once, rank what was found, then look closer at the likeliest cause.

    Args:
        look: the question.
        follow_up: whether to ask for details, changes and the runbook of the cause.
    """
    await look.discover("identity", "targets", "alerts", "logs")
    look.note_missing_backends("prometheus", "grafana", "loki")
    start, end = scope_of(look)
    await _sweep(look, start, end)
    findings = _findings(look)
    topics = look.question.topics
    made = Investigation(_ranked(look, findings), findings, start=start)
    if follow_up:
        await _follow_up(look, made, topics)
    made.checked = _checked(look, made)
    return made


async def _sweep(look: Look, start: datetime, end: datetime) -> None:
    window = window_arguments(end - start, end, look.now)
    step = max(60, round((end - start).total_seconds() / POINTS))
    known = look.inventory.metrics
    calls: dict[str, Call] = {}
    wanted = [
        signal
        for signal in SIGNALS
        if not signal.asked or set(signal.topics) & set(look.question.topics)
    ]
    for unit, query in sweeps(wanted, known).items():
        calls[f"sweep_{_NAMES[unit]}"] = Call(
            "prometheus_range_query",
            {"query": query, **window, "step": f"{step}s", "limit": SWEPT_SERIES},
        )
    pattern = search_pattern().replace("\\", "\\\\").replace('"', '\\"')
    calls["lines"] = Call(
        "loki_patterns", {"query": f'{look.all_streams()} |~ "{pattern}"', **window, "limit": 200}
    )
    calls |= first_calls(look)
    own = _own_streams(look)
    if own:
        calls["own_lines"] = Call(
            "loki_patterns", {"query": own, **window, "level": "warning", "limit": 40}
        )
    await look.ask(**calls)


def _own_streams(look: Look) -> str:
    """A selector for the logs of what the question names; empty if it names nothing with logs."""
    known = look.inventory.services
    services = [name for name in look.focus.services if name in known]
    if not services:
        return ""
    return stream_selector(look.inventory.service_label, services)


def _findings(look: Look) -> list[Finding]:
    inventory = look.inventory
    found: list[Finding] = []
    for name, one in look.found.items():
        listing = one.data(SeriesListing) if name.startswith("sweep") else None
        if listing is not None:
            found += from_sweep(listing, one.id, inventory)
        patterns = one.data(PatternListing) if name in ("lines", "own_lines") else None
        if patterns is not None:
            found += from_patterns(patterns.items, one.id, inventory, patterns.start, look.now)
        changes = one.data(LogChanges) if name == "changes" else None
        if changes is not None:
            found += from_changes(changes.items, one.id, inventory)
    targets = look.found.get("targets")
    if targets is not None and not any(one.signal == "target_up" for one in found):
        found += from_targets(inventory.targets, targets.id, inventory)
    alerts = look.found.get("alerts")
    if alerts is not None:
        found += from_alerts(inventory.alerts, alerts.id, inventory)
    found += from_own(look)
    return _within(found, look)


def _within(findings: Sequence[Finding], look: Look) -> list[Finding]:
    """Without what is over and was not yet there at the time the question names."""
    scope = look.question.scope
    if scope.moment is None:
        return list(findings)
    late = scope.moment + timedelta(hours=1)
    return [one for one in findings if one.onset is None or one.onset <= late]


def _ranked(look: Look, findings: Sequence[Finding]) -> Diagnosis:
    return diagnose(
        findings,
        look.inventory,
        look.focus,
        look.question.topics,
        look.question.scope.moment,
        own_only=asks_whether_up(look) or asks_whether_fine(look),
    )


_UP: Final = re.compile(
    r"^(?:is|are|ist|sind|was|were)\b.*\b(?:down|up|running|reachable|offline|online|broken|dead|"
    r"alive|available|unavailable|erreichbar|kaputt|tot|weg|ausgefallen)\b(?<!backed up)"
)


def asks_whether_up(look: Look) -> bool:
    """Whether the question is if something named is up."""
    return bool(look.focus.named and _UP.match(look.question.folded))


_FINE: Final = re.compile(
    r"^(?:is|are|ist|sind|how is|how are|how's|hows)\b.*\b(?:ok|okay|fine|healthy|well|all ?right|"
    r"good|doing|gut|ordnung|gesund)\b"
)


def asks_whether_fine(look: Look) -> bool:
    """Whether the question is if something named is well."""
    return bool(look.focus.named and _FINE.match(look.question.folded))


async def ask_backends(look: Look, made: Investigation, kind: str) -> None:
    """Let the backends that know this kind of trouble themselves speak, and rank again."""
    found = await look.ask(**calls_for_kind(look, kind))
    if any(one.ok for one in found.values()):
        made.findings = _findings(look)
        made.diagnosis = _ranked(look, made.findings)


async def _follow_up(look: Look, made: Investigation, topics: Sequence[Topic]) -> None:
    cause = made.cause
    calls: dict[str, Call] = {}
    onset = cause.onset if cause is not None else look.question.scope.moment
    if onset is not None and look.now - onset < LONGEST and (cause is None or not cause.open_start):
        calls["changes"] = Call("loki_correlate_changes", _changes_arguments(look, cause, onset))
    if cause is not None:
        calls |= calls_for(look, cause)
        calls |= detail_calls(cause, look)
        calls["runbook"] = fix_call(cause.kind.runbook)
    elif look.focus.named or topics:
        calls["runbook"] = runbook_call(look.question.text, "checks")
    room = look.caller.left
    order = sorted(
        calls,
        key=lambda name: (name != "runbook", not name.startswith("own_"), name == "changes"),
    )
    found = await look.ask(**{name: calls[name] for name in order[:room]})
    made.details = {name: one for name, one in found.items() if name.startswith("detail")}
    made.runbook = found.get("runbook")
    if any(name == "changes" or name.startswith("own_") for name in found if found[name].ok):
        made.findings = _findings(look)
        made.diagnosis = _ranked(look, made.findings)


def _changes_arguments(look: Look, cause: Hypothesis | None, onset: datetime) -> dict[str, object]:
    arguments: dict[str, object] = {
        "around": onset.isoformat(), "window": format_window(CHANGE_WINDOW),
    }  # fmt: skip
    hosts = list(dict.fromkeys([*([cause.subject.host] if cause else []), *look.focus.hosts]))
    hosts = [host for host in hosts if host]
    if hosts and look.inventory.host_label:
        arguments["selector"] = stream_selector(look.inventory.host_label, hosts)
    return arguments


def _checked(look: Look, made: Investigation) -> list[str]:
    lines: list[str] = []
    alerts = look.found.get("alerts")
    if alerts is not None and alerts.ok:
        active = [one for one in look.inventory.alerts if one.state.active and not one.silenced]
        lines.append(
            f"{look.caller.counted(count(len(active), 'active alert'))}{alerts.cite}"
            if active
            else f"no active alerts{alerts.cite}"
        )
    targets = look.found.get("targets")
    if targets is not None and targets.ok:
        down = sum(one.health == "down" for one in look.inventory.targets)
        total = len(look.inventory.targets)
        every = look.caller.counted(count(total, "scrape target"))
        lines.append(
            f"{look.caller.counted(f'{down} of {total}')} scrape targets down{targets.cite}"
            if down
            else f"{'all ' if total > 1 else ''}{every} up{targets.cite}"
        )
    swept = [name for name in look.found if name.startswith("sweep") and look.found[name].ok]
    if swept:
        cites = "".join(look.cite(name) for name in swept)
        beyond = [BY_ID[one.signal] for one in made.findings if one.signal]
        kinds = names(sorted({signal.kind.replace("_", " ") for signal in beyond}), 4)
        lines.append(
            f"metrics beyond their threshold: {kinds}{cites}"
            if beyond
            else f"no metric beyond its threshold{cites}"
        )
    if "lines" in look.found and look.found["lines"].ok:
        data = look.found["lines"].data(PatternListing)
        amount = data.lines if data is not None else 0
        lines.append(
            f"{amount} telling log lines{look.cite('lines')}"
            if amount
            else f"no telling log lines{look.cite('lines')}"
        )
    absent = missing(SIGNALS, look.inventory.metrics)
    if look.inventory.metrics is not None and absent and not look.inventory.metrics:
        look.note_gap("none of the metrics the analyst knows exist in this Prometheus")
    return lines

"""Investigates: reads everything at once, and says what is wrong, since when, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from providers.collector import uncollected
from providers.reading import State
from sre_tui.diagnosis.asked import Asked, find_asked
from sre_tui.diagnosis.causes.focus import Focus
from sre_tui.diagnosis.causes.hypothesis import Hypothesis
from sre_tui.diagnosis.causes.model import Investigation, Step, Verdict
from sre_tui.diagnosis.causes.rank import Ranked, Ranking, is_meant, rank
from sre_tui.diagnosis.causes.words import cause_of, impact_of
from sre_tui.diagnosis.checks.check import Check, Limits
from sre_tui.diagnosis.checks.registry import all_checks, all_queries
from sre_tui.diagnosis.checks.run import CheckReport, declared_limits, run_checks
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.own_names import own_names
from sre_tui.diagnosis.patterns.load import Patterns, bundled
from sre_tui.diagnosis.patterns.pattern import Help
from sre_tui.diagnosis.picture.gather import WINDOW, Wanted, take_picture
from sre_tui.diagnosis.picture.picture import MetricQuery, Picture
from sre_tui.diagnosis.signs.addresses import with_owners
from sre_tui.diagnosis.signs.alerts import (
    NO_TROUBLE,
    active_alerts,
    from_alerts,
    no_trouble_text,
    unconfirmed_text,
)
from sre_tui.diagnosis.signs.lines import from_lines
from sre_tui.diagnosis.signs.measured import refuted
from sre_tui.diagnosis.signs.outside import told_apart
from sre_tui.diagnosis.signs.unexplained import unexplained
from sre_tui.diagnosis.sources import Sources
from sre_tui.diagnosis.steps import steps_of
from sre_tui.diagnosis.subject import Subject
from sre_tui.diagnosis.timeline.around import events_around
from sre_tui.diagnosis.timeline.shifts import shift_queries
from sre_tui.diagnosis.topology.build import build_topology
from sre_tui.diagnosis.topology.graph import Topology
from sre_tui.diagnosis.topology.names import MACHINES
from sre_tui.views.human import ago, count

MOST_CAUSES: Final = 5
MOST_ELSEWHERE: Final = 5
MOST_SYMPTOMS: Final = 8
MOST_HELPED: Final = 3
"""Causes for which steps are told."""
_POSSIBLE: Final = 0.15
"""Confidence below which a hypothesis is not worth telling."""
_WORTH_TELLING: Final = 0.3
"""Confidence from which on possible trouble elsewhere is told where there is nothing else."""
ALERT_NOISE: Final = "alert_noise"
"""Pattern of alerts that flap, or that nobody deals with."""
_TITLES: Final = {
    "prometheus": "Prometheus", "grafana": "Grafana", "loki": "Loki", "proxmox": "Proxmox VE",
    "pbs": "Proxmox Backup Server", "truenas": "TrueNAS",
}  # fmt: skip
_LimitsOf = Callable[[Check, Subject | None], Limits | None]


@dataclass(frozen=True)
class Knowledge:
    """What the diagnosis knows beside the picture.

    Attributes:
        patterns: what brings about what.
        checks: what is looked for.
        limits: from where on it is wrong.
        queries: the values that the checks need.
    """

    patterns: Patterns = field(default_factory=bundled)
    checks: tuple[Check, ...] = field(default_factory=all_checks)
    limits: _LimitsOf = declared_limits
    queries: tuple[MetricQuery, ...] = field(default_factory=all_queries)


@dataclass(frozen=True)
class Insight:
    """A picture with all that was found in it."""

    picture: Picture
    topology: Topology
    report: CheckReport
    findings: tuple[Finding, ...]


async def look(
    sources: Sources, end: datetime, *, window: timedelta = WINDOW, knowledge: Knowledge
) -> Insight:
    """Read every backend at once and find everything that is wrong.

    Args:
        sources: clients of the configured backends.
        end: the moment to look at.
        window: how far to look back from it.
        knowledge: what to look for.
    """
    wanted = Wanted(
        end=end,
        start=end - window,
        queries=(*knowledge.queries, *shift_queries(end - window, end)),
        lines=knowledge.patterns.search(),
    )
    return understand(await take_picture(sources, wanted), knowledge)


def understand(picture: Picture, knowledge: Knowledge) -> Insight:
    """Find everything that is wrong in a picture."""
    with uncollected():
        return _understood(picture, knowledge)


def _understood(picture: Picture, knowledge: Knowledge) -> Insight:
    topology = build_topology(picture)
    report = run_checks(knowledge.checks, picture, topology, knowledge.limits, knowledge.patterns)
    findings = (
        *report.findings,
        *from_alerts(active_alerts(picture), knowledge.patterns, topology, picture.start),
        *from_lines(picture, knowledge.patterns, topology),
        *unexplained(picture, knowledge.patterns, topology),
    )
    apart = refuted(with_owners(told_apart(findings, topology), topology), picture, topology)
    return Insight(picture, topology, report, tuple(apart))


def investigate(
    insight: Insight,
    text: str,
    knowledge: Knowledge,
    moment: datetime | None = None,
    now: datetime | None = None,
) -> Investigation:
    """Answer what is wrong with what a text is about.

    Args:
        insight: what was read and found.
        text: the name of an alert, guest, pool or anything else, or free words; empty for all.
        knowledge: what brings about what.
        moment: the time that is asked about, if any.
        now: from when ages are counted; from the end of the picture by default.
    """
    picture, topology = insight.picture, insight.topology
    asked = find_asked(text, topology, active_alerts(picture), knowledge.patterns)
    kinds = asked.kinds(knowledge.patterns)
    named = asked.named_kinds(knowledge.patterns)
    focus = Focus.on(
        asked.subjects, topology, kinds=kinds, named_kinds=named, topics=asked.topics,
        moment=moment, manner=asked.manner, said=text.casefold().split(),
    )  # fmt: skip
    findings = [one for one in insight.findings if _in_time(one, moment)]
    away = {one.partition(":")[0] for one in _troubled(picture)}
    ranking = rank(findings, topology, focus, knowledge.patterns, away=away)
    counted = now or picture.now
    return _written(insight, text, asked, focus, ranking, knowledge.patterns, counted)


def _in_time(finding: Finding, moment: datetime | None) -> bool:
    """What is over, or began later, has nothing to do with the time that is asked about."""
    if moment is None:
        return True
    return finding.since is None or finding.since <= moment + timedelta(hours=1)


def _written(
    insight: Insight,
    text: str,
    asked: Asked,
    focus: Focus,
    ranking: Ranking,
    patterns: Patterns,
    now: datetime,
) -> Investigation:
    picture = insight.picture
    named = [one for one in ranking.causes if one.confidence >= _POSSIBLE][:MOST_CAUSES]
    causes = tuple(cause_of(one, _rivals(one, named), meant=is_meant(one, focus)) for one in named)
    confirmed = ranking.confirmed
    symptoms = _symptoms(ranking, named)
    sure = [one for one in ranking.elsewhere if one.confirmed][:MOST_ELSEWHERE]
    elsewhere = sure or _last_resort(ranking, named)
    found = bool(named or any(_is_trouble(one) for one in symptoms) or elsewhere)
    verdict = _verdict(insight, confirmed, found, bool(sure))
    aside = {
        "unconfirmed": lambda: _mere_alerts(insight, asked, named),
        "nothing_wrong": lambda: no_trouble_text(
            [one for one in symptoms if one.kind == NO_TROUBLE]
        ),
    }.get(verdict, lambda: _limits_of_sight(insight))()
    since = min((one.since for one in causes if one.since and one.confirmed), default=None)
    return Investigation(
        asked=text,
        focus=asked.subjects,
        verdict=verdict,
        headline=_headline(verdict, confirmed or sure, asked, now, aside),
        window_start=picture.start,
        window_end=picture.now,
        since=since,
        impact=tuple(impact_of(confirmed or named[:1])),
        causes=causes,
        symptoms=tuple(symptoms),
        elsewhere=tuple(cause_of(one) for one in elsewhere),
        timeline=events_around(
            picture, insight.topology, insight.findings, patterns, _subjects(confirmed or named)
        ),
        steps=tuple(_steps(confirmed or named[:1], insight.picture, insight.topology)),
        checked=tuple(_checked(insight)),
        not_checked=tuple(_not_checked(insight, asked)),
    )


def _rivals(one: Ranked, named: Sequence[Ranked]) -> list[Ranked]:
    """Causes that explain the same as this one."""
    own = set(one.hypothesis.effects)
    return [other for other in named if other is not one and own & set(other.hypothesis.effects)]


def _last_resort(ranking: Ranking, named: Sequence[Ranked]) -> list[Ranked]:
    """What may be wrong elsewhere, where nothing else is to be told."""
    if named:
        return []
    return [one for one in ranking.elsewhere if one.confidence >= _WORTH_TELLING][:1]


def _symptoms(ranking: Ranking, named: Sequence[Ranked]) -> list[Finding]:
    known = {id(one.hypothesis) for one in named}
    found = [finding for one in ranking.symptoms for finding in one.findings[:1]]
    found += [
        finding
        for one in ranking.causes
        if id(one.hypothesis) not in known
        for finding in one.hypothesis.findings[:1]
        if finding.severity is not Severity.NOTE
    ]
    return sorted(found, key=lambda one: one.order)[:MOST_SYMPTOMS]


def _is_trouble(symptom: Finding) -> bool:
    """Whether it is wrong by itself: not what only says something of the alerts."""
    return symptom.kind != NO_TROUBLE and not (
        symptom.kind == ALERT_NOISE and symptom.severity is Severity.NOTE
    )


def _verdict(
    insight: Insight, confirmed: Sequence[Ranked], anything: bool, elsewhere: bool
) -> Verdict:
    if len(confirmed) > 1:
        return "several"
    if confirmed:
        return "cause"
    picture = insight.picture
    telling = (picture.sweeps, picture.alerts, picture.inventory, picture.pools)
    if not any(part.seen for part in telling):
        return "blind"
    if elsewhere:
        return "elsewhere"
    if anything:
        return "unconfirmed"
    return "unknown" if _limits_of_sight(insight) else "nothing_wrong"


def _limits_of_sight(insight: Insight) -> str:
    """What could not be looked at although it is configured; empty if everything could."""
    report = insight.report
    if report.blind:
        every = len(report.ran) + len(report.blind)
        return f"{len(report.blind)} of {count(every, 'check')} could not look"
    silent = [one.source for one in insight.picture.sources() if not one.state.has_data]
    return f"{', '.join(silent)} gave no answer" if silent else ""


def _mere_alerts(insight: Insight, asked: Asked, named: Sequence[Ranked]) -> str:
    """The conclusion where nothing but alerts tells of trouble; empty if something else does."""
    if any(one.confidence >= _WORTH_TELLING for one in named) or insight.report.blind:
        return ""
    if any(
        one.active and not one.diagnostic and one.check != "alerts" and _is_trouble(one)
        for one in insight.findings
    ):
        return ""
    alerts = [
        one
        for one in insight.findings
        if one.check == "alerts" and one.severity is not Severity.NOTE and one.kind != NO_TROUBLE
    ]
    if not alerts:
        return ""
    about = " and ".join(str(one) for one in asked.subjects[:3]) or "the homelab"
    return f"nothing wrong was found with {about}; {unconfirmed_text(alerts)}."


def _headline(
    verdict: Verdict, confirmed: Sequence[Ranked], asked: Asked, now: datetime, aside: str
) -> str:
    about = " and ".join(str(one) for one in asked.subjects[:3]) or "the homelab"
    match verdict:
        case "cause":
            return f"{_claimed(confirmed[0], now)}."
        case "several":
            claims = "; ".join(_claimed(one, now) for one in confirmed[:3])
            return f"{count(len(confirmed), 'independent cause')}: {claims}."
        case "elsewhere":
            claims = "; ".join(_claimed(one, now) for one in confirmed[:2])
            return f"no cause was found for trouble with {about}; elsewhere: {claims}."
        case "unconfirmed":
            return aside or f"something is wrong with {about}, but no cause is certain."
        case "nothing_wrong":
            return f"nothing wrong was found with {about}{f'; {aside}' if aside else ''}."
        case "unknown":
            return f"nothing wrong was found with {about}, but {aside}."
        case "blind":
            return f"too little could be read to say anything of {about}."


def _claimed(one: Ranked, now: datetime) -> str:
    hypothesis = one.hypothesis
    since = hypothesis.known_since
    if since is None:
        return hypothesis.claim
    before = " or before" if hypothesis.open_start else ""
    # The age is that of the minute shown, so that a later look at the same gives no other.
    age = ago(since.replace(second=0, microsecond=0), now)
    return f"{hypothesis.claim} since {since:%Y-%m-%d %H:%M} UTC ({age}){before}"


def _subjects(causes: Sequence[Ranked]) -> list[Subject]:
    """What the causes are about, and what they bring about."""
    return [
        hypothesis.subject
        for one in causes
        for hypothesis in (one.hypothesis, *one.hypothesis.effects)
    ]


def _help(hypothesis: Hypothesis) -> Help:
    return hypothesis.pattern.help_for(hypothesis.subject.kind)


def _steps(causes: Sequence[Ranked], picture: Picture, topology: Topology) -> Iterator[Step]:
    machines = [one for kind in MACHINES for one in topology.subjects(kind)]
    guests = [guest for each in picture.inventory for guest in each.guests]
    told: set[str] = set()
    helped = [one.hypothesis for one in causes[:MOST_HELPED] if _help(one.hypothesis).runbook]
    for one in helped:
        # How it came about tells more exactly what helps.
        known = next((_help(each) for each in one.mechanisms if _help(each).fix), _help(one))
        effects = [effect.subject for effect in one.effects]
        own = own_names(one.subject, effects, guests, machines)
        if one.interface:
            own["interface"] = one.interface
        fix = steps_of(known.runbook, "Fix", 3, known.fix, own)
        looks = 2 if one is helped[0] or not fix else 1
        for step in (*steps_of(known.runbook, "Checks", looks, own=own), *fix):
            if step.text in told:
                continue
            told.add(step.text)
            whose = f"{one.subject}: " if len(helped) > 1 and step.heading == "Fix" else ""
            yield step.model_copy(update={"text": f"{whose}{step.text}"})


def _checked(insight: Insight) -> Iterator[str]:
    picture, report = insight.picture, insight.report
    yield f"{count(len(report.ran), 'check')} ran"
    if picture.alerts.seen:
        yield f"{count(len(active_alerts(picture)), 'alert')} firing or pending"
    targets = [target for several in picture.targets for target in several]
    if targets:
        down = sum(target.health == "down" for target in targets)
        yield f"{len(targets) - down} of {count(len(targets), 'scrape target')} up"
    guests = [guest for each in picture.inventory for guest in each.guests if not guest.template]
    if guests:
        running = sum(guest.status == "running" for guest in guests)
        yield f"{running} of {count(len(guests), 'guest')} running"


def _troubled(picture: Picture) -> list[str]:
    return [one.source for one in picture.sources() if one.state is not State.OK]


def _not_checked(insight: Insight, asked: Asked) -> Iterator[str]:
    for word, near in (asked.unknown or {}).items():
        close = f"; did you mean {' or '.join(near[:2])}?" if near else ""
        yield f"nothing here is called {word}{close}"
    sources = insight.picture.sources()
    for one in sources:
        if one.state is not State.OK:
            state = one.state.value.replace("_", " ")
            yield f"{one.source} is {state}: {one.detail}"
    configured = {one.source.partition(":")[0] for one in sources}
    for backend, title in _TITLES.items():
        if backend not in configured:
            yield f"{title} is not configured"

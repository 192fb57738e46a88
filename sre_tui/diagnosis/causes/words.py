"""Turns ranked hypotheses into causes with their arguments, effects and what would confirm them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from sre_tui.diagnosis.causes.hypothesis import STREAM, Hypothesis
from sre_tui.diagnosis.causes.model import Argument, Cause, Effect, EffectCount
from sre_tui.diagnosis.causes.rank import Ranked
from sre_tui.diagnosis.finding import Finding
from sre_tui.diagnosis.own_names import is_for_other_machines, stays_one_word
from sre_tui.diagnosis.patterns.pattern import Reach
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.names import MACHINES
from sre_tui.views.human import count, duration

MOST_ARGUMENTS: Final = 6
MOST_EFFECTS: Final = 12
MOST_SHOWING: Final = 2
_SLOT: Final = re.compile(r"'\{(?P<quoted>\w+)\}'|\{(?P<bare>\w+)\}|\{\{|\}\}")
_CLOSE: Final = timedelta(minutes=1)
_COPIES: Final = (SubjectKind.REPLICATION,)
"""What either Proxmox VE or a NAS has, and is asked for with other tools there."""


def cause_of(ranked: Ranked, rivals: Sequence[Ranked] = (), *, meant: bool = False) -> Cause:
    """The cause in words.

    Args:
        ranked: the hypothesis.
        rivals: other causes of the same trouble, which speak against it.
        meant: whether just this is asked of.
    """
    one = ranked.hypothesis
    felt = _felt(one)
    told = _some_of_each(felt)
    return Cause(
        kind=one.pattern.id,
        subject=one.subject,
        claim=one.claim,
        how=tuple(each.pattern.id for each in one.mechanisms),
        confidence=round(ranked.confidence, 2),
        severity=one.severity,
        meant=meant,
        since=one.known_since,
        open_start=one.open_start,
        active=one.active or _lasts_in_effects(one),
        speaks_for=tuple(_for(one))[:MOST_ARGUMENTS],
        speaks_against=tuple(_against(one, rivals)),
        would_confirm=tuple(_confirming(one)),
        effects=tuple(_effect(each, one.effects[each]) for each in told),
        effects_total=len(felt),
        effect_counts=tuple(_counts(felt, told)),
        runbook=one.pattern.help_for(one.subject.kind).runbook,
    )


def _for(one: Hypothesis) -> Iterator[Argument]:
    for finding in _telling(one.findings):
        yield Argument(text=finding.text, evidence=finding.evidence)
    later = [
        effect for effect in one.effects
        if one.since is not None and effect.since is not None and effect.since - one.since > _CLOSE
    ]  # fmt: skip
    if later and one.since is not None:
        first = min(later, key=lambda each: each.order)
        assert first.since is not None
        gap = duration((first.since - one.since).total_seconds())
        yield Argument(text=f"it began {gap} before {first.subject} was affected ({first.claim})")
    if len(felt := _felt(one)) > 1:
        hosts = sorted({effect.subject.host or effect.subject.name for effect in felt})
        yield Argument(
            text=f"it explains {count(len(felt), 'other finding')}, on "
            f"{', '.join(hosts[:4])}{' and more' if len(hosts) > 4 else ''}"
        )


def _lasts_in_effects(one: Hypothesis) -> bool:
    """Whether the very thing still suffers from it: a disk that stopped growing when it was full.

    So does a page whose certificate could not be renewed and has expired.
    """
    return any(
        effect.active and not effect.refuted and effect.subject == one.subject
        for effect in one.effects
    )


def _telling(findings: Sequence[Finding]) -> list[Finding]:
    """One finding of each text, those with figures first, alerts last."""
    found: dict[str, Finding] = {}
    ordered = sorted(
        findings, key=lambda one: (one.check == "alerts", one.check == "logs", one.severity.rank)
    )
    for finding in ordered:
        found.setdefault(finding.text, finding)
    return list(found.values())


def _against(one: Hypothesis, rivals: Sequence[Ranked]) -> Iterator[Argument]:
    if one.refuted:
        yield Argument(text="what is read now does not show it")
    elif not one.active and not _lasts_in_effects(one):
        rest = "what it brought about lasts" if any(e.active for e in one.effects) else (
            "nothing of it lasts"
        )  # fmt: skip
        yield Argument(text=f"it is over, and {rest}")
    if len(one.witnesses) == 1 and not one.stated:
        only = next(iter(one.witnesses))
        yield Argument(text=f"only one kind of evidence speaks of it ({only})")
    if one.pattern.reach is not Reach.OWN and not one.effects:
        yield Argument(text="nothing that depends on it shows an effect")
    early = [
        effect for effect in one.effects
        if one.since is not None and effect.since is not None and one.since - effect.since > _CLOSE
        and not one.open_start
    ]  # fmt: skip
    if early and one.since is not None:
        first = min(early, key=lambda each: each.order)
        assert first.since is not None
        gap = duration((one.since - first.since).total_seconds())
        yield Argument(text=f"this was seen {gap} before it: {first.claim}")
    for rival in rivals:
        if rival.hypothesis is not one and rival.confidence > 0.3:
            yield Argument(text=f"{rival.hypothesis.claim} may be the cause as well")
            return


def _confirming(one: Hypothesis) -> Iterator[str]:
    stream = one.stream or (
        f'{{hostname="{one.subject.host}"}}' if one.subject.kind in MACHINES else ""
    )
    machine = {"nas" if one.subject.host else "node": ""} if one.subject.kind in _COPIES else {}
    told = [
        command_about(template, one.subject, interface=one.interface, stream=stream)
        for template in one.pattern.help_for(one.subject.kind).confirm
        # Where lines of it stand is known only by one that was found.
        if not is_for_other_machines(template, machine) and (stream or "{stream}" not in template)
    ]
    yield from told
    shown = [
        (evidence.kind, f"sre {evidence.command}")
        for finding in one.findings
        for evidence in finding.evidence
        if evidence.command and evidence.kind != "alert"
    ]
    # What a thing says of itself settles more than a figure, or a line that somebody wrote.
    own = [command for kind, command in shown if kind == "api"]
    every = dict.fromkeys(own or [command for _, command in shown][:1])
    new = [one for one in every if not any(known.startswith(one) for known in told)]
    yield from new[:MOST_SHOWING]


def command_about(template: str, about: Subject, *, interface: str = "", stream: str = "") -> str:
    """A command about a subject; a name that is more than a word of a shell is not put in.

    Args:
        template: with ``{subject}``, ``{host}`` or ``{name}``, the last perhaps in single quotes,
            ``{interface}`` or ``{stream}``.
        about: the subject.
        interface: its network interface; empty if that is not known.
        stream: selector of the log stream that tells of it.
    """
    own = {
        "interface": interface,
        "subject": about.name,
        "host": about.host or about.name,
        "name": about.own_name,
    }

    def put(match: re.Match[str]) -> str:
        slot = match["quoted"] or match["bare"]
        if slot is None:
            return match.group()[0]
        if slot == "stream":
            return stream if STREAM.fullmatch(stream) else "<stream>"
        name = own[slot]
        if stays_one_word(name):
            return match.group().replace(f"{{{slot}}}", name)
        unknown = slot if slot in ("host", "interface") else about.kind.value
        # Markdown has no backtick within code, so what is quoted must do without it as well.
        keeps = match["quoted"] and not set(name) & set("`'")
        return f"'{name}'" if keeps else f"<{unknown}>"

    return _SLOT.sub(put, template)


def _felt(one: Hypothesis) -> list[Hypothesis]:
    """What it brought about, the nearest that still lasts first; not what is read to be well."""
    felt = [effect for effect in one.effects if not effect.refuted]
    return sorted(felt, key=lambda each: (not each.active, one.effects[each], each.order))


def _sort_of(effect: Hypothesis) -> tuple[str, SubjectKind]:
    return effect.pattern.id, effect.subject.kind


def _some_of_each(felt: Sequence[Hypothesis]) -> list[Hypothesis]:
    """As many as are told, so that each kind is among them before one has many."""
    firsts = {_sort_of(effect): effect for effect in reversed(felt)}
    chosen = [effect for effect in felt if firsts[_sort_of(effect)] is effect][:MOST_EFFECTS]
    rest = [effect for effect in felt if effect not in chosen]
    chosen += rest[: MOST_EFFECTS - len(chosen)]
    return [effect for effect in felt if effect in chosen]


def _counts(felt: Sequence[Hypothesis], told: Sequence[Hypothesis]) -> Iterator[EffectCount]:
    totals = Counter(_sort_of(effect) for effect in felt)
    for kind, of in dict.fromkeys(_sort_of(effect) for effect in told):
        yield EffectCount(kind=kind, of=of, total=totals[kind, of])


def _effect(effect: Hypothesis, steps: int) -> Effect:
    return Effect(
        kind=effect.pattern.id,
        subject=effect.subject,
        text=effect.claim,
        since=effect.since,
        active=effect.active,
        steps=steps,
        evidence=effect.findings[0].evidence[:1],
    )


_TO_PEOPLE: Final = (
    SubjectKind.SITE, SubjectKind.CONTAINER, SubjectKind.GUEST, SubjectKind.HOST,
    SubjectKind.NODE, SubjectKind.DATASTORE,
)  # fmt: skip


def impact_of(causes: Sequence[Ranked]) -> list[Subject]:
    """What the causes touch, the nearest to people first."""
    touched = {
        effect.subject
        for one in causes
        for effect in one.hypothesis.effects
        if effect.active and effect.subject.kind in _TO_PEOPLE
    }
    return sorted(touched, key=lambda one: (_TO_PEOPLE.index(one.kind), one.name))

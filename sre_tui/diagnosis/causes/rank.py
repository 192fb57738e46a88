"""Which hypotheses are causes, which are effects, and which have nothing to do with it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sre_tui.diagnosis.causes.confidence import (
    certainty,
    confidence,
    doubted,
    features,
    unrivalled,
)
from sre_tui.diagnosis.causes.focus import Focus
from sre_tui.diagnosis.causes.hypothesis import Hypothesis, gather, join_parts, join_shared
from sre_tui.diagnosis.causes.links import FRESH, link
from sre_tui.diagnosis.causes.model import CONFIRMED
from sre_tui.diagnosis.causes.sight import would_tell
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.patterns.load import Patterns
from sre_tui.diagnosis.topology.graph import Topology

DIRECT: Final = 0.6
"""Confidence from which on what the question calls by its own word comes before what is surer."""

MEANT: Final = 0.2
"""Confidence from which on what is just asked of is told before certain trouble elsewhere."""

MEASURING: Final = "prometheus"
"""The backend that shows what is felt of a trouble."""

RIVALLED: Final = 2.5
"""By how much the logarithm of the odds falls of what competes with a likelier cause."""


DEEPER: Final = 2.0
"""By how much the logarithm of the odds falls of what never begins anything; of what mostly does,
hardly at all."""


@dataclass(frozen=True)
class Ranked:
    """A hypothesis with how likely it is the cause of what is asked, which is what it is told by.

    That it holds may be surer: a guest without a backup job is none, however little it has to do
    with the question.
    """

    hypothesis: Hypothesis
    relevance: float

    @property
    def confidence(self) -> float:
        """How sure it is that it holds."""
        return certainty(self.hypothesis, self.relevance)

    @property
    def relevant(self) -> bool:
        """Whether it is likely enough the cause of what is asked."""
        return self.relevance >= CONFIRMED

    @property
    def confirmed(self) -> bool:
        """Whether it is sure enough to be named."""
        return self.confidence >= CONFIRMED


@dataclass(frozen=True)
class Ranking:
    """Hypotheses in order.

    Attributes:
        causes: what nothing else explains, the surest first.
        symptoms: signs that something is wrong which no cause explains.
        elsewhere: causes of trouble that cannot have to do with what is asked.
    """

    causes: tuple[Ranked, ...] = ()
    symptoms: tuple[Hypothesis, ...] = ()
    elsewhere: tuple[Ranked, ...] = ()

    @property
    def confirmed(self) -> tuple[Ranked, ...]:
        """The causes that are sure enough to be named."""
        return tuple(one for one in self.causes if one.confirmed)


def rank(
    findings: Iterable[Finding],
    topology: Topology,
    focus: Focus,
    patterns: Patterns,
    *,
    away: Collection[str] = (),
) -> Ranking:
    """Put findings in order of cause and effect.

    Args:
        findings: everything found, symptoms and diagnostic ones included.
        topology: what stands on what.
        focus: what is asked about.
        patterns: what brings about what.
        away: kinds of backends that could not be read.
    """
    known = join_parts(join_shared(gather(findings, patterns), topology), topology)
    hypotheses = link(known, topology)
    present = {one.pattern.id for one in hypotheses}
    named = focus.named_kinds & present
    # Who calls a trouble by a word of its own asks of it, whatever else that word belongs to.
    blind = MEASURING in away
    focus = replace(focus, named_kinds=named, kinds=focus.kinds | named, blind=blind)
    ranked = sorted(
        (Ranked(one, confidence(features(one, focus, away=away))) for one in hypotheses),
        key=lambda one: _order(one, focus),
    )
    concerned = {id(one) for one in hypotheses if focus.concerns(one)}
    # What is called by its own word is meant, also where the name beside it is of something else.
    called = [
        one for one in hypotheses
        if one.pattern.id in focus.named_kinds and not one.pattern.circumstantial and _begins(one)
    ]  # fmt: skip
    if len(called) > 1:
        called = [one for one in called if focus.stands_on_it(one, topology)]
    if focus.subjects and len(called) == 1:
        concerned.add(id(called[0]))
    roots = [
        one for one in ranked if _begins(one.hypothesis) and not _harmless(one.hypothesis, focus)
    ]
    causes, symptoms, elsewhere = [], [], []
    for one in roots:
        hypothesis = one.hypothesis
        if id(hypothesis) not in concerned:
            if _matters(hypothesis):
                elsewhere.append(one)
        elif hypothesis.pattern.symptom:
            symptoms.append(hypothesis)
        elif focus.subjects and not _may_show(hypothesis, focus):
            elsewhere.append(one)
        else:
            causes.append(one)
    # What is but a fact of little consequence comes behind what is likely to be a cause.
    elsewhere.sort(
        key=lambda one: (
            not focus.fits(one.hypothesis),
            one.hypothesis.pattern.measured and not one.relevant,
            focus.distance(one.hypothesis),
        )
    )
    causes, beside = _compared(causes, focus, away)
    told = (_with_doubt(one, focus) for one in causes)
    return Ranking(tuple(told), tuple(symptoms), (*beside, *elsewhere))


def is_meant(one: Ranked, focus: Focus) -> bool:
    """Whether just this is asked of and is likely enough to be told first.

    It begins something, or is plainly so.
    """
    begins = one.hypothesis.pattern.root >= FRESH or _answers(one, focus)
    called = focus.calls(one.hypothesis) or one.hypothesis.subject in focus.subjects
    return begins and one.confidence >= MEANT and called


def _answers(one: Ranked, focus: Focus) -> bool:
    """Whether it is plainly so, and just what the question calls: by its own word, or by its
    subject and the part of the homelab that it belongs to.
    """
    hypothesis = one.hypothesis
    said = hypothesis.pattern.id in focus.named_kinds
    about = hypothesis.subject in focus.subjects or hypothesis.subject in focus.parts
    plain = hypothesis.stated or hypothesis.shown
    return (
        plain and (said or (about and focus.spoken_of(hypothesis) > 0)) and focus.calls(hypothesis)
    )


def _compared(
    causes: Sequence[Ranked], focus: Focus, away: Collection[str]
) -> tuple[list[Ranked], list[Ranked]]:
    """Causes of what is asked, and trouble near it that the first of them makes needless.

    Of one thing that does not work there is mostly one cause, however sure other trouble is.
    """
    if focus.everything or not causes or not causes[0].relevant:
        return _set_apart(causes, focus)
    first = causes[0]
    if focus.subjects and not would_tell(first.hypothesis, away):
        first = replace(first, relevance=unrivalled(first.relevance))
    kept, beside = [first], []
    felt = focus.feeling(first.hypothesis)
    for one in causes[1:]:
        named = focus.means(one.hypothesis) or focus.feeling(one.hypothesis) - felt
        if one.hypothesis.pattern.id in focus.named_kinds:
            # What is asked for by its own word stands whatever else there is.
            kept.append(one)
        elif named or not one.relevant:
            kept.append(replace(one, relevance=doubted(one.relevance, RIVALLED)))
        else:
            beside.append(one)
    kept[1:] = sorted(kept[1:], key=lambda one: not one.relevant)
    kept, doubtful = _set_apart(kept, focus)
    return kept, [*beside, *doubtful]


def _with_doubt(one: Ranked, focus: Focus) -> Ranked:
    """As sure as what mostly has a cause of its own can be the beginning of anything.

    That none was found does not say that there is none: most of what nobody knows yet shows in such
    links of a chain. What is asked for by its own word is told as itself, whatever lies behind it.
    """
    pattern = one.hypothesis.pattern
    if pattern.id in focus.named_kinds or not one.relevant:
        return one
    return replace(one, relevance=doubted(one.relevance, DEEPER * (1.0 - pattern.root)))


def _set_apart(causes: Sequence[Ranked], focus: Focus) -> tuple[list[Ranked], list[Ranked]]:
    """What may be the cause, and what certainly is so, but hardly the cause of what is asked."""
    if focus.everything:
        return list(causes), []
    apart = [
        one for one in causes if one.confirmed and not one.relevant and not _answers(one, focus)
    ]
    return [one for one in causes if one not in apart], apart


def _may_show(one: Hypothesis, focus: Focus) -> bool:
    """Whether it may be what is complained of: a failed backup makes nothing slow."""
    if one.pattern.id in focus.kinds:
        return True
    return any(focus.fits(each) for each in (one, *one.effects))


def _begins(one: Hypothesis) -> bool:
    """Whether nothing explains it; what people only notice explains nothing but the same."""
    if one.pattern.symptom:
        return not one.explained_by
    return all(each.pattern.symptom for each in one.explained_by)


def _order(one: Ranked, focus: Focus) -> tuple[bool, int, bool, bool, float, tuple[float, str]]:
    """What is sure and about the very thing that is asked comes first, then by confidence.

    Of several troubles of one thing that comes first which belongs to most of what is spoken of:
    who asks whether the NAS gets full means its space. What it has itself comes before what it only
    feels of something else, as neither explains the other.
    """
    hypothesis = one.hypothesis
    needed = DIRECT if focus.named_kinds else CONFIRMED
    said = hypothesis.pattern.id in focus.named_kinds
    told = focus.means(hypothesis) and (said or focus.fits(hypothesis))
    sure = one.relevance >= needed or _answers(one, focus)
    direct = sure and told and not _merely_blamed(hypothesis, focus)
    felt = one.relevant and focus.felt(hypothesis)
    own = felt and bool(focus.subjects) and focus.has(hypothesis)
    spoken = focus.spoken_of(hypothesis) if direct or (felt and focus.subjects) else 0
    return not direct, -spoken, not felt, not own, -one.relevance, hypothesis.order


def _merely_blamed(one: Hypothesis, focus: Focus) -> bool:
    """Whether it is named beside other things, begins hardly anything, and brought about nothing.

    "That exporter is red, did it take the films down?"
    """
    return focus.several and one.pattern.root < FRESH and not one.effects


def _harmless(one: Hypothesis, focus: Focus) -> bool:
    """Whether it is what happens every night, and nothing worse came of it."""
    if not one.pattern.routine or one.pattern.id in focus.named_kinds:
        return False
    return all(each.severity is Severity.NOTE for each in (one, *one.effects))


def _matters(one: Hypothesis) -> bool:
    return not one.pattern.symptom and one.severity is not Severity.NOTE

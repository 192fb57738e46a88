"""What is concluded: causes with their effects, and how sure that is."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from sre_tui.diagnosis.evidence import Evidence
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.timeline.event import Event
from sre_tui.memory.incident import Incident

CONFIRMED: Final = 0.5
"""Confidence from which on a hypothesis is named as the cause."""

Verdict = Literal[
    "cause", "several", "elsewhere", "unconfirmed", "nothing_wrong", "unknown", "blind"
]
"""``elsewhere``: nothing is wrong with what was asked for, but with something else.
``several``: independent causes. ``unconfirmed``: something is wrong, its cause is not certain.
``unknown``: nothing was found, but not everything could be looked at. ``blind``: too little could
be read to say anything."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class Argument(_Model):
    """One thing that speaks for or against a hypothesis."""

    text: str
    evidence: tuple[Evidence, ...] = ()


class Effect(_Model):
    """A finding that a cause explains."""

    kind: str
    subject: Subject
    text: str
    since: AwareDatetime | None = None
    active: bool = True
    steps: int = 0
    """How many dependencies lie between it and the cause."""
    evidence: tuple[Evidence, ...] = ()
    """What shows it first of all."""


class EffectCount(_Model):
    """How many things of one kind have one kind of effect."""

    kind: str
    of: SubjectKind
    total: int


class Cause(_Model):
    """One hypothesis."""

    kind: str
    """Id of the failure pattern."""
    subject: Subject
    claim: str
    """The claim in words: ``disk sdc on nas1 is failing``."""
    how: tuple[str, ...] = ()
    """Ids of the patterns that say how it came about, which the claim tells as well."""
    confidence: float = Field(ge=0.0, le=1.0)
    """How likely the claim is right; among hypotheses of 0.8, about 8 of 10 are."""
    severity: Severity
    meant: bool = False
    """Whether the question names the thing and speaks of this sort of trouble."""
    since: AwareDatetime | None = None
    open_start: bool = False
    """Whether it began before the window that was looked at."""
    active: bool = True
    speaks_for: tuple[Argument, ...] = ()
    speaks_against: tuple[Argument, ...] = ()
    would_confirm: tuple[str, ...] = ()
    """Commands or looks that would settle it; none of them changes anything."""
    effects: tuple[Effect, ...] = ()
    """A dozen at most: those that still last and are nearest, of each kind one first."""
    effects_total: int = 0
    """How many there are in all."""
    effect_counts: tuple[EffectCount, ...] = ()
    """How many there are in all of each kind that is among the effects."""
    runbook: str = ""

    @property
    def confirmed(self) -> bool:
        """Whether it is sure enough to be named."""
        return self.confidence >= CONFIRMED


class Step(_Model):
    """One thing to do next, from a runbook."""

    text: str
    commands: tuple[str, ...] = ()
    runbook: str = ""
    heading: str = ""


class Investigation(_Model):
    """The answer to "what is wrong with this, and why"."""

    asked: str
    """What was asked for, as it was written."""
    focus: tuple[Subject, ...] = ()
    """What that means here; everything if empty."""
    verdict: Verdict
    headline: str
    """The answer in one sentence."""
    window_start: AwareDatetime
    window_end: AwareDatetime
    since: AwareDatetime | None = None
    """Since when the trouble lasts."""
    impact: tuple[Subject, ...] = ()
    """What is affected, the nearest to people first."""
    causes: tuple[Cause, ...] = ()
    """Confirmed ones first, then what is possible, by confidence."""
    symptoms: tuple[Finding, ...] = ()
    """Findings about what was asked that no hypothesis explains."""
    elsewhere: tuple[Cause, ...] = ()
    """Other trouble that has nothing to do with what was asked."""
    timeline: tuple[Event, ...] = ()
    steps: tuple[Step, ...] = ()
    checked: tuple[str, ...] = ()
    """What was looked at and is in order, in words."""
    not_checked: tuple[str, ...] = ()
    """What could not be looked at, and why."""
    recorded: tuple[Incident, ...] = ()
    """What the operator's journal has of it: open incidents, then closed ones that were alike."""

    @property
    def ranked(self) -> tuple[Cause, ...]:
        """Every cause in the order in which it is told: confirmed, elsewhere, then possible.

        What is possible and just what was asked of comes before what is elsewhere.
        """
        sure = tuple(one for one in self.causes if one.confirmed)
        possible = [one for one in self.causes if not one.confirmed]
        meant = [one for one in possible if one.meant]
        return (*sure, *meant, *self.elsewhere, *(one for one in possible if not one.meant))

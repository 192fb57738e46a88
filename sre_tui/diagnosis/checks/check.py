"""What a check is: a declaration with its limits, and the function that looks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, Self

from sre_tui.diagnosis.evidence import Evidence
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.patterns.load import Patterns, bundled
from sre_tui.diagnosis.picture.picture import MetricQuery, Picture
from sre_tui.diagnosis.subject import Subject

if TYPE_CHECKING:
    from datetime import datetime

    from sre_tui.diagnosis.topology.graph import Topology

Area = Literal[
    "nodes", "guests", "containers", "load", "memory", "storage", "disks", "pools", "snapshots",
    "backups", "certificates", "network", "web", "power", "clocks", "monitoring", "logs",
    "updates", "alerts",
]  # fmt: skip
Sign = Literal[">", "<", "=="]


@dataclass(frozen=True)
class Limits:
    """From where on something is wrong.

    Attributes:
        trigger: the value beyond which it is wrong.
        clear: the value at which it is right again; the trigger if None.
        delay: seconds it must have been wrong before it counts.
        sign: which side of the trigger is wrong.
        unit: of trigger and clear: ``ratio``, ``s``, ``bytes``, ``celsius`` or empty for a count.
    """

    trigger: float
    clear: float | None = None
    delay: float = 300.0
    sign: Sign = ">"
    unit: str = ""

    @property
    def level(self) -> float:
        """The milder of both: beyond it, values matter."""
        return self.trigger if self.clear is None else self.clear

    def beyond(self, value: float) -> bool:
        """Whether a value is wrong."""
        return _compare(value, self.sign, self.trigger)

    def lasting(self, value: float) -> bool:
        """Whether a value that was wrong is not yet right again."""
        return _compare(value, self.sign, self.level)


def _compare(value: float, sign: Sign, limit: float) -> bool:
    match sign:
        case ">":
            return value > limit
        case "<":
            return value < limit
        case "==":
            return value == limit


@dataclass(frozen=True)
class Scene:
    """What a check looks at.

    Attributes:
        picture: what the backends said.
        topology: what stands on what.
        limits: the limits of a check for a subject, with the operator's changes.
        patterns: the failure patterns that checks are signs of, with the operator's.
    """

    picture: Picture
    topology: Topology
    limits: Callable[[Check, Subject | None], Limits | None]
    patterns: Patterns = field(default_factory=bundled)

    @property
    def now(self) -> datetime:
        """The moment the picture stands for."""
        return self.picture.now


Look = Callable[[Scene, "Check"], Iterable[Finding]]


@dataclass(frozen=True)
class Check:
    """One check.

    Attributes:
        id: its name, words joined by dashes.
        title: what it looks for, in a few words.
        area: where it belongs.
        kind: id of the failure pattern it is a sign of.
        severity: how much a finding of it matters.
        look: finds what is wrong.
        parts: parts of the picture it needs; it is skipped if none of them could be read.
        limits: from where on something is wrong; None where a state is right or wrong by itself.
        queries: values it needs over the window.
        why: why it matters.
        advice: what to do first.
        runbook: id of the runbook that helps.
        diagnostic: whether its findings only help to find a cause.
    """

    id: str
    title: str
    area: Area
    kind: str
    severity: Severity
    look: Look
    parts: frozenset[str]
    limits: Limits | None = None
    queries: tuple[MetricQuery, ...] = ()
    why: str = ""
    advice: str = ""
    runbook: str = ""
    diagnostic: bool = False

    def finding(
        self,
        subject: Subject,
        text: str,
        *evidence: Evidence,
        since: datetime | None = None,
        kind: str = "",
        severity: Severity | None = None,
        value: float | None = None,
        event: bool = False,
    ) -> Finding:
        """A finding of this check, for one that lasts or happened once."""
        return Finding(
            check=self.id,
            kind=kind or self.kind,
            subject=subject,
            severity=severity or self.severity,
            text=text,
            value=value,
            unit=self.limits.unit if self.limits is not None else "",
            threshold=None if value is None or self.limits is None else self.limits.trigger,
            since=since,
            event=event,
            diagnostic=self.diagnostic,
            evidence=evidence,
            why=self.why,
            advice=self.advice,
            runbook=self.runbook,
        )

    def with_limits(self, limits: Limits) -> Self:
        """The same check with other limits."""
        return replace(self, limits=limits)

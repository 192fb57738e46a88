"""Runs the checks over a picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sre_tui.diagnosis.checks.check import Check, Limits, Scene
from sre_tui.diagnosis.finding import Finding
from sre_tui.diagnosis.patterns.load import Patterns, bundled
from sre_tui.diagnosis.picture.picture import Picture
from sre_tui.diagnosis.subject import Subject
from sre_tui.diagnosis.topology.graph import Topology


@dataclass(frozen=True)
class Skipped:
    """A check that could not look."""

    check: Check
    reason: str
    configured: bool = True
    """Whether a backend that could tell is configured."""


@dataclass(frozen=True)
class CheckReport:
    """What the checks found.

    Attributes:
        findings: the gravest first.
        ran: checks that could look.
        skipped: checks that could not, and why.
    """

    findings: tuple[Finding, ...]
    ran: tuple[Check, ...]
    skipped: tuple[Skipped, ...]

    @property
    def blind(self) -> tuple[Skipped, ...]:
        """Checks that could not look although their backend is configured."""
        return tuple(one for one in self.skipped if one.configured)


def declared_limits(check: Check, subject: Subject | None) -> Limits | None:
    """The limits as they are declared."""
    del subject
    return check.limits


def run_checks(
    checks: Iterable[Check],
    picture: Picture,
    topology: Topology,
    limits: Callable[[Check, Subject | None], Limits | None] = declared_limits,
    patterns: Patterns | None = None,
) -> CheckReport:
    """Let every check look at the picture.

    Args:
        checks: which ones.
        picture: what the backends said.
        topology: what stands on what.
        limits: the limits of a check for a subject.
        patterns: what the checks are signs of; the bundled ones if None.
    """
    scene = Scene(picture, topology, limits, patterns or bundled())
    parts = dict(picture.parts())
    found: list[Finding] = []
    ran: list[Check] = []
    skipped: list[Skipped] = []
    for check in checks:
        readable = [name for name in check.parts if parts[name].seen]
        if check.parts and not readable:
            configured = any(parts[name].configured for name in check.parts)
            skipped.append(Skipped(check, _reason(check, picture), configured))
            continue
        ran.append(check)
        found += check.look(scene, check)
    return CheckReport(tuple(sorted(found, key=lambda one: one.order)), tuple(ran), tuple(skipped))


def _reason(check: Check, picture: Picture) -> str:
    parts = dict(picture.parts())
    readings = [reading for name in check.parts for reading in parts[name].readings]
    if not readings:
        return "the backend that knows is not configured"
    return "; ".join(dict.fromkeys(f"{one.source}: {one.detail}" for one in readings))

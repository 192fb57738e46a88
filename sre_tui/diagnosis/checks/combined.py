"""Joins checks: the same thing seen by a backend itself and by metrics of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sre_tui.diagnosis.checks.check import Check, Look, Scene
from sre_tui.diagnosis.finding import Finding
from sre_tui.diagnosis.subject import SubjectKind


def with_metric(check: Check, *others: Check) -> Check:
    """One check that looks in several ways, with the limits of the first.

    What several of them find of one subject is one finding: the first one's, with the evidence of
    all and with a beginning that any of them knows.

    Args:
        check: what the joined check is called, and what it says.
        others: further ways to look; only their values and how they look count.
    """
    every = (check, *others)
    limits = next((one.limits for one in every if one.limits is not None), None)
    return replace(
        check,
        look=_All(tuple(one.look for one in every)),
        parts=frozenset().union(*(one.parts for one in every)),
        queries=tuple(query for one in every for query in one.queries),
        limits=limits,
    )


def without_part(part: str, check: Check) -> Check:
    """A check that only looks where a better source did not tell.

    Args:
        part: name of the part of the picture that tells better.
        check: how to look without it.
    """
    return replace(check, look=_Unless(part, check.look))


def only_of(kind: SubjectKind, check: Check) -> Check:
    """A check that only tells of subjects of one kind."""
    return replace(check, look=_Only(kind, check.look))


@dataclass(frozen=True)
class _Only:
    kind: SubjectKind
    look: Look

    def __call__(self, scene: Scene, check: Check) -> Iterator[Finding]:
        return (one for one in self.look(scene, check) if one.subject.kind is self.kind)


@dataclass(frozen=True)
class _All:
    looks: tuple[Look, ...]

    def __call__(self, scene: Scene, check: Check) -> Iterator[Finding]:
        found: dict[tuple[str, str], Finding] = {}
        for look in self.looks:
            for one in look(scene, check):
                key = (one.kind, one.subject.key)
                found[key] = _joined(found[key], one) if key in found else one
        yield from found.values()


@dataclass(frozen=True)
class _Unless:
    part: str
    look: Look

    def __call__(self, scene: Scene, check: Check) -> Iterator[Finding]:
        if not dict(scene.picture.parts())[self.part].seen:
            yield from self.look(scene, check)


def _joined(one: Finding, other: Finding) -> Finding:
    names = ("since", "open_start", "text_then") if one.since is None else ()
    later = {name: getattr(other, name) for name in names}
    return one.model_copy(
        update={
            "evidence": (*one.evidence, *other.evidence)[:4],
            "active": one.active or other.active,
            "severity": min(one.severity, other.severity, key=lambda each: each.rank),
            **(later if other.active or not one.active else {}),
        }
    )

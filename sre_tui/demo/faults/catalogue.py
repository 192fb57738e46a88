"""What every fault kind is, hits and takes, as its class says; for help texts and documents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from pydantic.fields import FieldInfo

from sre_tui.demo.faults.kind import FAULT_KINDS, Fault, TargetKind, is_length, target_names
from sre_tui.demo.world.build import build_homelab
from sre_tui.tools.arguments import format_window

_GUESTS = 40
_NIGHTLY = {TargetKind.DATASTORE, TargetKind.COVERED, TargetKind.REPLICATION}
"""What shows only after the jobs of a night have run."""


@dataclass(frozen=True)
class KindOption:
    """A parameter that only this kind has; ``default`` is what a scenario file would say."""

    name: str
    default: str | float | bool | None
    description: str


@dataclass(frozen=True)
class KindDescription:
    """One fault kind.

    Attributes:
        kind: the word scenario files use.
        target: the sort of thing it hits, such as ``disk``.
        summary: one line.
        effect: what happens, in one or two sentences.
        options: what it takes besides ``target``, ``at``, ``severity`` and ``duration``.
        example: a line for the list ``faults`` of a scenario.
    """

    kind: str
    target: str
    summary: str
    effect: str
    options: tuple[KindOption, ...]
    example: str


def described_kinds() -> tuple[KindDescription, ...]:
    """Every fault kind, those with the same sort of target together."""
    lab = build_homelab(_GUESTS, 1)
    found = [
        KindDescription(
            kind=kind,
            target=model.hits.value,
            summary=model.summary,
            effect=" ".join((model.__doc__ or "").split()),
            options=tuple(_options(model)),
            example=f"- {{kind: {kind}, target: {_quoted(target_names(lab, model.hits)[0])}, "
            f"at: {'-2d' if model.hits in _NIGHTLY else '-2h'}, severity: 0.7}}",
        )
        for kind, model in FAULT_KINDS.items()
    ]
    targets = list(dict.fromkeys(each.target for each in found))
    return tuple(sorted(found, key=lambda each: (targets.index(each.target), each.kind)))


def _options(model: type[Fault]) -> Iterator[KindOption]:
    for name, field in model.model_fields.items():
        if name not in Fault.model_fields:
            yield KindOption(name, _default(field), field.description or "")


def _default(field: FieldInfo) -> str | float | bool | None:
    if is_length(field) and field.default is not None:
        return format_window(timedelta(seconds=field.default))
    default: str | float | bool | None = field.default
    return default


def _quoted(name: str) -> str:
    return f'"{name}"' if ":" in name else name

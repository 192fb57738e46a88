"""How far a section can be trusted, by what the sources behind it answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from providers.reading import Reading, SourceStatus, State, joint_state
from providers.text import one_line
from sre_tui.memory.report_sections import Section, SectionState
from sre_tui.settings import Backend, Settings
from sre_tui.settings.model import TITLES

_LONGEST: Final = 240
Heard = Reading[Any] | SourceStatus


class Collected(NamedTuple):
    """A section, and how far each source behind it could be asked."""

    section: Section
    sources: tuple[SourceStatus, ...] = ()


class Standing(NamedTuple):
    """What a section tells of itself."""

    state: SectionState
    reasons: tuple[str, ...]


def joined(heard: Iterable[Heard]) -> tuple[SourceStatus, ...]:
    """One status of each instance, though it was asked several things."""
    groups: dict[str, list[Heard]] = {}
    for each in heard:
        groups.setdefault(each.source, []).append(each)
    return tuple(_one(source, several) for source, several in sorted(groups.items()))


def _one(source: str, several: Sequence[Heard]) -> SourceStatus:
    details = dict.fromkeys(part for one in several for part in one.detail.split("; ") if part)
    return SourceStatus(
        source=source,
        state=joint_state([one.state for one in several]),
        observed_at=min(one.observed_at for one in several),
        detail=one_line("; ".join(details), _LONGEST),
        warnings=tuple(dict.fromkeys(text for one in several for text in one.warnings)),
    )


def standing_of(heard: Iterable[Heard], *lacking: str) -> Standing:
    """What came of asking: whole, in part, or nothing.

    Args:
        heard: the answers, at least one.
        lacking: what is missing besides, one line each.
    """
    statuses = joined(heard)
    reasons = (*map(told, (one for one in statuses if one.state is not State.OK)), *lacking)
    if not any(one.state.has_data for one in statuses):
        return Standing("missing", reasons)
    return Standing("partial" if reasons else "ok", reasons)


def told(status: SourceStatus) -> str:
    """One line for a source that is not fine."""
    why = f": {status.detail}" if status.detail else ""
    return one_line(f"{status.source} {status.state.value.replace('_', ' ')}{why}", _LONGEST)


def unconfigured(*backends: Backend) -> Standing:
    """That nobody is there to be asked, and the setting that changes it."""
    names = [TITLES[one] for one in backends]
    wanted = " or ".join(f"{one.upper()}_URL" for one in backends)
    who = f"{names[0]} is not" if len(names) == 1 else f"none of {', '.join(names)} is"
    return Standing("not_configured", (f"{who} configured: set {wanted}",))


def lacks(settings: Settings, *backends: Backend) -> bool:
    """Whether none of these backends is configured."""
    return not settings.configured & frozenset(backends)

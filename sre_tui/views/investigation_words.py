"""Words for what an investigation concluded, the same for people and for a model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from sre_tui.diagnosis.causes.model import Cause, Effect, Investigation
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.timeline.event import Event
from sre_tui.views.human import count, percent

_SURE: Final = (
    (0.95, "almost certain"),
    (0.8, "very likely"),
    (0.5, "likely"),
    (0.3, "possible"),
)
_SUREST: Final = 0.99
"""What is said at most: nothing that is concluded is certain."""
_PLURALS: Final = {
    SubjectKind.NAS: "NASes", SubjectKind.UPS: "UPSes", SubjectKind.SITE: "sites",
    SubjectKind.BACKUP_SERVER: "backup servers",
}  # fmt: skip


def how_sure(confidence: float) -> str:
    """A confidence as word and figure: ``very likely (87 %)``."""
    word = next((word for least, word in _SURE if confidence >= least), "a mere possibility")
    return f"{word} ({percent(min(confidence, _SUREST))})"


def verdict_of(found: Investigation) -> str:
    """The verdict in words, with how sure the surest cause is."""
    confirmed = [one for one in found.causes if one.confirmed]
    match found.verdict:
        case "cause" | "several" if confirmed:
            sure = list(dict.fromkeys(how_sure(one.confidence) for one in confirmed))
            told = sure[0] if len(sure) == 1 else f"from {sure[0]} to {sure[-1]}"
            return f"{count(len(confirmed), 'cause')} found, {told}"
        case "elsewhere" if found.elsewhere:
            first = how_sure(found.elsewhere[0].confidence)
            return f"no cause for what was asked; trouble elsewhere, {first}"
        case "nothing_wrong":
            return "nothing wrong was found"
        case "unknown":
            return "unknown: not everything could be looked at"
        case "blind":
            return "too little could be read for an answer"
        case _:
            return "no confirmed cause"


def in_detail(found: Investigation) -> tuple[Cause, ...]:
    """The causes that are told with all that speaks for them.

    Trouble elsewhere is among them only where it is all that was found.
    """
    return found.ranked if found.verdict == "elsewhere" else found.causes


def titled(number: int, cause: Cause, found: Investigation) -> str:
    """What a cause is headed by: ``Possible cause 2: pve2 waits for storage``."""
    elsewhere = cause in found.elsewhere
    word = "Trouble elsewhere" if elsewhere else "Cause" if cause.confirmed else "Possible cause"
    return f"{word} {number}: {cause.claim}"


def headline_of(found: Investigation) -> str:
    """The headline as a sentence with a capital, where it does not begin with a name."""
    known = {one.subject.own_name for one in found.ranked}
    first = found.headline.partition(" ")[0]
    text = found.headline
    return text if first in known or not text else text[0].upper() + text[1:]


def plural_of(kind: SubjectKind, amount: int) -> str:
    """An amount of things of one kind: ``1 guest``, ``12 guests``."""
    word = kind.value.replace("_", " ")
    return count(amount, word, _PLURALS.get(kind))


def some(names: Sequence[str], most: int, total: int = 0) -> str:
    """The first names, and how many more there are; of a total that may be beyond the names."""
    told = names[:most]
    left = max(total, len(names)) - len(told)
    return f"{', '.join(told)} and {left} more" if left > 0 else ", ".join(told)


def by_kind(subjects: Iterable[Subject], most: int) -> list[str]:
    """Things joined by kind: ``12 guests: audiobookshelf, docker1 and 10 more``."""
    groups: dict[SubjectKind, list[str]] = {}
    for one in subjects:
        groups.setdefault(one.kind, []).append(str(one))
    return [
        f"{plural_of(kind, len(names))}: {some(names, most)}"
        if len(names) > 1
        else f"{kind.value.replace('_', ' ')} {names[0]}"
        for kind, names in groups.items()
    ]


def joined_effects(cause: Cause, most: int) -> list[tuple[str, Effect]]:
    """Effects of one kind together, each with the one that began first."""
    totals = {(one.kind, one.of): one.total for one in cause.effect_counts}
    groups: dict[tuple[str, SubjectKind], list[Effect]] = {}
    for effect in cause.effects:
        groups.setdefault((effect.kind, effect.subject.kind), []).append(effect)
    told: list[tuple[str, Effect]] = []
    for (kind, of), effects in groups.items():
        first = min(effects, key=lambda one: one.since.timestamp() if one.since else float("inf"))
        names = [str(one.subject) for one in effects]
        text = first.text
        total = max(totals.get((kind, of), 0), len(names))
        if total > 1:
            which = some(names, most, total)
            text = f"{kind.replace('_', ' ')} on {plural_of(of, total)}: {which}"
        told.append((text, first))
    return told


def effects_left(cause: Cause) -> str:
    """How many effects are told, by name or counted, of how many; empty if all are."""
    counted = sum(one.total for one in cause.effect_counts) or len(cause.effects)
    return f"{counted} of {cause.effects_total}" if counted < cause.effects_total else ""


def most_telling(events: Sequence[Event], most: int) -> list[Event]:
    """The gravest events, of equally grave ones the first, in order of time."""
    ranked = sorted(events, key=lambda one: (one.severity.rank, one.at))[:most]
    return sorted(ranked, key=lambda one: one.at)


def clock_time(at: datetime, found: Investigation) -> str:
    """A time in UTC inside the window, with its date where the window spans several days."""
    utc = at.astimezone(UTC)
    start, end = found.window_start.astimezone(UTC), found.window_end.astimezone(UTC)
    inside = start.date() == end.date() == utc.date()
    return utc.strftime("%H:%M" if inside else "%Y-%m-%d %H:%M")


def window_text(found: Investigation) -> str:
    """The window: ``2026-11-22 09:00 to 15:00 UTC``."""
    start, end = found.window_start.astimezone(UTC), found.window_end.astimezone(UTC)
    same = start.date() == end.date()
    return f"{start:%Y-%m-%d %H:%M} to {end:%H:%M} UTC" if same else (
        f"{start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC"
    )  # fmt: skip

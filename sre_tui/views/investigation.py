"""How an investigation is shown to people: a page that begins with the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final

from sre_tui.diagnosis.causes.model import Argument, Cause, Investigation
from sre_tui.diagnosis.finding import Severity
from sre_tui.views.human import ago, count, moment, percent
from sre_tui.views.incidents import recorded_line
from sre_tui.views.investigation_words import (
    by_kind,
    clock_time,
    effects_left,
    headline_of,
    how_sure,
    in_detail,
    joined_effects,
    most_telling,
    some,
    titled,
    verdict_of,
    window_text,
)
from sre_tui.views.page import Block, Line, line, piece
from sre_tui.views.table import TableView
from widgets.cell import Cell, Column, Display, Tone, marked

MOST_NAMES: Final = 12
MOST_EVENTS: Final = 12
UNKNOWN_NAME: Final = "nothing here is called "
"""Begins the line about a word that looks like a name and is none."""

_TONES: Final = {
    Severity.CRITICAL: Tone.CRITICAL,
    Severity.WARNING: Tone.WARNING,
    Severity.NOTE: Tone.INFO,
}
_VERDICTS: Final = {
    "cause": Tone.ERROR, "several": Tone.ERROR, "unconfirmed": Tone.WARNING,
    "elsewhere": Tone.WARNING, "nothing_wrong": Tone.OK, "unknown": Tone.STALE,
    "blind": Tone.STALE,
}  # fmt: skip
_SAID_BY_HEADLINE: Final = ("nothing_wrong", "unknown", "blind")


def page_of(found: Investigation, display: Display) -> list[Block]:
    """The answer, its causes with what speaks for them, what to do, and what was not seen."""
    blocks = [
        Block("", tuple(_answer(found, display))),
        *(Block(titled(number, one, found), tuple(_cause(one, found, display)),
                f"{one.kind}/{one.subject.key}", one)
          for number, one in enumerate(in_detail(found), start=1)),
        Block("Unexplained", tuple(_symptoms(found, display))),
        Block("Elsewhere, unrelated", tuple(_elsewhere(found, display))),
        Block(f"Timeline, {window_text(found)}", tuple(_timeline(found)), "Timeline"),
        Block("Next steps", tuple(_steps(found))),
        Block("In your journal", tuple(_recorded(found, display))),
        Block("Looked at", tuple(line(one, mark="·") for one in found.checked)),
        Block("Could not check", tuple(line(one, mark="·") for one in found.not_checked)),
    ]  # fmt: skip
    return [block for block in blocks if block.lines]


def _answer(found: Investigation, display: Display) -> Iterator[Line]:
    tone = _VERDICTS[found.verdict]
    word = "UNKNOWN: " if found.verdict == "unknown" else ""
    yield line(piece(marked(tone, f"{word}{headline_of(found)}"), tone))
    if found.verdict not in _SAID_BY_HEADLINE:
        yield line(f"{verdict_of(found).capitalize()}.")
    about = ", ".join(f"{one.kind.value.replace('_', ' ')} {one}" for one in found.focus[:4])
    if about:
        yield line(piece(f"About {about}.", Tone.MUTED))
    elif found.asked:
        yield line(piece("No name in it is known here, so everything was looked at.", Tone.MUTED))
    if found.since is not None and found.verdict != "cause":
        yield line(f"Since {_time(found.since, display)}.")
    if found.impact:
        yield line("Affected:")
        yield from (line(one, indent=2, mark="·") for one in by_kind(found.impact, MOST_NAMES))


def _cause(cause: Cause, found: Investigation, display: Display) -> Iterator[Line]:
    tone = _TONES[cause.severity]
    parts = [f", {how_sure(cause.confidence)}"]
    if cause.since is not None:
        before = " or before" if cause.open_start else ""
        parts.append(f", since {_time(cause.since, display)}{before}")
    if not cause.active:
        parts.append(", over by now")
    yield line(piece(marked(tone, cause.severity.value), tone), "".join(parts), indent=2)
    for each in cause.speaks_for:
        yield line(*_argument(each), indent=2, mark="+", about=each)
    for each in cause.speaks_against:
        yield line(*_argument(each), indent=2, mark="-", about=each)
    if cause.effects:
        of = f" ({effects_left(cause)})" if effects_left(cause) else ""
        yield line(f"Effects{of}:", indent=2)
        for text, first in joined_effects(cause, MOST_NAMES):
            since = f" (from {clock_time(first.since, found)})" if first.since else ""
            yield line(text, piece(since, Tone.MUTED), indent=4, mark="→", about=first)
    if cause.would_confirm:
        yield line("Would confirm it:", indent=2)
        yield from (
            line(piece(each, Tone.INFO), indent=4, whole=True) for each in cause.would_confirm
        )


def _argument(argument: Argument) -> tuple[str | Cell, ...]:
    sources = ", ".join(dict.fromkeys(each.source for each in argument.evidence))
    if not sources:
        return (argument.text,)
    first = argument.evidence[0]
    said = "" if first.says in argument.text else f": {first.says}"
    return argument.text, piece(f" ({sources}{said})", Tone.MUTED)


def _symptoms(found: Investigation, display: Display) -> Iterator[Line]:
    for one in found.symptoms:
        tone = _TONES[one.severity]
        since = f" since {_time(one.since, display)}" if one.since is not None else ""
        told = piece(f"{one.subject}: ", tone), one.text, piece(since, Tone.MUTED)
        yield line(*told, mark="·", about=one)


def _elsewhere(found: Investigation, display: Display) -> Iterator[Line]:
    for one in found.elsewhere if found.verdict != "elsewhere" else ():
        since = f", since {_time(one.since, display)}" if one.since is not None else ""
        told = one.claim, piece(f" {how_sure(one.confidence)}{since}", Tone.MUTED)
        yield line(*told, mark="·", about=one)


def _timeline(found: Investigation) -> Iterator[Line]:
    for event in most_telling(found.timeline, MOST_EVENTS):
        times = f" (x{event.count})" if event.count > 1 else ""
        about = "" if event.subject.own_name in event.text else f"{event.subject}: "
        yield line(
            piece(f"{event.severity.value} ".ljust(10), _TONES[event.severity]),
            f"{about}{event.text}{times}",
            indent=2,
            mark=clock_time(event.at, found),
            about=event,
        )
    if (left := len(found.timeline) - MOST_EVENTS) > 0:
        more = f"and {count(left, 'more event')}: --json has all"
        yield line(piece(more, Tone.MUTED), indent=2)


def _steps(found: Investigation) -> Iterator[Line]:
    for number, step in enumerate(found.steps, start=1):
        yield line(step.text, mark=f"{number}.", about=step)
        for command in step.commands:
            yield line(piece(command, Tone.INFO), indent=4, whole=True, about=step)
    for runbook in dict.fromkeys(one.runbook for one in found.steps if one.runbook):
        yield line(piece(f"From: sre runbooks show {runbook}", Tone.MUTED))


def _recorded(found: Investigation, display: Display) -> Iterator[Line]:
    for one in found.recorded:
        yield line(recorded_line(one, display.now), mark="·")
        yield line(piece(f"sre incidents show {one.id}", Tone.MUTED), indent=2, whole=True)


def _time(at: datetime, display: Display) -> str:
    if display.utc is None:
        return f"{at:%Y-%m-%d %H:%M} UTC ({ago(at, display.now)})"
    return moment(at, display)


def _unknown(found: Investigation) -> Sequence[str]:
    """Names in the question that nothing has: said beside the page as well, for scripts."""
    return [one for one in found.not_checked if one.startswith(UNKNOWN_NAME)]


def _column(
    key: str, title: str, text: Callable[[Investigation], str], width: int, priority: int = 0
) -> Column[Investigation]:
    def cell(found: Investigation, display: Display) -> Cell:
        return piece(text(found))

    return Column(key, title, cell, width, priority=priority, flexible=width > 20)


INVESTIGATION: Final = TableView[Investigation](
    columns=(
        _column("verdict", "Verdict", lambda one: one.verdict.replace("_", " "), 13),
        _column("headline", "Headline", headline_of, 40),
        _column("causes", "Causes", lambda one: "; ".join(
            f"{each.claim} {percent(each.confidence)}" for each in one.causes), 30, 1),
        _column("impact", "Impact", lambda one: some([str(each) for each in one.impact], 5), 24, 2),
        Column("since", "Since", lambda one, display: _since(one, display), 16, priority=1),
    ),
    rows=lambda found: (found,),
    key=lambda found: found.asked,
    notes=_unknown,
    page=lambda found, display, _: page_of(found, display),
)  # fmt: skip
"""What ``investigate`` found; a page for people, one row for those who want some of its fields."""


def _since(found: Investigation, display: Display) -> Cell:
    if found.since is None:
        return Cell("", None)
    return Cell(moment(found.since, display), found.since)

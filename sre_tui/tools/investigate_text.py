"""An investigation as a model reads it: whole where it is small, else ever shorter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from providers.clock import age_in_words
from providers.reading import State
from providers.text import one_line
from sre_tui.diagnosis.causes.model import Argument, Cause, Investigation, Step
from sre_tui.diagnosis.timeline.event import Event
from sre_tui.tools.rendering import ModelView, estimate_tokens, stamp
from sre_tui.tools.result import ToolResult
from sre_tui.views.human import percent
from sre_tui.views.incidents import recorded_line
from sre_tui.views.investigation_words import (
    by_kind,
    clock_time,
    effects_left,
    in_detail,
    joined_effects,
    most_telling,
    some,
    titled,
    verdict_of,
    window_text,
)

MOST_TOKENS: Final = 1500
"""However large the homelab and the budget are: one result that a small model can hold."""


@dataclass(frozen=True)
class _Room:
    """How much of each part is told."""

    text: int
    names: int
    causes: int
    arguments: int
    effects: int
    events: int
    steps: int
    others: int


_ROOMS: Final = (
    _Room(text=240, names=12, causes=5, arguments=6, effects=8, events=14, steps=5, others=6),
    _Room(text=200, names=8, causes=4, arguments=4, effects=6, events=10, steps=4, others=4),
    _Room(text=160, names=6, causes=3, arguments=3, effects=5, events=8, steps=3, others=3),
    _Room(text=140, names=4, causes=3, arguments=3, effects=4, events=5, steps=2, others=2),
    _Room(text=110, names=3, causes=2, arguments=2, effects=3, events=3, steps=1, others=1),
    _Room(text=90, names=2, causes=1, arguments=2, effects=2, events=0, steps=1, others=1),
)
"""From the fullest to the barest; the first that fits is taken."""


def render(answer: ToolResult[Investigation], view: ModelView) -> str:
    """The conclusion first, then what it rests on; never above 1,500 tokens."""
    budget = min(view.budget, MOST_TOKENS)
    lines: list[str] = []
    for room in _ROOMS:
        lines = list(_Writer(answer, view.now, room).lines())
        if estimate_tokens("\n".join(lines)) <= budget:
            return "\n".join(lines)
    return _cut(lines, budget)


def _cut(lines: list[str], budget: int) -> str:
    """The first lines that fit; the heading and the conclusion always stay."""
    kept: list[str] = []
    for line in lines:
        if len(kept) > 1 and estimate_tokens("\n".join([*kept, line])) + 2 > budget:
            return "\n".join([*kept, "…"])
        kept.append(line)
    return "\n".join(kept)


class _Writer:
    def __init__(self, answer: ToolResult[Investigation], now: datetime, room: _Room) -> None:
        self._answer = answer
        self._found = answer.data
        self._now = now
        self._room = room

    def lines(self) -> Iterator[str]:
        found, room = self._found, self._room
        yield from self._heading()
        yield f"Verdict: {verdict_of(found)}. {self._short(found.headline, 600)}"
        if found.impact:
            yield f"Affected now: {'; '.join(by_kind(found.impact, room.names))}"
        causes = in_detail(found)
        for number, cause in enumerate(causes[: room.causes], start=1):
            yield from self._cause(number, cause)
        if left := causes[room.causes :]:
            claims = [f"{one.claim} ({percent(one.confidence)})" for one in left]
            yield f"Less likely causes: {self._short(some(claims, 3), 300)}"
        if found.symptoms:
            told = [self._short(one.text) for one in found.symptoms]
            yield f"Unexplained: {'; '.join(told[: room.others])}"
        if found.elsewhere and found.verdict != "elsewhere":
            claims = [f"{one.claim} ({percent(one.confidence)})" for one in found.elsewhere]
            yield f"Elsewhere, unrelated to what was asked: {'; '.join(claims[: room.others])}"
        yield from self._timeline()
        yield from self._steps()
        for one in found.recorded[: room.others]:
            said = self._short(recorded_line(one, self._now), 2 * room.text)
            yield f"In the operator's journal (incident id {one.id}): {said}"
        if found.checked:
            yield f"Looked at: {'; '.join(found.checked)}"
        troubled = tuple(f"{one.source} is " for one in self._answer.sources)
        # What the heading says of the sources is not said again.
        if told := [self._short(one) for one in found.not_checked if not one.startswith(troubled)]:
            yield f"Not checked: {some(told, 2 * room.others)}"

    def _heading(self) -> Iterator[str]:
        found, answer = self._found, self._answer
        about = " and ".join(f"{one.kind.value} {one} [{one.key}]" for one in found.focus[:3])
        asked = f'"{self._short(found.asked, 120)}"' if found.asked else "the homelab"
        yield (
            f"Investigation of {asked}{f': {about}' if about else ''}, window {window_text(found)}"
        )
        if answer.state is not State.OK:
            yield from (f"! {self._short(one, 200)}" for one in answer.warnings[:6])

    def _cause(self, number: int, cause: Cause) -> Iterator[str]:
        room = self._room
        title = self._short(titled(number, cause, self._found))
        yield (
            f"{title} [{cause.kind}, {cause.subject.key}], "
            f"confidence {percent(cause.confidence)}, {cause.severity.value}, {self._since(cause)}"
        )
        for word, arguments in (("for", cause.speaks_for), ("against", cause.speaks_against)):
            yield from (f"  {word}: {self._argument(each)}" for each in arguments[: room.arguments])
        if cause.effects:
            told = [
                text + (f" since {self._at(first.since)}" if first.since else "")
                for text, first in joined_effects(cause, room.names)
            ]
            left = len(told) - room.effects
            more = f"; and {left} more kinds" if left > 0 else ""
            of = f" ({effects_left(cause)})" if effects_left(cause) else ""
            yield f"  effects{of}: {'; '.join(told[: room.effects])}{more}"
        if cause.would_confirm:
            yield f"  would confirm it: {self._short(cause.would_confirm[0], 200)}"
        if cause.runbook:
            yield f"  runbook: {cause.runbook}"

    def _since(self, cause: Cause) -> str:
        ends = "still so" if cause.active else "over"
        if cause.since is None:
            return f"beginning not known, {ends}"
        if cause.open_start:
            return f"since {stamp(cause.since, self._now)} or before, {ends}"
        return f"since {stamp(cause.since, self._now)}, {ends}"

    def _argument(self, argument: Argument) -> str:
        text = self._short(argument.text)
        if not argument.evidence:
            return text
        first = argument.evidence[0]
        sources = ", ".join(dict.fromkeys(each.source for each in argument.evidence))
        at = f", {self._at(first.at)}" if first.at is not None else ""
        said = "" if first.says in argument.text else f': "{self._short(first.says)}"'
        return f"{text} ({sources}{at}){said}"

    def _timeline(self) -> Iterator[str]:
        events = most_telling(self._found.timeline, self._room.events)
        if not events:
            return
        left = len(self._found.timeline) - len(events)
        yield f"Timeline (UTC{f', {left} lesser events left out' if left else ''}):"
        yield from (f"  {self._event(each)}" for each in events)

    def _event(self, event: Event) -> str:
        times = f" (x{event.count})" if event.count > 1 else ""
        text = self._short(event.text)
        about = "" if event.subject.own_name in text else f"{event.subject}: "
        return f"{self._at(event.at)} {about}{text}{times}"

    def _steps(self) -> Iterator[str]:
        steps = self._found.steps[: self._room.steps]
        if not steps:
            return
        yield "Next steps:"
        for number, step in enumerate(steps, start=1):
            yield f"  {number}. {self._step(step)}"

    def _step(self, step: Step) -> str:
        commands = f" `{self._short(step.commands[0])}`" if step.commands else ""
        book = f" (runbook {step.runbook}, {step.heading})" if step.runbook else ""
        return f"{self._short(step.text)}{commands}{book}"

    def _at(self, at: datetime) -> str:
        seconds = (self._now - at).total_seconds()
        age = f"{age_in_words(seconds)} ago" if seconds >= 1 else "now"
        return f"{clock_time(at, self._found)} ({age})"

    def _short(self, text: str, most: int | None = None) -> str:
        return one_line(text, most or self._room.text)

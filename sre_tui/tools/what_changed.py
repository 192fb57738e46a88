"""The tool that tells what changed around a moment, from every source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field

from providers.reading import State
from providers.text import one_line
from sre_tui.diagnosis.finding import Severity
from sre_tui.diagnosis.subject import Subject
from sre_tui.diagnosis.timeline.event import Event
from sre_tui.diagnosis.timeline.merge import in_time
from sre_tui.diagnosis.timeline.repeats import folded
from sre_tui.diagnosis.timeline.select import events_about, most_telling
from sre_tui.diagnosis.topology.names import MACHINES
from sre_tui.settings import BACKENDS
from sre_tui.tools.arguments import (
    NOW,
    Completes,
    ForPeople,
    Short,
    When,
    Window,
    format_window,
)
from sre_tui.tools.context import ToolContext
from sre_tui.tools.knowledge import knowledge_of
from sre_tui.tools.notes import page_of
from sre_tui.tools.rendering import ModelView, estimate_tokens, stamp
from sre_tui.tools.result import Listing, ToolResult, result
from sre_tui.tools.subject_names import knows_every_name, no_such_subject
from sre_tui.tools.tool import ArgumentError, tool
from sre_tui.views.human import ago, count, duration

if TYPE_CHECKING:
    from sre_tui.diagnosis.topology.graph import Topology

SHORTEST: Final = timedelta(minutes=2)
LONGEST: Final = timedelta(days=3)
FOR_MODEL: Final = 1000
"""Tokens of events that a model sees at most, of those that its view leaves room for."""
MOST_SOURCES: Final = 4
MOST_SAID: Final = 2
LONGEST_COMMAND: Final = 70
"""Characters; a long query costs a model more than it tells."""


class ChangeListing(Listing[Event]):
    """What changed within a window, in order of time."""

    around: AwareDatetime | None = None
    """The moment that was asked about; None if it was now."""
    start: AwareDatetime
    end: AwareDatetime
    about: tuple[str, ...] = ()
    """Things that were asked about; empty for all."""
    routine: int = 0
    """Events of every day, such as backups that went well, that are not among the rows."""
    unseen: tuple[str, ...] = ()
    """Sources that did not tell all they know: what they saw change is missing."""
    blind: bool = False
    """Whether none of them told anything."""

    def gist(self) -> str:
        """How many changes, and the gravest of them."""
        if not self.items:
            return self.nothing().rstrip(".")
        first = min(self.items, key=lambda one: (one.routine, one.severity.rank, one.at))
        return f"{self.counted('change')}, the gravest: {first.at:%H:%M} UTC {first.text}"

    def nothing(self) -> str:
        """What no change means, given who was asked; no sentence of it is a false all-clear."""
        silent = ", ".join(self.unseen)
        if self.blind:
            return f"Whether anything changed is not known: no answer from {silent}."
        what = "Nothing changed" + (" but what belongs to every day" if self.routine else "")
        return (
            f"{what}, as far as could be asked: {silent} did not tell all."
            if silent
            else f"{what}."
        )


def _bounded(value: timedelta) -> timedelta:
    if not SHORTEST <= value <= LONGEST:
        raise ValueError(
            f"the window must be between {format_window(SHORTEST)} and {format_window(LONGEST)}"
        )
    return value


def _names(value: object) -> object:
    # Some models write a list as one text.
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _render(answer: ToolResult[ChangeListing], view: ModelView) -> str:
    data = answer.data
    about = f" of {', '.join(data.about)}" if data.about else ""
    window = f"from {stamp(data.start, view.now)} to {stamp(data.end, view.now)}"
    page = page_of(
        answer,
        view,
        f"What changed{about} {window}, in order of time, UTC:",
        nothing=data.nothing(),
    )
    fixed = estimate_tokens("\n".join([*page.heading, *page.notes])) + 60
    room = min(FOR_MODEL, view.budget - fixed)
    chosen = list(_fitting(data.items, room, view.now)) if view.first_row == 1 else data.items
    page.rows += [event_text(event, view.now) for event in chosen]
    left = data.total - len(chosen) if data.total is not None and view.first_row == 1 else 0
    if left > 0 and chosen:
        page.notes.append(f"…and {count(left, 'less telling change')} left out")
    if data.routine:
        page.notes.append(f"{count(data.routine, 'routine event')} not listed (backups, scrubs …)")
    return page.text()


def _fitting(events: Sequence[Event], room: int, now: datetime) -> Iterator[Event]:
    """As many of the most telling events as there is room for, in order of time."""
    most = len(events)
    while most > 1:
        chosen = most_telling(events, most, routine=True)
        if sum(estimate_tokens(event_text(one, now)) for one in chosen) <= room:
            break
        most -= 1
    yield from most_telling(events, most, routine=True)


def event_text(event: Event, now: datetime) -> str:
    """One event as a model reads it."""
    at = f"{event.at:%H:%M:%S}" if event.within < 1 else f"{event.at:%H:%M}"
    if (now - event.at).total_seconds() > 20 * 3600:
        at = f"{event.at:%Y-%m-%d} {at}"
    parts = [f"{at} ({ago(event.at, now)}) {event.severity.value}: {event.subject}: {event.text}"]
    if event.until is not None:
        parts.append(f"for {duration((event.until - event.at).total_seconds())}")
    sources = event.sources[:MOST_SOURCES]
    parts.append(f"[{', '.join(one.partition(':')[0] for one in sources)}]")
    if event.severity is Severity.CRITICAL:
        parts += [f"| {one}" for one in _more(event)]
    commands = [one.command for one in event.evidence if 0 < len(one.command) <= LONGEST_COMMAND]
    if event.severity is not Severity.NOTE and commands:
        parts.append(f"see: sre {commands[0]}")
    return " ".join(parts)


def _more(event: Event) -> list[str]:
    """What servers and logs say of it beside the event's own words."""
    said = [
        f"{one.source.partition(':')[0]}: {one_line(one.says, 90)}"
        for one in event.evidence
        if one.kind in ("api", "log") and one.says[:60] not in event.text
    ]
    return list(dict.fromkeys(said))[:MOST_SAID]


@tool(
    "changes",
    render=_render,
    needs=BACKENDS,
    breadth="anything",
    examples=("changes", "changes --at 14:05 --window 1h", "changes --host media --window 6h"),
)
async def what_changed(
    context: ToolContext,
    at: Annotated[When, Field(description="Moment; the window lies on both sides of it.")] = NOW,
    window: Annotated[
        Window,
        Field(description="How far to look back, and ahead of a moment in the past."),
        AfterValidator(_bounded),
        Short("w"),
    ] = timedelta(minutes=30),
    host: Annotated[
        tuple[str, ...],
        Field(description="Only these hosts, guests, pools … and what they stand on."),
        BeforeValidator(_names),
        Completes("guest|node|pool|datastore|host"),
    ] = (),
    all: Annotated[  # noqa: A002 - as people type it
        bool,
        Field(description="Routine too: backups that went well, scrubs; and repeats one by one."),
    ] = False,
    limit: Annotated[
        int, Field(description="Most changes.", ge=1, le=1000), Short("n"), ForPeople()
    ] = 60,
) -> ToolResult[ChangeListing]:
    """What changed, from all sources: starts, stops, updates, alerts, faults, tasks, new errors."""
    from sre_tui.diagnosis.timeline.gather import read_timeline

    now = context.clock()
    moment = None if at == NOW else min(at.resolve(now), now)
    begin = (moment or now) - window
    end = now if moment is None else min(moment + window, now)
    read = await read_timeline(context, begin, end, knowledge_of(context))
    topology = read.insight.topology
    sure = knows_every_name(read.insight.picture)
    subjects = [one for name in host for one in _named(name, topology, sure=sure)]
    events = events_about(read.events, subjects, topology) if host else read.events
    wanted = events if all else folded(event for event in events if not event.routine)
    chosen = most_telling(wanted, limit, routine=all)
    unseen = tuple(one.source for one in read.sources if one.state is not State.OK)
    data = ChangeListing(
        items=in_time(chosen),
        truncated=len(wanted) > len(chosen),
        total=len(wanted),
        hints=() if unseen else tuple(_hints(wanted, begin, end)),
        around=moment,
        start=begin,
        end=end,
        about=tuple(dict.fromkeys(str(one) for one in subjects)),
        routine=0 if all else sum(event.routine for event in events),
        unseen=unseen,
        blind=not any(one.state.has_data for one in read.sources),
    )
    return result(data, read.sources, now=now)


def _named(name: str, topology: Topology, *, sure: bool) -> list[Subject]:
    """What a name means here.

    Raises:
        ArgumentError: if nothing is called so, with the nearest names.
    """
    found = topology.named(name) or topology.named(name.partition(".")[0])
    # A machine is meant before a share or data set that has its name.
    if machines := [one for one in found if one.kind in MACHINES]:
        return machines
    if found:
        return found
    raise ArgumentError(no_such_subject(name, topology, sure=sure))


def _hints(events: Sequence[Event], begin: datetime, end: datetime) -> Iterator[str]:
    if not events:
        length = duration((end - begin).total_seconds())
        span = f"{begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC"
        yield f"{length} were looked at, from {span}; a longer window may show more"

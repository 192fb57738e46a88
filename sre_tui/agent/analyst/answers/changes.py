"""Answers what changed or happened around a moment, out of the timeline of all sources."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from sre_tui.agent.analyst.calls import Call, Found
from sre_tui.agent.analyst.endings import gaps, unknown_names
from sre_tui.agent.analyst.entities import EntityKind
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.quotes import Quotes
from sre_tui.agent.analyst.wording import clock_time, code, names, plain
from sre_tui.diagnosis.finding import Severity
from sre_tui.diagnosis.timeline.event import Event
from sre_tui.diagnosis.timeline.select import most_telling
from sre_tui.tools.arguments import format_window
from sre_tui.tools.what_changed import LONGEST, SHORTEST, ChangeListing
from sre_tui.views.human import count

CHANGES: Final = "what_changed"
ROWS: Final = 12
_NOW: Final = timedelta(minutes=2)
_WRITTEN: Final = ("log_burst", "log_new", "log_silence")
_TOLD: Final = frozenset(
    {EntityKind.HOST, EntityKind.SERVICE, EntityKind.POOL, EntityKind.DISK, EntityKind.DATASTORE}
)
"""Kinds of things of which a timeline can tell."""


async def show_changes(look: Look) -> Iterator[str]:
    """What changed around a moment or within a span, of what the question names or of all."""
    scope = look.question.scope
    arguments: dict[str, object] = {}
    if look.now - scope.end > _NOW or scope.moment is not None:
        half = (scope.end - scope.start) / 2
        arguments["at"] = (scope.moment or scope.start + half).isoformat()
    else:
        half = look.now - scope.start
    arguments["window"] = format_window(min(max(half, SHORTEST, timedelta(minutes=5)), LONGEST))
    about = [one.name for one in look.focus.entities if one.kind in _TOLD]
    if about:
        arguments["host"] = list(dict.fromkeys(about))
    found = (await look.ask(changes=Call(CHANGES, arguments)))["changes"]
    return _told(look, found)


def _told(look: Look, found: Found) -> Iterator[str]:
    yield from unknown_names(look)
    data = found.data(ChangeListing)
    if data is None:
        yield f"**What changed could not be read.**{found.cite}\n\n"
        yield from gaps(look)
        return
    window = f"between {clock_time(data.start, look.now)} and {clock_time(data.end, look.now)}"
    about = f" of {names([plain(one, 60) for one in data.about])}" if data.about else ""
    daily = f"{count(data.routine, 'event')} of every day, such as backups that went well"
    if not data.items:
        rest = f"; {look.caller.counted(daily)}, are left out" if data.routine else ""
        yield f"**Nothing changed{about}** {window}{rest}.{found.cite}\n\n"
        yield from gaps(look)
        return
    quotes = Quotes(look.caller, found)
    # What a program wrote tells less than what happened, however grave it is.
    first = min(data.items, key=lambda one: (one.severity.rank, one.kind in _WRITTEN, one.at))
    amount = look.caller.counted(count(data.total or len(data.items), "change"))
    yield (
        f"**{amount}{about} {window}, the gravest: {_text(first)}** at "
        f"{clock_time(first.at, look.now)}.{_cite(first, look, quotes)}{quotes.whole.lstrip()}\n\n"
    )
    shown = most_telling(data.items, ROWS)
    yield "In order of time:\n"
    yield "".join(f"- {_line(one, look, quotes)}\n" for one in shown) + "\n"
    left = (data.total or len(data.items)) - len(shown)
    more = [look.caller.counted(f"{left} more")] if left > 0 else []
    if data.routine:
        more.append(look.caller.counted(daily))
    if more:
        yield f"And {' and '.join(more)}: {_command(found)}\n\n"
    yield from gaps(look)


def _text(event: Event) -> str:
    who = plain(str(event.subject), 80)
    about = "" if event.subject.own_name in event.text else f"{who}: "
    return f"{about}{plain(event.text, 200)}"


def _line(event: Event, look: Look, quotes: Quotes) -> str:
    grave = "" if event.severity is Severity.NOTE else f" ({event.severity.value})"
    times = f", {look.caller.counted(f'{event.count} times')}" if event.count > 1 else ""
    at = clock_time(event.at, look.now)
    return f"{at}{grave} {_text(event)}{times}{_cite(event, look, quotes)}"


def _cite(event: Event, look: Look, quotes: Quotes) -> str:
    who = event.subject.own_name
    return quotes.cite(event.evidence, f"{clock_time(event.at, look.now)} {who}: {event.text}")


def _command(found: Found) -> str:
    arguments = found.call.arguments
    told = [f"--{name} {arguments[name]}" for name in ("at", "window") if name in arguments]
    hosts = arguments.get("host")
    told += [f"--host {one}" for one in hosts] if isinstance(hosts, list) else []
    return code(" ".join(["sre changes", *told, "--all"]), 200)


__all__ = ["show_changes"]

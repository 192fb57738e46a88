"""What logs tell of the days before the window: since when errors come, and damage told only once.

To read days of all logs would take minutes. So errors are but counted, which a Loki does by its
index, and lines are read only of programs with few errors, and from about when errors began.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from providers.loki.levels import at_least
from providers.loki.selector import LabelMatcher, add_matcher, quote
from providers.reading import Reading
from sre_tui.diagnosis.picture.lines import LineGroup
from sre_tui.diagnosis.picture.logs import counted, labels_of
from sre_tui.diagnosis.picture.part import refilled

if TYPE_CHECKING:
    from providers.loki import LogEntry, LokiClient
    from sre_tui.diagnosis.patterns.search import LineSearch

BACK: Final = timedelta(days=7)
"""How far back errors are counted."""
BACK_UNINDEXED: Final = timedelta(days=1)
"""The same where a Loki must read every line to know its level."""
STEP: Final = timedelta(hours=1)
QUIET: Final = timedelta(hours=12)
"""How long few errors must have come before, for many to have begun."""
MANY: Final = 8
"""Errors within the window from which on it matters since when they come."""
MANY_TIMES: Final = 4.0
"""How many times as often as before they come then."""
FEW: Final = 20
"""Errors before the window up to which a program's are read."""
MOST_WRITERS: Final = 5
"""Programs whose errors began, and of which that is read."""
MOST_LINES: Final = 200
_BEFORE: Final = timedelta(hours=2)
"""How long before errors began what may have brought them about is looked for."""
_JUST_BEFORE: Final = timedelta(minutes=15)
"""How long before whatever its machine complained of counts."""
_AFTER: Final = timedelta(minutes=5)

Writer = tuple[str, str]
"""Machine and program, as labels name them."""


@dataclass(frozen=True)
class Past:
    """What one Loki told of the days before.

    Attributes:
        began: since when errors of a program come as often as they do in the whole window; only of
            those of which few came before.
        lines: lines from before the window that count still, grouped by template.
    """

    began: Mapping[Writer, datetime]
    lines: tuple[LineGroup, ...]


async def past(
    client: LokiClient, search: LineSearch, start: datetime, end: datetime
) -> Reading[Past]:
    """What the days before a window tell of it.

    Args:
        client: the Loki.
        search: which lines count for days.
        start: beginning of the window.
        end: its end.

    Raises:
        InvalidQuery: if Loki rejects a query.
    """
    from providers.loki.patterns import grouped

    service, host = labels = await labels_of(client, start, end)
    every = f'{{{service}=~".+"}}'
    newest = await client.logs(every, start, end, limit=1, levels=at_least("error"))
    if newest.data is None:
        return refilled(newest, None)
    query = newest.data.query
    # Behind the selector every line is read to know its level.
    back = BACK if query.endswith("}") else BACK_UNINDEXED
    amounts = await counted(client, query, labels, start - back, end, STEP.total_seconds())
    if amounts.data is None:
        return refilled(amounts, None)
    hourly: dict[Writer, dict[datetime, float]] = {
        (one.labels.get(host, ""), one.labels.get(service, "")): {
            at: value or 0.0 for at, value in one.points if not isinstance(value, str)
        }
        for one in amounts.data.series
    }
    loud = {who: at for who, each in hourly.items() if (at := loud_since(each, start, end, back))}
    seldom = sorted(
        {who for who, each in hourly.items() if 0 < _sum(each, before=start + STEP) <= FEW}
    )
    chosen = sorted(loud, key=lambda who: loud[who])[:MOST_WRITERS]
    told = await asyncio.gather(
        *(_beginning(client, search, labels, who, loud[who]) for who in chosen),
        _seldom(client, search, query, labels, seldom, (start - back, start)),
    )
    began = {
        who: at for who, (at, _) in zip(chosen, told, strict=False) if at is not None and at < start
    }
    found = {(one.time_ns, one.line): one for _, entries in told for one in entries}
    lines = tuple(LineGroup(*group) for group in grouped(found.values()))
    return refilled(amounts, Past(began, lines))


def loud_since(
    hourly: Mapping[datetime, float], start: datetime, end: datetime, back: timedelta = BACK
) -> datetime | None:
    """From about when on errors come as in a window; None if they always did, or began in it.

    Args:
        hourly: errors by the end of the hour they were counted over; hours without any may miss.
        start: beginning of the window.
        end: its end.
        back: how long before the window was counted as well.
    """
    if _sum(hourly, after=start) < MANY:
        return None
    for hour in sorted(one for one, errors in hourly.items() if errors > 0 and one <= start):
        began = hour - STEP
        quiet = (began - (start - back)).total_seconds()
        if quiet < QUIET.total_seconds():
            continue
        before = _sum(hourly, before=hour - STEP / 2)
        later = _sum(hourly, after=hour - STEP / 2)
        lasted = (end - began).total_seconds()
        steady = sum(at >= hour and errors > 0 for at, errors in hourly.items())
        if steady * STEP.total_seconds() < lasted / 2:
            continue
        if later / lasted > MANY_TIMES * (before + 1) / quiet:
            return began
    return None


def _sum(
    hourly: Mapping[datetime, float], *, after: datetime | None = None,
    before: datetime | None = None,
) -> float:  # fmt: skip
    return sum(
        errors
        for at, errors in hourly.items()
        if (after is None or at > after) and (before is None or at < before)
    )


async def _beginning(
    client: LokiClient,
    search: LineSearch,
    labels: Sequence[str],
    who: Writer,
    about: datetime,
) -> tuple[datetime | None, Sequence[LogEntry]]:
    """When the errors of a program began, and what its machine told just before."""
    service, host = labels
    machine, program = who
    matchers = [f"{service}={quote(program)}"]
    if machine:
        matchers.append(f"{host}={quote(machine)}")
    first = await client.logs(
        f"{{{', '.join(matchers)}}}", about, about + 2 * STEP, limit=1,
        levels=at_least("error"), oldest_first=True,
    )  # fmt: skip
    if first.data is None or not first.data.entries:
        return None, ()
    at = first.data.entries[0].at
    there = f"{{{matchers[-1]}}}"
    wanted = [(each, _BEFORE) for each in search.remembered]
    wanted += [(each, _JUST_BEFORE) for each in search.expressions]
    readings = await asyncio.gather(
        *(
            client.logs(f"{there} |~ {quote(each)}", at - before, at + _AFTER, limit=MOST_LINES)
            for each, before in wanted
        )
    )
    return at, [
        entry
        for reading in readings
        if reading.data is not None
        for entry in reading.data.entries
        if search.keeps(entry.line)
    ]


async def _seldom(
    client: LokiClient,
    search: LineSearch,
    query: str,
    labels: Sequence[str],
    writers: Collection[Writer],
    window: tuple[datetime, datetime],
) -> tuple[None, Sequence[LogEntry]]:
    """Errors of programs that have few, as far as they count still."""
    from re import escape

    if not writers:
        return None, ()
    service, _ = labels
    names = "|".join(sorted({escape(program) for _, program in writers}))
    asked = add_matcher(query, LabelMatcher(service, "=~", quote(names)))
    reading = await client.logs(asked, *window, limit=MOST_LINES)
    entries = reading.data.entries if reading.data is not None else ()
    return None, [entry for entry in entries if search.remembers(entry.line)]

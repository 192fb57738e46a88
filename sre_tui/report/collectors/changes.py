"""What changed in the window, as far as it tells something.

The timeline of an hour looks at every value. Over days only what leaves a trace of its own is read:
tasks, marks, jobs of the NAS, boots and starts, and log lines that tell of a change. Alerts and
errors have sections of their own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from providers.loki.models import LOG_HOST_LABELS, LOG_SERVICE_LABELS
from providers.loki.selector import LabelMatcher, add_filter, quote
from providers.reading import Reading
from providers.text import one_line
from sre_tui.diagnosis.investigate import Knowledge, understand
from sre_tui.diagnosis.picture.gather import Wanted, take_picture
from sre_tui.diagnosis.picture.logs import telling
from sre_tui.diagnosis.picture.part import Part, refilled
from sre_tui.diagnosis.timeline.build import build_timeline
from sre_tui.diagnosis.timeline.event import Event
from sre_tui.diagnosis.timeline.lifecycle import lifecycle_queries
from sre_tui.diagnosis.timeline.log_history import LogHistory
from sre_tui.diagnosis.timeline.log_lines import LIFECYCLE_PATTERN
from sre_tui.diagnosis.timeline.select import most_telling
from sre_tui.memory.report_sections import Changes, ReportedChange
from sre_tui.memory.report_sources import ASKED
from sre_tui.report.collectors.alerts import MOST_MARKS
from sre_tui.report.piecewise import Pieces, newest_first
from sre_tui.report.scope import CHUNK, DAY, PATIENCE, Scope
from sre_tui.report.standing import Collected, Heard, joined, lacks, standing_of, unconfigured
from sre_tui.tools.knowledge import knowledge_of

if TYPE_CHECKING:
    from providers.grafana import Annotation, GrafanaClient
    from providers.loki import LogWindow, LokiClient
    from providers.proxmox import TaskPage
    from sre_tui.diagnosis.picture.lines import LineGroup
    from sre_tui.diagnosis.picture.picture import Picture

MOST: Final = 60
MOST_TASKS: Final = 5000
"""Tasks read of each node."""
POINTS: Final = 336
"""Of series that tell of starts: one each half hour of a week."""
LINES: Final = 4999
"""Log lines that may tell of a change, read of each day; Loki gives no more."""
MOST_PIECES: Final = 14
"""Pieces that logs are read in."""
_PARTS: Final = frozenset({"inventory", "identity", "nas", "disks", "pools", "sweeps"})


@dataclass(frozen=True)
class _Logged:
    """What one Loki has of starts, stops and updates; no history without streams."""

    history: LogHistory | None
    readings: tuple[Reading[Any], ...]
    pieces: Pieces[LogWindow] | None


async def collect(scope: Scope) -> Collected:
    """The telling changes of the window, in order of time.

    Raises:
        Complaint: if what the operator declares has mistakes.
    """
    if lacks(scope.context.settings, *ASKED["changes"]):
        return Collected(Changes(**unconfigured(*ASKED["changes"])._asdict()))
    known = knowledge_of(scope.context)
    picture, histories, lacking = await _read(scope, known)
    insight = understand(picture, replace(known, checks=(), queries=()))
    events = build_timeline(
        picture, insight.topology, insight.findings, known.patterns, logs=histories
    )
    wanted = [one for one in events if not one.routine]
    chosen = most_telling(wanted, MOST)
    heard: list[Heard] = [one for _, part in picture.parts() for one in part.readings]
    return Collected(
        Changes(
            **standing_of(heard, *lacking)._asdict(),
            changes=tuple(map(_reported, chosen)),
            left_out=len(wanted) - len(chosen),
        ),
        joined(heard),
    )


async def _read(
    scope: Scope, known: Knowledge
) -> tuple[Picture, tuple[LogHistory, ...], tuple[str, ...]]:
    from providers.proxmox import TaskQuery

    context = scope.context
    wanted = Wanted(
        end=scope.until,
        start=scope.since,
        queries=lifecycle_queries(scope.since, scope.until),
        parts=_PARTS,
        deadline=PATIENCE,
        points=POINTS,
    )
    picture, tasks, marks, logs, lines = await asyncio.gather(
        take_picture(context, wanted),
        asyncio.gather(
            *(
                one.tasks(TaskQuery(since=scope.tasks_since, limit=MOST_TASKS))
                for one in context.proxmox
            )
        ),
        asyncio.gather(*(_marks(one, scope) for one in context.grafana)),
        asyncio.gather(*(_lifecycle(one, scope) for one in context.loki)),
        asyncio.gather(*(_telling(one, known, scope) for one in context.loki)),
    )
    whole = replace(
        picture,
        tasks=Part(tuple(tasks)),
        annotations=Part(tuple(_plain(one) for each in marks for one in each.readings)),
        lines=Part(tuple(one for each in lines for one in each.readings)),
        # What the histories were made from; nobody reads them there.
        errors=Part(tuple(refilled(one, None) for each in logs for one in each.readings)),
    )
    pieces: list[Pieces[Any]] = [*marks, *lines]
    pieces += [one.pieces for one in logs if one.pieces is not None]
    return (
        whole,
        tuple(one.history for one in logs if one.history is not None),
        tuple(dict.fromkeys((*_cut(tasks), *_late(pieces, scope)))),
    )


def _late(pieces: Iterable[Pieces[Any]], scope: Scope) -> Iterator[str]:
    for each in pieces:
        if not each.reaches(scope.since):
            source = each.readings[0].source
            yield f"{source}: what was before {each.since:%Y-%m-%d} was not read, it takes too long"


def _plain(reading: Reading[tuple[Annotation, ...]]) -> Reading[tuple[Annotation, ...]]:
    """Without the states of alerts."""
    if reading.data is None:
        return reading
    return refilled(reading, tuple(one for one in reading.data if one.kind == "annotation"))


def _cut(tasks: Iterable[Reading[TaskPage]]) -> Iterator[str]:
    for each in tasks:
        if each.data is not None and each.data.more:
            yield f"{each.source}: only the newest {MOST_TASKS:,} tasks of a node were read"


def _longest(scope: Scope) -> timedelta:
    """How long the pieces are that logs are read in: of each only so many lines are told."""
    return min(CHUNK, max(DAY, scope.length / MOST_PIECES))


async def _lifecycle(client: LokiClient, scope: Scope) -> _Logged:
    """Lines that may tell of a start, a stop or an update, since a day before the window."""
    names = await client.label_names(max(scope.since, scope.until - CHUNK), scope.until)
    known = names.data or ()
    service = next((one for one in LOG_SERVICE_LABELS if one in known), "")
    host = next((one for one in LOG_HOST_LABELS if one in known), "")
    main = service or host or next(iter(known), "")
    if not main:
        return _Logged(None, (names,), None)
    everything = f"{{{LabelMatcher(main, '=~', quote('.+'))}}}"
    query = add_filter(everything, f"|~ {quote(LIFECYCLE_PATTERN)}")
    read = await newest_first(
        scope.since - DAY,
        scope.until,
        lambda start, end: client.logs(query, start, end, limit=LINES),
        _longest(scope),
    )
    lines = tuple(entry for piece in read for entry in piece.entries)
    history = LogHistory(
        client.source, scope.since, (), scope.until, lines, (), (), DAY.total_seconds(),
        (main, host),
    )  # fmt: skip
    return _Logged(history, (names, *read.readings), read)


async def _telling(
    client: LokiClient, known: Knowledge, scope: Scope
) -> Pieces[tuple[LineGroup, ...]]:
    """Lines that a failure pattern speaks of."""
    search = known.patterns.search()
    return await newest_first(
        scope.since,
        scope.until,
        lambda start, end: telling(client, search, start, end),
        _longest(scope),
    )


async def _marks(client: GrafanaClient, scope: Scope) -> Pieces[tuple[Annotation, ...]]:
    return await newest_first(
        scope.since,
        scope.until,
        # The same question that is asked for the alerts.
        lambda start, end: client.annotations(start, end, limit=MOST_MARKS),
    )


def _reported(one: Event) -> ReportedChange:
    return ReportedChange(
        at=one.at,
        kind=one.kind,
        subject=one_line(str(one.subject), 120),
        text=one_line(one.text),
        severity=one.severity.value,
        count=one.count,
    )

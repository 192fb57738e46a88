"""What changed in the window, as far as it tells something.

The timeline of an hour looks at every value. Over days only what leaves a trace of its own is read:
tasks, marks, jobs of the NAS, boots and starts, and log lines that tell of a change. Alerts and
errors have sections of their own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar

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
from sre_tui.memory.report import Changes, ReportedChange
from sre_tui.report.marks import read_marks
from sre_tui.report.scope import CHUNK, DAY, PATIENCE, Scope, parts_of
from sre_tui.report.standing import Collected, Heard, joined, standing_of, unconfigured
from sre_tui.settings import BACKENDS
from sre_tui.tools.knowledge import knowledge_of

if TYPE_CHECKING:
    from providers.grafana import Annotation
    from providers.loki import LogEntry, LokiClient
    from providers.proxmox import TaskPage
    from sre_tui.diagnosis.picture.picture import Picture

T = TypeVar("T")

MOST: Final = 60
MOST_TASKS: Final = 5000
"""Tasks read of each node."""
POINTS: Final = 336
"""Of series that tell of starts: one each half hour of a week."""
LINES: Final = 4999
"""Log lines that may tell of a change, read of each day; Loki gives no more."""
MOST_DAYS: Final = 14
"""Parts that logs are read in at most."""
_PARTS: Final = frozenset({"inventory", "identity", "nas", "disks", "pools", "sweeps"})


async def collect(scope: Scope) -> Collected:
    """The telling changes of the window, in order of time.

    Raises:
        Complaint: if what the operator declares has mistakes.
    """
    if not scope.context.settings.configured:
        return Collected(Changes(**unconfigured(*BACKENDS)._asdict()))
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
        asyncio.gather(*(read_marks(one, scope.since, scope.until) for one in context.grafana)),
        asyncio.gather(*(_lifecycle(one, scope) for one in context.loki)),
        asyncio.gather(*(_telling(one, known, scope) for one in context.loki)),
    )
    picture = replace(
        picture,
        tasks=Part(tuple(tasks)),
        annotations=Part(tuple(_plain(each) for of_one in marks for each in of_one)),
        lines=Part(tuple(each for of_one in lines for each in of_one)),
        # What the histories were made from; nobody reads them there.
        errors=Part(tuple(refilled(each, None) for _, of_one in logs for each in of_one)),
    )
    return picture, tuple(one for one, _ in logs if one is not None), tuple(_cut(tasks))


def _plain(reading: Reading[tuple[Annotation, ...]]) -> Reading[tuple[Annotation, ...]]:
    """Without the states of alerts."""
    if reading.data is None:
        return reading
    return refilled(reading, tuple(one for one in reading.data if one.kind == "annotation"))


def _cut(tasks: Iterable[Reading[TaskPage]]) -> Iterator[str]:
    for each in tasks:
        if each.data is not None and each.data.more:
            yield f"{each.source}: only the newest {MOST_TASKS:,} tasks of a node were read"


def _log_parts(scope: Scope, start: datetime) -> list[tuple[datetime, datetime]]:
    """Parts that logs are read in: of each only so many lines are told."""
    longest = max(DAY, timedelta(seconds=scope.length.total_seconds() / MOST_DAYS))
    return parts_of(start, scope.until, min(longest, CHUNK))


async def _lifecycle(
    client: LokiClient, scope: Scope
) -> tuple[LogHistory | None, list[Reading[Any]]]:
    """Lines that may tell of a start, a stop or an update, since a day before the window."""
    names = await client.label_names(scope.since, scope.until)
    known = names.data or ()
    service = next((one for one in LOG_SERVICE_LABELS if one in known), "")
    host = next((one for one in LOG_HOST_LABELS if one in known), "")
    main = service or host or next(iter(known), "")
    if not main:
        return None, [names]
    everything = f"{{{LabelMatcher(main, '=~', quote('.+'))}}}"
    query = add_filter(everything, f"|~ {quote(LIFECYCLE_PATTERN)}")
    readings = await asyncio.gather(
        *(
            client.logs(query, start, end, limit=LINES)
            for start, end in _log_parts(scope, scope.since - DAY)
        )
    )
    lines: list[LogEntry] = [e for each in readings if each.data for e in each.data.entries]
    history = LogHistory(
        client.source, scope.since, (), scope.until, tuple(lines), (), (), DAY.total_seconds(),
        (main, host),
    )  # fmt: skip
    return history, [names, *readings]


async def _telling(client: LokiClient, known: Knowledge, scope: Scope) -> list[Reading[Any]]:
    """Lines that a failure pattern speaks of."""
    search = known.patterns.search()
    return list(
        await asyncio.gather(
            *(telling(client, search, *part) for part in _log_parts(scope, scope.since))
        )
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

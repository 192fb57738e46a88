"""The tool that says what changed in the logs around a moment."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from providers.loki import Change, LogEntry, LokiClient, StreamCount
from providers.loki.models import LOG_HOST_LABELS, LOG_SERVICE_LABELS
from providers.loki.selector import LabelMatcher, add_filter, quote
from providers.reading import Reading, SourceStatus
from providers.series import Sample
from sre_tui.diagnosis.timeline.log_history import error_lines, joint_status
from sre_tui.diagnosis.timeline.log_lines import LIFECYCLE_PATTERN
from sre_tui.tools.arguments import (
    NOW,
    AlsoCalled,
    ForPeople,
    Moment,
    Positional,
    Short,
    When,
    Window,
    format_window,
)
from sre_tui.tools.context import ToolContext, ask_all
from sre_tui.tools.log_changes import (
    annotated_changes,
    count_changes,
    lifecycle_changes,
    new_messages,
    stream_counts,
)
from sre_tui.tools.loki_data import LogChanges
from sre_tui.tools.notes import page_of, truncation
from sre_tui.tools.rendering import ModelView, stamp
from sre_tui.tools.result import ToolResult, result
from sre_tui.tools.tool import tool
from sre_tui.views.logs import subject_text

LIFECYCLE_LINES = 500
_ORDER = (
    "oom",
    "error_started",
    "update",
    "deploy",
    "restart",
    "error_rate",
    "new_message",
    "went_silent",
    "alert",
    "appeared",
    "volume_up",
    "volume_down",
)


class _Seen(NamedTuple):
    """What one Loki told."""

    status: SourceStatus
    selector: str
    changes: tuple[Change, ...]
    streams: tuple[StreamCount, ...]


def _render(answer: ToolResult[LogChanges], view: ModelView) -> str:
    data = answer.data
    page = page_of(
        answer,
        view,
        f"Changes in {data.selector} around {stamp(data.around, view.now)}, "
        f"from {stamp(data.start, view.now)} to {stamp(data.end, view.now)}, most telling first",
        nothing="Nothing changed that the logs tell of.",
    )
    for change in sorted(data.items, key=_telling):
        times = f" (x{change.count})" if change.count > 1 and change.example == "" else ""
        example = ""
        if change.example and change.example != change.text and change.kind.startswith("error"):
            example = f"; first: {change.example}"
        page.rows.append(
            f"{stamp(change.at, view.now)} {change.kind.replace('_', ' ')}: {change.subject}: "
            f"{change.text}{times}{example}"
        )
    if note := truncation(data, "changes"):
        page.notes.append(note)
    return page.text()


@tool(
    "logs changes",
    render=_render,
    needs=("loki",),
    breadth="overview",
    examples=(
        "logs changes 30m",
        """logs changes 2026-11-22T14:00 --selector '{hostname="media"}' --window 1h""",
    ),
)
async def loki_correlate_changes(
    context: ToolContext,
    around: Annotated[
        When, Field(description="Moment; 30m is 30 minutes ago."), Positional()
    ] = NOW,
    window: Annotated[
        Window,
        Field(description="Length of the window on each side."),
        Short("w"),
        AlsoCalled("since"),
    ] = timedelta(minutes=30),
    selector: Annotated[str, Field(description="Only these streams; all if empty.")] = "",
    limit: Annotated[
        int, Field(description="Most changes.", ge=1, le=500), Short("n"), ForPeople()
    ] = 60,
) -> ToolResult[LogChanges]:
    """What changed around a moment: restarts, updates, errors that began, new messages, deploys."""
    now = context.clock()
    moment = _moment(around, now, window)
    start, end = moment - window, min(moment + window, now)
    seen, annotations = await asyncio.gather(
        asyncio.gather(*(_look(client, selector, start, moment, end) for client in context.loki)),
        ask_all(context.grafana, lambda client: client.annotations(start, end)),
    )
    changes = [change for each in seen for change in each.changes]
    for reading in annotations:
        changes += annotated_changes(reading.data or ())
    changes.sort(key=lambda change: (change.at, _ORDER.index(change.kind), change.subject))
    kept = _most_telling(changes, limit)
    statuses: list[Reading[Any] | SourceStatus] = [each.status for each in seen]
    statuses += annotations
    data = LogChanges(
        items=tuple(kept),
        truncated=len(changes) > limit,
        total=len(changes),
        hints=() if changes else _quiet(seen, window),
        around=moment,
        start=start,
        end=end,
        selector=seen[0].selector if seen else selector,
        streams=tuple(stream for each in seen for stream in each.streams),
    )
    return result(data, statuses, now=now)


def _moment(around: Moment, now: datetime, window: timedelta) -> datetime:
    """The moment meant; around now there is no after, so the last window is compared."""
    moment = around.resolve(now)
    return now - window if moment >= now else moment


def _most_telling(changes: Sequence[Change], limit: int) -> list[Change]:
    """The changes of the most telling kinds, in order of time."""
    ranked = sorted(changes, key=_telling)
    return sorted(ranked[:limit], key=lambda change: (change.at, change.kind, change.subject))


def _telling(change: Change) -> tuple[int, datetime]:
    return _ORDER.index(change.kind), change.at


def _quiet(seen: Sequence[_Seen], window: timedelta) -> tuple[str, ...]:
    lines = sum(stream.before + stream.after for each in seen for stream in each.streams)
    if lines:
        return (f"{lines} lines were compared, {format_window(window)} on each side",)
    if any(each.status.state.has_data for each in seen):
        return ("there are no log lines at all in this window",)
    return ()


async def _look(
    client: LokiClient, selector: str, start: datetime, moment: datetime, end: datetime
) -> _Seen:
    names = await client.label_names(start, end)
    if names.data is None:
        return _Seen(SourceStatus.of(names), selector, (), ())
    service = next((name for name in LOG_SERVICE_LABELS if name in names.data), None)
    host = next((name for name in LOG_HOST_LABELS if name in names.data), None)
    main = service or host or next(iter(names.data), None)
    if main is None:
        return _Seen(SourceStatus.of(names), selector, (), ())
    chosen = selector or f"{{{LabelMatcher(main, '=~', quote('.+'))}}}"
    severe, lifecycle = await asyncio.gather(
        error_lines(client, chosen, start, end),
        client.logs(
            add_filter(chosen, f"|~ {quote(LIFECYCLE_PATTERN)}"), start, end, limit=LIFECYCLE_LINES
        ),
    )
    errors_query = severe.data.query if severe.data is not None else ""
    grouping = ", ".join(name for name in dict.fromkeys((main, host)) if name)
    counted = await asyncio.gather(
        _count(client, chosen, grouping, start, moment),
        _count(client, chosen, grouping, moment, end),
        _count(client, errors_query, grouping, start, moment),
        _count(client, errors_query, grouping, moment, end),
    )
    samples = [reading.data or () for reading in counted]
    streams = stream_counts(
        client.source, main, host, (samples[0], samples[1], samples[2], samples[3])
    )
    lines = severe.data.entries if severe.data is not None else ()
    events = lifecycle.data.entries if lifecycle.data is not None else ()
    ratio = (end - moment) / (moment - start)
    changes = (
        *lifecycle_changes(events),
        *count_changes(streams, moment, ratio, _first_errors(lines, moment)),
        *new_messages(lines, moment),
    )
    return _Seen(joint_status([names, severe, lifecycle, *counted]), chosen, changes, streams)


async def _count(
    client: LokiClient, query: str, grouping: str, start: datetime, end: datetime
) -> Reading[tuple[Sample, ...]]:
    seconds = max(1, round((end - start).total_seconds()))
    return await client.metric(f"sum by ({grouping}) (count_over_time({query} [{seconds}s]))", end)


def _first_errors(entries: Sequence[LogEntry], moment: datetime) -> dict[str, LogEntry]:
    first: dict[str, LogEntry] = {}
    for entry in entries:
        if entry.at >= moment:
            first[subject_text(entry)] = entry
    return first

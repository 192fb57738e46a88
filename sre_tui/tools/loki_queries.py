"""The tools that read log lines, measure them, and list labels."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from providers.loki import LabelValue, LogEntry
from providers.loki.levels import at_least
from providers.text import one_line
from sre_tui.nearest import nearest
from sre_tui.tools.arguments import (
    HOUR,
    NOW,
    Completes,
    End,
    ForPeople,
    LevelOrWorse,
    LogLines,
    Positional,
    Short,
    Since,
    Step,
)
from sre_tui.tools.context import ToolContext, ask_all
from sre_tui.tools.loki_data import LabelValues, LogListing, LogSeries
from sre_tui.tools.loki_hints import why_all_empty
from sre_tui.tools.notes import page_of, truncation
from sre_tui.tools.rendering import ModelView, stamp
from sre_tui.tools.result import ToolResult, result
from sre_tui.tools.series_text import series_text
from sre_tui.tools.tool import tool
from sre_tui.views.human import short_time
from sre_tui.views.logs import subject_text

LINE_LENGTH = 400
"""Characters of a line that a model is shown."""


def _render_logs(answer: ToolResult[LogListing], view: ModelView) -> str:
    data = answer.data
    page = page_of(
        answer,
        view,
        f"{data.query} from {stamp(data.start, view.now)} to {stamp(data.end, view.now)}: "
        + (f"the newest {len(data.items)} lines" if data.truncated else f"{len(data.items)} lines")
        + ", newest first",
        nothing="No lines.",
    )
    if data.items:
        newest, oldest = data.items[0].at, data.items[-1].at
        page.heading.append(f"newest {stamp(newest, view.now)}, oldest {stamp(oldest, view.now)}")
    page.rows += [
        _line_text(entry, again, data.start, data.end) for entry, again in _collapsed(data.items)
    ]
    if data.truncated:
        page.notes.append("the window holds more lines than these")
    return page.text()


def _collapsed(entries: Sequence[LogEntry]) -> Iterator[tuple[LogEntry, int]]:
    """Each line once, with how often it comes again directly after."""
    current: LogEntry | None = None
    again = 0
    for entry in entries:
        if current is not None and _same(current, entry):
            again += 1
            continue
        if current is not None:
            yield current, again
        current, again = entry, 0
    if current is not None:
        yield current, again


def _same(one: LogEntry, other: LogEntry) -> bool:
    return (one.line, one.service, one.host) == (other.line, other.service, other.host)


def _line_text(entry: LogEntry, again: int, start: datetime, end: datetime) -> str:
    level = f"{entry.level} " if entry.level != "unknown" else ""
    times = f" (x{again + 1})" if again else ""
    when = short_time(entry.at, start, end)
    when += f":{entry.at:%S}" if len(when.rpartition(" ")[2]) == 5 else ""
    return f"{when} {level}{subject_text(entry)}: {one_line(entry.line, LINE_LENGTH)}{times}"


@tool(
    "logs query",
    render=_render_logs,
    needs=("loki",),
    breadth="overview",
    examples=(
        """logs query '{service_name="jellyfin"} |= "error"' --since 2h""",
        """logs query '{hostname="nas"}' --level warning -n 20""",
    ),
)
async def loki_query_logs(
    context: ToolContext,
    query: LogLines,
    since: Since = HOUR,
    end: End = NOW,
    level: LevelOrWorse = None,
    limit: Annotated[
        int, Field(description="Most lines.", ge=1, le=5000), Short("n"), ForPeople()
    ] = 100,
) -> ToolResult[LogListing]:
    """Read log lines, newest first."""
    now = context.clock()
    until = end.resolve(now)
    start = until - since
    levels = at_least(level) if level is not None else ()
    readings = await ask_all(
        context.loki, lambda client: client.logs(query, start, until, limit=limit, levels=levels)
    )
    windows = [reading.data for reading in readings if reading.data is not None]
    merged = heapq.merge(
        *(window.entries for window in windows), key=lambda entry: entry.time_ns, reverse=True
    )
    entries = list(merged)
    hints: tuple[str, ...] = ()
    if windows and not entries:
        hints = await why_all_empty(context.loki, windows[0].query, start, until, now)
    data = LogListing(
        items=tuple(entries[:limit]),
        truncated=len(entries) > limit or any(window.truncated for window in windows),
        hints=hints,
        query=windows[0].query if windows else query,
        start=start,
        end=until,
    )
    return result(data, readings, now=now)


def _render_metric(answer: ToolResult[LogSeries], view: ModelView) -> str:
    return series_text(answer, view, log_unit(answer.data.query))


def log_unit(query: str) -> str | None:
    """The unit of a metric over logs; None where unwrapped values or arithmetic leave it open."""
    if "unwrap" in query or re.search(r"\)\s*[/*]\s*", query):
        return None
    for function, unit in (
        ("bytes_rate", "B/s"),
        ("bytes_over_time", "B"),
        ("rate", "lines/s"),
        ("count_over_time", "lines"),
    ):
        if re.search(rf"\b{function}\s*\(", query):
            return unit
    return None


@tool(
    "logs metric",
    render=_render_metric,
    needs=("loki",),
    examples=(
        """logs metric 'sum by (service_name) (count_over_time({job=~".+"}[5m]))' --since 6h""",
        """logs metric 'rate({hostname="nas"} |= "error" [5m])'""",
    ),
)
async def loki_metric_query(
    context: ToolContext,
    query: Annotated[str, Field(description="LogQL that counts or measures."), Positional()],
    since: Since = HOUR,
    end: End = NOW,
    step: Step = None,
    limit: Annotated[
        int, Field(description="Most series.", ge=1, le=500), Short("n"), ForPeople()
    ] = 50,
) -> ToolResult[LogSeries]:
    """Count or measure log lines over a window."""
    now = context.clock()
    until = end.resolve(now)
    start = until - since
    seconds = step.total_seconds() if step is not None else None
    readings = await ask_all(
        context.loki, lambda client: client.metric_range(query, start, until, seconds)
    )
    windows = [reading.data for reading in readings if reading.data is not None]
    found = sorted(
        (series for window in windows for series in window.series),
        key=lambda series: -(series.stats.max or 0.0),
    )
    hints: tuple[str, ...] = ()
    if windows and not found:
        hints = await why_all_empty(context.loki, windows[0].query, start, until, now)
    data = LogSeries(
        items=tuple(found[:limit]),
        truncated=len(found) > limit,
        total=len(found),
        hints=hints,
        query=windows[0].query if windows else query,
        start=windows[0].start if windows else start,
        end=until,
        step=windows[0].step if windows else seconds or 0.0,
    )
    return result(data, readings, now=now)


def _render_labels(answer: ToolResult[LabelValues], view: ModelView) -> str:
    data = answer.data
    what = f"Values of {data.label}" if data.label else "Label names"
    window = f"from {stamp(data.start, view.now)} to {stamp(data.end, view.now)}"
    page = page_of(answer, view, f"{what} {window}: {data.total or 0}", nothing="None.")
    page.rows += [item.value for item in data.items]
    if note := truncation(data, "values"):
        page.notes.append(note)
    return page.text()


@tool(
    "logs labels",
    render=_render_labels,
    needs=("loki",),
    examples=("logs labels", "logs labels service_name --since 7d"),
)
async def loki_list_label_values(
    context: ToolContext,
    label: Annotated[
        str | None,
        Field(description="Label; its values are listed, or all label names without it."),
        Positional(),
        Completes("label"),
    ] = None,
    selector: Annotated[str, Field(description="Only streams of this selector.")] = "",
    since: Since = timedelta(days=1),
    limit: Annotated[
        int, Field(description="Most values.", ge=1, le=5000), Short("n"), ForPeople()
    ] = 200,
) -> ToolResult[LabelValues]:
    """List log label names, or the values of one label."""
    now = context.clock()
    start = now - since
    if label is None:
        readings = await ask_all(context.loki, lambda client: client.label_names(start, now))
    else:
        name = label
        readings = await ask_all(
            context.loki, lambda client: client.label_values(name, start, now, selector)
        )
    found = [
        LabelValue(source=reading.source, label=label or "", value=value)
        for reading in readings
        for value in reading.data or ()
    ]
    hints: tuple[str, ...] = ()
    if not found and label is not None and any(each.state.has_data for each in readings):
        hints = await _why_no_value(context, label, start, now, selector)
    data = LabelValues(
        items=tuple(found[:limit]),
        truncated=len(found) > limit,
        total=len(found),
        hints=hints,
        label=label,
        start=start,
        end=now,
    )
    return result(data, readings, now=now)


async def _why_no_value(
    context: ToolContext, label: str, start: datetime, end: datetime, selector: str
) -> tuple[str, ...]:
    readings = await ask_all(context.loki, lambda client: client.label_names(start, end))
    names = sorted({name for reading in readings for name in reading.data or ()})
    if not names:
        return ("no stream wrote anything in this window",)
    if label in names and selector:
        return (f"no stream of {selector} has {label} in this window",)
    close = nearest(label, names)
    tail = f"; close to it: {', '.join(close)}" if close else ""
    return (f"no stream has the label {label}; labels are {', '.join(names)}{tail}",)

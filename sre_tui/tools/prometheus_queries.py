"""The tools that evaluate PromQL, at a moment and over a window."""

from __future__ import annotations

import asyncio
from datetime import datetime
from math import inf, isnan
from typing import Annotated

from pydantic import Field

from providers.series import Sample, Series
from sre_tui.tools.arguments import HOUR, NOW, End, ForPeople, PromQL, Short, Since, Step, When
from sre_tui.tools.baseline_notes import judged_samples, usual_for
from sre_tui.tools.context import ToolContext, ask_all
from sre_tui.tools.notes import page_of, selector_text, truncation
from sre_tui.tools.prometheus_data import InstantValues, JudgedSample, SeriesListing
from sre_tui.tools.prometheus_hints import why_empty
from sre_tui.tools.promql import is_ordered
from sre_tui.tools.rendering import ModelView, stamp
from sre_tui.tools.result import ToolResult, result
from sre_tui.tools.series_text import series_text
from sre_tui.tools.tool import tool
from sre_tui.views.human import number
from sre_tui.views.units import metric_unit, query_unit, with_unit


def _render_instant(answer: ToolResult[InstantValues], view: ModelView) -> str:
    data = answer.data
    amount = f"{data.total if data.total is not None else len(data.items)} series"
    page = page_of(
        answer, view, f"{data.query} at {stamp(data.at, view.now)}: {amount}", nothing="No series."
    )
    if data.text is not None:
        page.rows.append(f"string: {data.text}")
    unit = query_unit(data.query)
    sources = {sample.source for sample in data.items}
    for sample in data.items:
        where = f" @{sample.source}" if len(sources) > 1 else ""
        page.rows.append(
            f"{selector_text(sample.labels)} = {_value(sample, unit)}{where}{_usual(sample)}"
        )
    for series in data.series:
        points = ", ".join(number(value) for _, value in series.points[-10:])
        page.rows.append(
            f"{selector_text(series.labels)}: {series.stats.points} samples, last ones {points}"
        )
    if note := truncation(data, "series"):
        page.notes.append(note)
    return page.text()


def _usual(sample: JudgedSample) -> str:
    one = sample.baseline
    return "" if one is None else f"; {one.verdict}, usual {one.when}: {one.usual}"


def _value(sample: Sample, unit: str | None) -> str:
    if sample.histogram is not None:
        count, total = sample.histogram.count, sample.histogram.sum
        return f"native histogram of {number(count)} observations, sum {number(total)}"
    return with_unit(sample.value, unit or metric_unit(sample.labels.get("__name__", "")))


@tool(
    "metrics query",
    render=_render_instant,
    needs=("prometheus",),
    breadth="anything",
    examples=(
        "metrics query 'topk(3, node_load1)'",
        "metrics query 'node_filesystem_avail_bytes' --at -2h --json",
    ),
)
async def prometheus_instant_query(
    context: ToolContext,
    query: PromQL,
    at: Annotated[When, Field(description="Moment: now, -30m or ISO 8601.")] = NOW,
    limit: Annotated[
        int, Field(description="Most series.", ge=1, le=5000), Short("n"), ForPeople()
    ] = 100,
) -> ToolResult[InstantValues]:
    """Evaluate PromQL at one moment; highest values first."""
    now = context.clock()
    moment = at.resolve(now)
    asked = None if at.at is None and not at.ago else moment
    readings, usual = await asyncio.gather(
        ask_all(context.prometheus, lambda client: client.query(query, asked)),
        usual_for(context, query, moment),
    )
    answers = [reading.data for reading in readings if reading.data is not None]
    samples = [sample for answer in answers for sample in answer.samples]
    if not is_ordered(query):
        samples.sort(key=_rank)
    series = tuple(each for answer in answers for each in answer.series)
    hints: tuple[str, ...] = ()
    if answers and not samples and not series and answers[0].kind != "string":
        hints = await _why_all_empty(context, query, moment, None)
    if usual.trouble:
        hints = (*hints, usual.trouble)
    data = InstantValues(
        items=await judged_samples(context, usual, samples[:limit], moment),
        truncated=len(samples) > limit or len(series) > limit,
        total=len(samples) or len(series),
        hints=hints,
        query=query,
        at=min((answer.at for answer in answers), default=moment),
        kind=answers[0].kind if answers else "vector",
        series=series[:limit],
        text=next((answer.text for answer in answers if answer.text is not None), None),
    )
    return result(data, readings, now=now)


def _rank(sample: Sample) -> tuple[bool, float]:
    value = sample.value
    if value is None or isnan(value):
        return True, inf
    name = sample.labels.get("__name__", "")
    # For up and its like the interesting value is 0.
    return False, value if name == "up" or name.endswith(("_up", "_success")) else -value


async def _why_all_empty(
    context: ToolContext, query: str, at: datetime, start: datetime | None
) -> tuple[str, ...]:
    found = await asyncio.gather(
        *(why_empty(client, query, at, start) for client in context.prometheus)
    )
    return tuple(dict.fromkeys(hint for hints in found for hint in hints))


def _render_range(answer: ToolResult[SeriesListing], view: ModelView) -> str:
    return series_text(answer, view, query_unit(answer.data.query))


@tool(
    "metrics range",
    render=_render_range,
    needs=("prometheus",),
    breadth="anything",
    examples=(
        "metrics range 'node_load1' --since 6h",
        "metrics range 'rate(node_network_receive_bytes_total[5m])' --since 1h --end -2h",
    ),
)
async def prometheus_range_query(
    context: ToolContext,
    query: PromQL,
    since: Since = HOUR,
    end: End = NOW,
    step: Step = None,
    limit: Annotated[
        int, Field(description="Most series.", ge=1, le=1000), Short("n"), ForPeople()
    ] = 50,
) -> ToolResult[SeriesListing]:
    """Evaluate PromQL over a window: lowest, average, highest, last value and trend per series."""
    now = context.clock()
    until = end.resolve(now)
    start = until - since
    seconds = step.total_seconds() if step is not None else None
    readings = await ask_all(
        context.prometheus, lambda client: client.query_range(query, start, until, seconds)
    )
    windows = [reading.data for reading in readings if reading.data is not None]
    found = sorted((each for window in windows for each in window.series), key=_peak)
    hints: tuple[str, ...] = ()
    if windows and not found:
        hints = await _why_all_empty(context, query, until, start)
    data = SeriesListing(
        items=tuple(found[:limit]),
        truncated=len(found) > limit,
        total=len(found),
        hints=hints,
        query=query,
        start=windows[0].start if windows else start,
        end=windows[0].end if windows else until,
        step=windows[0].step if windows else seconds or 0.0,
    )
    return result(data, readings, now=now)


def _peak(series: Series) -> tuple[bool, float]:
    highest = series.stats.max
    return (True, 0.0) if highest is None else (False, -highest)

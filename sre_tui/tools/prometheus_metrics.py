"""The tools that find metrics and look at scrape targets."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Annotated

from pydantic import Field

from providers.prometheus import MetricInfo, Target
from sre_tui.nearest import nearest
from sre_tui.tools.arguments import Completes, ForPeople, Positional, Short
from sre_tui.tools.context import ToolContext, ask_all
from sre_tui.tools.notes import page_of, truncation
from sre_tui.tools.prometheus_data import MetricMatches, TargetListing
from sre_tui.tools.rendering import ModelView, stamp
from sre_tui.tools.result import ToolResult, result
from sre_tui.tools.tool import tool
from sre_tui.views.human import duration

_META = re.compile(r"[\\^$*+?\[\](){}|]|\.[*+?]")


def _render_metrics(answer: ToolResult[MetricMatches], view: ModelView) -> str:
    data = answer.data
    page = page_of(answer, view, f"Metrics matching {data.pattern!r}: {data.total or 0}")
    sources = {metric.source for metric in data.items}
    for metric in data.items:
        kind = metric.type or "type not reported"
        where = f" @{metric.source}" if len(sources) > 1 else ""
        described = f": {metric.help}" if metric.help else ""
        page.rows.append(f"{metric.name} ({kind}){where}{described}")
    if note := truncation(data, "metrics"):
        page.notes.append(note)
    return page.text()


@tool(
    "metrics search",
    render=_render_metrics,
    needs=("prometheus",),
    examples=("metrics search memory", "metrics search '^node_disk.*time' --limit 20"),
)
async def prometheus_search_metrics(
    context: ToolContext,
    pattern: Annotated[
        str,
        Field(description="Words or a regex, looked for in names and help texts."),
        Positional(),
        Completes("metric"),
    ] = "",
    limit: Annotated[
        int, Field(description="Most metrics.", ge=1, le=1000), Short("n"), ForPeople()
    ] = 50,
) -> ToolResult[MetricMatches]:
    """Find metric names with type and help text."""
    readings = await ask_all(context.prometheus, lambda client: client.metrics())
    known = [metric for reading in readings for metric in reading.data or ()]
    found = _matching(known, pattern)
    hints: tuple[str, ...] = ()
    if not found and any(reading.state.has_data for reading in readings):
        close = nearest(pattern, {metric.name for metric in known}, limit=5)
        if not known:
            hints = ("Prometheus holds no metrics at all: is anything scraped?",)
        elif close:
            hints = (f"names that come close: {', '.join(close)}",)
        else:
            hints = (f"none of the {len(known)} metrics matches, in name or help text",)
    data = MetricMatches(
        items=tuple(found[:limit]),
        truncated=len(found) > limit,
        total=len(found),
        hints=hints,
        pattern=pattern,
    )
    return result(data, readings, now=context.clock())


def _matching(known: Sequence[MetricInfo], pattern: str) -> list[MetricInfo]:
    """The metrics that match, best first: whole name, beginning, inside the name, help text."""
    rank_of = _ranker(pattern.strip())
    ranked = [(rank, metric) for metric in known if (rank := rank_of(metric)) is not None]
    ranked.sort(key=lambda item: (item[0], item[1].name, item[1].source))
    return [metric for _, metric in ranked]


def _ranker(text: str) -> Callable[[MetricInfo], int | None]:
    expression: re.Pattern[str] | None = None
    if _META.search(text):
        try:
            expression = re.compile(text, re.IGNORECASE)
        except re.error:
            expression = None
    words = text.casefold().split()

    def rank(metric: MetricInfo) -> int | None:
        name, described = metric.name.casefold(), metric.help.casefold()
        if expression is not None:
            if expression.search(metric.name):
                return 0
            return 3 if expression.search(metric.help) else None
        if not all(word in name or word in described for word in words):
            return None
        if not words or name == text.casefold():
            return 0
        if name.startswith(words[0]):
            return 1
        return 2 if all(word in name for word in words) else 3

    return rank


def _render_targets(answer: ToolResult[TargetListing], view: ModelView) -> str:
    data = answer.data
    page = page_of(
        answer, view, f"Scrape targets: {data.down} down, {data.unknown} unknown, {data.up} up"
    )
    for target in data.items:
        seen = stamp(target.last_scrape, view.now) if target.last_scrape else "never"
        row = f"{target.health}: {target.job} {target.instance} ({target.url}), scraped {seen}"
        if target.scrape_duration is not None:
            row += f" in {duration(target.scrape_duration)}"
        if target.last_error:
            row += f": {target.last_error}"
        page.rows.append(row)
    if note := truncation(data, "targets"):
        page.notes.append(note)
    return page.text()


@tool(
    "metrics targets",
    render=_render_targets,
    needs=("prometheus",),
    breadth="overview",
    examples=("metrics targets", "metrics targets node --down"),
)
async def prometheus_targets(
    context: ToolContext,
    search: Annotated[
        str, Field(description="Part of job, instance, address or error."), Positional()
    ] = "",
    down: Annotated[bool, Field(description="Only targets that are not up.")] = False,
    limit: Annotated[
        int, Field(description="Most targets.", ge=1, le=1000), Short("n"), ForPeople()
    ] = 200,
) -> ToolResult[TargetListing]:
    """List scrape targets with health and last error, broken ones first."""
    readings = await ask_all(context.prometheus, lambda client: client.targets())
    known = [target for reading in readings for target in reading.data or ()]
    wanted = search.casefold()
    found = [
        target
        for target in known
        if (not down or target.health != "up") and wanted in _searchable(target)
    ]
    order = {"down": 0, "unknown": 1, "up": 2}
    found.sort(key=lambda target: (order[target.health], target.job, target.instance))
    hints: tuple[str, ...] = ()
    if not found and any(reading.state.has_data for reading in readings):
        hints = (_no_target(known, search, down),)
    health = [target.health for target in known]
    data = TargetListing(
        items=tuple(found[:limit]),
        truncated=len(found) > limit,
        total=len(found),
        hints=hints,
        up=health.count("up"),
        down=health.count("down"),
        unknown=health.count("unknown"),
    )
    return result(data, readings, now=context.clock())


def _searchable(target: Target) -> str:
    parts = (target.job, target.instance, target.url, target.last_error, *target.labels.values())
    return " ".join(parts).casefold()


def _no_target(known: Sequence[Target], search: str, down: bool) -> str:
    if not known:
        return "Prometheus has no targets: its configuration scrapes nothing"
    if down and not search:
        return f"all {len(known)} targets are up"
    close = nearest(search, {target.instance for target in known} | {t.job for t in known})
    tail = f"; names that come close: {', '.join(close)}" if close else ""
    return f"no {'broken ' if down else ''}target of {len(known)} matches {search!r}{tail}"

"""The tool that finds what log lines have in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from providers.loki.levels import at_least
from providers.loki.patterns import mine
from providers.text import one_line
from sre_tui.tools.arguments import HOUR, NOW, End, ForPeople, LevelOrWorse, LogLines, Short, Since
from sre_tui.tools.context import ToolContext, ask_all
from sre_tui.tools.loki_data import PatternListing
from sre_tui.tools.loki_hints import why_all_empty
from sre_tui.tools.notes import page_of, truncation
from sre_tui.tools.rendering import ModelView, stamp
from sre_tui.tools.result import ToolResult, result
from sre_tui.tools.tool import tool
from sre_tui.views.human import count, percent, short_time

LINES = 3000
"""Lines a set of templates is made from at most."""


def _render(answer: ToolResult[PatternListing], view: ModelView) -> str:
    data = answer.data
    page = page_of(
        answer,
        view,
        f"Patterns of {data.query} from {stamp(data.start, view.now)} to "
        f"{stamp(data.end, view.now)}: {data.total or 0} in {count(data.lines, 'line')}",
        nothing="No lines.",
    )
    for pattern in data.items:
        who = ", ".join(pattern.services) or "unknown stream"
        hosts = f" on {', '.join(pattern.hosts)}" if pattern.hosts else ""
        first = short_time(pattern.first, data.start, data.end)
        last = short_time(pattern.last, data.start, data.end)
        page.rows.append(
            f"{pattern.count} ({percent(pattern.share)}) {pattern.level} {who}{hosts}, "
            f"{first} to {last}: {one_line(pattern.pattern, 300)}"
            + (f"; e.g. {one_line(pattern.example, 300)}" if "<*>" in pattern.pattern else "")
        )
    if note := truncation(data, "patterns"):
        page.notes.append(note)
    return page.text()


@tool(
    "logs patterns",
    render=_render,
    needs=("loki",),
    breadth="overview",
    examples=(
        """logs patterns '{service_name="jellyfin"}' --since 6h""",
        """logs patterns '{job=~".+"}' --level error""",
    ),
)
async def loki_patterns(
    context: ToolContext,
    query: LogLines,
    since: Since = HOUR,
    end: End = NOW,
    level: LevelOrWorse = None,
    limit: Annotated[
        int, Field(description="Most patterns.", ge=1, le=500), Short("n"), ForPeople()
    ] = 20,
) -> ToolResult[PatternListing]:
    """Group log lines by template: count, share, first, last, example."""
    now = context.clock()
    until = end.resolve(now)
    start = until - since
    levels = at_least(level) if level is not None else ()
    readings = await ask_all(
        context.loki, lambda client: client.logs(query, start, until, limit=LINES, levels=levels)
    )
    windows = [reading.data for reading in readings if reading.data is not None]
    entries = [entry for window in windows for entry in window.entries]
    found = mine(entries)
    hints: tuple[str, ...] = ()
    if windows and not entries:
        hints = await why_all_empty(context.loki, windows[0].query, start, until, now)
    elif any(window.truncated for window in windows):
        hints = (f"made from the newest {count(len(entries), 'line')}; the window holds more",)
    data = PatternListing(
        items=found[:limit],
        truncated=len(found) > limit,
        total=len(found),
        hints=hints,
        query=windows[0].query if windows else query,
        start=start,
        end=until,
        lines=len(entries),
    )
    return result(data, readings, now=now)

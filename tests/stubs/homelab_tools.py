"""Small tools with known answers, for tests of the agent that need no backend."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from providers.errors import InvalidQuery
from providers.last_known_good import NothingKept
from providers.reading import Reading, SourceStatus, State
from sre_tui.environment import Folders
from sre_tui.settings import Settings
from sre_tui.tools.context import ToolContext
from sre_tui.tools.notes import page_of
from sre_tui.tools.rendering import ModelView, Page
from sre_tui.tools.result import Listing, ToolResult, result
from sre_tui.tools.tool import Tool

NOW = datetime(2026, 11, 22, 14, 2, 5, tzinfo=UTC)

Host = Annotated[str, Field(description="Name of the host.")]


class Disk(BaseModel):
    model_config = ConfigDict(frozen=True)

    host: str
    name: str
    temperature: float
    errors: int


class Line(BaseModel):
    model_config = ConfigDict(frozen=True)

    host: str
    text: str


@dataclass
class Bench:
    """What a test can set and see of the tools."""

    log_lines: list[str] = field(default_factory=lambda: ["sdc: read error at sector 4711"])
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    under_way: int = 0
    most_under_way: int = 0
    gate: asyncio.Event | None = None
    """If set, tools wait for it."""
    entered: asyncio.Event = field(default_factory=asyncio.Event)

    async def enter(self, tool: str, **arguments: Any) -> None:
        self.calls.append((tool, arguments))
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        self.entered.set()
        try:
            if self.gate is not None:
                await self.gate.wait()
            else:
                await asyncio.sleep(0)
        finally:
            self.under_way -= 1

    @property
    def tools(self) -> tuple[Tool[Any], ...]:
        """``list_disks``, ``read_log``, ``query_metric`` and ``break_down``."""
        bench = self

        async def list_disks(
            context: ToolContext, host: Host = "nas1", limit: Annotated[int, Field(ge=1)] = 20
        ) -> ToolResult[Listing[Disk]]:
            """Disks of a host with temperature and errors."""
            await bench.enter("list_disks", host=host, limit=limit)
            disks = (
                Disk(host=host, name="sdb", temperature=38.0, errors=0),
                Disk(host=host, name="sdc", temperature=51.5, errors=24),
            )
            return result(Listing(items=disks[:limit]), [_ok(context)], now=context.clock())

        async def read_log(context: ToolContext, host: Host) -> ToolResult[Listing[Line]]:
            """Recent log lines of a host."""
            await bench.enter("read_log", host=host)
            lines = tuple(Line(host=host, text=text) for text in bench.log_lines)
            return result(Listing(items=lines), [_ok(context)], now=context.clock())

        async def query_metric(context: ToolContext, query: str) -> ToolResult[Listing[Line]]:
            """Evaluate PromQL."""
            await bench.enter("query_metric", query=query)
            if "(" in query and ")" not in query:
                raise InvalidQuery(query, "unclosed left parenthesis", query.index("("))
            down = Reading[object](
                source="prometheus:main",
                state=State.UNREACHABLE,
                observed_at=context.clock(),
                detail="no connection to 127.0.0.1:9090",
            )
            return result(Listing[Line](), [down], now=context.clock())

        async def break_down(context: ToolContext) -> ToolResult[Listing[Line]]:
            """Fails in an unforeseen way."""
            await bench.enter("break_down")
            raise RuntimeError("token=supersecretvalue")

        return (
            _tool(list_disks, _render_disks),
            _tool(read_log, _render_lines),
            _tool(query_metric, _render_lines),
            _tool(break_down, _render_lines),
        )


def context_in(folder: Path, settings: Settings | None = None) -> ToolContext:
    """A context with a held clock that keeps nothing."""
    return ToolContext(
        settings or Settings(), Folders.under(folder), lambda: NOW, kept=NothingKept()
    )


def _tool(body: Any, render: Any) -> Tool[Any]:
    name = body.__name__
    return Tool(
        name=name, command=(name,), needs=frozenset(), examples=(), body=body, render=render
    )


def _ok(context: ToolContext) -> SourceStatus:
    return SourceStatus(source="demo:main", state=State.OK, observed_at=context.clock())


def _render_disks(answer: ToolResult[Listing[Disk]], view: ModelView) -> str:
    rows = [
        f"{disk.host}/{disk.name}: {disk.temperature:g} °C, {disk.errors} errors"
        for disk in answer.data.items
    ]
    return Page(view, heading=[f"{len(rows)} disks"], rows=rows).text()


def _render_lines(answer: ToolResult[Listing[Line]], view: ModelView) -> str:
    rows = [f"{line.host}: {line.text}" for line in answer.data.items]
    page = page_of(answer, view, f"{len(rows)} lines")
    page.rows += rows
    return page.text()

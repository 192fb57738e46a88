"""Where snapshots come from: a tool, asked with the same arguments again and again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

from pydantic import ValidationError

from providers.reading import SourceStatus, State

if TYPE_CHECKING:
    from sre_tui.tools.context import ToolContext
    from sre_tui.tools.result import ToolResult
    from sre_tui.tools.tool import Tool

KEEP_EVERY: Final = 60.0
"""Seconds between two times that an answer is kept for the next start."""
_KEPT_AS: Final = "app"


AskTool: TypeAlias = "Callable[[str, Mapping[str, object]], Awaitable[ToolResult[Any]]]"
"""Asks a tool of that name once, as :func:`ask_tool` does."""


class NotConfigured(Exception):
    """No backend that the feed could ask is configured; ``backends`` would do."""

    def __init__(self, backends: tuple[str, ...]) -> None:
        super().__init__(f"none of {', '.join(backends)} is configured")
        self.backends = backends


class Feed(Protocol):
    """Something that can be asked again and again."""

    @property
    def name(self) -> str:
        """What its snapshots are called."""
        ...

    @property
    def interval(self) -> float:
        """Seconds from the end of one round to the next."""
        ...

    async def recall(self) -> ToolResult[Any] | None:
        """What was known when the app last ran, marked stale; None if nothing was."""
        ...

    async def fetch(self) -> ToolResult[Any]:
        """Ask now.

        Raises:
            NotConfigured: there is nobody to ask.
            BackendError: the backend gave no answer.
        """
        ...


class ToolFeed:
    """Asks one tool.

    Args:
        context: what tools run in.
        name: what its snapshots are called.
        tool: name of the tool.
        arguments: arguments of every call.
        interval: seconds from the end of one round to the next.
        after: whose first round is waited for, so that both do not hold what they read at once.
            It has to be asked as well.
    """

    def __init__(
        self,
        context: ToolContext,
        name: str,
        tool: str,
        arguments: Mapping[str, object],
        interval: float,
        *,
        after: ToolFeed | None = None,
    ) -> None:
        self.name = name
        self.interval = interval
        self._context = context
        self._tool_name = tool
        self._arguments = dict(arguments)
        self._kept_at: float | None = None
        self._after = after
        self._has_been_asked = asyncio.Event()

    async def recall(self) -> ToolResult[Any] | None:
        """The answer kept by an earlier run that asked the same backends."""
        tool = await self._tool()
        kept = await asyncio.to_thread(self._context.kept.load, _KEPT_AS, self._key(tool))
        if kept is None:
            return None
        try:
            answer = await asyncio.to_thread(tool.result_type.model_validate, kept.value)
        except ValidationError:
            # An older version wrote it; the next answer replaces it.
            return None
        return _as_stale(answer)

    async def fetch(self) -> ToolResult[Any]:
        """Run the tool."""
        if self._after is not None:
            await self._after.first_round()
        try:
            answer = await ask_tool(self._context, self._tool_name, self._arguments)
        finally:
            self._has_been_asked.set()
        if answer.state in (State.OK, State.PARTIAL):
            await self._keep(await self._tool(), answer)
        return answer

    async def first_round(self) -> None:
        """Wait until it has been asked once, however that ended."""
        await self._has_been_asked.wait()

    async def _tool(self) -> Tool[Any]:
        # Its module brings the HTTP client along, too much for the thread that draws.
        return await asyncio.to_thread(_load, self._tool_name)

    async def _keep(self, tool: Tool[Any], answer: ToolResult[Any]) -> None:
        now = asyncio.get_running_loop().time()
        if self._kept_at is not None and now - self._kept_at < KEEP_EVERY:
            return
        self._kept_at = now
        await asyncio.to_thread(self._save, self._key(tool), answer)

    def _save(self, key: str, answer: ToolResult[Any]) -> None:
        document = answer.model_dump(mode="json")
        self._context.kept.save(_KEPT_AS, key, document, answer.observed_at)

    def _key(self, tool: Tool[Any]) -> str:
        """Tells tool, arguments and the backends' addresses apart: another homelab, another key."""
        settings = self._context.settings
        asked = [
            f"{backend}:{endpoint.name}={endpoint.url}"
            for backend in sorted(tool.needs)
            for endpoint in settings.endpoints(backend)
        ]
        return json.dumps([tool.name, self._arguments, asked], sort_keys=True)


async def ask_tool(
    context: ToolContext, name: str, arguments: Mapping[str, object]
) -> ToolResult[Any]:
    """Run a tool once.

    Raises:
        NotConfigured: there is nobody to ask.
        BackendError: the backend gave no answer.
        InvalidQuery: the backend rejects the query.
    """
    tool = await asyncio.to_thread(_load, name)
    if not tool.offered(context.settings):
        raise NotConfigured(tuple(sorted(tool.needs)))
    return await tool.run(context, dict(arguments))


def _load(name: str) -> Tool[Any]:
    from sre_tui.tools.registry import get_tool

    return get_tool(name)


def _as_stale(answer: ToolResult[Any]) -> ToolResult[Any]:
    sources = tuple(
        SourceStatus(
            source=source.source,
            state=State.STALE,
            observed_at=source.observed_at,
            detail="known from the last run, being asked now",
        )
        for source in answer.sources
        if source.state.has_data
    )
    return answer.model_copy(update={"state": State.STALE, "sources": sources})

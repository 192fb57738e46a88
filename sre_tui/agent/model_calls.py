"""Serves the tool calls of one model turn: reads them, runs them, and says what was wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from providers.llm import ToolCallRequest
from providers.text import one_line
from sre_tui.agent.consent import nobody_asked
from sre_tui.agent.conversation import CallReply
from sre_tui.agent.offer import MORE_TOOLS, Offer
from sre_tui.agent.prompt import READ_EVIDENCE
from sre_tui.agent.tool_calls import WrittenCall, match_name, parse_arguments, tidy
from sre_tui.agent.turn import Turn
from sre_tui.tools.registry import WRITING, missing_backends
from sre_tui.tools.tool import ArgumentError, Tool

MOST_CALLS = 12
"""Calls of one turn that are served; a model that asks for more has lost its way."""


@dataclass(frozen=True)
class Served:
    """A reply, and whether it told the model something it had not been told before."""

    reply: CallReply
    is_new: bool


class CallDesk:
    """Takes the calls of a model for one question."""

    def __init__(self, turn: Turn, offer: Offer, reading_budget: Callable[[], int]) -> None:
        self._turn = turn
        self._offer = offer
        self._reading_budget = reading_budget
        self._tools = {tool.name: tool for tool in turn.tools}
        self._pages: set[str] = set()
        self.names = offer.names

    def request_of(self, call: WrittenCall) -> ToolCallRequest:
        """A call found in a text, as if it had been made properly."""
        import json

        return ToolCallRequest(f"call_{uuid4().hex[:12]}", call.name, json.dumps(call.arguments))

    async def serve(self, requests: Sequence[ToolCallRequest]) -> list[Served]:
        """Serve all calls at the same time; the replies in their order."""
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._serve(request, is_too_many=number >= MOST_CALLS))
                for number, request in enumerate(requests)
            ]
        return [task.result() for task in tasks]

    async def _serve(self, request: ToolCallRequest, *, is_too_many: bool) -> Served:
        name = match_name(request.name, self.names)
        arguments = parse_arguments(request.arguments)
        if is_too_many:
            return _refused(
                request, f"only {MOST_CALLS} calls are made at once; ask again if needed"
            )
        if name is None:
            return _refused(request, self._unknown(request.name))
        if arguments is None:
            return _refused(
                request,
                f"the arguments are no JSON object: {one_line(request.arguments, 120)}. "
                "Call it again with a JSON object.",
            )
        if name == READ_EVIDENCE:
            return await self._read(request, arguments)
        if name == MORE_TOOLS:
            return self._show(request, arguments)
        return await self._run(request, self._tools[name], arguments)

    async def _run(
        self, request: ToolCallRequest, tool: Tool[Any], arguments: dict[str, Any]
    ) -> Served:
        given = tidy(arguments, tool.arguments.model_fields)
        self._offer.used(tool.name)
        try:
            ran = await self._turn.runner.run(tool, given)
        except ArgumentError as error:
            return _refused(
                request, f"{error}. Nothing was asked; call it again.", tool.name, given
            )
        note = ""
        if ran.repeated:
            note = f"You asked this before; nothing was asked again. This is {ran.evidence.id}:"
        reply = CallReply(request.id, tool.name, given, ran.evidence, note)
        return Served(reply, is_new=not ran.repeated)

    def _show(self, request: ToolCallRequest, arguments: dict[str, Any]) -> Served:
        given = tidy(arguments, ("names",))
        said, is_new = self._offer.show(given.get("names"))
        return Served(CallReply(request.id, MORE_TOOLS, given, None, said), is_new)

    async def _read(self, request: ToolCallRequest, arguments: dict[str, Any]) -> Served:
        given = tidy(arguments, ("evidence", "first_row", "search"))
        evidence_id = str(given.get("evidence", "")).strip().strip("[]").upper()
        store = self._turn.store
        evidence = store.get(evidence_id)
        if evidence is None:
            known = ", ".join(one.id for one in store.all[-10:]) or "none yet"
            said = f"there is no evidence {evidence_id or 'without an id'}; there is: {known}"
            return _refused(request, said, READ_EVIDENCE, given)
        budget = self._reading_budget()
        words = str(given.get("search", "")).strip()
        if words:
            text = await asyncio.to_thread(store.found, evidence, words, budget)
        else:
            row = _row(given.get("first_row"))
            text = await asyncio.to_thread(store.shown, evidence, budget, row)
        fenced = self._turn.session.fence.wrap(evidence.id, text)
        page = f"{evidence.id} {text}"
        is_new = page not in self._pages
        self._pages.add(page)
        return Served(CallReply(request.id, READ_EVIDENCE, given, None, fenced), is_new)

    def _unknown(self, name: str) -> str:
        if any(match_name(name, names) for names in WRITING.values()):
            return nobody_asked()
        needed = missing_backends(name, self._turn.context.settings)
        return needed or self._offer.unknown(name)


def _refused(
    request: ToolCallRequest,
    why: str,
    name: str | None = None,
    arguments: dict[str, Any] | None = None,
) -> Served:
    shown = name or one_line(request.name, 60) or "unnamed"
    return Served(CallReply(request.id, shown, arguments or {}, None, f"Error: {why}"), False)


def _row(value: object) -> int:
    try:
        return max(1, int(str(value)))
    except ValueError:
        return 1

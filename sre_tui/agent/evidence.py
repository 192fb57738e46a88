"""Evidence of a session: the whole of every tool result, and as much of it as a model may see."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from providers.clock import Clock
from providers.reading import State
from providers.text import one_line
from sre_tui.agent.events import Evidence
from sre_tui.agent.redaction import Redactor
from sre_tui.agent.session import Session
from sre_tui.tools.rendering import ModelView, Page, estimate_tokens, stamp
from sre_tui.tools.result import Listing, ToolResult
from sre_tui.tools.tool import Tool

WHOLE = 10_000_000
"""A budget no result exceeds."""


class EvidenceStore:
    """Hands out ids, keeps what was found, and renders it within a budget."""

    def __init__(
        self, session: Session, tools: Iterable[Tool[Any]], redactor: Redactor, clock: Clock
    ) -> None:
        self._session = session
        self._tools = {tool.name: tool for tool in tools}
        self._redactor = redactor
        self._clock = clock
        self._known = {one.id: one for one in session.evidence}
        self._next = session.next_evidence_number()

    def next_id(self) -> str:
        """The id of the next call."""
        made = f"E{self._next}"
        self._next += 1
        return made

    def keep(self, evidence: Evidence, result: ToolResult[Any] | None = None) -> None:
        """Remember evidence, and the typed result as long as the process lives."""
        self._known[evidence.id] = evidence
        if result is not None:
            self._session.live[evidence.id] = result

    def get(self, evidence_id: str) -> Evidence | None:
        """The evidence of that id, from this question or an earlier one."""
        return self._known.get(evidence_id)

    @property
    def all(self) -> tuple[Evidence, ...]:
        """Everything known in this session, in the order of the calls."""
        return tuple(self._known.values())

    def text_of(self, tool: Tool[Any], result: ToolResult[Any]) -> str:
        """The whole result as a model reads it, without secrets."""
        return self._rendered(tool, result, WHOLE, 1)

    def shown(self, evidence: Evidence, budget: int, first_row: int = 1) -> str:
        """The evidence from that row on, within a budget of tokens."""
        tool = self._tools.get(evidence.tool)
        result = self._result(tool, evidence)
        if tool is not None and result is not None:
            return self._rendered(tool, result, budget, first_row)
        if first_row == 1 and estimate_tokens(evidence.text) <= budget:
            return evidence.text
        view = ModelView(self._clock(), budget, first_row)
        return Page(view, rows=evidence.text.splitlines()).text()

    def found(self, evidence: Evidence, words: str, budget: int) -> str:
        """The lines of the evidence that contain every one of the words."""
        wanted = words.casefold().split()
        lines = evidence.text.splitlines()
        matching = [line for line in lines if all(word in line.casefold() for word in wanted)]
        view = ModelView(self._clock(), budget)
        heading = [f"{len(matching)} of {len(lines)} lines of {evidence.id} contain {words!r}:"]
        return Page(view, heading, matching, nothing="").text().rstrip()

    def line(self, evidence: Evidence) -> str:
        """The evidence on one line."""
        asked = evidence.command or f"{evidence.tool}({_arguments(evidence)})"
        return f"{evidence.id} {asked}: {evidence.summary}"

    def heading(self, evidence: Evidence) -> str:
        """What is said above the evidence: its id, its age, and how far it can be trusted."""
        said = f"{evidence.id} · {stamp(evidence.observed_at, self._clock())}"
        if evidence.state is not State.OK:
            said += f" · state {evidence.state.value.replace('_', ' ')}"
        return said

    def _rendered(
        self, tool: Tool[Any], result: ToolResult[Any], budget: int, first_row: int
    ) -> str:
        view = ModelView(self._clock(), budget, first_row)
        return self._redactor.text(tool.render(result, view))

    def _result(self, tool: Tool[Any] | None, evidence: Evidence) -> ToolResult[Any] | None:
        live = self._session.live.get(evidence.id)
        if isinstance(live, ToolResult):
            return live
        if tool is None or evidence.document is None:
            return None
        try:
            return tool.result_type.model_validate(evidence.document)
        except ValidationError:
            # Saved by another version of this program: its text still tells.
            return None


def summary_of(result: ToolResult[Any], text: str, troubles: Iterable[str] = ()) -> str:
    """One line about a result: what was found, and what was wrong with its sources."""
    data = result.data
    has_data = result.state.has_data
    found = data.gist() if has_data and isinstance(data, Listing) else ""
    if has_data and not found:
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        # Lines that begin with "!" say what the troubles say.
        found = " ".join([line for line in lines if not line.startswith("!")][:2])
    return one_line("; ".join(part for part in (found, *troubles) if part) or "nothing", 240)


def _arguments(evidence: Evidence) -> str:
    return ", ".join(f"{name}={_short(value)}" for name, value in evidence.arguments.items())


def _short(value: object) -> str:
    return one_line(json.dumps(value, ensure_ascii=False, default=str), 80)


def argument_key(tool: str, arguments: Mapping[str, object]) -> str:
    """The same for calls that ask the same."""
    return f"{tool} {json.dumps(arguments, sort_keys=True, default=str)}"

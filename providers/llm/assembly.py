"""Puts tool calls together from the pieces a stream delivers them in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from providers.llm.chunks import ToolCallRequest


@dataclass
class _Call:
    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass
class ToolCallAssembly:
    """Collects deltas; pieces of several calls may be interleaved."""

    _calls: dict[int, _Call] = field(default_factory=dict)

    def add(self, deltas: Iterable[Any]) -> None:
        """Take the ``tool_calls`` of one chunk or message."""
        for position, delta in enumerate(deltas):
            index = getattr(delta, "index", None)
            key = index if isinstance(index, int) else position
            given_id = getattr(delta, "id", None) or ""
            known = self._calls.get(key)
            if known is not None and given_id and known.id and given_id != known.id:
                # Some servers number every call 0 and tell them apart by id alone.
                key = next(
                    (place for place, call in self._calls.items() if call.id == given_id),
                    max(self._calls) + 1,
                )
            call = self._calls.setdefault(key, _Call())
            function = getattr(delta, "function", None)
            call.id = call.id or given_id
            name = getattr(function, "name", None) or ""
            if name and not call.name.endswith(name):
                call.name += name
            call.arguments += getattr(function, "arguments", None) or ""

    def calls(self) -> list[ToolCallRequest]:
        """The calls, in order, each with an id of its own."""
        taken: set[str] = set()
        done: list[ToolCallRequest] = []
        for _, call in sorted(self._calls.items()):
            if not call.name and not call.arguments.strip():
                continue
            call_id = call.id if call.id and call.id not in taken else f"call_{uuid4().hex[:12]}"
            taken.add(call_id)
            done.append(ToolCallRequest(call_id, call.name, call.arguments))
        return done

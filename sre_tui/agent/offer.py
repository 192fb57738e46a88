"""Which tools a model sees: the best for the question within a budget, the others by name.

A small model drowns in forty schemas, and they are paid for with every call. What is not shown is
listed by name in one further tool, which shows it from the next turn on; a model that calls it
unseen is served all the same. The choice lives outside the conversation, so that shortening that
changes nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from providers.text import one_line
from sre_tui.agent.prompt import PAGING, READ_EVIDENCE, tokens_of
from sre_tui.agent.tool_calls import match_name
from sre_tui.nearest import nearest
from sre_tui.tools.rendering import estimate_tokens
from sre_tui.tools.tool import Tool

MORE_TOOLS: Final = "more_tools"
"""The agent's own tool that shows further ones."""

PROMPT_TOKENS: Final = 2950
"""What system prompt and tools may cost together: below 3,000, so that small local models have room
to think."""

_CONTEXT_SHARE: Final = 0.4
"""Part of a model's context that the tools may take."""


def room_beside(system: str, context_tokens: int) -> float:
    """Tokens the tools may cost beside that system prompt, in a context of that size."""
    return min(PROMPT_TOKENS - estimate_tokens(system), context_tokens * _CONTEXT_SHARE)


class Offer:
    """The tools of one question.

    Args:
        tools: all that may be called, the best for the question first.
        room: tokens the schemas may cost.
    """

    def __init__(self, tools: Sequence[Tool[Any]], room: float) -> None:
        self._schemas = {tool.name: tool.schema() for tool in tools}
        self._room = room
        self._wanted: list[str] = []
        self.names = (*self._schemas, READ_EVIDENCE, MORE_TOOLS)
        """Everything a model may call, shown or not."""
        self._shown = self._fit()

    @property
    def tokens(self) -> int:
        """The most that the schemas cost in any turn of this question."""
        least = tokens_of(self.schemas())
        return max(least, min(int(self._room), tokens_of([*self._schemas.values(), PAGING])))

    @property
    def hidden(self) -> tuple[str, ...]:
        """Names of the tools that are not shown."""
        return tuple(name for name in self._schemas if name not in self._shown)

    def schemas(self) -> list[dict[str, Any]]:
        """What the model sees in its next turn."""
        return self._listed(self._shown)

    def used(self, name: str) -> None:
        """A tool was called: it stays in sight."""
        self._want([name])

    def show(self, named: object) -> tuple[str, bool]:
        """Show the tools that a model asks for by name.

        Args:
            named: what it wrote: a list of names, or one text with names in it.

        Returns:
            What to tell it, and whether any tool came into sight that was not.
        """
        hidden = self.hidden
        asked = _words(named)
        found = {word: match_name(word, self._schemas) for word in asked}
        known = tuple(dict.fromkeys(name for name in found.values() if name is not None))
        self._want(known)
        new = [name for name in known if name in hidden and name in self._shown]
        said: list[str] = []
        if new:
            said.append(f"You can call now: {', '.join(new)}.")
        if there := [name for name in known if name not in hidden]:
            said.append(f"You had already: {', '.join(there)}.")
        if left := [name for name in known if name not in self._shown]:
            said.append(f"Not all fit at once; ask again for: {', '.join(left)}.")
        said += [self.unknown(word) for word, name in found.items() if name is None]
        if not asked:
            said.append(f"Name the tools you want to see: {', '.join(hidden) or 'there are none'}.")
        return " ".join(said), bool(new)

    def unknown(self, name: str) -> str:
        """What to tell about a name that no tool has."""
        close = nearest(name, self.names)
        hint = f"did you mean {' or '.join(close)}?" if close else ""
        return f"there is no tool {one_line(name, 60)!r}; " + (
            hint or f"there are: {', '.join(self.names)}"
        )

    def _want(self, names: Iterable[str]) -> None:
        fresh = [name for name in names if name in self._schemas]
        self._wanted = [*fresh, *(name for name in self._wanted if name not in fresh)]
        if not self._shown.issuperset(fresh):
            self._shown = self._fit()

    def _fit(self) -> frozenset[str]:
        """The wanted tools, the latest first, then the best, as many as there is room for."""
        everything = frozenset(self._schemas)
        if tokens_of(self._listed(everything)) <= self._room:
            return everything
        shown: frozenset[str] = frozenset()
        for name in dict.fromkeys((*self._wanted, *self._schemas)):
            more = shown | {name}
            if tokens_of(self._listed(more)) <= self._room:
                shown = more
        return shown

    def _listed(self, shown: frozenset[str]) -> list[dict[str, Any]]:
        listed = [schema for name, schema in self._schemas.items() if name in shown]
        hidden = [name for name in self._schemas if name not in shown]
        return [*listed, PAGING, *([_more(hidden)] if hidden else [])]


def _more(names: Sequence[str]) -> dict[str, Any]:
    return {
        "type": "function",
        "function": {
            "name": MORE_TOOLS,
            "description": f"Get further tools for your next turn: {', '.join(names)}.",
            "parameters": {
                "type": "object",
                "properties": {"names": {"type": "array", "items": {"type": "string"}}},
                "required": ["names"],
            },
        },
    }


def _words(named: object) -> list[str]:
    items: list[object] = named if isinstance(named, list) else [named]
    if isinstance(named, str):
        items = list(re.findall(r"[\w.:/-]+", named))
    return list(dict.fromkeys(str(item).strip() for item in items if item not in (None, "")))

"""Tool calls of the analyst: bounded in number, made at the same time, failures kept as such."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar

from pydantic import BaseModel

from providers.reading import State
from sre_tui.agent.runner import Quoted, Ran
from sre_tui.tools.result import ToolResult
from sre_tui.tools.tool import Tool

MAX_CALLS: Final = 20
"""Tool calls for one question."""

DataT = TypeVar("DataT", bound=BaseModel)
SaidT = TypeVar("SaidT", bound=str)


class Runner(Protocol):
    """Runs tools as evidence."""

    tools: tuple[Tool[Any], ...]

    async def run_all(
        self, calls: Sequence[tuple[Tool[Any], Mapping[str, object]]]
    ) -> list[Ran[Any]]:
        """Run several tools at the same time; the outcomes in the order of the calls."""
        ...

    def vouch(self, *stated: str) -> None:
        """Let the grounding check take for granted what code worked out of evidence."""
        ...

    def quote(self, quoted: Quoted) -> str:
        """Make something out of a result evidence of its own; its id."""
        ...


@dataclass(frozen=True)
class Call:
    """A tool by name with its arguments."""

    tool: str
    arguments: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """What a call brought; empty if it was not made or failed."""

    call: Call
    ran: Ran[Any] | None = None

    @property
    def id(self) -> str:
        """Evidence id, empty if there is none."""
        return self.ran.evidence.id if self.ran is not None else ""

    @property
    def cite(self) -> str:
        """The citation, with a space before it; empty if there is no evidence."""
        return f" [{self.id}]" if self.id else ""

    @property
    def ok(self) -> bool:
        """Whether there is data."""
        return self.ran is not None and self.ran.result is not None and self.usable

    @property
    def usable(self) -> bool:
        """Whether the state of the result carries data."""
        return self.ran is not None and self.ran.evidence.state.has_data

    @property
    def stale_since(self) -> tuple[datetime, ...]:
        """The moments at which data was true that is old; empty where all of it is of now."""
        if self.ran is None or self.ran.result is None:
            return ()
        return tuple(one.observed_at for one in self.ran.result.sources
                     if one.state is State.STALE)  # fmt: skip

    def shows(self, text: str) -> bool:
        """Whether the evidence, as a reader sees it, contains that text."""
        return self.ran is not None and text in self.ran.evidence.text

    def data(self, kind: type[DataT]) -> DataT | None:
        """The data, if there is some and it is of that kind."""
        if self.ran is None or self.ran.result is None or not self.usable:
            return None
        result: ToolResult[Any] = self.ran.result
        return result.data if isinstance(result.data, kind) else None


class Caller:
    """Makes calls as long as the bound allows it."""

    def __init__(self, runner: Runner, limit: int = MAX_CALLS) -> None:
        self._runner = runner
        self._tools = {tool.name: tool for tool in runner.tools}
        self.left = limit
        self.made: list[Found] = []
        self.dropped: list[str] = []
        """Tools that were not called because the bound was reached."""

    def counted(self, said: SaidT) -> SaidT:
        """The words, whose figures were counted here and stand nowhere in the evidence."""
        self._runner.vouch(said)
        return said

    def quote(self, quoted: Quoted) -> str:
        """The id of something out of a result, as evidence of its own."""
        return self._runner.quote(quoted)

    def offers(self, tool: str) -> bool:
        """Whether a configured backend can answer that tool."""
        return tool in self._tools

    def takes(self, tool: str, argument: str) -> bool:
        """Whether that tool is offered and has an argument of that name."""
        known = self._tools.get(tool)
        return known is not None and argument in known.arguments.model_fields

    async def run(self, calls: Sequence[Call]) -> list[Found]:
        """Run the calls at the same time; one outcome per call, in their order.

        Calls of tools that are not offered, and those beyond the bound, come back empty.
        """
        chosen: list[int] = []
        again: dict[int, Found] = {}
        for position, call in enumerate(calls):
            if not self.offers(call.tool):
                continue
            before = next((one for one in self.made if one.call == call), None)
            if before is not None:
                again[position] = before
                continue
            if self.left <= 0:
                self.dropped.append(call.tool)
                continue
            self.left -= 1
            chosen.append(position)
        ran = await self._runner.run_all(
            [(self._tools[calls[at].tool], calls[at].arguments) for at in chosen]
        )
        outcomes = dict(zip(chosen, ran, strict=True))
        found = [again.get(at) or Found(call, outcomes.get(at)) for at, call in enumerate(calls)]
        self.made += [one for at, one in enumerate(found) if at in outcomes]
        return found

"""Runs tools as evidence: numbered, at the same time, each question asked only once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from providers.errors import BackendError, InvalidQuery
from providers.reading import SourceStatus, State
from providers.text import clean, clean_json, one_line
from sre_tui.agent.consent import (
    LONGEST_WRITE,
    NOBODY_HERE,
    NOBODY_SUMMARY,
    REFUSED,
    REFUSED_SUMMARY,
    UNSURE,
    UNSURE_SUMMARY,
    Consent,
    NobodyAsked,
    nobody_asked,
    values_of,
)
from sre_tui.agent.events import AgentEvent, Evidence, ToolFinished, ToolStarted
from sre_tui.agent.evidence import EvidenceStore, argument_key, summary_of
from sre_tui.agent.limits import Deadline
from sre_tui.agent.redaction import Redactor
from sre_tui.complaint import Complaint
from sre_tui.tools.context import ToolContext
from sre_tui.tools.result import ToolResult
from sre_tui.tools.tool import Tool

log = logging.getLogger(__name__)

DataT = TypeVar("DataT", bound=BaseModel)

AT_ONCE = 6
"""Tool calls under way at the same time."""


@dataclass(frozen=True)
class Ran(Generic[DataT]):
    """A tool call and its outcome.

    Attributes:
        result: the typed result; None if the call failed.
        repeated: whether the same had been asked before, so that no backend was asked again.
    """

    evidence: Evidence
    result: ToolResult[DataT] | None
    repeated: bool = False


@dataclass(frozen=True)
class Quoted:
    """One thing out of a result, to be cited on its own.

    Attributes:
        of: id of the evidence that holds it.
        source: who said it: ``prometheus:main``.
        summary: what was said, on one line.
        text: the same as it is shown, with what it answers to.
        command: what to run to see it oneself.
        at: when it was so; the moment of the call if None.
        state: how good it is; that of its source, else of the whole result, if None.
    """

    of: str
    source: str
    summary: str
    text: str
    command: str = ""
    at: datetime | None = None
    state: State | None = None


class _Refused(Exception):
    """The user does not want that a tool writes."""


class _Unsure(Exception):
    """A tool has not said whether it wrote what it was to write."""


@dataclass(frozen=True)
class _Found:
    """What a call brought, before secrets are taken out of it; `elapsed` in seconds."""

    state: State
    text: str
    summary: str
    result: ToolResult[Any] | None
    ended: datetime
    elapsed: float


class ToolRunner:
    """Runs the offered tools for one question."""

    def __init__(
        self,
        context: ToolContext,
        tools: Sequence[Tool[Any]],
        store: EvidenceStore,
        redactor: Redactor,
        deadline: Deadline,
        emit: Callable[[AgentEvent], None],
        degrade: Callable[[str, str], None],
        consent: Consent | None = None,
        session: str = "",
    ) -> None:
        self.tools = tuple(tools)
        self.calls = 0
        """Calls that reached a tool."""
        self.evidence: list[Evidence] = []
        """What this question brought, in the order of the calls."""
        self.vouched: list[str] = []
        """Figures and names that code worked out of evidence, and which are no guesses."""
        self._context = context
        self._store = store
        self._redactor = redactor
        self._deadline = deadline
        self._emit = emit
        self._degrade = degrade
        self._consent = consent
        self._session = session
        self._asking = asyncio.Lock()
        self._places = asyncio.Semaphore(AT_ONCE)
        self._asked: dict[str, asyncio.Future[Ran[Any]]] = {}
        self._quoted: dict[Quoted, str] = {}

    async def run(self, tool: Tool[DataT], arguments: Mapping[str, object]) -> Ran[DataT]:
        """Run a tool; whatever goes wrong in it is told by the evidence.

        Raises:
            ArgumentError: if the arguments do not fit; nothing was asked of anybody then.
        """
        parsed = tool.parse(arguments)
        key = argument_key(tool.name, parsed.model_dump(mode="json"))
        earlier = self._asked.get(key)
        if earlier is not None:
            ran: Ran[DataT] = await asyncio.shield(earlier)
            return replace(ran, repeated=True)
        future: asyncio.Future[Ran[Any]] = asyncio.get_running_loop().create_future()
        self._asked[key] = future
        shown = self._redactor.value(clean_json(parsed.model_dump(mode="json", exclude_unset=True)))
        evidence_id = self._store.next_id()
        self.calls += 1
        self._emit(ToolStarted(evidence_id=evidence_id, tool=tool.name, arguments=shown))
        try:
            async with self._places:
                done = await self._run(tool, arguments, evidence_id, shown)
        except BaseException:
            future.cancel()
            del self._asked[key]
            raise
        future.set_result(done)
        self._store.keep(done.evidence, done.result)
        self.evidence.append(done.evidence)
        self.evidence.sort(key=lambda one: int(one.id[1:]))
        self._emit(ToolFinished(evidence=done.evidence))
        for source in done.evidence.sources:
            if source.state is not State.OK:
                self._degrade(source.source, f"{_words(source.state)}: {source.detail}")
        return done

    def vouch(self, *stated: str) -> None:
        """Let the grounding check take for granted what code worked out of evidence."""
        self.vouched += stated

    def quote(self, quoted: Quoted) -> str:
        """Make something out of a result evidence of its own; its id, the same for the same."""
        known = self._quoted.get(quoted)
        if known is not None:
            return known
        whole = self._store.get(quoted.of)
        if whole is None:
            raise ValueError(f"there is no evidence {quoted.of!r} to quote")
        source = next((one for one in whole.sources if one.source == quoted.source), None)
        evidence = Evidence(
            id=self._store.next_id(),
            tool=whole.tool,
            arguments=whole.arguments,
            state=quoted.state or (whole.state if source is None else source.state),
            observed_at=quoted.at or whole.observed_at,
            summary=self._redactor.text(clean(quoted.summary)),
            text=self._redactor.text(clean(quoted.text)),
            sources=() if source is None else (source,),
            elapsed=0.0,
            command=self._redactor.text(clean(quoted.command)),
            part_of=whole.id,
        )
        self._store.keep(evidence)
        self.evidence.append(evidence)
        self._quoted[quoted] = evidence.id
        return evidence.id

    async def run_all(
        self, calls: Sequence[tuple[Tool[Any], Mapping[str, object]]]
    ) -> list[Ran[Any]]:
        """Run several tools at the same time; the outcomes in the order of the calls."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self.run(tool, arguments)) for tool, arguments in calls]
        return [task.result() for task in tasks]

    async def _run(
        self,
        tool: Tool[DataT],
        arguments: Mapping[str, object],
        evidence_id: str,
        shown: dict[str, Any],
    ) -> Ran[DataT]:
        started = self._deadline.elapsed
        result: ToolResult[DataT] | None = None
        state = State.BAD_RESPONSE
        try:
            if tool.writes:
                result = await self._written(tool, arguments)
            else:
                async with asyncio.timeout(self._deadline.left):
                    result = await tool.run(self._context, arguments)
            text = await asyncio.to_thread(self._store.text_of, tool, result)
        except _Refused:
            state, text, summary = State.OK, REFUSED, REFUSED_SUMMARY
        except NobodyAsked as error:
            state, text, summary = State.OK, nobody_asked(str(error)), NOBODY_SUMMARY
        except _Unsure:
            state, text, summary = State.UNREACHABLE, UNSURE, UNSURE_SUMMARY
        except InvalidQuery as error:
            text = _query_error(error)
            summary = f"the query was rejected: {one_line(error.message, 180)}"
        except BackendError as error:
            state, text = error.state, error.detail
            summary = one_line(error.detail)
        except Complaint as error:
            text = f"{error}. Call it again." if error.wrong_usage else str(error)
            summary = one_line(str(error))
        except TimeoutError:
            state, text = State.UNREACHABLE, "there was no answer within the time for this question"
            summary = text
        except Exception as error:
            log.exception("tool %s failed", tool.name)
            result = None
            text = f"the tool itself failed ({type(error).__name__}); the log has the details"
            summary = text
        else:
            state = result.state
            missing = [source for source in result.sources if source.state is not State.OK]
            troubles = (f"{one.source} {_words(one.state)}" for one in missing)
            summary = summary_of(result, text, troubles)
        found = _Found(
            state, text, summary, result, self._context.clock(), self._deadline.elapsed - started
        )
        # A long document takes seconds, in which no other call and no key press would be served.
        evidence = await asyncio.to_thread(self._evidence, found, evidence_id, tool.name, shown)
        return Ran(evidence, result)

    async def _written(
        self, tool: Tool[DataT], arguments: Mapping[str, object]
    ) -> ToolResult[DataT]:
        """What a tool wrote that the user agreed to, whose time does not count as the question's.

        What a person has agreed to is carried out to its end, be the question's time over or not.
        """
        if self._consent is None:
            raise NobodyAsked(NOBODY_HERE)
        now = self._context.clock()
        values = values_of(tool, tool.parse(arguments), self._session, now)
        # Two questions at once would be answered with one key.
        async with self._asking:
            with self._deadline.waiting():
                agreed = await self._consent(values)
                if agreed is None:
                    raise _Refused
                try:
                    async with asyncio.timeout(LONGEST_WRITE):
                        return await tool.run(self._context, agreed)
                except TimeoutError:
                    raise _Unsure from None

    def _evidence(
        self, found: _Found, evidence_id: str, tool: str, shown: dict[str, Any]
    ) -> Evidence:
        result = found.result
        document = None if result is None else result.model_dump(mode="json")
        return Evidence(
            id=evidence_id,
            tool=tool,
            arguments=shown,
            state=found.state,
            observed_at=found.ended if result is None else result.observed_at,
            summary=self._redactor.text(found.summary),
            text=self._redactor.text(clean(found.text)),
            document=self._redactor.value(clean_json(document)),
            sources=() if result is None else tuple(map(self._clean_source, result.sources)),
            elapsed=found.elapsed,
        )

    def _clean_source(self, source: SourceStatus) -> SourceStatus:
        said = {
            "detail": self._redactor.text(clean(source.detail)),
            "warnings": tuple(self._redactor.text(clean(one)) for one in source.warnings),
        }
        return source.model_copy(update=said)


def _words(state: State) -> str:
    return state.value.replace("_", " ")


def _query_error(error: InvalidQuery) -> str:
    lines = [f"The query was rejected: {clean(error.message)}", clean(error.query)]
    if error.offset is not None and "\n" not in error.query:
        lines.append(" " * error.offset + "^")
    return "\n".join(lines)

"""Writes the events of one answer into the chat."""

from __future__ import annotations

from contextlib import AsyncExitStack

from textual.widgets import Markdown

from providers.reading import State
from sre_tui.agent.events import (
    AgentEvent,
    Answer,
    Answered,
    Degraded,
    Evidence,
    Failed,
    Started,
    TextDelta,
    TextReset,
    ToolFinished,
    ToolStarted,
)
from sre_tui.agent.wording import answered_by, usage_text
from widgets.cell import Tone
from widgets.tool_line import CallState, ToolCall, ToolLine
from widgets.transcript import AssistantTurn, Transcript

CANCELLED = "cancelled"


class AnswerWriter:
    """Takes events in their order; `close` ends whatever is still open."""

    def __init__(self, transcript: Transcript, title: str) -> None:
        """A writer for one answer, by `title` unless the first event knows better."""
        self._transcript = transcript
        self._title = title
        self._stack = AsyncExitStack()
        self._turn: AssistantTurn | None = None
        self._lines: dict[str, ToolLine] = {}
        self._written = ""

    @property
    def turn(self) -> AssistantTurn | None:
        """Where the answer stands; None before its first event."""
        return self._turn

    async def take(self, event: AgentEvent) -> None:
        """Show one event."""
        match event:
            case Started():
                self._title = answered_by(event.mode, event.model)
                await self._open()
            case TextDelta(text=text):
                self._written += text
                await (await self._open()).write(text)
            case TextReset():
                await self._drop_text()
            case ToolStarted():
                call = ToolCall(event.tool, event.arguments, evidence=event.evidence_id)
                await self._add_line(ToolLine(call))
            case ToolFinished(evidence=evidence):
                await self._finish_line(evidence)
            case Degraded(degradation=degradation) if degradation.what == CANCELLED:
                await self._transcript.add_notice(degradation.detail, Tone.MUTED)
            case Degraded(degradation=degradation):
                said = f"{degradation.what}: {degradation.detail}"
                await self._transcript.add_notice(said, Tone.WARNING)
            case Answered(answer=answer):
                await self._finish(answer)
            case Failed(code=code, detail=detail):
                await self.close()
                tone = Tone.MUTED if code == CANCELLED else Tone.ERROR
                await self._transcript.add_notice(detail, tone)

    async def close(self) -> None:
        """Stop streaming; calls that never ended are shown as such."""
        for line in self._lines.values():
            if line.call.state is CallState.RUNNING:
                line.call = _ended(line.call)
        await self._stack.aclose()

    async def _open(self) -> AssistantTurn:
        if self._turn is None:
            turn = self._transcript.turn(self._title)
            self._turn = await self._stack.enter_async_context(turn)
        return self._turn

    async def _drop_text(self) -> None:
        self._written = ""
        if self._turn is not None:
            await self._turn.stop()
            await self._turn.query_children(Markdown).remove()
            self._turn.add_class("-streaming")

    async def _add_line(self, line: ToolLine) -> None:
        self._lines[line.call.evidence] = line
        await (await self._open()).add_tool(line)

    async def _finish_line(self, evidence: Evidence) -> None:
        call = finished_call(evidence)
        line = self._lines.get(evidence.id)
        if line is None:
            await self._add_line(ToolLine(call))
        else:
            line.call = call

    async def _finish(self, answer: Answer) -> None:
        turn = await self._open()
        # An answer is stripped, its stream is not: the difference is no reason to write it anew.
        if answer.text.strip() != self._written.strip():
            await self._drop_text()
            await turn.write(answer.text)
        flagged = [one.text for one in answer.unsupported]
        await turn.finish(usage_text(answer), flagged)
        await self.close()


async def show_answer(transcript: Transcript, answer: Answer) -> None:
    """Show an answer that was given earlier, with the tool calls it stands on."""
    writer = AnswerWriter(transcript, answered_by(answer.mode, answer.model))
    for evidence in answer.evidence:
        if not evidence.part_of:
            await writer.take(ToolFinished(evidence=evidence))
    await writer.take(Answered(answer=answer))


def finished_call(evidence: Evidence) -> ToolCall:
    """The line of a call that ended."""
    if evidence.state is State.OK:
        state = CallState.DONE
    else:
        state = CallState.PARTIAL if evidence.state.has_data else CallState.FAILED
    return ToolCall(
        evidence.tool,
        evidence.arguments,
        state,
        evidence.elapsed,
        f"{evidence.summary}\n\n{evidence.text}",
        evidence.id,
    )


def _ended(call: ToolCall) -> ToolCall:
    return ToolCall(
        call.name, call.arguments, CallState.FAILED, None, "it did not end", call.evidence
    )

"""A language model at work: it asks for tools, gets evidence, and writes the answer."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from providers.llm import (
    ContextTooLong,
    CutStream,
    EmptyAnswer,
    Finished,
    LanguageModel,
    LlmError,
    Stalled,
    TextPiece,
    ToolCallRequest,
    Waiting,
)
from sre_tui.agent.anonymize import Anonymizer, StreamRestorer
from sre_tui.agent.conversation import CallReply, Conversation
from sre_tui.agent.model_calls import CallDesk
from sre_tui.agent.offer import Offer
from sre_tui.agent.streaming import VisibleText, without_thinking
from sre_tui.agent.tool_calls import is_quoted, written_calls
from sre_tui.agent.turn import Turn
from sre_tui.settings import LlmSettings

_SHRINKS = 3
"""How often a conversation is made shorter because the model says it is too long."""
_USELESS_ROUNDS = 2
"""Turns in a row that bring nothing new before the model is told to answer."""


@dataclass(frozen=True)
class _Reply:
    text: str
    calls: tuple[ToolCallRequest, ...]
    is_cut: bool = False


class _OutOfTime(Exception):
    """The time for the question was up before the model said anything to show."""


class ModelLoop:
    """Lets one model answer one question."""

    def __init__(
        self,
        turn: Turn,
        model: LanguageModel,
        conversation: Conversation,
        offer: Offer,
        settings: LlmSettings,
        anonymizer: Anonymizer | None,
    ) -> None:
        self._turn = turn
        self._model = model
        self._conversation = conversation
        self._offer = offer
        self._settings = settings
        self._anonymizer = anonymizer
        self._desk = CallDesk(turn, offer, conversation.reading_budget)
        self._useless = 0
        self._turns = 0

    async def run(self) -> None:
        """Work until there is an answer, or a limit is reached.

        Raises:
            LlmError: if the model fails for good; what was found stays with the turn.
        """
        while True:
            limit = self._limit()
            if limit:
                await self._close(limit)
                return
            try:
                reply = await self._ask()
            except _OutOfTime:
                continue
            self._turns += 1
            if not reply.calls:
                self._accept(reply)
                return
            self._turn.take_back()
            replies = await self._desk.serve(reply.calls)
            self._useless = 0 if any(one.is_new for one in replies) else self._useless + 1
            self._conversation.add(reply.text, [one.reply for one in replies])
            self._learn([one.reply for one in replies])
            await self._turn.keep()

    def _limit(self) -> str:
        """Why the work has to end now, or nothing."""
        settings, turn = self._settings, self._turn
        cost = turn.cost
        if turn.deadline.passed:
            return f"the time for a question ({settings.max_seconds:.0f} s) is used up"
        if self._turns >= settings.max_turns:
            return f"the limit of {settings.max_turns} model calls is reached"
        if settings.max_cost_per_question is not None and self._turns:
            if cost is None:
                turn.degrade("budget", "the model's price is not known, so no cost limit holds")
            elif cost >= settings.max_cost_per_question:
                return f"the cost limit of ${settings.max_cost_per_question:.2f} is reached"
        if self._useless >= _USELESS_ROUNDS:
            return "the model asked for nothing new any more"
        return ""

    async def _close(self, limit: str) -> None:
        """Ask for an answer from what is known, without tools."""
        turn = self._turn
        turn.complete = False
        turn.degrade("budget", f"{limit}; the answer is from what was known by then")
        self._conversation.closing = (
            f"Stop here: {limit}. Answer now from the evidence above, without further tools, and "
            "say what could not be checked."
        )
        try:
            reply = await self._ask(closing=True)
        except (_OutOfTime, LlmError) as error:
            if not turn.runner.evidence:
                raise Stalled(f"{self._model.name} gave no answer: {limit}") from None
            if isinstance(error, LlmError):
                turn.degrade("model", error.detail)
            reply = _Reply("", ())
        if reply.text and not reply.calls:
            self._accept(reply)
        else:
            turn.take_back()
            turn.say(turn.known_so_far(limit))

    def _accept(self, reply: _Reply) -> None:
        turn = self._turn
        if turn.text.strip() != reply.text:
            turn.take_back()
            turn.say(reply.text)
        if reply.is_cut:
            turn.complete = False
            turn.degrade("model", "the answer was cut off at the longest the model can write")

    async def _ask(self, closing: bool = False) -> _Reply:
        """One model call; a cut or empty answer is asked for once more, a long one shortened."""
        shrinks = retries = 0
        while True:
            try:
                return await self._call(closing)
            except ContextTooLong as error:
                self._turn.take_back()
                shrinks += 1
                if shrinks > _SHRINKS or not await asyncio.to_thread(self._conversation.shrink):
                    raise
                self._turn.degrade("budget", f"{error.detail}; older results were shortened")
            except (CutStream, EmptyAnswer):
                self._turn.take_back()
                retries += 1
                if retries > 1 or self._turn.deadline.passed:
                    raise

    async def _call(self, closing: bool) -> _Reply:
        turn = self._turn
        visible = VisibleText()
        restorer = StreamRestorer(self._anonymizer) if self._anonymizer else None
        calls: list[ToolCallRequest] = []
        finished: Finished | None = None
        # Rendering evidence and searching it for secrets takes long where there is much of it.
        messages = await asyncio.to_thread(self._outgoing)
        seconds = turn.deadline.grace if closing else turn.deadline.left
        tools = [] if closing else self._offer.schemas()
        since = turn.deadline.elapsed
        try:
            async with asyncio.timeout(seconds) as limit:
                async with aclosing(self._model.stream(messages, tools)) as chunks:
                    async for chunk in chunks:
                        match chunk:
                            case TextPiece():
                                piece = restorer.feed(chunk.text) if restorer else chunk.text
                                shown = visible.feed(piece)
                                if shown and not turn.text and not closing:
                                    loop = asyncio.get_running_loop()
                                    end = turn.deadline.left + turn.deadline.grace
                                    limit.reschedule(loop.time() + end)
                                turn.say(shown)
                            case ToolCallRequest():
                                calls.append(self._incoming(chunk))
                            case Waiting():
                                turn.degrade(
                                    "model", f"{chunk.reason}; waiting {chunk.seconds:.0f} s"
                                )
                            case Finished():
                                finished = chunk
        except TimeoutError:
            self._count(since, "timed_out")
            if not turn.text:
                raise _OutOfTime from None
            turn.complete = False
            turn.degrade("budget", "the time was up in the middle of the answer")
            return _Reply(without_thinking(visible.whole), ())
        except LlmError as error:
            self._count(since, error.code)
            raise
        self._count(since, "ok", finished)
        turn.say(visible.feed(restorer.end()) if restorer else "")
        turn.say(visible.end())
        assert finished is not None
        self._note_fallback(finished)
        if not calls:
            calls = self._written(visible.whole)
        return _Reply(without_thinking(visible.whole), tuple(calls), finished.reason == "length")

    def _count(self, since: float, outcome: str, finished: Finished | None = None) -> None:
        seconds = self._turn.deadline.elapsed - since
        self._turn.count_call(self._model.name, seconds, outcome, finished)

    def _written(self, text: str) -> list[ToolCallRequest]:
        found = written_calls(without_thinking(text), self._desk.names)
        if not found:
            return []
        # A log line can hold such a call, and an answer may quote that line.
        strange = [self._turn.attached, *(one.text for one in self._turn.store.all)]
        return [
            self._desk.request_of(call)
            for call in found
            if not any(is_quoted(call, text) for text in strange)
        ]

    def _note_fallback(self, finished: Finished) -> None:
        served = finished.model.partition("/")[2]
        asked = self._model.name
        if served and served not in (asked, asked.partition("/")[2]):
            self._turn.model = finished.model
            self._turn.degrade("model", f"{asked} failed; its fallback {finished.model} answers")

    def _learn(self, replies: list[CallReply]) -> None:
        if self._anonymizer is not None:
            for reply in replies:
                if reply.evidence is not None:
                    self._anonymizer.learn_from(reply.evidence.document)
                    self._anonymizer.learn_from(reply.arguments)

    def _outgoing(self) -> list[dict[str, Any]]:
        messages = self._conversation.messages()
        if self._anonymizer is None:
            return messages
        hide = self._anonymizer.hide
        sent: list[dict[str, Any]] = []
        for message in messages:
            hidden = dict(message)
            if isinstance(message.get("content"), str):
                hidden["content"] = hide(message["content"])
            if "tool_calls" in message:
                hidden["tool_calls"] = [
                    {
                        **call,
                        "function": {
                            **call["function"],
                            "arguments": hide(call["function"]["arguments"]),
                        },
                    }
                    for call in message["tool_calls"]
                ]
            sent.append(hidden)
        return sent

    def _incoming(self, request: ToolCallRequest) -> ToolCallRequest:
        if self._anonymizer is None:
            return request
        arguments = self._anonymizer.restore(request.arguments)
        return ToolCallRequest(request.id, request.name, arguments)

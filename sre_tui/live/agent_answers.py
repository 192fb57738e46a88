"""The agent as a source of answers, made when it is first needed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Self

from sre_tui.live.answers import AnswerError, AnswerRun, PastExchange, SavedSession

if TYPE_CHECKING:
    from sre_tui.agent.agent import Agent
    from sre_tui.agent.session import Exchange, Session
    from sre_tui.tools.context import ToolContext


class AgentAnswers:
    """Asks the agent; use it with ``async with``, so that its connections are closed."""

    def __init__(self, context: ToolContext) -> None:
        self._context = context
        self._session: Session | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if "_agent" in self.__dict__:
            await self._agent.aclose()

    @property
    def model(self) -> str | None:
        """The configured model."""
        llm = self._context.settings.llm
        return None if llm.provider is None else llm.model

    def ask(self, question: str, attached: str = "") -> AnswerRun:
        """Ask in the current session, the first question of which begins it."""
        if self._session is None:
            self._session = self._agent.sessions.new()
        return self._agent.ask(question, self._session, attached=attached)

    def begin(self) -> None:
        """The next question begins a new session."""
        self._session = None

    async def saved(self) -> Sequence[SavedSession]:
        """Sessions in the state folder."""
        found = await asyncio.to_thread(self._agent.sessions.summaries)
        return [
            SavedSession(one.id, one.title, one.updated_at, one.questions, one.problem)
            for one in found
        ]

    async def resume(self, session: str) -> Sequence[PastExchange]:
        """Load the session's file."""
        from sre_tui.agent.session_store import SessionError

        try:
            self._session = await asyncio.to_thread(self._agent.sessions.load, session)
        except SessionError as error:
            raise AnswerError(error.detail) from error
        return [_past(exchange, session) for exchange in self._session.exchanges]

    def warm_up(self) -> None:
        """Import the agent and its tools, and the model library if a model is configured."""
        from sre_tui.tools.registry import all_tools

        import_module("sre_tui.agent.agent")
        import_module("sre_tui.agent.analyst")
        all_tools()
        if self._context.settings.llm.provider is not None:
            from providers.llm import warm_up

            warm_up()

    @cached_property
    def _agent(self) -> Agent:
        from sre_tui.agent.agent import Agent
        from sre_tui.agent.analyst import BuiltInAnalyst

        return Agent(self._context, BuiltInAnalyst())


def _past(exchange: Exchange, session: str) -> PastExchange:
    from sre_tui.agent.events import Answer

    if exchange.text is None:
        return PastExchange(exchange.question)
    answer = Answer(
        text=exchange.text,
        evidence=exchange.evidence,
        unsupported=exchange.unsupported,
        usage=exchange.usage,
        mode=exchange.mode,
        model=exchange.model,
        session=session,
        degraded=exchange.degraded,
        complete=exchange.complete,
    )
    return PastExchange(exchange.question, answer)

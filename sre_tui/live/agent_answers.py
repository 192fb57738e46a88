"""The agent as a source of answers, made when it is first needed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from sre_tui.live.answers import (
    ANALYST,
    AnswerError,
    AnswerRun,
    ModelOffer,
    PastExchange,
    SavedSession,
)
from sre_tui.live.first_question import LoadingRun
from sre_tui.live.question_history import QuestionHistory

if TYPE_CHECKING:
    from sre_tui.agent.agent import Agent
    from sre_tui.agent.consent import Consent
    from sre_tui.agent.redaction import Redactor
    from sre_tui.agent.session import Exchange, Session
    from sre_tui.settings import LlmSettings
    from sre_tui.tools.context import ToolContext


class AgentAnswers:
    """Asks the agent; use it with ``async with``, so that its connections are closed."""

    def __init__(self, context: ToolContext, folder: Path | None = None) -> None:
        """Answers from the homelab of this context; conversations are written into `folder`.

        Without a folder they go where the app was started.
        """
        self._context = context
        self._folder = folder or Path.cwd()
        self._session: Session | None = None
        self._chosen: LlmSettings | None = None
        self.consent: Consent | None = None
        """Asks the user before a tool writes; set before the first question."""
        self._loading = threading.Lock()
        self._history = QuestionHistory(context.folders.state / "questions.jsonl")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if "_agent" in self.__dict__:
            await self._agent.aclose()

    @property
    def model(self) -> str | None:
        """The model chosen, else the configured one."""
        return None if self._llm.provider is None else self._llm.model

    @property
    def models(self) -> Sequence[ModelOffer]:
        """What the settings name, what was chosen beside that, and the analyst."""
        from sre_tui.agent.model import NO_MODEL, configured_models

        now, named = self.model, configured_models(self._context.settings.llm)
        offers = [
            ModelOffer(name, "fallback" if place else "configured", name == now)
            for place, name in enumerate(named)
        ]
        if now is not None and now not in named:
            offers.append(ModelOffer(now, "chosen", asked=True))
        hint = "" if named else "; LLM_PROVIDER and LLM_MODEL name a model"
        return [*offers, ModelOffer(NO_MODEL, f"{ANALYST}{hint}", now is None)]

    async def choose(self, name: str) -> None:
        """Put it in front of the configured models."""
        from sre_tui.agent.model import ModelError, asking

        try:
            # The names of providers come from a library that takes seconds to load.
            self._chosen = await asyncio.to_thread(asking, self._context.settings.llm, name)
        except ModelError as error:
            raise AnswerError(str(error)) from error

    @property
    def session(self) -> str | None:
        """Id of the session that is gone on with."""
        return None if self._session is None else self._session.id

    def ask(self, question: str, attached: str = "") -> AnswerRun:
        """Ask in the current session, the first question of which begins it."""
        llm = self._llm

        def begin() -> AnswerRun:
            if self._session is None:
                self._session = self._agent.sessions.new()
            return self._agent.ask(question, self._session, attached=attached, llm=llm)

        return LoadingRun(self._load, begin)

    def begin(self) -> None:
        """The next question begins a new session."""
        self._session = None

    async def saved(self) -> Sequence[SavedSession]:
        """Sessions in the state folder."""
        found = await asyncio.to_thread(lambda: self._load().sessions.summaries())
        return [
            SavedSession(one.id, one.title, one.updated_at, one.questions, one.problem)
            for one in found
        ]

    async def resume(self, session: str) -> Sequence[PastExchange]:
        """Load the session's file."""
        from sre_tui.agent.session_store import SessionError

        try:
            self._session = await asyncio.to_thread(lambda: self._load().sessions.load(session))
        except SessionError as error:
            raise AnswerError(error.detail) from error
        return [_past(exchange, session) for exchange in self._session.exchanges]

    async def save(self, file: str) -> str:
        """Write it into the folder of this source."""
        from sre_tui.agent.transcript import TranscriptError, TranscriptUnwritable, save_transcript

        def write() -> str:
            session = self._session or self._load().sessions.new()
            return str(save_transcript(session, self._folder, file))

        try:
            return await asyncio.to_thread(write)
        except (TranscriptError, TranscriptUnwritable) as error:
            raise AnswerError(str(error)) from error

    async def recalled(self) -> Sequence[str]:
        """The questions in the state folder."""
        try:
            return await asyncio.to_thread(self._history.read)
        except OSError as error:
            raise AnswerError(f"{self._history.path} cannot be read: {error.strerror}") from error

    async def remember(self, question: str) -> None:
        """Append it there, without secrets."""

        def add() -> None:
            self._history.add(self._redactor.text(question))

        try:
            await asyncio.to_thread(add)
        except OSError as error:
            raise AnswerError(
                f"{self._history.path} cannot be written: {error.strerror}"
            ) from error

    def warm_up(self) -> None:
        """Import the agent and its tools, and the model library if a model is configured."""
        self._load()
        if self._context.settings.llm.provider is not None:
            from providers.llm import warm_up

            warm_up()

    def _load(self) -> Agent:
        """The agent and what it answers with: megabytes that nobody needs who only looks."""
        from sre_tui.tools.registry import all_tools

        with self._loading:
            all_tools()
            return self._agent

    @property
    def _llm(self) -> LlmSettings:
        return self._context.settings.llm if self._chosen is None else self._chosen

    @cached_property
    def _redactor(self) -> Redactor:
        from sre_tui.agent.redaction import Redactor

        return Redactor.of(self._context.settings)

    @cached_property
    def _agent(self) -> Agent:
        from sre_tui.agent.agent import Agent
        from sre_tui.agent.analyst import BuiltInAnalyst

        return Agent(self._context, BuiltInAnalyst(), consent=self.consent)


def _past(exchange: Exchange, session: str) -> PastExchange:
    from sre_tui.agent.events import Answer

    if exchange.text is None:
        return PastExchange(exchange.question, attached=exchange.attached)
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
    return PastExchange(exchange.question, answer, exchange.attached)

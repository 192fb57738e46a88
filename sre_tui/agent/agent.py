"""Answers questions: the event source behind every front."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

from providers.llm import LanguageModel, LlmConfig, LlmError, warm_up
from providers.text import clean
from sre_tui.agent.analyst_protocol import Analyst, AnalystTask
from sre_tui.agent.anonymize import Anonymizer
from sre_tui.agent.consent import Consent
from sre_tui.agent.conversation import Conversation
from sre_tui.agent.discovery import Discovery, joined
from sre_tui.agent.events import AgentEvent, Answered, Failed, Started
from sre_tui.agent.hiding import learn_site, not_hidden
from sre_tui.agent.limits import Deadline
from sre_tui.agent.model import model_config
from sre_tui.agent.model_loop import ModelLoop
from sre_tui.agent.offer import Offer, room_beside
from sre_tui.agent.prompt import question_prompt, sources_of, system_prompt
from sre_tui.agent.recorded import Remembered, remembered
from sre_tui.agent.redaction import Redactor
from sre_tui.agent.relevance import Hint, ranked
from sre_tui.agent.run import Run
from sre_tui.agent.session import Session
from sre_tui.agent.session_store import SessionStore, is_unpriced
from sre_tui.agent.site import read_notes, seen_names
from sre_tui.agent.spending import no_daily_limit, over_daily_cost, spent_today
from sre_tui.agent.turn import Turn
from sre_tui.agent.untrusted import bounded
from sre_tui.settings import LlmSettings
from sre_tui.tools.context import ToolContext
from sre_tui.tools.tool import Tool

log = logging.getLogger(__name__)


class Agent:
    """Answers questions about the homelab, with a model if one is configured, else without.

    Opened once per command, app or server. ``tools`` are the ones offered; by default all that a
    configured backend can answer. ``consent`` asks the user before a tool writes; without it no
    tool that writes is offered.
    """

    def __init__(
        self,
        context: ToolContext,
        analyst: Analyst,
        *,
        tools: Sequence[Tool[Any]] | None = None,
        consent: Consent | None = None,
    ) -> None:
        folder = context.settings.conversation_dir or context.folders.sessions
        self.sessions = SessionStore(folder, context.clock)
        self._context = context
        self._analyst = analyst
        self._tools = tools
        self._consent = consent
        self._redactor = Redactor.of(context.settings)
        self._discovery = Discovery(context)
        self._models: dict[LlmConfig, LanguageModel] = {}
        self._anonymizers: dict[str, Anonymizer] = {}

    def ask(
        self,
        question: str,
        session: Session | None = None,
        *,
        attached: str = "",
        llm: LlmSettings | None = None,
    ) -> Run:
        """Take on a question; the work begins with the first event asked for.

        Args:
            question: what the user wants to know.
            session: the conversation to go on with, from :attr:`sessions`; a new one if None.
            attached: text that was piped in, untrusted.
            llm: other model settings than the configured ones; one without a provider asks the
                built-in analyst.
        """
        chosen = self._context.settings.llm if llm is None else llm
        opened = session or self.sessions.new()
        return Run(lambda emit: self._seen(question, attached, opened, chosen, emit))

    async def warm_up(self) -> None:
        """Load what the first question needs, in a thread."""
        if self._context.settings.llm.provider is not None:
            await asyncio.to_thread(warm_up)

    async def aclose(self) -> None:
        """Close the connections to models; the tool context is closed by its owner.

        There is time now for what waits to be kept in the memory, if it has become much.
        """
        for model in self._models.values():
            await model.aclose()
        self._models.clear()
        context = self._context
        if context.usage is not None and context.usage.spool.is_long:
            from sre_tui.usage.taking import relieve

            await asyncio.to_thread(relieve, context.usage.spool, context.settings, context.folders)

    def _without_secrets(self, *texts: str) -> list[str]:
        return [self._redactor.text(clean(text)).strip() for text in texts]

    async def _seen(
        self,
        question: str,
        attached: str,
        session: Session,
        llm: LlmSettings,
        emit: Callable[[AgentEvent], None],
    ) -> None:
        """Answer, seen as under way."""
        usage = self._context.usage
        with nullcontext() if usage is None else usage.under_way():
            await self._answer(question, attached, session, llm, emit)

    async def _answer(
        self,
        question: str,
        attached: str,
        session: Session,
        llm: LlmSettings,
        emit: Callable[[AgentEvent], None],
    ) -> None:
        config = model_config(llm)
        notes, trouble = await asyncio.to_thread(read_notes, self._context.folders.site_file)
        # Whole logs are piped in, and no key press would be served while they are searched.
        question, attached, notes = await asyncio.to_thread(
            self._without_secrets, question, attached, notes
        )
        turn = Turn(
            question=question,
            attached=attached,
            now=self._context.clock(),
            mode="analyst" if llm.provider is None else "model",
            model=None if config is None else config.model,
            session=session,
            sessions=self.sessions,
            context=self._context,
            tools=self._offered(),
            redactor=self._redactor,
            deadline=Deadline(llm.max_seconds),
            notes=notes,
            emit=emit,
            consent=self._consent,
        )
        emit(Started(question=turn.question, session=session.id, mode=turn.mode, model=turn.model))
        if trouble:
            turn.degrade("site", trouble)
        try:
            await turn.keep()
            await self._work(turn, llm, config)
            answer = await turn.finish()
            turn.count_answer(turn.outcome)
            emit(Answered(answer=answer))
        except asyncio.CancelledError:
            turn.count_answer("cancelled")
            emit(_cancelled(turn))
            raise
        except Exception as error:
            log.exception("the question could not be answered")
            turn.complete = False
            turn.count_answer("failed")
            turn.put()
            turn.save()
            detail = f"something went wrong inside ({type(error).__name__}); the log has details"
            emit(Failed(code="internal", detail=detail))

    async def _work(self, turn: Turn, llm: LlmSettings, config: LlmConfig | None) -> None:
        if turn.mode == "model":
            why = "LLM_PROVIDER is set, but no model: set LLM_MODEL" if config is None else ""
            spent = await spent_today(self.sessions, llm, self._context.clock())
            why = why or over_daily_cost(llm, spent)
            for model in spent.unpriced[:1]:
                turn.degrade("budget", no_daily_limit(llm, model))
            if config is not None and not why:
                try:
                    await self._ask_model(turn, llm, config)
                except LlmError as error:
                    why = error.detail or type(error).__name__
                if llm.max_cost_per_day is not None and not spent.unpriced:
                    turn.put()
                    if is_unpriced(turn.session.exchanges[turn.position].usage):
                        turn.degrade("budget", no_daily_limit(llm, turn.model or config.model))
                if not why:
                    return
            turn.take_back()
            turn.mode, turn.model = "analyst", None
            turn.degrade("model", f"{why}; the built-in analyst answers instead")
            turn.deadline.grant_grace()
        await self._ask_analyst(turn, llm)

    async def _ask_model(self, turn: Turn, llm: LlmSettings, config: LlmConfig) -> None:
        model = self._models.setdefault(config, LanguageModel(config))
        context_tokens, turn.site_names, known = await asyncio.gather(
            model.context_tokens(),
            self._discovery.names(),
            remembered(self._context, turn.question),
        )
        journal = self._redactor.text(known.journal)
        turn.runner.vouch(journal)
        if known.trouble:
            turn.degrade("memory", known.trouble)
        fence = turn.session.fence
        system = system_prompt(
            fence,
            turn.notes,
            joined(turn.site_names, seen_names(turn.store.all)),
            sources_of(self._context.settings, turn.store.all),
            journal,
        )
        offer = Offer(
            ranked(turn.tools, _about(turn), turn.site_names, _called_before(turn, known)),
            room_beside(system, context_tokens),
        )
        for_answer = min(2000, context_tokens // 5)
        spare = context_tokens // 20
        room = context_tokens - for_answer - spare - offer.tokens
        conversation = Conversation(
            system=system,
            question=question_prompt(
                bounded(turn.question, room // 4), turn.attached, fence, turn.now, room // 3
            ),
            earlier=turn.earlier,
            store=turn.store,
            fence=fence,
            room=room,
        )
        anonymizer = await self._anonymizer(turn) if llm.anonymize else None
        await ModelLoop(turn, model, conversation, offer, llm, anonymizer).run()

    async def _ask_analyst(self, turn: Turn, llm: LlmSettings) -> None:
        task = AnalystTask(
            question=turn.question,
            attached=turn.attached,
            now=turn.now,
            settings=self._context.settings,
            earlier=turn.earlier,
            site=turn.notes,
        )
        limit = f"the time for a question ({llm.max_seconds:.0f} s) is used up"
        try:
            async with asyncio.timeout(turn.deadline.left + turn.deadline.grace):
                async for piece in self._analyst.answer(task, turn.runner):
                    turn.say(piece)
        except TimeoutError:
            turn.complete = False
            turn.degrade("budget", limit)
        except Exception as error:
            log.exception("the built-in analyst failed")
            turn.take_back()
            turn.degrade("analyst", f"the built-in analyst failed ({type(error).__name__})")
        if not turn.text.strip():
            turn.complete = False
            turn.say(turn.known_so_far("the built-in analyst found no words for it"))

    async def _anonymizer(self, turn: Turn) -> Anonymizer:
        made = self._anonymizers.setdefault(turn.session.id, Anonymizer())
        for source in await learn_site(made, self._context.settings, self._discovery):
            turn.degrade("privacy", not_hidden(source))
        for host in turn.site_names.get("hosts", ()):
            made.learn("HOST", host)
        for evidence in turn.store.all:
            made.learn_from(evidence.document)
        return made

    def _offered(self) -> Sequence[Tool[Any]]:
        if self._tools is None:
            from sre_tui.tools.registry import offered_tools

            self._tools = offered_tools(self._context.settings, asks=self._consent is not None)
        return self._tools


def _about(turn: Turn) -> list[Hint]:
    """What tells which tools a question needs: itself, what came with it, what came before."""
    made = [Hint(turn.question), Hint(turn.attached, 0.3)]
    for exchange in turn.earlier[-1:]:
        called = " ".join(one.tool.replace("_", " ") for one in exchange.evidence)
        made += [Hint(exchange.question, 0.5), Hint(called, 0.3)]
    return [hint for hint in made if hint.text]


def _called_before(turn: Turn, known: Remembered) -> dict[str, float]:
    """The tools that were called for questions like this one."""
    if not known.questions:
        return {}
    from sre_tui.usage.alike import tools_before

    names = {name.casefold() for found in turn.site_names.values() for name in found}
    return tools_before(turn.question, known.questions, names)


def _cancelled(turn: Turn) -> AgentEvent:
    turn.complete = False
    if turn.text or turn.runner.evidence:
        turn.degrade("cancelled", "the question was cancelled; this is what came until then")
    answer = turn.finish_now()
    if answer.text or answer.evidence:
        return Answered(answer=answer)
    return Failed(code="cancelled", detail="the question was cancelled")

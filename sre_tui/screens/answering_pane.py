"""A pane that asks one question at a time and shows the answer as it comes."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from textual import on, work
from textual.message import Message
from textual.reactive import reactive
from textual.worker import Worker, WorkerState

from sre_tui.live.answers import ANALYST, AnswerRun, AnswerSource
from sre_tui.screens.chat_messages import SourcesSeen
from sre_tui.screens.chat_transcript import ChatTranscript
from sre_tui.screens.warm_up import answers_loaded
from widgets.cell import Tone
from widgets.pane import Pane
from widgets.prompt import Prompt
from widgets.text import truncate

if TYPE_CHECKING:
    from sre_tui.agent.events import AgentEvent, Answer, Evidence
    from sre_tui.screens.answer_writer import AnswerWriter

log = logging.getLogger(__name__)

_QUOTED: Final = 400
"""Characters of an attached text that are shown with the question."""


class _EventCame(Message):
    def __init__(self, run: AnswerRun, event: AgentEvent) -> None:
        super().__init__()
        self.run = run
        self.event = event


class AnsweringPane(Pane):
    """Asks the source of answers; a transcript and a prompt have to be in it."""

    busy: reactive[bool] = reactive(False)

    def __init__(self, answers: AnswerSource, **attributes: Any) -> None:
        """A pane with this source of answers."""
        super().__init__("", **attributes)
        self._source = answers
        self._is_changing = False
        self._last: tuple[str, str] | None = None
        self._run: AnswerRun | None = None
        self._worker: Worker[None] | None = None
        self._writer: AnswerWriter | None = None
        self._answers: list[Answer] = []
        self._evidence: dict[str, Evidence] = {}

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """What the answers of this conversation stand on, in the order of the ids."""
        return tuple(sorted(self._evidence.values(), key=lambda one: (len(one.id), one.id)))

    @property
    def transcript(self) -> ChatTranscript:
        """What was said."""
        return self.query_one(ChatTranscript)

    @property
    def prompt(self) -> Prompt:
        """The line to type into."""
        return self.query_one(Prompt)

    async def ask(self, question: str, attached: str = "") -> bool:
        """Ask about a text from outside, or without one; False if another answer is under way."""
        if not self.is_free():
            return False
        await self._add_question(question, attached)
        self.busy = True
        self._last = (question, attached)
        # What an answer is made of is loaded with the first one: megabytes for nobody until then.
        await answers_loaded()
        from sre_tui.screens.answer_writer import AnswerWriter

        self._writer = AnswerWriter(self.transcript, self._source.model or ANALYST)
        try:
            self._run = self._source.ask(question, attached)
        except Exception as error:
            log.exception("the question could not be taken on")
            await self._fail(f"the question could not be taken on ({type(error).__name__})")
            return True
        self._worker = self._listen(self._run)
        return True

    def cancel(self) -> None:
        """Stop the answer; what came stays. The second time it does not wait for the source."""
        if self._run is None or self._worker is None:
            return
        if self.prompt.has_class("-stopping"):
            self._worker.cancel()
            return
        self.prompt.add_class("-stopping")
        self._run.cancel()

    def is_free(self) -> bool:
        """Whether something else can begin; the user is told if not."""
        if self.busy:
            self.notify("One answer is still under way; esc cancels it")
        elif self._is_changing:
            self.notify("One moment, this is still loading")
        return not (self.busy or self._is_changing)

    async def _add_question(self, question: str, attached: str) -> None:
        about = truncate(attached, _QUOTED)
        await self.transcript.add_user(f"{question}\n> {about}" if about else question)

    @work(exit_on_error=False)
    async def _listen(self, run: AnswerRun) -> None:
        """Pass the events on; only the pane itself touches what is on the screen."""
        try:
            async for event in run:
                self.post_message(_EventCame(run, event))
        finally:
            await run.aclose()

    @on(_EventCame)
    async def _event_came(self, message: _EventCame) -> None:
        from sre_tui.agent.events import Answered, Failed, ToolFinished

        message.stop()
        if message.run is not self._run or self._writer is None:
            return
        event = message.event
        await self._writer.take(event)
        if isinstance(event, ToolFinished):
            self._evidence[event.evidence.id] = event.evidence
            self.post_message(SourcesSeen(event.evidence.sources))
        if isinstance(event, Answered):
            self._answers.append(event.answer)
            self._evidence.update((one.id, one) for one in event.answer.evidence)
            if self._writer.turn is not None:
                self.transcript.show_start(self._writer.turn)
        if isinstance(event, Answered | Failed):
            await self._end()

    @on(Worker.StateChanged)
    async def _worker_changed(self, event: Worker.StateChanged) -> None:
        if event.worker is not self._worker:
            return
        event.stop()
        if event.state is WorkerState.ERROR:
            log.error("the answer broke off", exc_info=event.worker.error)
            kind = type(event.worker.error).__name__
            await self._fail(f"the answer broke off ({kind}); the log has the details")
        elif event.state is WorkerState.CANCELLED:
            await self._fail("cancelled", Tone.MUTED)

    async def _fail(self, why: str, tone: Tone = Tone.ERROR) -> None:
        if self._writer is not None:
            await self._writer.close()
            await self.transcript.add_notice(why, tone)
        await self._end()

    async def _end(self) -> None:
        if self._writer is not None:
            await self._writer.close()
        self._run = self._writer = self._worker = None
        self.prompt.remove_class("-stopping")
        self.busy = False

"""The chat: questions, answers as they come, and what they stand on."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.worker import Worker, WorkerState

from providers.reading import SourceStatus
from sre_tui.live.answers import ANALYST, AnswerRun, AnswerSource, PastExchange, SavedSession
from sre_tui.screens.actions import bindings
from sre_tui.screens.slash_commands import slash_commands, suggestion
from widgets.cell import Tone
from widgets.pane import Pane
from widgets.prompt import Prompt, PromptCancelled, PromptSubmitted
from widgets.text import plain_text, truncate
from widgets.transcript import CitationSelected, LinkSelected, Transcript

if TYPE_CHECKING:
    from sre_tui.agent.events import AgentEvent, Answer, Evidence
    from sre_tui.screens.answer_writer import AnswerWriter

log = logging.getLogger(__name__)

_QUOTED: Final = 400
"""Characters of an attached text that are shown with the question."""
WELCOME: Final = "Ask anything about your homelab, or press e on a row; / lists commands"


class ChatLeft(Message):
    """The user goes back to the list."""


class EvidenceWanted(Message):
    """The user wants to see the evidence of that id, or the list of all if it is empty."""

    def __init__(self, id: str = "") -> None:  # noqa: A002 - the field is called so
        super().__init__()
        self.id = id


class SessionsWanted(Message):
    """The user wants to choose among the saved conversations."""


class SourcesSeen(Message):
    """A tool call of an answer told how its sources are."""

    def __init__(self, sources: tuple[SourceStatus, ...]) -> None:
        super().__init__()
        self.sources = sources


class _EventCame(Message):
    def __init__(self, run: AnswerRun, event: AgentEvent) -> None:
        super().__init__()
        self.run = run
        self.event = event


class ChatTranscript(Transcript):
    """The transcript, to be scrolled by letters."""

    PART: ClassVar[str] = "transcript"
    BINDINGS: ClassVar[list[BindingType]] = bindings("transcript")

    def action_type(self) -> None:
        """Go to the line one types into."""
        self.screen.query_one(Prompt).focus()


class ChatPane(Pane):
    """Asks the source of answers, one question at a time."""

    PART: ClassVar[str] = "chat"
    BINDINGS: ClassVar[list[BindingType]] = bindings("chat")

    busy: reactive[bool] = reactive(False)

    def __init__(self, answers: AnswerSource, number: str = "", **attributes: Any) -> None:
        """A chat with this source of answers; the number stands before its title."""
        super().__init__(f"{number}Chat · {answers.model or ANALYST}", **attributes)
        self._source = answers
        self._run: AnswerRun | None = None
        self._worker: Worker[None] | None = None
        self._writer: AnswerWriter | None = None
        self._answers: list[Answer] = []
        self._evidence: dict[str, Evidence] = {}

    def compose(self) -> ComposeResult:
        """What was said, and the line to type into."""
        yield from super().compose()
        yield ChatTranscript(id="transcript")
        yield Prompt(slash_commands(), placeholder="Ask about your homelab", id="prompt")

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

    def on_mount(self) -> None:
        """Say what one can do here."""
        self.watch(self.transcript, "more", self._tell, init=False)
        self.call_later(self.transcript.add_notice, WELCOME, Tone.MUTED)

    def watch_busy(self, busy: bool) -> None:
        """Show that an answer is under way, and how it is cancelled."""
        self.prompt.busy = busy
        self._tell()

    def on_descendant_focus(self) -> None:
        """Say what escape does."""
        self._tell()

    def on_descendant_blur(self) -> None:
        """Escape does something else now."""
        self._tell()

    async def ask(self, question: str, attached: str = "") -> bool:
        """Ask about a text from outside, or without one; False if another answer is under way."""
        if self.busy:
            self.notify("One answer is still under way; esc cancels it")
            return False
        # What an answer is made of is loaded with the first one, not before the first paint.
        from sre_tui.screens.answer_writer import AnswerWriter

        about = truncate(attached, _QUOTED)
        await self.transcript.add_user(f"{question}\n> {about}" if about else question)
        self.busy = True
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

    async def begin(self) -> None:
        """Forget what was said and begin anew."""
        if self.busy:
            self.notify("One answer is still under way; esc cancels it")
            return
        self._source.begin()
        await self._clear()
        await self.transcript.add_notice(WELCOME, Tone.MUTED)

    async def resume(self, past: tuple[PastExchange, ...], session: SavedSession) -> None:
        """Show an earlier conversation, which the next question goes on with."""
        from sre_tui.agent.events import Answered, ToolFinished
        from sre_tui.screens.answer_writer import AnswerWriter

        await self._clear()
        for exchange in past:
            await self.transcript.add_user(exchange.question)
            if exchange.answer is None:
                await self.transcript.add_notice("This question got no answer", Tone.MUTED)
                continue
            writer = AnswerWriter(self.transcript, ANALYST)
            for evidence in exchange.answer.evidence:
                if not evidence.part_of:
                    await writer.take(ToolFinished(evidence=evidence))
                self._evidence[evidence.id] = evidence
            await writer.take(Answered(answer=exchange.answer))
            self._answers.append(exchange.answer)
        await self.transcript.add_notice(f"Going on with session {session.id}", Tone.INFO)
        self._offer_evidence()

    def action_leave(self) -> None:
        """Cancel the answer; without one, go back to the list."""
        if self.busy:
            self.cancel()
        else:
            self.post_message(ChatLeft())

    def action_older(self) -> None:
        """Scroll a page up."""
        self.transcript.action_page_up()

    def action_newer(self) -> None:
        """Scroll a page down."""
        self.transcript.action_page_down()

    def action_end(self) -> None:
        """Go to the end and follow it."""
        self.transcript.scroll_end(animate=False)

    def action_evidence(self) -> None:
        """List the evidence."""
        self.post_message(EvidenceWanted())

    async def action_new(self) -> None:
        """Begin a new conversation."""
        await self.begin()

    def action_sessions(self) -> None:
        """Choose an earlier conversation."""
        self.post_message(SessionsWanted())

    async def action_cost(self) -> None:
        """Say what the conversation took."""
        from sre_tui.agent.wording import total_text

        await self.transcript.add_reply(total_text([one.usage for one in self._answers]))

    def action_copy(self) -> None:
        """Copy the last answer."""
        if self._answers:
            self.app.copy_to_clipboard(self._answers[-1].text)
            self.notify("Copied the last answer")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim what there is nothing for."""
        if action == "copy":
            return True if self._answers else None
        if action == "evidence":
            return True if self._evidence else None
        return True

    @on(PromptSubmitted)
    async def _submitted(self, event: PromptSubmitted) -> None:
        event.stop()
        if event.text.startswith("/"):
            await self._obey(event.text)
        elif not await self.ask(event.text):
            self.prompt.text = event.text

    @on(PromptCancelled)
    def _cancelled(self, event: PromptCancelled) -> None:
        event.stop()
        self.action_leave()

    @on(CitationSelected)
    def _cited(self, event: CitationSelected) -> None:
        event.stop()
        self.post_message(EvidenceWanted(event.id))

    @on(LinkSelected)
    def _link(self, event: LinkSelected) -> None:
        event.stop()
        # An answer may hold a link that a log line planted; nothing is opened without a look at it.
        self.app.copy_to_clipboard(event.href)
        self.notify(f"Copied the link: {event.href}")

    async def _obey(self, text: str) -> None:
        name, _, argument = text.partition(" ")
        match name:
            case "/new":
                await self.begin()
            case "/sessions":
                self.action_sessions()
            case "/evidence":
                self.post_message(EvidenceWanted(argument.strip().upper()))
            case "/cost":
                await self.action_cost()
            case "/help":
                await self.app.run_action("show_help")
            case _:
                await self.transcript.add_reply(suggestion(text), Tone.WARNING)

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
        self._offer_evidence()

    async def _clear(self) -> None:
        self._answers.clear()
        self._evidence.clear()
        await self.transcript.clear()
        self._offer_evidence()

    def _tell(self) -> None:
        idle = "esc back" if self.has_focus_within else ""
        below = "↓ more, end shows it" if self.transcript.more else ""
        parts = (below, "answering · esc cancels" if self.busy else idle)
        self.border_subtitle = plain_text(" · ".join(part for part in parts if part))

    def _offer_evidence(self) -> None:
        self.prompt.set_commands(slash_commands(tuple(one.id for one in self.evidence)))
        self.refresh_bindings()

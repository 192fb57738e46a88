"""The chat: questions, answers as they come, and what they stand on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType

from sre_tui.live.answers import ANALYST, AnswerError, AnswerSource, PastExchange
from sre_tui.screens.actions import bindings
from sre_tui.screens.answering_pane import AnsweringPane
from sre_tui.screens.chat_messages import (
    ChatEntered,
    ChatLeft,
    EvidenceWanted,
    ModelsWanted,
    SessionsWanted,
)
from sre_tui.screens.chat_transcript import ChatTranscript
from sre_tui.screens.slash_commands import obey, offer_words, slash_commands
from sre_tui.screens.warm_up import answers_loaded
from widgets.cell import Tone
from widgets.pane import Pane
from widgets.prompt import Prompt, PromptCancelled, PromptSubmitted
from widgets.text import plain_text
from widgets.transcript import CitationSelected, LinkSelected

WELCOME: Final = "Ask anything about your homelab, or press e on a row; / lists commands"


class ChatPane(AnsweringPane):
    """Asks, goes on with earlier conversations, and says what one can do."""

    PART: ClassVar[str] = "chat"
    BINDINGS: ClassVar[list[BindingType]] = bindings("chat")

    def __init__(self, answers: AnswerSource, number: str = "", **attributes: Any) -> None:
        """A chat with this source of answers; the number stands before its title."""
        super().__init__(answers, **attributes)
        self._number = number
        self._is_recalled = False
        self.set_reactive(Pane.title, self._titled())

    def compose(self) -> ComposeResult:
        """What was said, and the line to type into."""
        yield from super().compose()
        yield ChatTranscript(id="transcript")
        yield Prompt(slash_commands({}), placeholder="Ask about your homelab", id="prompt")

    def on_mount(self) -> None:
        """Say what one can do here."""
        self.watch(self.transcript, "more", self._tell, init=False)
        self.call_later(self.transcript.add_notice, WELCOME, Tone.MUTED)

    def watch_busy(self, busy: bool) -> None:
        """Show that an answer is under way, and how it is cancelled."""
        self.prompt.busy = busy
        self._tell()
        if not busy and self._is_recalled:
            self._offer_arguments()

    def on_descendant_focus(self) -> None:
        """Say what escape does; whoever comes here may want what was asked before."""
        self._tell()
        if not self._is_recalled:
            self._is_recalled = True
            self.post_message(ChatEntered())
            self._offer_arguments()
            self._recall()

    def on_descendant_blur(self) -> None:
        """Escape does something else now."""
        self._tell()

    async def begin(self) -> None:
        """Forget what was said and begin anew."""
        if not self.is_free():
            return
        self._source.begin()
        await self._clear()
        await self.transcript.add_notice(WELCOME, Tone.MUTED)

    async def resume(self, session: str) -> None:
        """Show an earlier conversation, which the next question goes on with."""
        if not self.is_free():
            return
        self._is_changing = True
        try:
            await self._show_past(await self._source.resume(session))
            await self.transcript.add_notice(f"Going on with session {session}", Tone.INFO)
        except AnswerError as error:
            await self.transcript.add_reply(str(error), Tone.ERROR)
        finally:
            self._is_changing = False

    async def choose_model(self, name: str) -> None:
        """Ask another model, or the built-in analyst, from the next question on."""
        if not self.is_free():
            return
        self._is_changing = True
        try:
            await self._source.choose(name)
            self.title = self._titled()
            self._offer_arguments()
            asked = self._source.model or f"the {ANALYST}"
            await self.transcript.add_reply(f"Questions go to {asked} now")
        except AnswerError as error:
            await self.transcript.add_reply(str(error), Tone.ERROR)
        finally:
            self._is_changing = False

    async def save(self, file: str = "") -> None:
        """Write the conversation down, under a name of its own if none is given."""
        if not self.is_free():
            return
        try:
            await self.transcript.add_reply(f"Saved as {await self._source.save(file)}", Tone.OK)
        except AnswerError as error:
            await self.transcript.add_reply(str(error), Tone.ERROR)

    def action_leave(self) -> None:
        """Cancel the answer; without one, go back to the list."""
        if self.busy:
            self.cancel()
        else:
            self.post_message(ChatLeft())

    def action_read(self) -> None:
        """Leave the line for the answers, without leaving the chat."""
        self.transcript.focus()

    def action_older(self) -> None:
        """Scroll a page up."""
        self.transcript.action_page_up()

    def action_newer(self) -> None:
        """Scroll a page down."""
        self.transcript.action_page_down()

    def action_end(self) -> None:
        """Go to the end and follow it."""
        self.transcript.follow()

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
        else:
            self.notify("Nothing was answered yet")

    def action_model(self) -> None:
        """Choose who is asked."""
        self.post_message(ModelsWanted())

    async def action_again(self) -> None:
        """Ask the last question anew, perhaps somebody else."""
        if self._last is None:
            self.notify("Nothing was asked yet")
        else:
            await self.ask(*self._last)

    async def action_save(self) -> None:
        """Write the conversation down."""
        await self.save()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim what there is nothing for, and leave out the way to where one is."""
        match action:
            case "copy":
                return True if self._answers else None
            case "evidence":
                return True if self._evidence else None
            case "read":
                return not self.transcript.has_focus_within
            case "again" | "save":
                return True if self._last is not None else None
            case _:
                return True

    @on(PromptSubmitted)
    async def _submitted(self, event: PromptSubmitted) -> None:
        event.stop()
        if event.text.startswith("/"):
            await obey(self, event.text)
        elif await self.ask(event.text):
            self._remember(event.text)
        else:
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

    @work
    async def _recall(self) -> None:
        try:
            self.prompt.recall_also(await self._source.recalled())
        except AnswerError as error:
            self.notify(str(error), severity="warning")

    @work
    async def _remember(self, question: str) -> None:
        try:
            await self._source.remember(question)
        except AnswerError as error:
            self.notify(str(error), severity="warning")

    async def _show_past(self, past: Sequence[PastExchange]) -> None:
        await answers_loaded()
        from sre_tui.screens.answer_writer import show_answer

        await self._clear()
        for exchange in past:
            self._last = (exchange.question, exchange.attached)
            await self._add_question(*self._last)
            if exchange.answer is None:
                await self.transcript.add_notice("This question got no answer", Tone.MUTED)
                continue
            await show_answer(self.transcript, exchange.answer)
            self._evidence.update((one.id, one) for one in exchange.answer.evidence)
            self._answers.append(exchange.answer)
        self._offer_arguments()

    async def _clear(self) -> None:
        self._last = None
        self._answers.clear()
        self._evidence.clear()
        await self.transcript.clear()
        self._offer_arguments()

    def _tell(self) -> None:
        idle = "esc back" if self.has_focus_within else ""
        below = "↓ more, end shows it" if self.transcript.more else ""
        parts = (below, "answering · esc cancels" if self.busy else idle)
        self.border_subtitle = plain_text(" · ".join(part for part in parts if part))

    def _titled(self) -> str:
        return f"{self._number}Chat · {self._source.model or ANALYST}"

    def _offer_arguments(self) -> None:
        models = {one.name: offer_words(one) for one in self._source.models}
        evidence = {one.id: f"{one.tool}: {one.summary}" for one in self.evidence}
        self.prompt.set_commands(slash_commands({"/model": models, "/evidence": evidence}))
        self.refresh_bindings()

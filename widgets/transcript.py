"""A chat: questions, answers that stream in as Markdown, tool calls and notices."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from widgets.cell import Tone, marked
from widgets.text import plain_line, plain_lines
from widgets.tool_line import ToolLine

if TYPE_CHECKING:
    from textual.widgets import Markdown
    from textual.widgets.markdown import MarkdownStream


class CitationSelected(Message):
    """A citation was clicked; `id` is the id of the evidence, for example ``E1``."""

    def __init__(self, id: str) -> None:  # noqa: A002 - the field is called so
        super().__init__()
        self.id = id


class LinkSelected(Message):
    """Another link was clicked; nothing is opened unless the app does it."""

    def __init__(self, href: str) -> None:
        super().__init__()
        self.href = href


class AssistantTurn(Vertical):
    """One answer: text and tool calls in the order they came, then a footer."""

    DEFAULT_CSS = """
    AssistantTurn {
        width: 1fr;
        height: auto;
        padding: 0 0 1 0;
        & > .assistant-turn--title { padding: 0 1; text-style: bold; color: $text-primary; }
        & > Markdown { padding: 0 1; }
        /* A command is read and copied whole: it is broken into lines, not scrolled. */
        & MarkdownFence { margin: 0 0 1 0; overflow: hidden; }
        & MarkdownFence > Label { padding: 0 1; width: 1fr; }
        & > .assistant-turn--flags { padding: 0 1; color: $text-warning; }
        & > .assistant-turn--footer { padding: 0 1; text-opacity: 60%; }
    }
    """

    def __init__(self, title: str) -> None:
        """An answer by `title`, for example the name of a model."""
        super().__init__(classes="-streaming")
        self._title = plain_line(title)
        self._flagged: tuple[str, ...] = ()
        self._stream: MarkdownStream | None = None
        self._text: Markdown | None = None

    @property
    def source(self) -> str:
        """The Markdown of the whole answer so far."""
        return "\n\n".join(text.source for text in self.texts)

    @property
    def texts(self) -> list[Markdown]:
        """The pieces of text between tool calls."""
        # A parser is much to load, and before the first answer there is nothing to parse.
        from textual.widgets import Markdown

        return list(self.query_children(Markdown))

    def compose(self) -> ComposeResult:
        """Who answers."""
        yield Static(self._title, classes="assistant-turn--title", markup=False)

    async def write(self, fragment: str) -> None:
        """Append a piece of Markdown."""
        fragment = plain_lines(fragment)
        if not fragment:
            # A stream that was never written to cannot be stopped.
            return
        if self._stream is None:
            from textual.widgets import Markdown

            from widgets.answer_markdown import answer_parser

            self._text = Markdown(
                parser_factory=lambda: answer_parser(self._flagged), open_links=False
            )
            await self.mount(self._text)
            self._stream = Markdown.get_stream(self._text)
        await self._stream.write(fragment)

    async def add_tool(self, line: ToolLine) -> None:
        """Append the line of a tool call; text after it goes below it."""
        await self._end_text()
        await self.mount(line)

    async def finish(self, footer: str = "", flagged: Sequence[str] = ()) -> None:
        """End the answer.

        Args:
            footer: Model, tokens, cost and time in one line.
            flagged: Phrases of the answer that nothing backs; they are marked where they stand
                and listed below.
        """
        await self.stop()
        self._flagged = tuple(plain_line(phrase) for phrase in flagged if phrase.strip())
        if self._flagged:
            from widgets.answer_markdown import FLAG

            for text in self.texts:
                await text.update(text.source)
            listed = f"{FLAG} not found in the evidence: {', '.join(self._flagged)}"
            await self.mount(Static(listed, classes="assistant-turn--flags", markup=False))
        if footer:
            line = plain_line(footer)
            await self.mount(Static(line, classes="assistant-turn--footer", markup=False))

    async def stop(self) -> None:
        """Stop streaming; what came so far stays."""
        self.remove_class("-streaming")
        await self._end_text()

    async def _end_text(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            await stream.stop()


class Transcript(VerticalScroll):
    """A chat that follows its end until the user scrolls up, and again from the end on.

    Only the last `keep` entries stay on the screen. `more` says whether there is something below
    what can be seen.
    """

    DEFAULT_CSS = """
    Transcript {
        height: 1fr;
        scrollbar-size-vertical: 1;
        & > .transcript--body { height: auto; min-height: 100%; }
        & .transcript--user {
            width: 1fr;
            padding: 0 1;
            margin: 0 0 1 0;
            border-left: outer $primary;
            text-style: bold;
        }
        & .transcript--notice { width: 1fr; padding: 0 1; margin: 0 0 1 0; }
        & .transcript--notice.-muted { text-opacity: 60%; }
        & .transcript--notice.-warning { color: $text-warning; }
        & .transcript--notice.-error { color: $text-error; }
        & .transcript--notice.-critical { color: $text-error; text-style: bold; }
        & .transcript--notice.-ok { color: $text-success; }
        & .transcript--notice.-info { color: $text-primary; }
    }
    """

    more: reactive[bool] = reactive(False)

    def __init__(
        self,
        *,
        keep: int = 60,
        id: str | None = None,  # noqa: A002 - the name every Textual widget uses
        classes: str | None = None,
    ) -> None:
        """An empty chat that shows at most `keep` entries."""
        super().__init__(id=id, classes=classes)
        # At least as high as the view, so that a short chat begins at the top.
        self._body = Vertical(classes="transcript--body")
        self._keep = keep
        self._pruned = 0
        self._to_start: AssistantTurn | None = None

    def compose(self) -> ComposeResult:
        """What holds the entries."""
        yield self._body

    @property
    def entries(self) -> list[Widget]:
        """What is shown, oldest first, without the notice of what was pruned."""
        return [it for it in self._body.children if not it.has_class("transcript--pruned")]

    @property
    def following(self) -> bool:
        """Whether the view stays at the end as it moves away."""
        return self.is_anchored and not self._anchor_released

    def on_mount(self) -> None:
        """Follow the end from the start."""
        self.anchor()

    def on_resize(self, _: events.Resize) -> None:
        """Tell whether the end can be seen."""
        self._look_down()

    def watch_virtual_size(self) -> None:
        """Tell whether the end can be seen: more text moves it, and no view that stays behind."""
        self._look_down()
        if self._to_start is not None:
            self.call_after_refresh(self._show_start)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Tell whether the end can be seen."""
        super().watch_scroll_y(old_value, new_value)
        self._look_down()

    def follow(self) -> None:
        """Go to the end, and follow it as it moves away."""
        self._to_start = None
        # At once: a layout before the next refresh would go there without telling anybody.
        self.scroll_end(animate=False, immediate=True)

    def action_scroll_end(self) -> None:
        """The same by a key."""
        self.follow()

    def show_start(self, turn: AssistantTurn) -> None:
        """Put the first line of an answer that is longer than the view at its top.

        Whoever scrolled away while it came is left where they are.
        """
        self._to_start = turn
        self.call_after_refresh(self._show_start)

    async def add_user(self, text: str) -> None:
        """Show what the user said, and follow the end again."""
        said = Static(plain_lines(text), classes="transcript--user", markup=False)
        await self._add(said)
        self.follow()

    async def add_reply(self, text: str, tone: Tone = Tone.INFO) -> None:
        """Show a line that the user asked for, and follow the end again."""
        await self.add_notice(text, tone)
        self.follow()

    async def add_notice(self, text: str, tone: Tone = Tone.INFO) -> None:
        """Show a line that neither side said."""
        line = marked(tone, plain_line(text))
        await self._add(Static(line, classes=f"transcript--notice -{tone}", markup=False))

    @asynccontextmanager
    async def turn(self, title: str) -> AsyncIterator[AssistantTurn]:
        """An answer to write to; its stream is stopped however the block ends."""
        answer = AssistantTurn(title)
        await self._add(answer)
        try:
            yield answer
        finally:
            await answer.stop()

    async def clear(self) -> None:
        """Remove everything."""
        self._pruned = 0
        await self._body.remove_children()

    def _show_start(self) -> None:
        turn = self._to_start
        texts = turn.texts if turn is not None and turn.is_attached else []
        if turn is None or not texts or not self.following or self._is_asked_after(turn):
            self._to_start = None
            return
        whole = self._body.region.height
        if not turn.children[-1].region or self.virtual_size.height < whole:
            # Where it begins is known once all of it is laid out, which changes the size.
            return
        self._to_start = None
        top = texts[0].region.y - self._body.region.y
        if whole - top > self.scrollable_content_region.height:
            self.scroll_to(y=top, animate=False, immediate=True)

    def _is_asked_after(self, turn: AssistantTurn) -> bool:
        # The user went on meanwhile: what is asked now is to be seen.
        entries = self.entries
        return any(it.has_class("transcript--user") for it in entries[entries.index(turn) :])

    def _look_down(self) -> None:
        self.more = self.max_scroll_y - self.scroll_y >= 1

    def on_markdown_link_clicked(self, event: Markdown.LinkClicked) -> None:
        """Tell of it; nothing is opened here."""
        from widgets.answer_markdown import EVIDENCE_SCHEME

        event.stop()
        if event.href.startswith(EVIDENCE_SCHEME):
            self.post_message(CitationSelected(event.href.removeprefix(EVIDENCE_SCHEME)))
        else:
            self.post_message(LinkSelected(event.href))

    async def _add(self, entry: Widget) -> None:
        await self._body.mount(entry)
        surplus = self.entries[: -self._keep]
        if not surplus:
            return
        self._pruned += len(surplus)
        await self._body.remove_children(surplus)
        said = marked(Tone.MUTED, f"{self._pruned} older entries are not shown")
        for notice in self._body.query_children(".transcript--pruned").results(Static):
            notice.update(said)
            return
        classes = "transcript--notice transcript--pruned -muted"
        await self._body.mount(Static(said, classes=classes, markup=False), before=0)

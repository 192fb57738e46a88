"""The line one types into: sends on enter, recalls on up, completes slash commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import OptionList, TextArea
from textual.widgets.option_list import Option
from textual.widgets.text_area import Edit, EditResult

from widgets.text import fit, plain_line, plain_lines


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """A command that can be completed.

    Attributes:
        name: Its name with the slash, for example ``/model``.
        help: What it does, in a few words.
        arguments: Words its argument can be completed to, and what they stand for.
    """

    name: str
    help: str
    arguments: Mapping[str, str] = field(default_factory=dict)


class PromptSubmitted(Message):
    """Enter was pressed on `text`, which is never blank."""

    def __init__(self, prompt: Prompt, text: str) -> None:
        super().__init__()
        self.prompt = prompt
        self.text = text

    @property
    def control(self) -> Prompt:
        """The prompt, so that handlers can be bound by its id."""
        return self.prompt


class PromptCancelled(Message):
    """Escape was pressed and there was no list of completions to close."""

    def __init__(self, prompt: Prompt) -> None:
        super().__init__()
        self.prompt = prompt

    @property
    def control(self) -> Prompt:
        """The prompt, so that handlers can be bound by its id."""
        return self.prompt


class _Field(TextArea):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", "Send", show=False, id="prompt.send"),
        Binding(
            "shift+enter,alt+enter,ctrl+j", "newline", "New line", show=False, id="prompt.newline"
        ),
        Binding("tab", "complete", "Complete", show=False, id="prompt.complete"),
        Binding("escape", "leave", "Cancel", show=False, id="prompt.cancel"),
    ]

    def __init__(self, prompt: Prompt, placeholder: str) -> None:
        super().__init__(
            soft_wrap=True,
            show_line_numbers=False,
            tab_behavior="focus",
            highlight_cursor_line=False,
            # A str would be parsed as markup.
            placeholder=Content(plain_line(placeholder)),
        )
        self._prompt = prompt

    async def _on_key(self, event: Key) -> None:
        # Bindings run in the app, whose queue overtakes letters that still wait in this one's.
        bound = None if event.is_printable else self.screen.active_bindings.get(event.key)
        if bound is None or bound.node is not self or not bound.enabled:
            return
        if await self.app.run_action(bound.binding.action, self):
            event.stop()
            event.prevent_default()

    def edit(self, edit: Edit) -> EditResult:
        # What is pasted may hold escape sequences, and text areas draw them as they are.
        return super().edit(replace(edit, text=plain_lines(edit.text)))

    def action_send(self) -> None:
        self._prompt.send()

    def action_newline(self) -> None:
        self.insert("\n")

    def action_complete(self) -> None:
        if not self._prompt.accept_completion():
            raise SkipAction

    def action_leave(self) -> None:
        self._prompt.leave()

    def action_cursor_line_end(self, select: bool = False) -> None:
        if not select and self.cursor_location == self.document.end:
            # It would do nothing here; whatever holds the prompt may have an end of its own.
            raise SkipAction
        super().action_cursor_line_end(select)

    def action_cursor_up(self, select: bool = False) -> None:
        if select or self.cursor_location[0] > 0 or not self._prompt.step(-1):
            super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        last = self.document.line_count - 1
        if select or self.cursor_location[0] < last or not self._prompt.step(1):
            super().action_cursor_down(select)


class Prompt(Vertical):
    """Chat input. While it has the focus single letters are only text.

    Enter sends, shift+enter, alt+enter or ctrl+j starts a new line, up and down recall what was
    sent, tab completes, escape cancels.
    """

    DEFAULT_CSS = """
    Prompt {
        height: auto;
        & > .prompt--choices {
            display: none;
            height: auto;
            max-height: 9;
            padding: 0 1;
            border: none;
            background: $panel;
            scrollbar-size-vertical: 1;
            text-wrap: nowrap;
            text-overflow: ellipsis;
        }
        & > .prompt--choices > .option-list--option-highlighted { text-style: bold underline; }
        &.-choosing > .prompt--choices { display: block; }
        & > _Field {
            height: auto;
            min-height: 1;
            max-height: 8;
            border: round $foreground 25%;
            padding: 0 1;
            background: transparent;
        }
        & > _Field:focus { border: round $border; }
        &.-busy > _Field { border: round $warning; }
    }
    """

    busy: reactive[bool] = reactive(False, toggle_class="-busy")

    def __init__(
        self,
        commands: Sequence[SlashCommand] = (),
        *,
        placeholder: str = "",
        history: Sequence[str] = (),
        id: str | None = None,  # noqa: A002 - the name every Textual widget uses
        classes: str | None = None,
    ) -> None:
        """An input.

        Args:
            commands: Slash commands that are completed.
            placeholder: Shown while it is empty.
            history: What was sent before, oldest first.
            id: Widget id.
            classes: CSS classes.
        """
        super().__init__(id=id, classes=classes)
        self._commands = tuple(commands)
        self._history = _recallable(history)
        self._place = len(self._history)
        self._draft = ""
        self._quiet: str | None = None
        self._placeholder = placeholder
        self._choices: list[str] = []

    def compose(self) -> ComposeResult:
        """The completions above the text."""
        choices = OptionList(classes="prompt--choices", markup=False)
        choices.can_focus = False
        yield choices
        yield _Field(self, self._placeholder)

    @property
    def text(self) -> str:
        """What is typed."""
        return self._field.text

    @text.setter
    def text(self, text: str) -> None:
        self._field.text = plain_lines(text)
        self._field.move_cursor(self._field.document.end)

    @property
    def history(self) -> tuple[str, ...]:
        """What was sent, oldest first."""
        return tuple(self._history)

    @property
    def choices(self) -> tuple[str, ...]:
        """Completions on offer, empty while none is shown."""
        return tuple(self._choices)

    @property
    def _field(self) -> _Field:
        return self.query_one(_Field)

    def focus(self, scroll_visible: bool = True) -> Prompt:
        """Give the focus to the text."""
        self._field.focus(scroll_visible)
        return self

    def set_commands(self, commands: Sequence[SlashCommand]) -> None:
        """Complete these commands from now on."""
        self._commands = tuple(commands)
        self._offer()

    def recall_also(self, earlier: Sequence[str]) -> None:
        """Recall what was sent before all that is recalled so far, oldest first."""
        found = _recallable(earlier)
        self._history[:0] = found
        self._place += len(found)

    def send(self) -> None:
        """Post what is typed, or take the completion if it is only the start of a command."""
        self._offer()
        if self._choices and self.text.strip() not in self._choices and self.accept_completion():
            return
        text = self.text.strip()
        if not text:
            return
        if not self._history or self._history[-1] != text:
            self._history.append(text)
        self._place, self._draft, self._quiet = len(self._history), "", None
        self.text = ""
        self.post_message(PromptSubmitted(self, text))

    def leave(self) -> None:
        """Close the completions, else say that the user cancelled."""
        if self._choices:
            self._quiet = self.text
            self._show([])
        else:
            self.post_message(PromptCancelled(self))

    def accept_completion(self) -> bool:
        """Take the marked completion; False if there is none on offer."""
        self._offer()
        if not self._choices:
            return False
        marked = self.query_one(OptionList).highlighted or 0
        self.text = self._choices[min(marked, len(self._choices) - 1)] + " "
        return True

    def step(self, step: int) -> bool:
        """Move through completions or history; False if the cursor should move instead."""
        self._offer()
        if self._choices:
            choices = self.query_one(OptionList)
            choices.highlighted = ((choices.highlighted or 0) + step) % len(self._choices)
            return True
        place = self._place + step
        if not self._history or not 0 <= place <= len(self._history):
            return False
        if self._place == len(self._history):
            self._draft = self.text
        self._place = place
        recalled = self._draft if place == len(self._history) else self._history[place]
        self._quiet = recalled
        self.text = recalled
        if step < 0:
            # The next up shall go on recalling, not walk through the lines of this entry.
            self._field.move_cursor((0, len(recalled.partition("\n")[0])))
        return True

    @on(TextArea.Changed)
    def _changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self._offer()

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.accept_completion()
        self.focus()

    @on(OptionList.OptionHighlighted)
    def _marked(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()

    def _offer(self) -> None:
        text = self.text
        if not text.startswith("/") or "\n" in text or text == self._quiet:
            self._show([])
            return
        name, space, _ = text.partition(" ")
        if space:
            known = {it.name: it.arguments for it in self._commands}.get(name, {})
            offers = [
                (f"{name} {plain_line(word)}", plain_line(words)) for word, words in known.items()
            ]
        else:
            offers = [(plain_line(it.name), plain_line(it.help)) for it in self._commands]
        self._show([offer for offer in offers if offer[0].startswith(text)])

    def _show(self, offers: Sequence[tuple[str, str]]) -> None:
        offered = [text for text, _ in offers]
        if offered == self._choices:
            return
        self._choices = offered
        choices = self.query_one(OptionList)
        choices.clear_options()
        width = max((len(text) for text in self._choices), default=0) + 2
        choices.add_options(Option(Text(f"{fit(text, width)}{words}")) for text, words in offers)
        if offers:
            choices.highlighted = 0
        self.set_class(bool(offers), "-choosing")


def _recallable(texts: Sequence[str]) -> list[str]:
    return [plain for text in texts if (plain := plain_lines(text)).strip()]

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.events import Key, Paste
from textual.widgets import Static, TextArea

from tests.screens.svg import SvgSnapshot
from tests.screens.widgets.stage import SIZES, Scene, shown
from widgets.prompt import Prompt, PromptCancelled, PromptSubmitted, SlashCommand

COMMANDS = [
    SlashCommand("/model", "choose the [model]", {"openai/gpt-5": "", "ollama/qwen3": "fallback"}),
    SlashCommand("/memory", "what is remembered"),
    SlashCommand("/new", "start over"),
]


def _prompt() -> Prompt:
    return Prompt(COMMANDS, placeholder="Ask, or / for commands", history=["first", "second"])


async def _type(scene: Scene, text: str) -> None:
    keys = {"/": "slash", " ": "space"}
    await scene.pilot.press(*(keys.get(char, char) for char in text))
    await scene.settle()


def _sent(scene: Scene) -> list[str]:
    return [message.text for message in scene.posted(PromptSubmitted)]


@pytest.mark.parametrize("size", SIZES)
async def test_completions_are_shown_above_the_text(size: str, snapshot: SnapshotAssertion) -> None:
    prompt = _prompt()
    async with shown(Static(), prompt, size=SIZES[size]) as scene:
        prompt.query_one(TextArea).cursor_blink = False
        prompt.focus()
        await scene.settle()
        assert "Ask, or / for commands" in scene.text
        await _type(scene, "/m")
        assert prompt.choices == ("/model", "/memory")
        assert prompt.has_class("-choosing")
        assert "/model   choose the [model]" in scene.text
        assert scene.svg == snapshot(extension_class=SvgSnapshot)


async def test_enter_sends_and_clears() -> None:
    prompt = _prompt()
    async with shown(prompt) as scene:
        prompt.focus()
        await scene.pilot.press("enter", "space", "enter")
        assert _sent(scene) == []
        await _type(scene, "why slow")
        await scene.pilot.press("enter")
        await scene.settle()
        assert _sent(scene) == ["why slow"]
        assert scene.posted(PromptSubmitted)[0].control is prompt
        assert prompt.text == ""


@pytest.mark.parametrize("key", ["shift+enter", "alt+enter", "ctrl+j"])
async def test_new_line(key: str) -> None:
    prompt = _prompt()
    async with shown(prompt) as scene:
        prompt.focus()
        await scene.pilot.press("a", key, "b")
        assert prompt.text == "a\nb"
        assert _sent(scene) == []


async def test_up_and_down_recall_what_was_sent() -> None:
    prompt = _prompt()
    async with shown(prompt) as scene:
        prompt.focus()
        await _type(scene, "draft")
        seen = []
        for key in ("up", "up", "up", "down", "down"):
            await scene.pilot.press(key)
            seen.append(prompt.text)
        assert seen == ["second", "first", "first", "second", "draft"]


async def test_up_moves_within_several_lines_first() -> None:
    prompt = _prompt()
    async with shown(prompt) as scene:
        prompt.focus()
        await scene.pilot.press("a", "ctrl+j", "b", "up")
        assert prompt.text == "a\nb"
        await scene.pilot.press("up")
        assert prompt.text == "second"


async def test_completion_of_name_and_argument() -> None:
    prompt = _prompt()
    async with shown(prompt) as scene:
        prompt.focus()
        await _type(scene, "/m")
        await scene.pilot.press("down", "tab")
        assert prompt.text == "/memory "
        prompt.text = ""
        await _type(scene, "/mo")
        await scene.pilot.press("enter")
        await scene.settle()
        assert prompt.text == "/model "
        assert prompt.choices == ("/model openai/gpt-5", "/model ollama/qwen3")
        await _type(scene, "ol")
        await scene.pilot.press("tab")
        assert prompt.text == "/model ollama/qwen3 "
        await scene.pilot.press("enter")
        await scene.settle()
        assert _sent(scene) == ["/model ollama/qwen3"]


async def test_completion_by_mouse() -> None:
    prompt = _prompt()
    async with shown(prompt) as scene:
        prompt.focus()
        await _type(scene, "/")
        await scene.pilot.click(".prompt--choices", offset=(3, 2))
        await scene.settle()
        assert prompt.text == "/new "
        assert prompt.query_one(TextArea).has_focus


async def test_escape_closes_completions_then_cancels() -> None:
    prompt = _prompt()
    async with shown(prompt) as scene:
        prompt.focus()
        await _type(scene, "/n")
        await scene.pilot.press("escape")
        assert prompt.choices == ()
        assert scene.posted(PromptCancelled) == []
        await scene.pilot.press("escape")
        await scene.settle()
        assert len(scene.posted(PromptCancelled)) == 1


async def test_tab_leaves_when_nothing_is_to_complete() -> None:
    first, second = _prompt(), _prompt()
    async with shown(first, second) as scene:
        first.focus()
        await scene.pilot.press("tab")
        assert second.query_one(TextArea).has_focus


async def test_single_letters_are_text_while_typing() -> None:
    pressed: list[str] = []

    class Keyed(App[None]):
        BINDINGS = [Binding(key, f"note('{key}')") for key in "qjke"]  # noqa: RUF012

        def compose(self) -> ComposeResult:
            yield _prompt()
            yield Static()

        def action_note(self, key: str) -> None:
            pressed.append(key)

    app = Keyed()
    async with app.run_test() as pilot:
        prompt = app.query_one(Prompt)
        prompt.focus()
        await pilot.press("q", "j", "k", "e")
        assert prompt.text == "qjke"
        assert pressed == []
        app.set_focus(None)
        await pilot.press("q")
        assert pressed == ["q"]


async def test_pasted_lines_stay_text() -> None:
    prompt = _prompt()
    async with shown(prompt) as scene:
        prompt.focus()
        scene.app.post_message(Paste("one\ntwo [/]\x1b[31m\n"))
        prompt.busy = True
        await scene.settle()
        assert prompt.text == "one\ntwo [/]\n"
        assert prompt.has_class("-busy")
        assert _sent(scene) == []


async def _burst(scene: Scene, keys: list[str]) -> None:
    """Press keys as a terminal hands them over: all of them before any is looked at."""
    for key in keys:
        scene.app.post_message(Key(key, key if len(key) == 1 else None))
    await scene.settle()


async def test_enter_waits_for_the_letters_before_it() -> None:
    prompt = _prompt()
    async with shown(prompt) as scene:
        prompt.focus()
        await scene.settle()
        await _burst(scene, [*"one", "enter", *"two", "ctrl+j", *"3", "enter", *"four"])
        await scene.settle(lambda: prompt.text == "four")
        assert _sent(scene) == ["one", "two\n3"]


async def test_every_key_of_the_field_keeps_its_place_among_letters() -> None:
    prompt = _prompt()
    async with shown(prompt) as scene:
        prompt.focus()
        await scene.settle()
        await _burst(scene, [*"abx", "backspace", *"d", "left", *"c", "enter"])
        await scene.settle(lambda: bool(_sent(scene)))
        assert _sent(scene) == ["abcd"]


async def test_tab_completes_what_was_typed_before_it() -> None:
    prompt = _prompt()
    async with shown(prompt) as scene:
        prompt.focus()
        await scene.settle()
        await _burst(scene, [*"/mo", "tab", *"ol", "tab", "enter"])
        await scene.settle(lambda: bool(_sent(scene)))
        assert _sent(scene) == ["/model ollama/qwen3"]

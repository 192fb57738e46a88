"""What can be typed with a slash: who answers, what is kept, what is asked once more."""

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion

from sre_tui.agent.events import Answered, Started, ToolFinished
from sre_tui.live.answers import AnswerError, PastExchange, SavedSession
from tests.screens.answers import ScriptedAnswers
from tests.screens.homelab import NOW, answer, evidence
from tests.screens.stage import SIZES, Scene, on_stage
from widgets.tool_line import ToolLine


async def say(scene: Scene, text: str) -> None:
    if not scene.chat.has_focus_within:
        await scene.press("5")
        await scene.settle(lambda: scene.chat.has_focus_within)
    scene.chat.prompt.text = text
    await scene.press("enter")


async def answered(scene: Scene, text: str = "so") -> None:
    begun = Started(question="?", session="s", mode="analyst")
    scene.answers.runs[-1].send(begun, Answered(answer=answer(text)))
    await scene.settle(lambda: not scene.chat.busy)


async def test_who_answers_is_chosen_and_shown(snapshot: SnapshotAssertion) -> None:
    answers = ScriptedAnswers("gpt-5", configured=("gpt-5", "ollama/qwen3"))
    async with on_stage(size=SIZES["80x24"], answers=answers) as scene:
        await scene.press("5")
        await scene.settle(lambda: scene.says("Chat · gpt-5"))
        await scene.press(*"/mo", "tab")
        assert scene.chat.prompt.choices == ("/model gpt-5", "/model ollama/qwen3", "/model none")
        assert scene.says("words of gpt-5 · asked now")
        scene.chat.prompt.text = ""
        await say(scene, "/model")
        await scene.settle(lambda: scene.says("Who answers"))
        assert scene.says("gpt-5", "ollama/qwen3", "words of gpt-5 · asked now")
        await scene.draw("models", snapshot)
        await scene.press("down", "enter")
        await scene.settle(lambda: scene.says("Chat · ollama/qwen3"))
        assert scene.says("Questions go to ollama/qwen3 now")
        await say(scene, "/model none")
        await scene.settle(lambda: scene.says("Chat · built-in analyst"))
        assert scene.says("Questions go to the built-in analyst now")
        await say(scene, "/model nonsense")
        await scene.settle(lambda: scene.says("✗ nothing tells which provider"))
        assert scene.says("Chat · built-in analyst")
        await say(scene, "/model")
        await scene.settle(lambda: scene.says("Who answers"))
        await scene.press("escape")
        await scene.settle(lambda: scene.at_main)
        assert answers.model is None


async def test_nothing_changes_during_an_answer_and_then_it_is_asked_again() -> None:
    answers = ScriptedAnswers("gpt-5", configured=("gpt-5", "small"))
    answers.sessions = [SavedSession("s1", "earlier", NOW, 1)]
    async with on_stage(answers=answers) as scene:
        await say(scene, "/again")
        await scene.settle(lambda: scene.says("Nothing was asked yet"))
        await scene.main.inquire("what of this line?", "disk sdc")
        assert scene.chat.busy
        for command in ("/model small", "/sessions s1", "/again", "/save", "/new"):
            await say(scene, command)
            await scene.settle(lambda: scene.says("One answer is still under way"))
            scene.app.clear_notifications()
            await scene.settle(lambda: not scene.says("One answer is still under way"))
        assert scene.chat.busy
        assert (answers.model, answers.resumed, len(answers.asked)) == ("gpt-5", [], 1)
        await answered(scene)
        await say(scene, "/model small")
        await scene.settle(lambda: answers.model == "small")
        await say(scene, "/again")
        await scene.settle(lambda: len(answers.asked) == 2)
        assert answers.asked[0] == answers.asked[1]
        assert answers.attached == ["disk sdc", "disk sdc"]
        await answered(scene)
        await say(scene, "/new")
        await say(scene, "/again")
        await scene.settle()
        assert len(answers.asked) == 2


async def test_what_is_kept_and_why_it_cannot_be(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = ScriptedAnswers(history=AnswerError("it [/] cannot be read"))
    async with on_stage(answers=answers) as scene:
        await scene.press("5")
        await scene.settle(lambda: scene.says("it [/] cannot be read"))
        copied: list[str] = []
        monkeypatch.setattr(scene.app, "copy_to_clipboard", copied.append)
        await say(scene, "/copy")
        await scene.settle(lambda: scene.says("Nothing was answered yet"))
        assert copied == []
        await say(scene, "why?")
        await answered(scene, "Because.")
        await say(scene, "/copy")
        assert copied == ["Because."]
        await say(scene, "/save")
        await say(scene, "/save notes.md")
        await scene.settle(lambda: scene.says("✓ Saved as /home/notes.md"))
        assert scene.says("✓ Saved as /home/sre-s1.md")
        answers.unwritable = "notes.md exists already: give [another] name"
        await say(scene, "/save notes.md")
        await scene.settle(lambda: scene.says("✗ notes.md exists already: give [another] name"))
        answers.unwritable = "it [/] cannot be written"
        await say(scene, "and now?")
        await scene.settle(lambda: scene.says("it [/] cannot be written"))
        await answered(scene)
        assert scene.app.broken is None


async def test_a_session_is_gone_on_with_by_its_name() -> None:
    past = [PastExchange("earlier?", answer("Earlier."), "a log line")]
    answers = ScriptedAnswers(sessions=[SavedSession("s1", "earlier?", NOW, 1)], past=past)
    answers.session = "s1"
    async with on_stage(answers=answers) as scene:
        await say(scene, "/sessions s2")
        await scene.settle(lambda: scene.says("✗ there is no session 's2'"))
        await say(scene, "/sessions s1")
        await scene.settle(lambda: scene.says("Going on with session s1"))
        assert scene.says("Earlier.", "> a log line")
        await say(scene, "/again")
        assert (answers.asked, answers.attached) == (["earlier?"], ["a log line"])
        await answered(scene)
        await say(scene, "/sessions")
        await scene.settle(lambda: scene.says("1 question, now, this one"))


async def test_what_was_asked_before_is_recalled() -> None:
    answers = ScriptedAnswers(history=["first [/]?", "two\nlines?"])
    async with on_stage(answers=answers) as scene:
        prompt = scene.chat.prompt
        await scene.press("5")
        await scene.settle(lambda: len(prompt.history) == 2)
        await say(scene, "third?")
        await answered(scene)
        await say(scene, "/cost")
        assert answers.remembered == ["third?"]
        seen = []
        for _ in range(4):
            await scene.press("up")
            seen.append(prompt.text)
        assert seen == ["/cost", "third?", "two\nlines?", "first [/]?"]
        await scene.press("x")
        assert prompt.text == "first [/]?x"


async def test_the_answers_are_gone_through_by_keys() -> None:
    async with on_stage(size=SIZES["80x24"]) as scene:
        await say(scene, "why?")
        calls = [ToolFinished(evidence=evidence(number)) for number in (1, 2)]
        text = "\n\n".join(f"paragraph {number}" for number in range(9))
        done = answer(text, evidence=(evidence(1), evidence(2)))
        begun = Started(question="?", session="s", mode="analyst")
        scene.answers.runs[-1].send(begun, *calls, Answered(answer=done))
        await scene.settle(lambda: not scene.chat.busy)
        await scene.settle(lambda: scene.says("↓ more"))
        await scene.press("ctrl+up")
        assert scene.chat.transcript.has_focus
        await scene.press("n")
        await scene.settle(lambda: scene.says("[E1]"))
        first, second = scene.chat.query(ToolLine)
        assert first.has_focus
        await scene.press("N")
        assert first.has_focus
        await scene.press("n", "n")
        assert second.has_focus
        await scene.press("enter")
        assert second.open
        await scene.press("o")
        await scene.settle(lambda: scene.says("Evidence E2"))
        await scene.press("escape")
        await scene.settle(lambda: scene.at_main)
        await scene.press("i")
        assert scene.chat.prompt.has_focus_within
        await scene.press("ctrl+up", "G")
        await scene.settle(lambda: scene.says("paragraph 8"))
        await scene.press("N")
        assert second.has_focus

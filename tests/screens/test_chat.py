from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion

from providers.reading import State
from sre_tui.agent.events import (
    AgentEvent,
    Answered,
    Degradation,
    Degraded,
    Failed,
    Started,
    TextDelta,
    TextReset,
    ToolFinished,
    ToolStarted,
    Usage,
)
from sre_tui.live.answers import PastExchange, SavedSession
from tests.screens.answers import ScriptedAnswers
from tests.screens.homelab import ALERTS, NOW, answer, evidence, flag, status
from tests.screens.homelab import snapshot as snapshot_of
from tests.screens.stage import SIZES, Scene, on_stage
from tests.screens.svg import SvgSnapshot
from widgets.tool_line import CallState, ToolLine

QUESTION = "why is jellyfin slow?"
TEXT = "The disk **sdc** on nas1 is failing [E1]. It is 97% worn.\n\n- replace it, then x [/] y\n"


def started(mode: str = "analyst", model: str | None = None) -> AgentEvent:
    return Started.model_validate(
        {"question": QUESTION, "session": "s", "mode": mode, "model": model}
    )


def call(number: int, tool: str = "grafana_get_alerts") -> AgentEvent:
    arguments = {"search": "SmartDiskFailing"}
    return ToolStarted(evidence_id=f"E{number}", tool=tool, arguments=arguments)


def deltas(text: str, size: int = 9) -> list[AgentEvent]:
    return [TextDelta(text=text[at : at + size]) for at in range(0, len(text), size)]


async def ask(scene: Scene, text: str = QUESTION) -> None:
    if not scene.chat.has_focus_within:
        await scene.press("5")
        await scene.settle(lambda: scene.chat.has_focus_within)
    scene.chat.prompt.focus().text = text
    await scene.press("enter")


async def answered(scene: Scene, *events: AgentEvent | Exception) -> None:
    scene.answers.runs[-1].send(*events)
    await scene.settle(lambda: not scene.chat.busy)


@pytest.mark.parametrize("size", SIZES)
async def test_from_question_to_answer(size: str, snapshot: SnapshotAssertion) -> None:
    usage = Usage(
        prompt_tokens=1200, completion_tokens=34, cost=0.0123, model_calls=2, tool_calls=1,
        elapsed=2.5,
    )  # fmt: skip
    async with on_stage(size=SIZES[size], answers=ScriptedAnswers("gpt")) as scene:
        await scene.press("5")
        await scene.settle(lambda: scene.chat.has_focus_within)
        assert scene.says("Chat · gpt", "Ask about your homelab", "esc back")
        assert not scene.chat.busy
        assert scene.svg == snapshot(name="idle", extension_class=SvgSnapshot)
        await ask(scene)
        run = scene.answers.runs[-1]
        run.send(
            started("model", "openai/gpt"),
            call(1),
            ToolFinished(evidence=evidence(1)),
            call(2, "loki_query_logs"),
            TextDelta(text="The disk **sdc** is"),
        )
        await scene.settle(lambda: scene.says("The disk sdc is"))
        assert scene.says(
            QUESTION,
            "openai/gpt",
            "✓ done grafana_get_alerts",
            "[E1] 0.4 s",
            "• running loki_query_logs",
            "answering · esc cancels",
        )
        assert scene.chat.busy
        assert scene.svg == snapshot(name="streaming", extension_class=SvgSnapshot)
        done = answer(
            TEXT, mode="model", model="openai/gpt", usage=usage, unsupported=(flag(TEXT, "97%"),)
        )
        run.send(ToolFinished(evidence=evidence(2)))
        rest = deltas(TEXT.removeprefix("The disk **sdc** is"))
        await answered(scene, *rest, Answered(answer=done))
        await scene.settle(lambda: scene.says("openai/gpt · 1,234 tokens"))
        assert scene.says(
            "⚑97%",
            "not found in the evidence: 97%",
            "x [/] y",
            "$0.0123 · 1 tool call · 2.5 s",
        )
        assert scene.svg == snapshot(name="finished", extension_class=SvgSnapshot)


FIRST = "The cause is the disk sdc on nas1."
LONG = "\n\n".join(
    [FIRST, *(f"Finding {number}: reads on tank wait for sdc [E1]." for number in range(30))]
)


async def answer_at_length(scene: Scene) -> None:
    call_events = [started(), call(1), ToolFinished(evidence=evidence(1))]
    await answered(scene, *call_events, *deltas(LONG, 99), Answered(answer=answer(LONG)))
    await scene.settle()


@pytest.mark.parametrize("size", SIZES)
async def test_long_answer_is_read_from_its_beginning(
    size: str, snapshot: SnapshotAssertion
) -> None:
    async with on_stage(size=SIZES[size]) as scene:
        await ask(scene)
        scene.answers.runs[-1].send(started(), call(1), *deltas(LONG, 99))
        await scene.settle(lambda: scene.says("Finding 29") and not scene.says("↓ more"))
        assert not scene.says(FIRST)
        scene.answers.runs[-1].send(Answered(answer=answer(LONG)))
        await scene.settle(lambda: not scene.chat.busy and scene.says("↓ more, end shows it"))
        rows = scene.within(scene.chat.transcript)
        assert rows.startswith(FIRST), rows
        assert scene.svg == snapshot(extension_class=SvgSnapshot)
        await scene.press("end")
        await scene.settle(lambda: scene.says("Finding 29") and not scene.says("↓ more"))
        assert not scene.says(FIRST)


async def test_whoever_scrolled_up_stays_there_when_the_answer_ends() -> None:
    async with on_stage(size=SIZES["80x24"]) as scene:
        await ask(scene)
        scene.answers.runs[-1].send(started(), *deltas(LONG, 99))
        await scene.settle(lambda: scene.says("Finding 29"))
        await scene.press("pageup")
        await scene.settle(lambda: scene.says("↓ more, end shows it · answering"))
        before = scene.chat.transcript.scroll_offset
        await answered(scene, Answered(answer=answer(LONG)))
        await scene.settle()
        assert scene.chat.transcript.scroll_offset == before
        assert scene.says("↓ more, end shows it")


async def test_below_a_long_answer() -> None:
    async with on_stage(size=SIZES["80x24"]) as scene:
        await ask(scene)
        await answer_at_length(scene)
        await scene.settle(lambda: scene.says("↓ more, end shows it"))
        # End moves in the line first.
        await scene.press(*"ab", "home", "end", "c")
        assert scene.chat.prompt.text == "abc"
        assert scene.says("↓ more, end shows it")
        await scene.press("end")
        await scene.settle(lambda: not scene.says("↓ more"))
        await scene.press("pageup")
        await scene.settle(lambda: scene.says("↓ more, end shows it"))
        # The next question follows again.
        await ask(scene, "and now?")
        await scene.settle(lambda: scene.says("and now?") and not scene.says("↓ more"))
        await answer_at_length(scene)
        await scene.settle(lambda: scene.says("↓ more, end shows it"))
        # A new conversation has nothing below, and its first short answer stays whole.
        await scene.press("ctrl+n")
        await scene.settle(lambda: not scene.says("↓ more"))
        await ask(scene)
        await answered(scene, started(), *deltas(TEXT), Answered(answer=answer(TEXT)))
        await scene.settle(lambda: scene.says("is failing [E1]") and not scene.says("↓ more"))
        assert scene.says(QUESTION)


@pytest.mark.parametrize("size", SIZES)
async def test_cancelled_keeps_what_came_and_a_failure_is_told(
    size: str, snapshot: SnapshotAssertion
) -> None:
    part = answer("The disk is", complete=False)
    answers = ScriptedAnswers(on_cancel=Answered(answer=part))
    async with on_stage(size=SIZES[size], answers=answers) as scene:
        await ask(scene)
        answers.runs[-1].send(started(), call(1), TextDelta(text="The disk is"))
        await scene.settle(lambda: scene.says("The disk is"))
        await scene.press("escape")
        await scene.settle(lambda: not scene.chat.busy)
        assert answers.runs[-1].cancelled
        assert scene.says("The disk is", "not complete", "✗ failed grafana_get_alerts")
        assert scene.svg == snapshot(name="cancelled", extension_class=SvgSnapshot)
        await scene.press("ctrl+n")
        await ask(scene)
        why = "something went wrong inside (KeyError); the log has details"
        await answered(scene, started(), Failed(code="internal", detail=why))
        assert "✗ something went wrong inside (KeyError)" in scene.within(scene.chat)
        assert scene.svg == snapshot(name="failed", extension_class=SvgSnapshot)


async def test_source_that_ignores_the_cancellation_is_left() -> None:
    answers = ScriptedAnswers(on_cancel=None)
    async with on_stage(answers=answers) as scene:
        await ask(scene)
        answers.runs[-1].send(started(), TextDelta(text="half an ans"))
        await scene.settle(lambda: scene.says("half an ans"))
        await scene.press("escape")
        assert scene.chat.busy
        await scene.press("escape")
        await scene.settle(lambda: not scene.chat.busy)
        assert scene.says("half an ans", "· cancelled")
        await ask(scene, "again")
        assert answers.asked == [QUESTION, "again"]


async def test_broken_source_is_a_notice() -> None:
    async with on_stage() as scene:
        scene.answers.refuse = OSError("no")
        await ask(scene)
        await scene.settle(lambda: scene.says("could not be taken on (OSError)"))
        assert not scene.chat.busy
        scene.answers.refuse = None
        await ask(scene)
        await answered(scene, started(), TextDelta(text="so far"), RuntimeError("x [/] y"))
        assert scene.says("so far", "RuntimeError")
        assert scene.answers.runs[-1].closed
        assert scene.app.broken is None


async def test_what_came_is_shown_as_it_turned_out() -> None:
    async with on_stage() as scene:
        # Thinking aloud is dropped.
        await ask(scene)
        await answered(
            scene,
            started(),
            TextDelta(text="let me think"),
            TextReset(),
            call(1),
            ToolFinished(evidence=evidence(1)),
            *deltas(TEXT),
            Answered(answer=answer(TEXT)),
        )
        await scene.settle(lambda: scene.says("is failing [E1]"))
        assert not scene.says("let me think")
        # An answer that differs from what streamed replaces it.
        await ask(scene)
        await answered(scene, started(), TextDelta(text="wrong"), Answered(answer=answer("right")))
        await scene.settle(lambda: scene.says("right"))
        assert not scene.says("wrong")
        # Whatever went wrong is told.
        await ask(scene)
        degraded = Degraded(degradation=Degradation(what="model", detail="401 [/] no key"))
        await answered(scene, started(), degraded, Answered(answer=answer("so")))
        assert scene.says("▲ model: 401 [/] no key")


async def test_calls_tell_how_they_ended_and_how_their_sources_are() -> None:
    async with on_stage() as scene:
        await ask(scene)
        states = (State.OK, State.STALE, State.UNREACHABLE)
        events: list[AgentEvent] = [started()]
        for number, state in enumerate(states, 1):
            events += [call(number), ToolFinished(evidence=evidence(number, state=state))]
        seen = evidence(4, sources=(status("loki:main", State.UNREACHABLE, "refused"),))
        events += [ToolFinished(evidence=seen)]
        await answered(scene, *events, Answered(answer=answer("so")))
        lines = [line.call.state for line in scene.chat.query(ToolLine)]
        assert lines[:3] == [CallState.DONE, CallState.PARTIAL, CallState.FAILED]
        await scene.settle(lambda: scene.says("✗ loki:main unreachable"))


async def test_letters_are_only_text_while_typing() -> None:
    async with on_stage() as scene:
        await scene.arrive(snapshot_of(*ALERTS))
        await scene.press("5")
        await scene.settle(lambda: scene.chat.has_focus_within)
        await scene.press(*"qezrst12?cy", "space")
        assert scene.chat.prompt.text == "qezrst12?cy "
        assert scene.app.screen is scene.main
        assert not scene.main.paused
        assert scene.answers.asked == []
        # Escape leaves the chat when nothing is under way.
        await scene.press("escape")
        await scene.settle(lambda: scene.table.has_focus)


async def test_recall_copy_and_a_question_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    async with on_stage() as scene:
        await ask(scene)
        await answered(scene, started(), Answered(answer=answer(TEXT)))
        await scene.press("up")
        assert scene.chat.prompt.text == QUESTION
        copied: list[str] = []
        monkeypatch.setattr(scene.app, "copy_to_clipboard", copied.append)
        scene.chat.transcript.focus()
        await scene.press("y")
        assert copied == [TEXT]
        await ask(scene)
        await ask(scene, "and now?")
        assert scene.answers.asked == [QUESTION, QUESTION]
        assert scene.chat.prompt.text == "and now?"


async def test_new_forgets() -> None:
    async with on_stage() as scene:
        await ask(scene)
        await answered(
            scene, started(), ToolFinished(evidence=evidence(1)), Answered(answer=answer("so"))
        )
        assert scene.chat.evidence
        await ask(scene, "/new")
        await scene.settle(lambda: scene.answers.begun == 1)
        await scene.settle(lambda: not scene.says(QUESTION))
        assert scene.chat.evidence == ()
        assert scene.says("Ask anything about your homelab")
        await scene.press("ctrl+n")
        await scene.settle(lambda: scene.answers.begun == 2)


async def test_cost_and_an_unknown_command() -> None:
    async with on_stage() as scene:
        await ask(scene, "/cost")
        assert scene.says("Nothing was asked yet")
        await ask(scene, "/evidnce")
        assert "There is no command /evidnce; did you mean /evidence?" in scene.within(scene.chat)
        assert scene.answers.asked == []
        for cost in (0.01, None):
            usage = Usage(prompt_tokens=1000, model_calls=1, cost=cost, tool_calls=2, elapsed=1.0)
            await ask(scene)
            done = answer("so", mode="model", model="m", usage=usage)
            await answered(scene, started("model", "m"), Answered(answer=done))
        await ask(scene, "/cost")
        told = scene.within(scene.chat)
        assert "2 answers · 2,000 tokens · $0.0100 · cost not known of 1 answer" in told
        assert "4 tool calls · 2 s" in told


async def test_sessions_are_listed_and_resumed() -> None:
    answers = ScriptedAnswers(
        past=[PastExchange("earlier?", answer(TEXT)), PastExchange("unanswered?")]
    )
    async with on_stage(answers=answers) as scene:
        await ask(scene, "/sessions")
        await scene.settle(lambda: scene.says("No conversation was saved yet"))
        await scene.press("escape")
        assert scene.at_main
        # One that vanishes before it is taken.
        answers.sessions = [SavedSession("gone", "title", NOW, 1)]
        await ask(scene, "/sessions")
        await scene.settle(lambda: scene.says("Conversations"))
        answers.sessions = ()
        await scene.press("enter")
        await scene.settle(lambda: scene.says("there is no session 'gone'"))
        answers.sessions = [
            SavedSession("s1", "why is [b]jellyfin slow?", NOW, 2),
            SavedSession("s2", "", None, 0, "it cannot be read"),
        ]
        await ask(scene, "/sessions")
        await scene.settle(lambda: scene.says("Conversations", "why is [b]jellyfin slow?"))
        assert scene.says("2 questions, now", "it cannot be read")
        await scene.press("enter")
        await scene.settle(lambda: answers.resumed == ["s1"])
        await scene.settle(lambda: scene.says("Going on with session s1"))
        shown = scene.within(scene.chat)
        assert "earlier?" in shown
        assert "The disk sdc on nas1 is failing [E1]" in shown
        assert "This question got no answer" in shown
        assert [one.id for one in scene.chat.evidence] == ["E1"]


async def test_scrolling_by_keys_from_the_line() -> None:
    async with on_stage(size=SIZES["80x24"]) as scene:
        await ask(scene)
        long = "\n\n".join(f"paragraph {number}" for number in range(30))
        await answered(scene, started(), Answered(answer=answer(long)))
        await scene.settle(lambda: scene.says("paragraph 4", "↓ more"))
        await scene.press("pagedown", "pagedown", "pagedown", "pagedown", "pagedown")
        await scene.settle(lambda: scene.says("paragraph 29"))
        await scene.press("pageup")
        await scene.settle(lambda: not scene.says("paragraph 29"))
        scene.chat.transcript.focus()
        await scene.press("g")
        await scene.settle(lambda: scene.says(QUESTION))
        await scene.press("j", "k", "G")
        await scene.settle(lambda: scene.says("paragraph 29"))
        await scene.press("i")
        assert scene.chat.prompt.has_focus_within


async def test_app_ends_while_an_answer_streams() -> None:
    async with on_stage() as scene:
        await ask(scene)
        scene.answers.runs[-1].send(started(), *deltas(TEXT * 5))
        await scene.settle(lambda: scene.chat.busy)
    assert scene.answers.runs[-1].closed

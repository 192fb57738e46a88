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


def deltas(text: str) -> list[AgentEvent]:
    return [TextDelta(text=text[at : at + 9]) for at in range(0, len(text), 9)]


async def ask(scene: Scene, text: str = QUESTION) -> None:
    await scene.press("5")
    await scene.settle(lambda: scene.chat.has_focus_within)
    scene.chat.prompt.text = text
    await scene.press("enter")


async def answered(scene: Scene, *events: AgentEvent | Exception) -> None:
    scene.answers.runs[-1].send(*events)
    await scene.settle(lambda: not scene.chat.busy)


@pytest.mark.parametrize("size", SIZES)
async def test_idle(size: str, snapshot: SnapshotAssertion) -> None:
    async with on_stage(size=SIZES[size]) as scene:
        await scene.press("5")
        await scene.settle(lambda: scene.chat.has_focus_within)
        assert scene.says("Chat · built-in analyst", "Ask about your homelab", "esc back")
        assert not scene.chat.busy
        assert scene.svg == snapshot(extension_class=SvgSnapshot)


@pytest.mark.parametrize("size", SIZES)
async def test_streaming(size: str, snapshot: SnapshotAssertion) -> None:
    async with on_stage(size=SIZES[size], answers=ScriptedAnswers("qwen3:8b")) as scene:
        await ask(scene)
        run = scene.answers.runs[-1]
        run.send(
            started("model", "ollama/qwen3:8b"),
            call(1),
            ToolFinished(evidence=evidence(1)),
            call(2, "loki_query_logs"),
            TextDelta(text="The disk **sdc** is"),
        )
        await scene.settle(lambda: scene.says("The disk sdc is"))
        assert scene.says(
            QUESTION,
            "ollama/qwen3:8b",
            "✓ done grafana_get_alerts",
            "[E1] 0.4 s",
            "• running loki_query_logs",
            "answering · esc cancels",
        )
        assert scene.chat.busy
        assert scene.svg == snapshot(extension_class=SvgSnapshot)


@pytest.mark.parametrize("size", SIZES)
async def test_finished(size: str, snapshot: SnapshotAssertion) -> None:
    usage = Usage(
        prompt_tokens=1200, completion_tokens=34, cost=0.0123, model_calls=2, tool_calls=1,
        elapsed=2.5,
    )  # fmt: skip
    async with on_stage(size=SIZES[size], answers=ScriptedAnswers("gpt")) as scene:
        await ask(scene)
        done = answer(
            TEXT, mode="model", model="openai/gpt", usage=usage, unsupported=(flag(TEXT, "97%"),)
        )
        events = [started("model", "openai/gpt"), call(1), ToolFinished(evidence=evidence(1))]
        await answered(scene, *events, *deltas(TEXT), Answered(answer=done))
        await scene.settle(lambda: scene.says("openai/gpt · 1,234 tokens"))
        assert scene.says(
            "⚑97%",
            "not found in the evidence: 97%",
            "x [/] y",
            "$0.0123 · 1 tool call · 2.5 s",
        )
        assert scene.svg == snapshot(extension_class=SvgSnapshot)


FIRST = "The cause is the disk sdc on nas1."
LONG = "\n\n".join(
    [FIRST, *(f"Finding {number}: reads on tank wait for sdc [E1]." for number in range(30))]
)


async def answer_at_length(scene: Scene) -> None:
    call_events = [started(), call(1), ToolFinished(evidence=evidence(1))]
    await answered(scene, *call_events, *deltas(LONG), Answered(answer=answer(LONG)))
    await scene.settle()


@pytest.mark.parametrize("size", SIZES)
async def test_long_answer_is_read_from_its_beginning(
    size: str, snapshot: SnapshotAssertion
) -> None:
    async with on_stage(size=SIZES[size]) as scene:
        await ask(scene)
        scene.answers.runs[-1].send(started(), call(1), *deltas(LONG))
        await scene.settle(lambda: scene.says("Finding 29"))
        assert not scene.says(FIRST)
        assert not scene.says("↓ more")
        scene.answers.runs[-1].send(Answered(answer=answer(LONG)))
        await scene.settle(lambda: not scene.chat.busy and scene.says("↓ more, end shows it"))
        rows = scene.within(scene.chat.transcript)
        assert rows.startswith(FIRST), rows
        assert scene.svg == snapshot(extension_class=SvgSnapshot)
        await scene.press("end")
        await scene.settle(lambda: scene.says("Finding 29"))
        assert not scene.says("↓ more")
        assert not scene.says(FIRST)


async def test_whoever_scrolled_up_stays_there_when_the_answer_ends() -> None:
    async with on_stage(size=SIZES["80x24"]) as scene:
        await ask(scene)
        scene.answers.runs[-1].send(started(), *deltas(LONG))
        await scene.settle(lambda: scene.says("Finding 29"))
        await scene.press("pageup")
        await scene.settle(lambda: scene.says("↓ more, end shows it · answering"))
        before = scene.chat.transcript.scroll_offset
        await answered(scene, Answered(answer=answer(LONG)))
        await scene.settle()
        assert scene.chat.transcript.scroll_offset == before
        assert scene.says("↓ more, end shows it")


async def test_short_answer_stays_whole() -> None:
    async with on_stage(size=SIZES["80x24"]) as scene:
        await ask(scene)
        await answered(scene, started(), *deltas(TEXT), Answered(answer=answer(TEXT)))
        await scene.settle(lambda: scene.says("is failing [E1]"))
        assert scene.says(QUESTION)
        assert not scene.says("↓ more")


async def test_next_question_follows_again() -> None:
    async with on_stage(size=SIZES["80x24"]) as scene:
        await ask(scene)
        await answer_at_length(scene)
        await scene.settle(lambda: scene.says("↓ more, end shows it"))
        await ask(scene, "and now?")
        await scene.settle(lambda: scene.says("and now?"))
        assert not scene.says("↓ more")


async def test_end_moves_in_the_line_first() -> None:
    async with on_stage(size=SIZES["80x24"]) as scene:
        await ask(scene)
        await answer_at_length(scene)
        await scene.settle(lambda: scene.says("↓ more, end shows it"))
        await scene.press(*"ab", "home", "end", "c")
        assert scene.chat.prompt.text == "abc"
        assert scene.says("↓ more, end shows it")
        await scene.press("end")
        await scene.settle(lambda: not scene.says("↓ more"))


async def test_new_conversation_has_nothing_below() -> None:
    async with on_stage(size=SIZES["80x24"]) as scene:
        await ask(scene)
        await answer_at_length(scene)
        await scene.settle(lambda: scene.says("↓ more, end shows it"))
        await scene.press("ctrl+n")
        await scene.settle(lambda: not scene.says("↓ more"))


@pytest.mark.parametrize("size", SIZES)
async def test_cancelled_keeps_what_came(size: str, snapshot: SnapshotAssertion) -> None:
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
        assert scene.svg == snapshot(extension_class=SvgSnapshot)


@pytest.mark.parametrize("size", SIZES)
async def test_failed(size: str, snapshot: SnapshotAssertion) -> None:
    async with on_stage(size=SIZES[size]) as scene:
        await ask(scene)
        why = "something went wrong inside (KeyError); the log has details"
        await answered(scene, started(), Failed(code="internal", detail=why))
        assert "✗ something went wrong inside (KeyError)" in scene.within(scene.chat)
        assert scene.svg == snapshot(extension_class=SvgSnapshot)


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
        await ask(scene)
        await answered(scene, started(), TextDelta(text="so far"), RuntimeError("x [/] y"))
        assert scene.says("so far", "RuntimeError")
        assert scene.answers.runs[-1].closed
        assert scene.app.broken is None


async def test_source_that_refuses_is_a_notice() -> None:
    async with on_stage(answers=ScriptedAnswers(refuse=OSError("no"))) as scene:
        await ask(scene)
        await scene.settle(lambda: scene.says("could not be taken on (OSError)"))
        assert not scene.chat.busy


async def test_thinking_aloud_is_dropped() -> None:
    async with on_stage() as scene:
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


async def test_answer_that_differs_from_what_streamed_replaces_it() -> None:
    async with on_stage() as scene:
        await ask(scene)
        await answered(scene, started(), TextDelta(text="wrong"), Answered(answer=answer("right")))
        await scene.settle(lambda: scene.says("right"))
        assert not scene.says("wrong")


async def test_degradation_is_told() -> None:
    async with on_stage() as scene:
        await ask(scene)
        degraded = Degraded(degradation=Degradation(what="model", detail="401 [/] no key"))
        await answered(scene, started(), degraded, Answered(answer=answer("so")))
        assert scene.says("▲ model: 401 [/] no key")


async def test_tool_lines_tell_how_a_call_ended() -> None:
    async with on_stage() as scene:
        await ask(scene)
        states = (State.OK, State.STALE, State.UNREACHABLE)
        events: list[AgentEvent] = [started()]
        for number, state in enumerate(states, 1):
            events += [call(number), ToolFinished(evidence=evidence(number, state=state))]
        await answered(scene, *events, Answered(answer=answer("so")))
        lines = [line.call.state for line in scene.chat.query(ToolLine)]
        assert lines == [CallState.DONE, CallState.PARTIAL, CallState.FAILED]


async def test_sources_of_a_call_show_in_the_header() -> None:
    async with on_stage() as scene:
        await ask(scene)
        seen = evidence(1, sources=(status("loki:main", State.UNREACHABLE, "refused"),))
        await answered(scene, started(), ToolFinished(evidence=seen), Answered(answer=answer("so")))
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


async def test_up_recalls() -> None:
    async with on_stage() as scene:
        await ask(scene)
        await answered(scene, started(), Answered(answer=answer("so")))
        await scene.press("up")
        assert scene.chat.prompt.text == QUESTION


async def test_question_during_an_answer_stays_in_the_line() -> None:
    async with on_stage() as scene:
        await ask(scene)
        await ask(scene, "and now?")
        assert scene.answers.asked == [QUESTION]
        assert scene.chat.prompt.text == "and now?"


async def test_escape_leaves_the_chat_when_nothing_is_under_way() -> None:
    async with on_stage() as scene:
        await scene.arrive(snapshot_of(*ALERTS))
        await scene.press("5")
        await scene.settle(lambda: scene.chat.has_focus_within)
        await scene.press("escape")
        await scene.settle(lambda: scene.table.has_focus)


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


async def test_cost() -> None:
    async with on_stage() as scene:
        await ask(scene, "/cost")
        assert scene.says("Nothing was asked yet")
        for cost in (0.01, None):
            usage = Usage(prompt_tokens=1000, model_calls=1, cost=cost, tool_calls=2, elapsed=1.0)
            await ask(scene)
            done = answer("so", mode="model", model="m", usage=usage)
            await answered(scene, started("model", "m"), Answered(answer=done))
        await ask(scene, "/cost")
        told = scene.within(scene.chat)
        assert "2 answers · 2,000 tokens · $0.0100 · cost not known of 1 answer" in told
        assert "4 tool calls · 2 s" in told


async def test_unknown_command_suggests_the_nearest() -> None:
    async with on_stage() as scene:
        await ask(scene, "/evidnce")
        assert "There is no command /evidnce; did you mean /evidence?" in scene.within(scene.chat)
        assert scene.answers.asked == []


async def test_sessions_are_listed_and_resumed() -> None:
    answers = ScriptedAnswers(
        sessions=[
            SavedSession("s1", "why is [b]jellyfin slow?", NOW, 2),
            SavedSession("s2", "", None, 0, "it cannot be read"),
        ],
        past=[PastExchange("earlier?", answer(TEXT)), PastExchange("unanswered?")],
    )
    async with on_stage(answers=answers) as scene:
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


async def test_no_sessions_yet() -> None:
    async with on_stage() as scene:
        await ask(scene, "/sessions")
        await scene.settle(lambda: scene.says("No conversation was saved yet"))
        await scene.press("escape")
        assert scene.app.screen is scene.main


async def test_session_that_vanished_is_a_notice() -> None:
    answers = ScriptedAnswers(sessions=[SavedSession("gone", "title", NOW, 1)])
    async with on_stage(answers=answers) as scene:
        await ask(scene, "/sessions")
        await scene.settle(lambda: scene.says("Conversations"))
        answers.sessions = ()
        await scene.press("enter")
        await scene.settle(lambda: scene.says("there is no session 'gone'"))


async def test_scrolling_by_keys_from_the_line() -> None:
    async with on_stage() as scene:
        await ask(scene)
        long = "\n\n".join(f"paragraph {number}" for number in range(60))
        await answered(scene, started(), Answered(answer=answer(long)))
        await scene.settle(lambda: scene.says("paragraph 9", "↓ more"))
        await scene.press("pagedown", "pagedown", "pagedown", "pagedown", "pagedown")
        await scene.settle(lambda: scene.says("paragraph 59"))
        await scene.press("pageup")
        await scene.settle(lambda: not scene.says("paragraph 59"))
        scene.chat.transcript.focus()
        await scene.press("g")
        await scene.settle(lambda: scene.says(QUESTION))
        await scene.press("j", "k", "G")
        await scene.settle(lambda: scene.says("paragraph 59"))
        await scene.press("i")
        assert scene.chat.prompt.has_focus_within


async def test_copy_the_last_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    async with on_stage() as scene:
        await ask(scene)
        await answered(scene, started(), Answered(answer=answer(TEXT)))
        copied: list[str] = []
        monkeypatch.setattr(scene.app, "copy_to_clipboard", copied.append)
        scene.chat.transcript.focus()
        await scene.press("y")
        assert copied == [TEXT]


async def test_app_ends_while_an_answer_streams() -> None:
    async with on_stage() as scene:
        await ask(scene)
        scene.answers.runs[-1].send(started(), *deltas(TEXT * 5))
        await scene.settle(lambda: scene.chat.busy)
    assert scene.answers.runs[-1].closed

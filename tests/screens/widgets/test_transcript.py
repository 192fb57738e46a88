from __future__ import annotations

import asyncio

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.widgets import Markdown

from tests.screens import idle
from tests.screens.svg import SvgSnapshot
from tests.screens.widgets.stage import SIZES, Scene, shown
from widgets.cell import Tone
from widgets.tool_line import CallState, ToolCall, ToolLine
from widgets.transcript import AssistantTurn, CitationSelected, LinkSelected, Transcript

ANSWER = """The pool **tank** is slow [E1] because `sdc` fails [E1, E2].

| disk | wear |
|------|------|
| sdc  | 97%  |

- replace sdc, then x [/] y
- see [the guide](https://example.org/g)

[E1]: https://evil.example
"""


async def _conversation(chat: Transcript) -> None:
    await chat.add_user("why is [b]jellyfin[/b] slow?")
    async with chat.turn("built-in analyst") as turn:
        call = ToolCall("pools", {"nas": "nas1"}, CallState.DONE, 0.4, "tank DEGRADED", "E1")
        await turn.add_tool(ToolLine(call))
        for start in range(0, len(ANSWER), 7):
            await turn.write(ANSWER[start : start + 7])
        await turn.finish("qwen3 · 1,204 tokens · 0.00 EUR · 2.1 s", flagged=["97%"])
    await chat.add_notice("The model did not answer; this is the [built-in] analyst", Tone.WARNING)


@pytest.mark.parametrize("size", SIZES)
async def test_conversation(size: str, snapshot: SnapshotAssertion) -> None:
    chat = Transcript()
    async with shown(chat, size=SIZES[size]) as scene:
        await _conversation(chat)
        await scene.settle()
        for words in (
            "why is [b]jellyfin[/b] slow?",
            "built-in analyst",
            "✓ done pools(nas=nas1) [E1] 0.4 s",
            "The pool tank is slow [E1] because sdc fails [E1, E2].",
            "⚑97%",
            "replace sdc, then x [/] y",
            "⚑ not found in the evidence: 97%",
            "1,204 tokens",
            "▲ The model did not answer; this is the [built-in] analyst",
        ):
            assert words in scene.text
        assert "<" not in scene.text
        assert scene.svg == snapshot(extension_class=SvgSnapshot)


def _find(scene: Scene, words: str) -> tuple[int, int]:
    for y, line in enumerate(scene.text.splitlines()):
        if (x := line.find(words)) >= 0:
            return x, y
    raise AssertionError(f"{words!r} is not on the screen")


async def test_citations_and_links_post_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    chat = Transcript()
    async with shown(chat) as scene:
        opened: list[str] = []
        monkeypatch.setattr(scene.app, "open_url", opened.append)
        await _conversation(chat)
        await scene.settle()
        x, y = _find(scene, "E1, E2")
        await scene.pilot.click(offset=(x + 1, y))
        await scene.pilot.click(offset=(x + 5, y))
        await scene.pilot.click(offset=_find(scene, "the guide"))
        await scene.settle()
        assert [message.id for message in scene.posted(CitationSelected)] == ["E1", "E2"]
        assert [message.href for message in scene.posted(LinkSelected)] == ["https://example.org/g"]
        assert opened == []


async def test_follows_the_end_until_scrolled_up() -> None:
    chat = Transcript()
    async with shown(chat) as scene, chat.turn("model") as turn:
        for number in range(60):
            await turn.write(f"paragraph {number}\n\n")
        await scene.settle(lambda: "paragraph 59" in scene.text)
        chat.focus()
        await scene.pilot.press("pageup")
        await scene.settle(lambda: "paragraph 59" not in scene.text)
        for number in range(60, 80):
            await turn.write(f"paragraph {number}\n\n")
        await scene.settle(lambda: "paragraph 79" in turn.source)
        assert "paragraph 79" not in scene.text
        await scene.pilot.press("end")
        await scene.settle(lambda: "paragraph 79" in scene.text)
        for number in range(80, 100):
            await turn.write(f"paragraph {number}\n\n")
        await scene.settle(lambda: "paragraph 99" in scene.text)


async def test_stream_is_stopped_when_the_answer_fails() -> None:
    chat = Transcript()
    async with shown(chat) as scene:

        async def answer() -> None:
            async with chat.turn("model") as turn:
                await turn.write("half an ans")
                raise RuntimeError("connection lost")

        with pytest.raises(RuntimeError, match="lost"):
            await answer()
        await scene.settle(lambda: "half an ans" in scene.text)
        turn = chat.query_one(AssistantTurn)
        assert turn._stream is None
        assert not turn.has_class("-streaming")


async def test_cancelled_answer_keeps_what_came() -> None:
    chat = Transcript()
    async with shown(chat) as scene:
        written = asyncio.Event()

        async def answer() -> None:
            async with chat.turn("model") as turn:
                await turn.write("half an ans")
                written.set()
                await asyncio.Event().wait()

        task = asyncio.create_task(answer())
        await written.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await scene.settle(lambda: "half an ans" in scene.text)


async def test_old_entries_are_pruned() -> None:
    chat = Transcript(keep=3)
    async with shown(chat) as scene:
        for number in range(8):
            await chat.add_user(f"question {number}")
        await scene.settle()
        assert "question 4" not in scene.text
        assert "question 5" in scene.text
        assert "5 older entries are not shown" in scene.text
        assert len(chat.entries) == 3
        await chat.clear()
        await chat.add_user("fresh")
        await scene.settle()
        assert "older entries" not in scene.text


async def test_text_after_a_tool_call_stands_below_it() -> None:
    chat = Transcript()
    async with shown(chat) as scene:
        async with chat.turn("model") as turn:
            await turn.write("before")
            await turn.add_tool(ToolLine(ToolCall("nodes")))
            await turn.write("after")
            await turn.finish()
        await scene.settle(lambda: "after" in scene.text)
        before, call, after = (_find(scene, words)[1] for words in ("before", "nodes", "after"))
        assert before < call < after
        assert turn.source == "before\n\nafter"
        assert len(turn.query(Markdown)) == 2


async def test_short_chat_begins_at_the_top() -> None:
    chat = Transcript()
    async with shown(chat) as scene:
        await chat.add_user("hello")
        await scene.settle()
        assert _find(scene, "hello")[1] == 0
        assert chat.scroll_y == 0


async def test_app_can_end_while_an_answer_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    # It never rests, for which nobody needs to wait.
    monkeypatch.setattr(idle, "_PATIENCE", 0.05)
    chat = Transcript()
    ended = asyncio.Event()

    async def answer() -> None:
        try:
            async with chat.turn("model") as turn:
                while True:
                    await turn.write("word ")
        finally:
            ended.set()

    async with shown(chat) as scene:
        scene.app.run_worker(answer())
        await scene.settle(lambda: "word word" in scene.text)
    await ended.wait()


async def test_long_commands_are_broken_into_lines() -> None:
    command = "zpool replace tank /dev/disk/by-id/ata-OLD-1234567 /dev/disk/by-id/ata-NEW-7654321"
    chat = Transcript()
    async with shown(chat, size=(60, 20)) as scene:
        async with chat.turn("model") as turn:
            await turn.write(f"Do this:\n\n```\n{command}\n```\n\nthen wait\n")
            await turn.finish()
        await scene.settle(lambda: "then wait" in scene.text)
        assert command in " ".join(scene.text.split())


async def test_what_is_asked_right_after_an_answer_is_followed() -> None:
    chat = Transcript()
    async with shown(chat) as scene:
        await chat.add_user("first")
        async with chat.turn("built-in analyst") as turn:
            await turn.write("\n\n".join(f"paragraph {number}" for number in range(40)))
        await scene.settle(lambda: chat.max_scroll_y > 30)
        chat.show_start(turn)
        await chat.add_user("second")
        async with chat.turn("built-in analyst") as answer:
            await answer.write("the new answer")
        await scene.settle(lambda: "the new answer" in scene.text)
        assert chat.following


async def test_a_reply_is_seen_though_the_view_was_elsewhere() -> None:
    chat = Transcript()
    async with shown(chat) as scene:
        async with chat.turn("built-in analyst") as turn:
            await turn.write("\n\n".join(f"paragraph {number}" for number in range(40)))
        await scene.settle(lambda: chat.max_scroll_y > 30)
        chat.show_start(turn)
        await scene.settle(lambda: chat.more)
        await chat.add_notice("told by the app")
        await scene.settle()
        assert "told by the app" not in scene.text
        await chat.add_reply("what the user asked for")
        await scene.settle(lambda: "what the user asked for" in scene.text)


async def test_the_end_is_known_to_be_seen_though_a_layout_comes_between() -> None:
    chat = Transcript()
    async with shown(chat) as scene:
        async with chat.turn("built-in analyst") as turn:
            await turn.write("\n\n".join(f"paragraph {number}" for number in range(40)))
        await scene.settle(lambda: chat.max_scroll_y > 30)
        for end in (chat.follow, chat.action_scroll_end):
            chat.scroll_home(animate=False)
            await scene.settle(lambda: chat.more)
            end()
            chat.screen._refresh_layout()
            await scene.settle(lambda: not chat.more)
            assert "paragraph 39" in scene.text
            assert chat.following


async def test_text_below_a_view_that_does_not_move_is_told() -> None:
    chat = Transcript()
    async with shown(chat) as scene:
        async with chat.turn("built-in analyst") as turn:
            await turn.write("first")
            await scene.settle(lambda: "first" in scene.text)
            chat.release_anchor()
            await turn.write("\n\n" + "\n\n".join(f"paragraph {n}" for n in range(40)))
        await scene.settle(lambda: chat.max_scroll_y > 30)
        assert chat.scroll_y == 0
        await scene.settle(lambda: chat.more)


async def test_an_answer_that_came_while_nobody_looked_is_read_from_its_beginning() -> None:
    chat = Transcript()
    async with shown(chat) as scene:
        chat.display = False
        await scene.settle()
        await chat.add_user("question")
        async with chat.turn("built-in analyst") as turn:
            await turn.write("begin\n\n" + "so\n\n" * 30)
            await turn.finish("one tool call")
        chat.show_start(turn)
        await scene.settle()
        chat.display = True
        await scene.settle(lambda: scene.text.startswith(" begin"))

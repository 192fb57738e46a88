"""A streamed answer stays as it was written, unless its end differs."""

from __future__ import annotations

import pytest
from textual.widgets import Markdown

from sre_tui.agent.events import Answer, Answered, Started, TextDelta
from sre_tui.screens.answer_writer import AnswerWriter
from tests.screens.widgets.stage import shown
from widgets.transcript import Transcript


@pytest.mark.parametrize(
    ("streamed", "stays"),
    [
        ("Disk sdc fails.\n", True),
        ("\n\nDisk sdc fails.", True),
        ("Disk sdc fails, I think.", False),
    ],
)
async def test_what_was_streamed_is_written_anew_only_if_it_differs(
    streamed: str, stays: bool
) -> None:
    chat = Transcript()
    async with shown(chat, size=(80, 24)):
        writer = AnswerWriter(chat, "model")
        await writer.take(Started(question="?", session="s", mode="model", model="house"))
        await writer.take(TextDelta(text=streamed))
        before = chat.query_one(Markdown)
        answer = Answer(text="Disk sdc fails.", mode="model", session="s")
        await writer.take(Answered(answer=answer))
        after = chat.query_one(Markdown)
        assert (after is before) is stays
        assert after.source.strip() == "Disk sdc fails."

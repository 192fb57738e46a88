"""An answer that was streamed is not said again."""

from __future__ import annotations

from io import StringIO

import pytest

from commands.diagnostics import Narrator
from commands.narration import AnswerWriter
from sre_tui.agent.events import Answer, Answered, TextDelta


def told(*pieces: str, text: str) -> str:
    stdout = StringIO()
    writer = AnswerWriter(stdout, Narrator(StringIO(), {}, color=False))
    for piece in pieces:
        writer.take(TextDelta(text=piece))
    writer.take(Answered(answer=Answer(text=text, mode="model", session="s")))
    return stdout.getvalue()


@pytest.mark.parametrize(
    "pieces",
    [("Disk sdc ", "fails."), ("Disk sdc fails.", "\n"), ("\n\n", "Disk sdc fails. ", "\n\n")],
)
def test_a_streamed_answer_is_written_once_and_ends_its_line(pieces: tuple[str, ...]) -> None:
    written = told(*pieces, text="Disk sdc fails.")
    assert written.count("Disk sdc fails.") == 1
    assert written == "".join(pieces) + ("" if pieces[-1].endswith("\n") else "\n")


def test_an_answer_that_differs_from_its_stream_follows_it() -> None:
    assert told("password=hunter2", text="password=[redacted]") == (
        "password=hunter2\n\npassword=[redacted]\n"
    )

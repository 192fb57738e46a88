"""What of a stream is shown."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sre_tui.agent.streaming import VisibleText, without_thinking


def shown(text: str, cuts: list[int]) -> str:
    places = [0, *sorted(cut for cut in cuts if cut < len(text)), len(text)]
    visible = VisibleText()
    pieces = [text[start:end] for start, end in pairwise(places)]
    return "".join(map(visible.feed, pieces)) + visible.end()


CUTS = st.lists(st.integers(0, 120), max_size=20)


@pytest.mark.parametrize(
    ("text", "visible"),
    [
        ("Disk sdc fails.", "Disk sdc fails."),
        ("<think>Hm.</think>Disk sdc fails.", "Disk sdc fails."),
        ("\n<think>Hm.\n</think>\n\nDisk <b> sdc", "Disk <b> sdc"),
        ("a < b and <thing> c", "a < b and <thing> c"),
        ("<think>never ends", ""),
        ('<tool_call>{"name": "x"}</tool_call>', ""),
        ('{"name": "x", "arguments": {}}', ""),
        ("```json\n{}\n```", ""),
        ("<", "<"),
        ("Look:\n```\nzpool status\n```", "Look:\n```\nzpool status\n```"),
    ],
)
@given(cuts=CUTS)
def test_the_pieces_do_not_matter(text: str, visible: str, cuts: list[int]) -> None:
    assert shown(text, cuts) == visible


def test_text_flows_at_once() -> None:
    visible = VisibleText()
    assert visible.feed("Disk ") == "Disk "
    assert visible.feed("sdc ") == "sdc "


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<think>a</think>b", "b"),
        ("a</think>b", "b"),
        ("<think>a", ""),
        ("<thinking>a</thinking>\nb<think>c</think>d", "bd"),
        ("plain", "plain"),
    ],
)
def test_thinking_is_no_answer(text: str, said: str) -> None:
    assert without_thinking(text) == said

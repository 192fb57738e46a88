"""Who answered and what it took, in words."""

from __future__ import annotations

import pytest

from sre_tui.agent.events import Answer, Mode, Usage
from sre_tui.agent.wording import call_text, total_text, usage_text

ASKED = Usage(
    prompt_tokens=1200, completion_tokens=34, cost=0.0123, model_calls=2, tool_calls=1, elapsed=2
)
UNPRICED = ASKED.model_copy(update={"cost": None})
FOUND = Usage(tool_calls=12, elapsed=3.52)


def _answer(mode: Mode, usage: Usage, model: str | None = None, complete: bool = True) -> Answer:
    return Answer(text="-", mode=mode, model=model, usage=usage, session="s-1", complete=complete)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            _answer("model", ASKED, "openai/gpt"),
            "openai/gpt · 1,234 tokens · $0.0123 · 1 tool call · 2 s",
        ),
        (
            _answer("model", UNPRICED, "house"),
            "house · 1,234 tokens · cost not known · 1 tool call · 2 s",
        ),
        (_answer("analyst", FOUND), "built-in analyst · 12 tool calls · 3.52 s"),
        (
            _answer("analyst", Usage(), "openai/gpt", complete=False),
            "built-in analyst · 0 s · not complete",
        ),
    ],
)
def test_what_an_answer_took(answer: Answer, said: str) -> None:
    assert usage_text(answer) == said


def test_what_a_conversation_took() -> None:
    assert total_text([]) == "Nothing was asked yet"
    assert total_text([FOUND]) == "1 answer · 12 tool calls · 3.52 s"
    assert total_text([ASKED, UNPRICED, FOUND]) == (
        "3 answers · 2,468 tokens · $0.0123 · cost not known of 1 answer · 14 tool calls · 7.52 s"
    )


def test_arguments_of_a_call() -> None:
    assert call_text({}) == ""
    assert call_text({"host": "bücher", "limit": 5, "up": True}) == (
        'host="bücher", limit=5, up=true'
    )

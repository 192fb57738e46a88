"""What a model gets to read when there is more than fits."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.reading import State
from sre_tui.agent.conversation import CallReply, Conversation
from sre_tui.agent.events import Evidence
from sre_tui.agent.evidence import EvidenceStore
from sre_tui.agent.redaction import Redactor
from sre_tui.agent.session import Exchange, Session
from sre_tui.agent.session_store import SessionStore
from sre_tui.tools.rendering import estimate_tokens

NOW = datetime(2026, 11, 22, 14, 2, 5, tzinfo=UTC)


def made(number: int, lines: int) -> Evidence:
    return Evidence(
        id=f"E{number}",
        tool="read_log",
        arguments={"host": f"host{number}"},
        state=State.OK,
        observed_at=NOW,
        summary=f"{lines} lines of host{number}",
        text="\n".join(f"host{number} line {line}: {'x' * 60}" for line in range(1, lines + 1)),
        elapsed=0.1,
    )


class Stage:
    def __init__(self, room: int, earlier: int = 0) -> None:
        self.session: Session = SessionStore(Path("unused"), lambda: NOW).new()
        for number in range(earlier):
            exchange = Exchange(
                question=f"question {number}",
                asked_at=NOW,
                mode="model",
                text="answer " * 100,
                evidence=(made(100 + number, 3),),
            )
            self.session.put(exchange, number, NOW)
        self.store = EvidenceStore(self.session, (), Redactor(), lambda: NOW)
        self.conversation = Conversation(
            system="the rules",
            question="the question",
            earlier=self.session.exchanges,
            store=self.store,
            fence=self.session.fence,
            room=room,
        )

    def add(self, *evidence: Evidence) -> None:
        for one in evidence:
            self.store.keep(one)
        self.conversation.add(
            "",
            [CallReply(f"call_{one.id}", one.tool, one.arguments, one) for one in evidence],
        )

    @property
    def messages(self) -> list[dict[str, Any]]:
        return self.conversation.messages()

    @property
    def size(self) -> int:
        return sum(estimate_tokens(str(message.get("content") or "")) for message in self.messages)


def is_well_formed(messages: list[dict[str, Any]]) -> bool:
    """Every tool message answers a call of the assistant message before it, and none is missing."""
    waiting: set[str] = set()
    for message in messages:
        if message["role"] == "tool":
            if message["tool_call_id"] not in waiting:
                return False
            waiting.discard(message["tool_call_id"])
            continue
        if waiting:
            return False
        waiting = {call["id"] for call in message.get("tool_calls", ())}
    return not waiting


@given(
    st.integers(1200, 20_000),
    st.lists(st.lists(st.integers(0, 300), min_size=1, max_size=4), max_size=8),
    st.integers(0, 5),
)
def test_the_rules_and_the_question_stay_and_the_rest_fits(
    room: int, rounds: list[list[int]], earlier: int
) -> None:
    stage = Stage(room, earlier)
    number = 0
    for sizes in rounds:
        results = [made(number + place, size) for place, size in enumerate(sizes)]
        number += len(sizes)
        stage.add(*results)
    messages = stage.messages
    assert messages[0] == {"role": "system", "content": "the rules"}
    assert any(str(m.get("content")).startswith("the question") for m in messages)
    assert is_well_formed(messages)
    assert stage.size <= room
    if rounds and rounds[-1]:
        assert f"E{number - 1}" in str(messages[-1]["content"])


def test_older_results_become_summaries_before_newer_ones_shrink() -> None:
    stage = Stage(3000)
    stage.add(made(1, 300))
    stage.add(made(2, 300))
    stage.add(made(3, 300))
    *_, _, last = stage.messages
    first = next(m for m in stage.messages if m["role"] == "tool")
    assert "300 lines of host1" in first["content"]
    assert "read_evidence" in first["content"]
    assert "host1 line 2" not in first["content"]
    assert "host3 line 2" in last["content"]
    assert "more; ask for rows" in last["content"]


def test_dropped_rounds_are_still_told() -> None:
    stage = Stage(900)
    for number in range(1, 12):
        stage.add(made(number, 50))
    question = next(m for m in stage.messages if str(m["content"]).startswith("the question"))
    assert "do not call again" in question["content"]
    assert 'E1 read_log(host="host1")' in question["content"]


def test_shrinking_ends() -> None:
    stage = Stage(20_000)
    stage.add(made(1, 300), made(2, 300))
    sizes = [stage.size]
    while stage.conversation.shrink():
        sizes.append(stage.size)
        assert len(sizes) < 30
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] < sizes[0] / 2


@pytest.mark.parametrize("words", ["line 13:", "LINE 13:", "13: host1"])
def test_evidence_is_searched_by_all_the_words(words: str) -> None:
    stage = Stage(3000)
    evidence = made(1, 20)
    stage.store.keep(evidence)
    found = stage.store.found(evidence, words, 500)
    assert found.startswith("1 of 20 lines")
    assert "host1 line 13:" in found
    assert "host1 line 14:" not in found


def test_nothing_found_is_said() -> None:
    stage = Stage(3000)
    evidence = made(1, 3)
    stage.store.keep(evidence)
    assert stage.store.found(evidence, "fan", 500) == "0 of 3 lines of E1 contain 'fan':"

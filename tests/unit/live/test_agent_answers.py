"""The agent behind the chat: who is asked, what is saved and recalled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from pydantic import SecretStr

from sre_tui.agent.events import Answer, Degradation, Failed, Unsupported
from sre_tui.agent.session import Exchange
from sre_tui.agent.session_store import SessionStore
from sre_tui.environment import Folders
from sre_tui.live.agent_answers import AgentAnswers
from sre_tui.live.answers import AnswerError
from sre_tui.live.question_history import QuestionHistory
from sre_tui.settings import LlmSettings, Settings
from sre_tui.tools.context import ToolContext
from sre_tui.usage.counter import counter_of
from sre_tui.usage.records import AskedQuestion
from sre_tui.usage.taking import opened_usage

NOW = datetime(2026, 11, 22, 14, tzinfo=UTC)
LLM = LlmSettings(
    provider="openai", model="gpt-5", fallbacks=("small",), api_key=SecretStr("sk-private-key-1")
)


def answers(folder: Path, llm: LlmSettings = LLM) -> AgentAnswers:
    context = ToolContext(Settings(llm=llm), Folders.under(folder), lambda: NOW)
    return AgentAnswers(context, folder)


def private_text(path: Path) -> str:
    assert path.stat().st_mode & 0o777 == 0o600
    return path.read_text()


async def test_who_is_asked(tmp_path: Path) -> None:
    source = answers(tmp_path)
    told = [(one.name, one.words, one.asked) for one in source.models]
    assert told == [
        ("gpt-5", "configured", True),
        ("small", "fallback", False),
        ("none", "built-in analyst", False),
    ]
    await source.choose("none")
    assert source.model is None
    assert [one.name for one in source.models if one.asked] == ["none"]
    await source.choose("another")
    assert source.model == "another"
    assert [one.name for one in source.models] == ["gpt-5", "small", "another", "none"]
    bare = answers(tmp_path, LlmSettings())
    assert [one.words for one in bare.models] == [
        "built-in analyst; LLM_PROVIDER and LLM_MODEL name a model"
    ]
    with pytest.raises(AnswerError, match="set LLM_PROVIDER"):
        await bare.choose("gpt-5")
    assert bare.model is None


async def test_the_last_hundred_questions_of_the_app_are_kept(tmp_path: Path) -> None:
    settings, folders = Settings(), Folders.under(tmp_path)
    moments = (NOW + timedelta(seconds=n) for n in count())
    counter = counter_of(settings, folders, lambda: next(moments), "app")
    with opened_usage(settings, folders) as (usage, _):
        earlier = [
            AskedQuestion(asked=NOW - timedelta(hours=n), question=f"earlier {n}")
            for n in range(99, 0, -1)
        ]
        usage.take([], earlier)
    async with (
        ToolContext(settings, folders, lambda: next(moments), usage=counter) as context,
        AgentAnswers(context, tmp_path) as source,
    ):
        for n in range(3):
            async for _ in source.ask(f"hello {n}"):
                pass
    with opened_usage(settings, folders) as (usage, why):
        kept = usage.questions()
    assert (why, len(kept)) == ("", 100)
    assert [each.question for each in kept[:4]] == ["hello 2", "hello 1", "hello 0", "earlier 1"]
    assert kept[-1].question == "earlier 97"
    assert {each.answered_by for each in kept[:3]} == {"analyst"}


async def test_a_question_that_is_cancelled_while_its_answerer_is_loaded(tmp_path: Path) -> None:
    source = answers(tmp_path, LlmSettings())
    run = source.ask("how full is tank?")
    run.cancel()
    events = [event async for event in run]
    assert [event.code for event in events if isinstance(event, Failed)] == ["cancelled"]
    assert source.session is not None
    await source.ask("nobody reads this").aclose()


async def test_what_was_asked_is_recalled_without_secrets(tmp_path: Path) -> None:
    source = answers(tmp_path)
    assert await source.recalled() == ()
    await source.remember("why is\njellyfin slow?")
    await source.remember("is sk-private-key-1 valid?")
    kept = ["why is\njellyfin slow?", "is [redacted] valid?"]
    assert list(await answers(tmp_path).recalled()) == kept
    path = Folders.under(tmp_path).state / "questions.jsonl"
    assert path.stat().st_mode & 0o777 == 0o600
    path.unlink()
    path.mkdir()
    with pytest.raises(AnswerError, match=r"questions\.jsonl cannot be read: Is a directory"):
        await source.recalled()
    with pytest.raises(AnswerError, match="cannot be written: Is a directory"):
        await source.remember("and now?")


def test_a_long_or_damaged_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    history = QuestionHistory(tmp_path / "questions.jsonl")
    history.add("x" * 20_000)
    history.path.parent.mkdir(exist_ok=True)
    history.path.write_text('"first"\n{"not": "one"}\n"half\n\xff\n"last"\n', "latin-1")
    assert list(history.read()) == ["first", "last"]
    monkeypatch.setattr("sre_tui.live.question_history._LONGEST_FILE", 10)
    monkeypatch.setattr("sre_tui.live.question_history._KEPT", 1)
    assert list(history.read()) == ["last"]
    assert history.path.read_text() == '"last"\n'


async def test_a_conversation_is_written_down(tmp_path: Path) -> None:
    source = answers(tmp_path)
    with pytest.raises(AnswerError, match="nothing to save yet"):
        await source.save("")
    folders = Folders.under(tmp_path)
    store = SessionStore(folders.sessions, lambda: NOW)
    session = store.new()
    asked = Exchange(question="how full is tank?", asked_at=NOW, mode="model", model="gpt-5")
    text = "It is 97% full."
    flagged = Unsupported(text="97%", kind="figure", start=6, end=9)
    trouble = Degradation(what="loki:main", detail="refused")
    answer = Answer(
        text=text, mode="model", model="gpt-5", session=session.id, unsupported=(flagged, flagged),
        degraded=(trouble,), complete=False,
    )  # fmt: skip
    session.put(asked.answered(answer), 0, NOW)
    session.put(Exchange(question="and fast?", asked_at=NOW, mode="analyst"), 1, NOW)
    store.save(session)
    past = await source.resume(session.id)
    assert [one.question for one in past] == ["how full is tank?", "and fast?"]
    assert source.session == session.id
    path = tmp_path / "notes" / "tank.md"
    assert await source.save("notes/tank.md") == str(path)
    written = private_text(path)
    for part in (
        "# how full is tank?\n",
        "_2026-11-22 14:00 UTC, gpt-5, not complete_\n\nIt is 97% full.\n",
        "Not found in the evidence: 97%\n",
        "> loki:main: refused\n",
        "built-in analyst_\n\nNo answer.\n",
    ):
        assert part in written
    with pytest.raises(AnswerError, match=r"tank\.md exists already: give another name"):
        await source.save("notes/tank.md")
    assert await source.save("") == await source.save("")
    (tmp_path / "file").write_text("")
    with pytest.raises(AnswerError, match=r"file/tank\.md cannot be written: "):
        await source.save("file/tank.md")

"""Sessions on disk: whole or not at all, private, and never over somebody else's file."""

from __future__ import annotations

import json
import os
import stat
import threading
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sre_tui.agent.events import Usage
from sre_tui.agent.session import Exchange, FileStamp, Session
from sre_tui.agent.session_store import SessionError, SessionStore, Spending

NOW = datetime(2026, 11, 22, 14, 2, 5, tzinfo=UTC)


def exchange(question: str = "What broke?", cost: float | None = None) -> Exchange:
    return Exchange(
        question=question, asked_at=NOW, mode="model", text="Nothing.", usage=Usage(cost=cost)
    )


@pytest.fixture
def store(tmp_path: Path) -> SessionStore:
    return SessionStore(tmp_path / "state" / "sessions", lambda: NOW)


def saved(store: SessionStore, question: str = "What broke?") -> Session:
    session = store.new()
    session.put(exchange(question), 0, NOW)
    assert store.save(session) is None
    return session


def test_what_was_saved_is_read_back(store: SessionStore) -> None:
    session = saved(store)
    assert store.load(session.id).record == session.record
    assert store.latest().id == session.id


def test_files_are_private(store: SessionStore) -> None:
    session = saved(store)
    path = store.folder / f"{session.id}.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700
    assert [one.name for one in store.folder.iterdir()] == [path.name]


def test_the_latest_is_the_one_used_last(store: SessionStore) -> None:
    first, second = saved(store, "one"), saved(store, "two")
    os.utime(store.folder / f"{first.id}.json", (1e9, 1e9))
    assert store.latest().id == second.id
    assert [one.title for one in store.summaries()] == ["two", "one"]


def test_an_unknown_session_suggests_the_nearest(store: SessionStore) -> None:
    session = saved(store)
    with pytest.raises(SessionError, match=f"did you mean {session.id}") as caught:
        store.load(session.id[:-1] + "_")
    assert caught.value.code == "session_unknown"


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "x/y", "20261122-140205-abcd/.."])
def test_a_name_never_leaves_the_folder(store: SessionStore, name: str) -> None:
    with pytest.raises(SessionError) as caught:
        store.load(name)
    assert caught.value.code == "session_unknown"


def test_no_session_yet(store: SessionStore) -> None:
    with pytest.raises(SessionError, match="no session yet"):
        store.latest()
    assert store.summaries() == []


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "JSON"),
        (b'{"kind": "sre-tui session", "schema_ver', "JSON"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b'{"hello": "world"}', "Field required"),
        (b'{"kind": "other program"}', "it is no sre-tui session"),
        (b"[1, 2]", "should be an object"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_clear_error_and_stays(
    store: SessionStore, content: bytes, why: str
) -> None:
    session = saved(store)
    path = store.folder / f"{session.id}.json"
    path.write_bytes(content)
    with pytest.raises(SessionError, match=why) as caught:
        store.latest()
    assert caught.value.code == "session_unreadable"
    assert "\n" not in caught.value.detail
    assert path.read_bytes() == content
    assert store.summaries()[0].problem == caught.value.detail


def test_a_newer_form_is_named(store: SessionStore) -> None:
    session = saved(store)
    path = store.folder / f"{session.id}.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"schema_version": 9}))
    with pytest.raises(SessionError, match="version 9"):
        store.load(session.id)


def test_a_file_changed_by_somebody_else_is_left_alone(store: SessionStore) -> None:
    session = saved(store)
    path = store.folder / f"{session.id}.json"
    path.write_text("theirs")
    session.put(exchange("And now?"), 1, NOW)
    old = session.id
    note = store.save(session)
    assert note is not None
    assert session.id in note
    assert session.id != old
    assert path.read_text() == "theirs"
    assert len(store.load(session.id).exchanges) == 2


def test_a_disk_that_refuses_leaves_the_last_good_file(
    store: SessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = saved(store)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    session.put(exchange("And now?"), 1, NOW)
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(SessionError, match="No space left") as caught:
            store.save(session)
    assert caught.value.code == "session_unsaved"
    assert len(store.load(session.id).exchanges) == 1
    assert [one.suffix for one in store.folder.iterdir()] == [".json"]
    assert store.save(session) is None
    assert len(store.load(session.id).exchanges) == 2


def test_saving_while_a_thread_still_saves_goes_on_with_the_same_file(
    store: SessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = saved(store)
    replaced, second_came, notes = threading.Event(), threading.Event(), list[str | None]()
    write, lock = SessionStore._write, threading.Lock()

    class Door(AbstractContextManager[None]):
        def __enter__(self) -> None:
            if threading.current_thread().name != "first":
                second_came.set()
            lock.acquire()

        def __exit__(self, *_: object) -> None:
            lock.release()

    def slow(self: SessionStore, path: Path, text: str) -> FileStamp:
        stamp = write(self, path, text)
        if threading.current_thread().name == "first":
            # Now the file is new and its stamp is not known yet.
            replaced.set()
            assert second_came.wait(10)
        return stamp

    monkeypatch.setattr(SessionStore, "_write", slow)
    monkeypatch.setattr(store, "_saving", Door())
    first = threading.Thread(target=lambda: notes.append(store.save(session)), name="first")
    first.start()
    assert replaced.wait(10)
    session.put(exchange("And now?"), 1, NOW)
    notes.append(store.save(session))
    first.join(10)
    assert notes == [None, None]
    assert [one.stem for one in store.folder.iterdir()] == [session.id]
    assert len(store.load(session.id).exchanges) == 2


def test_todays_cost_counts_todays_answers(store: SessionStore) -> None:
    session = store.new()
    session.put(exchange(cost=0.25), 0, NOW)
    session.put(exchange(cost=None), 1, NOW)
    session.put(exchange(cost=4.0).model_copy(update={"asked_at": NOW - timedelta(days=1)}), 2, NOW)
    store.save(session)
    assert store.spent_since(NOW - timedelta(hours=14)) == Spending(0.25)


def test_an_answer_without_a_price_is_told_by_its_model(store: SessionStore) -> None:
    session = store.new()
    session.put(exchange(cost=0.25), 0, NOW)
    usage = Usage(cost=None, prompt_tokens=100, model_calls=1)
    unpriced = exchange().model_copy(update={"model": "house", "usage": usage})
    session.put(unpriced, 1, NOW)
    session.put(unpriced, 2, NOW)
    store.save(session)
    assert store.spent_since(NOW - timedelta(hours=14)) == Spending(0.25, ("house",))


def test_two_sessions_of_one_second_have_different_names(store: SessionStore) -> None:
    assert len({store.new().id for _ in range(20)}) == 20

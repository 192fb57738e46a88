"""What a journal is told to have before it is opened, and that it is not opened for nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from sre_tui.environment import Folders
from sre_tui.memory.incidents import Incidents
from sre_tui.memory.peek import alerts_in, questions_in
from sre_tui.memory.place import Place
from sre_tui.memory.recall import Matter, Recalled
from sre_tui.memory.sqlite_store import SqliteStore
from sre_tui.memory.usage import Usage
from sre_tui.settings import Settings
from sre_tui.tools import journal
from sre_tui.tools.context import ToolContext
from sre_tui.usage.records import AskedQuestion
from tests.unit.memory.killing import NOW, incident


def test_the_alerts_of_a_file_are_told_and_of_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "own" / "memory.db"
    assert alerts_in(Place(path=path)) == frozenset()
    assert not path.parent.exists()
    with SqliteStore(path) as store:
        first = incident()
        Incidents(store).add(first)
        assert alerts_in(Place(path=path)) == frozenset({""})
        Incidents(store).change(first.id, {"alert": "ÜberLast"}, lambda: NOW)
        with store.writing():
            assert alerts_in(Place(path=path)) == frozenset({"überlast"})
    assert [each.name for each in path.parent.iterdir() if "lock" not in each.name] == [path.name]

    other, text = tmp_path / "other.db", tmp_path / "text.db"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE incidents (alert)")
    text.write_text("this is no database " * 100, encoding="utf-8")
    for place in (Place(path=other), Place(path=text), Place(path=tmp_path), Place(url="x")):
        assert alerts_in(place) is None
        assert questions_in(place) is None


def test_the_questions_of_a_file_are_told_as_the_memory_tells_them(tmp_path: Path) -> None:
    path = tmp_path / "own" / "memory.db"
    assert questions_in(Place(path=path)) == ()
    assert not path.parent.exists()
    asked = [
        AskedQuestion(asked=NOW + timedelta(seconds=n), question=f"wärum {n}?", tools=("a", "b"))
        for n in (2, 1, 3)
    ]
    with SqliteStore(path) as store:
        usage = Usage(store)
        usage.take([], asked)
        assert questions_in(Place(path=path)) == usage.questions()
        with store.writing() as connection:
            connection.exec_driver_sql("UPDATE questions SET tools = 'no list'")
        assert questions_in(Place(path=path)) is None


async def test_a_journal_is_opened_only_for_what_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Place] = []

    def read(place: Place, _: object) -> tuple[()]:
        opened.append(place)
        return ()

    monkeypatch.setattr(journal, "_read", read)
    folders = Folders.under(tmp_path)
    path = folders.data / "memory" / "memory.db"
    async with ToolContext(Settings(), folders, lambda: NOW) as context:
        with SqliteStore(path) as store:
            with store.writing():
                pass
            assert await journal.recalled(context, Matter(text="x")) == (Recalled(), "")
            known = await journal.recalled_with_questions(context, Matter(text="x"))
            assert known == (Recalled(), "", ())
            Incidents(store).add(incident().model_copy(update={"alert": "DnsDown"}))
        assert await journal.recorded_before(context, ["HostDown", "dns"]) == ((), "")
        assert not opened
        await journal.recorded_before(context, ["HostDown", "DNSDOWN"])
        await journal.recalled(context, Matter(text="x"))
    assert [each.path for each in opened] == [path, path]

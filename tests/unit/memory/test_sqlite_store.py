"""The memory in a file: who may read it, and what happens when it or its disk is not as it was."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from index.words import tokens
from providers.errors import BadResponse
from sre_tui.memory.incidents import Incidents, Wanted
from sre_tui.memory.refusals import NotKept, NotSetUp
from sre_tui.memory.sqlite_store import SqliteStore
from sre_tui.memory.steps import STEPS, Step
from tests.unit.memory.killing import NOW, incident

FIRST_VERSION = Path(__file__).with_name("version-1.sql")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "own" / "memory.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    with SqliteStore(path) as store:
        yield store


@contextmanager
def unprivileged() -> Iterator[Path]:
    """A folder of somebody whom permissions mean something to, and being that somebody."""
    is_root = os.geteuid() == 0
    folder = Path(tempfile.mkdtemp(prefix="sre-memory-"))
    try:
        if is_root:
            os.chown(folder, 65534, -1)
            os.seteuid(65534)
        yield folder
    finally:
        if is_root:
            os.seteuid(0)
        folder.chmod(0o700)
        shutil.rmtree(folder)


def test_only_its_owner_may_read_it_and_what_is_written_is_on_the_disk(
    store: SqliteStore, path: Path
) -> None:
    Incidents(store).add(incident())
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    with store.writing() as connection:
        values = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
        beside = [each for each in path.parent.iterdir() if each != path]
        assert all(each.stat().st_mode & 0o077 == 0 for each in beside)
    assert values == {
        "journal_mode": "wal", "synchronous": 3, "foreign_keys": 1, "busy_timeout": 20000,
    }  # fmt: skip


def test_reading_creates_nothing_and_says_so(store: SqliteStore, path: Path) -> None:
    assert not Incidents(store).all()
    assert not path.parent.exists()
    assert store.remarks == (f"nothing has been recorded yet: {path} does not exist",)


def test_a_file_that_was_removed_is_told_of_and_begun_anew_by_the_next_write(
    store: SqliteStore, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    Incidents(store).add(incident("gone"))
    shutil.rmtree(path.parent)
    assert not Incidents(store).all()
    assert store.remarks == (f"{path} was removed or replaced while this ran",)
    Incidents(store).add(incident("new"))
    assert [each.title for each in Incidents(store).all()] == ["new"]
    assert not store.remarks
    assert f"{path} is gone: a new memory is begun" in caplog.text


def test_what_was_written_into_a_removed_file_is_not_acknowledged(
    store: SqliteStore, path: Path
) -> None:
    Incidents(store).add(incident())

    def write_and_remove() -> None:
        with store.writing() as connection:
            connection.exec_driver_sql("UPDATE incidents SET title = 'x'")
            path.unlink()

    with pytest.raises(NotKept, match="was removed at that moment: nothing was kept"):
        write_and_remove()


def test_a_file_that_may_only_be_read_is_read() -> None:
    with unprivileged() as folder, SqliteStore(folder / "memory.db") as store:
        Incidents(store).add(incident("there"))
        for mode, of in ((0o400, store.path), (0o500, folder)):
            of.chmod(mode)
            assert [each.title for each in Incidents(store).all()] == ["there"]
            with pytest.raises(NotKept, match=r"memory\.db cannot be written: it") as caught:
                Incidents(store).add(incident("not there"))
            assert "\n" not in str(caught.value)
        with (
            SqliteStore(store.path, (*STEPS, Step())) as newer,
            pytest.raises((NotKept, BadResponse), match="cannot be"),
        ):
            Incidents(newer).all()
        folder.chmod(0o700)
        store.path.chmod(0)
        with pytest.raises(BadResponse, match="cannot be read: it, or the folder"):
            Incidents(store).all()
        folder.chmod(0)
        with pytest.raises(BadResponse, match="cannot be read: Permission denied"):
            Incidents(store).all()


def test_a_full_disk_keeps_what_was_there(store: SqliteStore) -> None:
    Incidents(store).add(incident("first"))

    def fill(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")

    event.listen(store._engine, "connect", fill)
    with pytest.raises(NotKept, match="cannot be written: no room is left on its disk"):
        Incidents(store).add(incident("much " * 40).model_copy(update={"cause": "x" * 90_000}))
    event.remove(store._engine, "connect", fill)
    assert [each.title for each in Incidents(store).all()] == ["first"]
    Incidents(store).add(incident("second"))


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    text, other = tmp_path / "notes.txt", tmp_path / "other.db"
    text.write_text("notes of somebody, long enough to be taken for the head of a database\n" * 9)
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE incidents (a)")
    for path, kind, said in (
        (text, BadResponse, "cannot be used: it is not a SQLite database"),
        (other, NotSetUp, "is another program's database"),
        (tmp_path, BadResponse, "cannot be read: it, or the folder"),
    ):
        with SqliteStore(path) as store, pytest.raises(kind, match=said):
            Incidents(store).all()
    before = text.read_bytes(), other.read_bytes()
    for path in (text, other, tmp_path, text / "memory.db"):
        with SqliteStore(path) as store, pytest.raises((NotKept, BadResponse, NotSetUp)):
            Incidents(store).add(incident())
    assert (text.read_bytes(), other.read_bytes()) == before


def test_the_first_released_version_opens(store: SqliteStore, path: Path) -> None:
    """The dump is never altered: it is what operators have."""
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(FIRST_VERSION.read_text(encoding="utf-8"))
    (found,) = Incidents(store).all()
    assert (found.id, found.title, found.services) == (
        "abcd2345",
        "Jellyfin buffers",
        ("jellyfin",),
    )
    Incidents(store).add(incident())
    with SqliteStore(path.with_name("fresh.db")) as new:
        Incidents(new).add(incident())
        assert tables(new) == tables(store)


def tables(store: SqliteStore) -> set[str]:
    with store.reading() as connection:
        made = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE sql <> ''")
        return {str(sql) for (sql,) in made}


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteStore]:
    with SqliteStore(tmp_path_factory.mktemp("searched") / "memory.db") as store:
        Incidents(store).add(incident("SmartDiskFailing on nas1"))
        yield store


@settings(max_examples=15)
@given(words=st.text(max_size=20))
def test_any_text_is_found_by_itself_and_by_its_name_in_any_case(
    searched: SqliteStore, words: str
) -> None:
    incidents = Incidents(searched)
    (kept,) = incidents.all()
    told = incidents.change(
        kept.id, {"cause": words, "alert": words, "services": (words,)}, lambda: NOW
    )
    has_words = bool(tokens(words))
    assert incidents.find(Wanted(words=words)).total == (1 if has_words or not words.strip() else 0)
    if told.alert:
        assert incidents.find(Wanted(alert=words.swapcase().casefold())).total == 1
    for service in told.services[:1]:
        assert incidents.find(Wanted(service=service.casefold())).total == 1
        assert incidents.find(Wanted(service=f"{service}x")).total == 0


@pytest.mark.parametrize("kills", [8, pytest.param(200, marks=pytest.mark.slow)])
def test_killed_at_any_moment_it_opens_with_all_that_was_acknowledged(kills: int) -> None:
    command = [sys.executable, "-m", "tests.unit.memory.killing", f"--kills={kills}", "--rows=6"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    killed, written = done.stdout.splitlines()
    assert killed.startswith(f"{kills} killed: nothing lost")
    assert written == "3 writers at once: 18 rows acknowledged, all there"

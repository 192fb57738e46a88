"""The memory in a SQLite file that several processes share."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, NullPool, StaticPool, create_engine, event
from sqlalchemy.exc import DBAPIError

from providers.errors import BadResponse
from sre_tui.memory.migration import check_not_newer, migrate, version_of
from sre_tui.memory.refusals import NotKept
from sre_tui.memory.steps import STEPS, Step
from sre_tui.memory.store import Store, dispose

log = logging.getLogger(__name__)

PATIENCE = 20.0
"""Seconds that another writer is waited for."""
T = TypeVar("T")
Identity = tuple[int, int]
"""Device and inode of a file."""


class SqliteStore(Store):
    """Connections live as long as a transaction, so that a file that was removed is noticed.

    A file that does not exist is read as an empty memory, and created by the first write.
    """

    dialect = "sqlite"

    def __init__(self, path: Path, steps: Sequence[Step] = STEPS) -> None:
        self.name = str(path)
        self.path = path
        self._steps = steps
        self._engine = _engine(lambda: _connected(f"{path.as_uri()}?mode=rw"))
        self._writer = self._engine.execution_options(writes=True)
        self._still: Engine | None = None
        self._empty: Engine | None = None
        self._seen: Identity | None = None

    @contextmanager
    def looking(self) -> Iterator[tuple[Connection, int]]:
        """A transaction on the file as it is, or on nothing where there is none."""
        with self._told(writing=False):
            if self._identity() is None:
                with self._nothing() as connection:
                    yield connection, 0
            else:
                connection, version = self._readable(self._opened)
                with connection:
                    yield connection, version

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction on the file, or on nothing where there is none."""
        with self._told(writing=False):
            identity = self._identity()
            with (
                self._nothing() if identity is None else self._readable(self._current) as connection
            ):
                yield connection
            self._seen = identity or self._seen

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that nobody else writes in; on the disk when it has ended."""
        with self._told(writing=True):
            before = self._identity() or self._create()
            with self._current(self._writer) as connection:
                yield connection
                connection.commit()
            if self._identity() != before:
                raise NotKept(
                    f"{self.name} was removed at that moment: nothing was kept, try again"
                )
            self._seen = before

    @property
    def remarks(self) -> tuple[str, ...]:
        """Whether there is a file, or is none any more."""
        identity = self._identity()
        if self._seen not in (None, identity):
            return (f"{self.name} was removed or replaced while this ran",)
        if identity is None:
            return (f"nothing has been recorded yet: {self.name} does not exist",)
        return ()

    def close(self) -> None:
        """Let go of the connections, of which none outlives its transaction but the empty one."""
        dispose(self._engine, self._still, self._empty)

    def _nothing(self) -> Connection:
        if self._empty is None:
            self._empty = _empty_memory(self._steps)
        return self._empty.connect()

    def _readable(self, opened: Callable[[Engine], T]) -> T:
        try:
            return opened(self._engine)
        except DBAPIError as error:
            name: str = getattr(error.orig, "sqlite_errorname", "")
            if not name.startswith(_NEEDS_FILES_BESIDE) or self._has_more_beside():
                raise
        # Beside a shared file SQLite writes another, which a full or read-only disk does not take;
        # one that nobody has open is whole without it.
        if self._still is None:
            uri = f"{self.path.as_uri()}?immutable=1"
            self._still = _engine(lambda: _connected(uri))
        return opened(self._still)

    def _current(self, engine: Engine) -> Connection:
        """A connection in a transaction, to tables of this program's version."""
        connection, version = self._opened(engine)
        if version == len(self._steps):
            return connection
        connection.close()
        self._bring_up_to_date()
        return self._opened(engine)[0]

    def _opened(self, engine: Engine) -> tuple[Connection, int]:
        connection = engine.connect()
        try:
            version = version_of(connection, self.name)
            check_not_newer(version, self.name, self._steps)
        except BaseException:
            connection.close()
            raise
        return connection, version

    def _has_more_beside(self) -> bool:
        try:
            return Path(f"{self.path}-wal").stat().st_size > 0
        except OSError:
            return False

    def _create(self) -> Identity | None:
        if self._seen is not None:
            log.warning("%s is gone: a new memory is begun", self.name)
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
            # The name of the file has to survive a power cut as its content does.
            folder = os.open(self.path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise NotKept(f"{self.name} cannot be written: {error.strerror}") from error
        return self._identity()

    def _bring_up_to_date(self) -> None:
        try:
            lock = FileLock(f"{self.path}.lock", timeout=PATIENCE, mode=0o600)
            with lock:
                with self._engine.connect() as connection:
                    raw = connection.connection.driver_connection
                    assert isinstance(raw, sqlite3.Connection)
                    _share(raw)
                with self._writer.begin() as connection:
                    migrate(connection, self.name, self._steps)
        except Timeout as error:
            raise NotKept(f"{self.name} cannot be written: another program locks it") from error
        except OSError as error:
            raise NotKept(f"{self.name} cannot be brought up to date: {error.strerror}") from error

    def _identity(self) -> Identity | None:
        try:
            found = self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise BadResponse(f"{self.name} cannot be read: {error.strerror}") from error
        return found.st_dev, found.st_ino


_NEEDS_FILES_BESIDE = ("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_FULL", "SQLITE_IOERR")


def _connected(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        uri, uri=True, timeout=PATIENCE, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA foreign_keys = ON")
    # A commit has reached the disk before it is acknowledged; fullfsync is what macOS needs for it.
    connection.execute("PRAGMA synchronous = EXTRA")
    connection.execute("PRAGMA fullfsync = ON")
    return connection


def _share(connection: sqlite3.Connection) -> None:
    """Let readers and a writer of the file work at the same time, now and ever after."""
    from providers.retrying import retry_context

    # Who has only looked at the new file is in the way, and SQLite itself does not wait for that.
    for attempt in retry_context(
        on=_is_busy, attempts=None, timeout=PATIENCE, wait_initial=0.01, wait_max=0.2
    ):
        with attempt:
            connection.execute("PRAGMA journal_mode = WAL")


def _is_busy(error: Exception) -> bool:
    return getattr(error, "sqlite_errorname", "") == "SQLITE_BUSY"


def _engine(connect: Callable[[], sqlite3.Connection], *, keep: bool = False) -> Engine:
    engine = create_engine(
        "sqlite://",
        creator=connect,
        poolclass=StaticPool if keep else NullPool,
        hide_parameters=True,
    )
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    # A transaction that turned to writing late would fail where another one waits.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _empty_memory(steps: Sequence[Step]) -> Engine:
    engine = _engine(lambda: _connected("file::memory:"), keep=True)
    with engine.begin() as connection:
        migrate(connection, "the empty memory", steps)
    return engine

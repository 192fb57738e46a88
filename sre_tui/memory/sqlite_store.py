"""The memory in a SQLite file that several processes share."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, NullPool, StaticPool, create_engine, event
from sqlalchemy.exc import DBAPIError

from providers.errors import BadResponse
from sre_tui.memory.faults import NotKept
from sre_tui.memory.migration import check_not_newer, migrate, version_of
from sre_tui.memory.steps import STEPS, Step
from sre_tui.memory.store import Store, dispose

log = logging.getLogger(__name__)

PATIENCE = 20.0
"""Seconds that another writer is waited for."""
Identity = tuple[int, int]
"""Device and inode of a file."""


class SqliteStore(Store):
    """Connections live as long as a transaction, so that a file that was removed is noticed.

    A file that does not exist is read as an empty memory, and created by the first write.
    """

    def __init__(self, path: Path, steps: Sequence[Step] = STEPS) -> None:
        self.name = str(path)
        self.path = path
        self._steps = steps
        self._engine = _engine(lambda: _connected(f"{path.as_uri()}?mode=rw"))
        self._frozen: Engine | None = None
        self._empty: Engine | None = None
        self._prepared: Identity | None = None
        self._was_there = False
        self._lock = Lock()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction on the file, or on nothing where there is none."""
        with self._told(writing=False):
            engine = self._readable()
            with engine.begin() as connection:
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that nobody else writes in; on the disk when it has ended."""
        with self._told(writing=True):
            self._make_writable()
            before = self._identity()
            with self._engine.execution_options(writes=True).begin() as connection:
                yield connection
            if self._identity() != before:
                raise NotKept(
                    f"{self.name} was removed at that moment: nothing was kept, try again"
                )

    @property
    def remarks(self) -> tuple[str, ...]:
        """Whether there is a file, or is none any more."""
        if self._was_there and self._prepared != self._identity():
            return (f"{self.name} was removed or replaced while this ran",)
        if self._identity() is None:
            return (f"nothing has been recorded yet: {self.name} does not exist",)
        return ()

    def close(self) -> None:
        """Let go of the connections, of which none outlives its transaction but the empty one."""
        dispose(self._engine, self._frozen, self._empty)

    def _readable(self) -> Engine:
        identity = self._identity()
        with self._lock:
            if identity is None:
                if self._empty is None:
                    self._empty = _empty_memory(self._steps)
                return self._empty
            if identity == self._prepared:
                return self._frozen or self._engine
            engine = self._engine
            try:
                version = self._version(engine)
            except DBAPIError as error:
                if getattr(error.orig, "sqlite_errorname", "") not in _IN_A_FOLDER_TO_READ:
                    raise
                # Beside a file that is shared SQLite writes others, which it cannot do there.
                uri = f"{self.path.as_uri()}?immutable=1"
                engine = self._frozen = _engine(lambda: _connected(uri))
                version = self._version(engine)
            if version < len(self._steps):
                self._bring_up_to_date()
            self._prepared, self._was_there = identity, True
            return engine

    def _make_writable(self) -> None:
        with self._lock:
            identity = self._identity()
            if identity is not None and identity == self._prepared and self._frozen is None:
                return
            if identity is None:
                if self._was_there:
                    log.warning("%s is gone: a new memory is begun", self.name)
                self._create()
            if self._version(self._engine) < len(self._steps):
                self._bring_up_to_date()
            self._prepared, self._was_there = self._identity(), True

    def _version(self, engine: Engine) -> int:
        with engine.begin() as connection:
            version = version_of(connection, self.name)
        check_not_newer(version, self.name, self._steps)
        return version

    def _create(self) -> None:
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

    def _bring_up_to_date(self) -> None:
        try:
            lock = FileLock(f"{self.path}.lock", timeout=PATIENCE, mode=0o600)
            with lock:
                with self._engine.connect() as connection:
                    raw = connection.connection.driver_connection
                    assert raw is not None
                    raw.execute("PRAGMA journal_mode = WAL")
                with self._engine.execution_options(writes=True).begin() as connection:
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


_IN_A_FOLDER_TO_READ = ("SQLITE_CANTOPEN", "SQLITE_READONLY_DIRECTORY", "SQLITE_READONLY_CANTINIT")


def _connected(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        uri, uri=True, timeout=PATIENCE, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA foreign_keys = ON")
    # A commit has reached the disk before it is acknowledged; fullfsync is what macOS needs for it.
    connection.execute("PRAGMA synchronous = EXTRA")
    connection.execute("PRAGMA fullfsync = ON")
    return connection


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

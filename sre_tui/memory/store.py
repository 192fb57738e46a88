"""One database, in transactions: what was written is there when a transaction has ended."""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import ClassVar, Self

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from providers.errors import BackendError
from sre_tui.memory.faults import fault_of
from sre_tui.memory.place import SOURCE, Place
from sre_tui.memory.steps import STEPS, Dialect, Step


class Store(ABC):
    """A memory that is open; any number of threads and processes may use it at once.

    Every method raises, each in one line: ``Unreachable`` or ``Unauthorized`` for a database that
    cannot be asked, ``NotSetUp`` for one that the settings name wrongly, ``BadResponse`` for one
    that cannot be used, ``NotKept`` where nothing was written, ``PerhapsKept`` where nobody said.
    """

    dialect: ClassVar[Dialect]
    name: str
    """What it is called in messages; no password is in it."""

    @abstractmethod
    def looking(self) -> AbstractContextManager[tuple[Connection, int]]:
        """A transaction that changes nothing, not even tables of an earlier version.

        The second value is their version, 0 where there are none.
        """

    @abstractmethod
    def reading(self) -> AbstractContextManager[Connection]:
        """A transaction that writes nothing."""

    @abstractmethod
    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction that is kept, whole, when the block ends without an exception."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is to be told of the memory itself, one line each."""
        return ()

    @abstractmethod
    def close(self) -> None:
        """Let go of all connections."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _told(self, *, writing: bool) -> Iterator[None]:
        try:
            try:
                yield
            except (SQLAlchemyError, sqlite3.Error, ValueError, OverflowError) as error:
                raise fault_of(error, self.name, self.dialect, writing=writing) from error
        except BackendError as error:
            # Whoever asked several places cannot tell by the error alone whose it is.
            error.source = SOURCE
            raise


def dispose(*engines: Engine | None) -> None:
    """Close the connections of engines that were made."""
    for engine in engines:
        if engine is not None:
            engine.dispose()


def open_store(
    place: Place, steps: Sequence[Step] = STEPS, *, patience: float | None = None
) -> Store:
    """The memory at a place; nothing is read or created before the first transaction.

    Args:
        place: where it is.
        steps: how its tables come about.
        patience: seconds from now on after which a server is not waited for any more, whatever it
            is asked; None for each question's own.

    Raises:
        NotSetUp: if the address is none of PostgreSQL, or its driver is not installed.
    """
    if place.path is not None:
        from sre_tui.memory.sqlite_store import SqliteStore

        return SqliteStore(place.path, steps)
    from sre_tui.memory.postgresql_store import PostgresqlStore

    return PostgresqlStore(place.url, steps, patience)

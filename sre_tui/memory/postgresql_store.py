"""The memory in a PostgreSQL database that several machines share."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from socket import SHUT_RDWR, socket
from threading import Event, Lock, Thread
from typing import Any, Final

from sqlalchemy import URL, Connection, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError, SQLAlchemyError

from providers.errors import Unreachable
from providers.text import one_line
from sre_tui.memory.migration import check_not_newer, migrate, version_of
from sre_tui.memory.refusals import NotSetUp, PerhapsKept
from sre_tui.memory.steps import STEPS, Step
from sre_tui.memory.store import Store

_NAMES: Final = ("postgresql", "postgres", "postgresql+psycopg")
_HOW: Final = "write it as postgresql://USER:PASSWORD@HOST/DATABASE"
_ONE_AT: Final = "MEMORY_DB_URL has more than one @: within a password or a name it is written %40"
PATIENCE: Final = 30.0
"""Seconds that a transaction may take; the server itself ends a statement before."""
PATIENCE_WITH_AN_OLD_ONE: Final = 3.0
"""Seconds that a connection may take to show that it still is one."""
_CONNECTING: Final = {
    "connect_timeout": "5",
    "application_name": "sre-tui",
    "keepalives_idle": "30",
    "tcp_user_timeout": "15000",
}
"""Seconds, but for the last, which is in milliseconds."""


class PostgresqlStore(Store):
    """A few connections, each looked after before it is used again."""

    dialect = "postgresql"

    def __init__(
        self, url: str, steps: Sequence[Step] = STEPS, patience: float | None = None
    ) -> None:
        parsed = _parsed(url)
        self.name = _name_of(parsed)
        self._steps = steps
        self._until = None if patience is None else time.monotonic() + patience
        self._engine = create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_size=2,
            max_overflow=4,
            pool_timeout=15,
            pool_recycle=1800,
            hide_parameters=True,
            connect_args={key: v for key, v in _CONNECTING.items() if key not in parsed.query},
        )
        event.listen(self._engine, "do_connect", self._log_in)
        event.listen(self._engine, "checkout", self._look_after)
        self._is_prepared = False
        self._lock = Lock()

    @contextmanager
    def looking(self) -> Iterator[tuple[Connection, int]]:
        """A transaction in which the server refuses to write, on tables as they are."""
        with self._told(writing=False), self._begun("SET TRANSACTION READ ONLY") as connection:
            version = version_of(connection, self.name)
            check_not_newer(version, self.name, self._steps)
            yield connection, version

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction in which the server refuses to write."""
        with self._told(writing=False):
            self._prepare()
            with self._begun("SET TRANSACTION READ ONLY") as connection:
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that the server has on its disk when it has ended."""
        with self._told(writing=True):
            self._prepare()
            with self._begun("SET LOCAL synchronous_commit = on", keeps=True) as connection:
                yield connection

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    @contextmanager
    def _begun(self, *settings: str, keeps: bool = False) -> Iterator[Connection]:
        with self._engine.begin() as connection:
            raw: Any = connection.connection.driver_connection
            patience = self._left(PATIENCE)
            with _watched(raw, patience) as has_hung:
                try:
                    # For the transaction only: a pooler in between may give the session to others.
                    for setting in (*settings, _longest_statement(patience)):
                        connection.exec_driver_sql(setting)
                    yield connection
                    self._commit(connection, keeps=keeps)
                except SQLAlchemyError as error:
                    if has_hung.is_set():
                        raise Unreachable(f"{self.name} does not answer", transient=True) from error
                    raise

    def _commit(self, connection: Connection, *, keeps: bool) -> None:
        try:
            connection.commit()
        except DBAPIError as error:
            if keeps and error.connection_invalidated:
                raise PerhapsKept(
                    f"it is not known whether it was written: {self.name} was lost before it said "
                    "so; look before you write it again"
                ) from error
            raise

    def _prepare(self) -> None:
        with self._lock:
            if self._is_prepared:
                return
            with self._begun() as connection:
                version = version_of(connection, self.name)
            check_not_newer(version, self.name, self._steps)
            if version < len(self._steps):
                with self._begun() as connection:
                    migrate(connection, self.name, self._steps)
            self._is_prepared = True

    def _left(self, patience: float) -> float:
        """Seconds of that patience that are left."""
        if self._until is None:
            return patience
        return max(0.0, min(patience, self._until - time.monotonic()))

    def _log_in(self, _: object, __: object, words: Any, parameters: Any) -> Any:
        from sre_tui.memory.postgresql_login import logged_in

        return logged_in(self._until, *words, **parameters)

    def _look_after(self, connection: Any, record: Any, _: object) -> None:
        """Let the pool make a connection anew that is closed, or that nobody answers on."""
        import psycopg

        if not record.info.setdefault("used", False):
            record.info["used"] = True
            return
        try:
            with _watched(connection, self._left(PATIENCE_WITH_AN_OLD_ONE)):
                connection.execute("SELECT 1")
                connection.rollback()
        except psycopg.Error as error:
            raise DisconnectionError from error


def _longest_statement(patience: float) -> str:
    return f"SET LOCAL statement_timeout = '{max(1, int(patience * 500))}ms'"


@contextmanager
def _watched(connection: Any, patience: float) -> Iterator[Event]:
    """Cut a connection whose server goes silent, for which the driver would wait for ever."""
    import psycopg

    is_over, has_hung = Event(), Event()

    def watch() -> None:
        if not is_over.wait(patience):
            has_hung.set()
            with (
                suppress(OSError, psycopg.Error),
                socket(fileno=os.dup(connection.fileno())) as own,
            ):
                own.shutdown(SHUT_RDWR)

    thread = Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield has_hung
    finally:
        is_over.set()
        thread.join()


def _name_of(url: URL) -> str:
    """Server and database without user and password; libpq takes them as parameters, too."""

    def given(parameter: str) -> str:
        value = url.query.get(parameter, "")
        return value if isinstance(value, str) else ",".join(value)

    hosts = url.host or given("host") or given("hostaddr") or "localhost"
    # Several have each their port behind them.
    several = url.host is None and ("," in hosts or re.search(r":\d+$", hosts))
    port = "" if several else f":{url.port or given('port') or 5432}"
    database = url.database or given("dbname") or url.username or given("user")
    return one_line(f"PostgreSQL at {hosts}{port}/{database}")


def _parsed(url: str) -> URL:
    if url.count("@") > 1:
        # Where the password ends is a guess then, and a wrong one would show the rest of it.
        raise NotSetUp(_ONE_AT)
    try:
        parsed = make_url(url.strip())
    except (ArgumentError, ValueError):
        raise NotSetUp(f"MEMORY_DB_URL is not the address of a database: {_HOW}") from None
    if parsed.drivername not in _NAMES:
        raise NotSetUp(f"MEMORY_DB_URL must be the address of a PostgreSQL database: {_HOW}")
    if find_spec("psycopg") is None:
        raise NotSetUp(
            "MEMORY_DB_URL needs a driver: install sre-tui[postgres], or psycopg[binary]"
        )
    return parsed

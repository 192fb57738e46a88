"""What keeps the memory from being read or written, in one line each."""

from __future__ import annotations

import re
import sqlite3
from typing import Final

from sqlalchemy.exc import DataError, DBAPIError, SQLAlchemyError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from providers.errors import BackendError, BadResponse, Unauthorized, Unreachable
from providers.text import one_line
from sre_tui.memory.refusals import NotKept, NotSetUp
from sre_tui.memory.steps import Dialect

_SQLITE: Final = {
    "SQLITE_FULL": "no room is left on its disk",
    "SQLITE_READONLY": "it may only be read",
    "SQLITE_BUSY": "another program keeps it locked",
    "SQLITE_LOCKED": "another program keeps it locked",
    "SQLITE_CANTOPEN": "it, or the folder it is in, does not allow it",
    "SQLITE_PERM": "its permissions do not allow it",
    "SQLITE_AUTH": "its permissions do not allow it",
    "SQLITE_IOERR": "its disk gives errors, or has no room left",
    "SQLITE_NOTADB": "it is not a SQLite database",
    "SQLITE_CORRUPT": "it is damaged; `sqlite3 FILE .recover` may save what is in it",
}
"""Primary result codes of SQLite to what they mean."""
_REFUSED: Final = {
    "28P01": "refuses the password",
    "28": "refuses the login",
    "42501": "does not allow it",
}
"""Codes of PostgreSQL, and classes of them, for credentials and rights, to what they mean."""
_NO_SUCH_DATABASE: Final = "3D000"
_TAKEN: Final = "42P07"
"""A table that was to be created is there."""
_MISTAKEN: Final = re.compile(r"invalid (?:connection option|\S+ value)")
"""What the driver says of an address, in English whatever the server speaks."""
_RULES_OF_ACCESS: Final = "pg_hba.conf"
"""Named in every language by a server whose rules let nobody in from here."""
_FULL: Final = "53100"
_MAY_ONLY_BE_READ: Final = "25006"
"""A transaction that was begun so, or a server that is so, such as a standby."""
_BUSY: Final = {
    "53300": "has no connection free",
    "57P03": "is not ready",
    "57014": "is too busy",
    "55P03": "is too busy",
    "40P01": "is too busy",
    "40001": "is too busy",
}
"""What passes: all connections taken, a server that starts or stops, a statement that took too
long, a lock that others hold, two that wait for each other."""


def fault_of(error: Exception, name: str, dialect: Dialect, *, writing: bool) -> Exception:
    """The fault that an error of the database stands for.

    Args:
        error: what SQLAlchemy or a driver raised.
        name: the memory, as people know it.
        dialect: which database it is.
        writing: whether something was to be written.
    """
    cause = error.orig if isinstance(error, DBAPIError) else error
    if _is_of_a_value(error):
        said = one_line(str(error.orig if isinstance(error, StatementError) else error))
        if writing:
            return NotKept(f"{name} cannot keep such a value: {said}")
        return BadResponse(f"{name} cannot be asked for such a value: {said}")
    if isinstance(cause, sqlite3.Error):
        return _of_sqlite(cause, name, writing=writing)
    if isinstance(error, PoolTimeout):
        return Unreachable(f"{name}: all connections are in use", transient=True)
    if isinstance(error, SQLAlchemyError):
        if dialect == "postgresql":
            return _of_postgresql(error, cause, name, writing=writing)
        return BadResponse(f"{name} cannot be used: {one_line(str(error))}")
    return BadResponse(f"{name} holds a row that cannot be read: {one_line(str(error))}")


def _is_of_a_value(error: Exception) -> bool:
    """Whether a value was refused before the database saw it."""
    if isinstance(error, DataError):
        return not getattr(error.orig, "sqlstate", None)
    if isinstance(error, DBAPIError):
        return False
    return isinstance(error, StatementError | UnicodeEncodeError | OverflowError)


def _of_sqlite(cause: sqlite3.Error, name: str, *, writing: bool) -> Exception:
    known: str | None = getattr(cause, "sqlite_errorname", None)
    short = "_".join((known or "").split("_")[:2])
    reason = _SQLITE.get(short, one_line(str(cause)))
    if "no such module: fts5" in reason:
        return NotSetUp(f"{name} cannot be used: this Python's SQLite has no full-text search")
    if short in ("SQLITE_NOTADB", "SQLITE_CORRUPT"):
        return BadResponse(f"{name} cannot be used: {reason}")
    if writing:
        return NotKept(f"{name} cannot be written: {reason}")
    return BadResponse(f"{name} cannot be read: {reason}")


def _of_postgresql(
    error: SQLAlchemyError, cause: BaseException | None, name: str, *, writing: bool
) -> Exception:
    said = _first_line(cause or error)
    state = getattr(cause, "sqlstate", None) or ""
    for code, meaning in _REFUSED.items():
        if state.startswith(code):
            return Unauthorized(f"{name} {meaning}: {said}")
    if state == _NO_SUCH_DATABASE:
        return NotSetUp(f"{name} has no such database: {said}")
    if _MISTAKEN.search(said):
        return NotSetUp(f"{name}: {said}")
    if state == _TAKEN:
        return NotSetUp(f"{name} holds tables of another program: give sre-tui one of its own")
    if state in _BUSY:
        return Unreachable(f"{name} {_BUSY[state]}: {said}", transient=True)
    if state == _FULL:
        full = f"no room is left on its disk: {said}"
        if writing:
            return NotKept(f"{name} cannot be written: {full}")
        return BadResponse(f"{name} cannot be read: {full}")
    if state == _MAY_ONLY_BE_READ and writing:
        return NotKept(f"{name} cannot be written: it may only be read: {said}")
    if not state and (refused := _not_let_in(cause, said, name)) is not None:
        return refused
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    if lost or not state or state.startswith(("08", "57P", "53")):
        return Unreachable(f"{name} cannot be reached: {said}", transient=True)
    return BadResponse(f"{name}: {said}")


def _not_let_in(cause: BaseException | None, said: str, name: str) -> BackendError | None:
    """The fault of a server that answered and refused; None if it did not.

    Only for what came without a code, as on a system where the driver cannot see it: the text is in
    the server's own language, so that the state of the connection and the names in it have to tell.
    """
    connection = getattr(cause, "pgconn", None)
    if connection is None:
        return None
    if connection.needs_password or _RULES_OF_ACCESS in said:
        return Unauthorized(f"{name}: {said}")
    if not connection.used_password:
        return None
    user, database = (each.decode("utf-8", "replace") for each in (connection.user, connection.db))
    if database != user and _names(said, database):
        return NotSetUp(f"{name}: {said}")
    return Unauthorized(f"{name}: {said}") if _names(said, user) else None


def _names(said: str, name: str) -> bool:
    return bool(name) and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", said) is not None


def _first_line(error: BaseException) -> str:
    # What was refused is told last, after each address that was tried.
    lines = [line for line in str(error).splitlines() if line.strip()]
    told = lines[0] if lines else type(error).__name__
    told = re.sub(r"^connection failed: ", "", told)
    return one_line(re.sub(r"^connection to server at .*? failed: (?:[^\W\d_]+ ?:\s+)?", "", told))

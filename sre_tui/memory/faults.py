"""What keeps the memory from being read or written, in one line each."""

from __future__ import annotations

import re
import sqlite3
from typing import Final

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from providers.errors import BackendError, BadResponse, Unauthorized, Unreachable
from providers.reading import State
from providers.text import one_line
from sre_tui.complaint import Complaint


class NotSetUp(BackendError):
    """The settings name a memory that cannot be: a mistake to mend before trying again."""

    state = State.NOT_CONFIGURED


class NotKept(Complaint):
    """Nothing was written; what was there before is still there."""

    code = "not_writable"


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
_FOR_LACK_OF_RIGHTS: Final = ("28", "42501")
"""Classes and codes of PostgreSQL: login refused, no right to a table or schema."""
_NOT_LET_IN: Final = re.compile(
    r'authentication failed|role ".*" does not exist|no pg_hba.conf entry|no password supplied'
)
"""What a server says before there is a connection has no code."""
_NO_SUCH_DATABASE: Final = "3D000"
_TAKEN: Final = "42P07"
"""A table that was to be created is there."""
_MISTAKEN: Final = re.compile(
    r'database ".*" does not exist|invalid (?:connection option|\S+ value)'
)
_CANNOT_WRITE: Final = ("53100", "25006")
"""Disk full; a server that may only be read, such as a standby."""


def fault_of(error: Exception, name: str, *, writing: bool) -> Exception:
    """The fault that an error of the database stands for.

    Args:
        error: what SQLAlchemy or a driver raised.
        name: the memory, as people know it.
        writing: whether something was to be written.
    """
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        return _of_sqlite(cause, name, writing=writing)
    if isinstance(error, PoolTimeout):
        return Unreachable(f"{name}: all connections are in use", transient=True)
    if isinstance(error, SQLAlchemyError):
        return _of_postgresql(error, cause, name, writing=writing)
    return BadResponse(f"{name} holds a row that cannot be read: {one_line(str(error))}")


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
    if state.startswith(_FOR_LACK_OF_RIGHTS) or _NOT_LET_IN.search(said):
        return Unauthorized(f"{name}: {said}")
    if state == _NO_SUCH_DATABASE or _MISTAKEN.search(said):
        return NotSetUp(f"{name}: {said}")
    if state == _TAKEN:
        return NotSetUp(f"{name} holds tables of another program: give sre-tui one of its own")
    if state.startswith(_CANNOT_WRITE) and writing:
        return NotKept(f"{name} cannot be written: {said}")
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    if lost or not state or state.startswith(("08", "57P", "53")):
        return Unreachable(f"{name} cannot be reached: {said}", transient=True)
    return BadResponse(f"{name}: {said}")


def _first_line(error: BaseException) -> str:
    # What was refused is told last, after each address that was tried.
    lines = [line for line in str(error).splitlines() if line.strip()]
    told = lines[0] if lines else type(error).__name__
    told = re.sub(r"^connection failed: ", "", told)
    return one_line(re.sub(r"^connection to server at .*? failed: (?:FATAL:\s*)?", "", told))

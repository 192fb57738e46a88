"""Brings the tables to the program's version: forwards only, whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

from sqlalchemy import Connection

from providers.errors import BadResponse
from sre_tui.memory.refusals import NotSetUp
from sre_tui.memory.steps import APPLICATION_ID, STEPS, Dialect, Step

LOCK: Final = 0x53524554_4D454D00
"""The advisory lock in PostgreSQL that one migration at a time holds."""
_VERSIONS: Final = "sre_memory_version"
"""In PostgreSQL the table with the version; in SQLite the header of the file has it."""

_HAS_VERSIONS: Final = (
    "SELECT count(*) FROM pg_catalog.pg_tables"  # noqa: S608
    f" WHERE tablename = '{_VERSIONS}' AND schemaname = ANY (current_schemas(false))"
)
"""Reads the catalog itself: what a session has cached of it may be older than the lock it got."""


def version_of(connection: Connection, name: str) -> int:
    """The version of the tables; 0 if there are none.

    Raises:
        NotSetUp: if the file is another program's.
    """
    if connection.dialect.name == "sqlite":
        version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
        owner = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
        tables = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()
        if owner != APPLICATION_ID and (owner or version or tables):
            raise NotSetUp(
                f"{name} is another program's database: name a file of its own by MEMORY_DB_PATH"
            )
        return version
    if not connection.exec_driver_sql(_HAS_VERSIONS).scalar_one():
        return 0
    found = connection.exec_driver_sql(f"SELECT max(version) FROM {_VERSIONS}").scalar_one()  # noqa: S608
    return int(found or 0)


def check_not_newer(version: int, name: str, steps: Sequence[Step] = STEPS) -> None:
    """Refuse tables that a later program made.

    Raises:
        BadResponse: if so.
    """
    if version > len(steps):
        raise BadResponse(
            f"{name} was written by a newer sre-tui (its version is {version}, this program's "
            f"{len(steps)}): update sre-tui, or give this one a memory of its own"
        )


def migrate(connection: Connection, name: str, steps: Sequence[Step] = STEPS) -> None:
    """Run the steps that are missing, in the transaction that the connection is in.

    Raises:
        BadResponse: if the tables are newer than the steps.
        NotSetUp: if the file is another program's.
    """
    dialect = cast(Dialect, connection.dialect.name)
    if dialect == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
    version = version_of(connection, name)
    check_not_newer(version, name, steps)
    for number, step in enumerate(steps[version:], start=version + 1):
        for statement in step.statements(dialect):
            connection.exec_driver_sql(statement)
        if dialect == "sqlite":
            connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.exec_driver_sql(f"PRAGMA user_version = {number}")
        else:
            if number == 1:
                connection.exec_driver_sql(
                    f"CREATE TABLE {_VERSIONS} (version INTEGER PRIMARY KEY,"
                    " at TIMESTAMPTZ NOT NULL DEFAULT now())"
                )
            connection.exec_driver_sql(f"INSERT INTO {_VERSIONS} (version) VALUES ({number})")  # noqa: S608

"""What was used: per run of the program its questions, tool calls and model calls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from sre_tui.memory.schema import CALLS, RUNS
from sre_tui.memory.store import Store
from sre_tui.usage.records import Call, Counted, Run

__all__ = ["Call", "Run", "Usage"]


_AT_ONCE: Final = 500
"""Runs that one query asks for."""
_COLUMNS: Final = tuple(CALLS.c[name] for name in Call.model_fields)


class Usage:
    """The usage in a store; all methods raise what the store raises."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def count(self, run: Run, calls: Iterable[Call]) -> None:
        """Keep calls of a run, all or none; it may be told of again with further ones."""
        with self._store.writing() as connection:
            _begin(connection, [run])
            _keep(connection, [Counted(run=run, call=each) for each in calls])

    def take(self, counted: Sequence[Counted]) -> int:
        """Keep calls of any runs, all or none, and say how many were not kept before."""
        if not counted:
            return 0
        with self._store.writing() as connection:
            _begin(connection, list({each.run.id: each.run for each in counted}.values()))
            return _keep(connection, counted)

    def calls(self, since: datetime) -> tuple[Call, ...]:
        """The calls that began then or later, in the order they began."""
        query = select(*_COLUMNS).where(CALLS.c.started >= since)
        query = query.order_by(CALLS.c.started, CALLS.c.number)
        with self._store.reading() as connection:
            rows = connection.execute(query).mappings()
            return tuple(Call.model_validate(dict(row)) for row in rows)

    def counted(self, since: datetime) -> tuple[Counted, ...]:
        """The calls that began then or later, each with its run, in the order they began."""
        runs = [column.label(f"run_{column.key}") for column in RUNS.columns]
        query = select(*_COLUMNS, *runs).join(RUNS, RUNS.c.id == CALLS.c.run)
        query = query.where(CALLS.c.started >= since).order_by(CALLS.c.started, CALLS.c.number)
        with self._store.reading() as connection:
            return tuple(_counted(dict(row)) for row in connection.execute(query).mappings())

    def runs(self, since: datetime) -> tuple[Run, ...]:
        """The runs that began then or later, in the order they began."""
        query = select(*RUNS.columns).where(RUNS.c.started >= since).order_by(RUNS.c.started)
        with self._store.reading() as connection:
            rows = connection.execute(query).mappings()
            return tuple(Run.model_validate(dict(row)) for row in rows)

    def forget(self, before: datetime) -> int:
        """Let go of runs that began before then, with their calls, and say how many."""
        old = delete(RUNS).where(RUNS.c.started < before)
        with self._store.writing() as connection:
            return connection.execute(old).rowcount


def _counted(row: dict[str, Any]) -> Counted:
    run = {name: row.pop(f"run_{name}") for name in Run.model_fields}
    return Counted.model_validate({"run": run, "call": row})


def _begin(connection: Connection, runs: list[Run]) -> None:
    module: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
    begun = module.insert(RUNS).on_conflict_do_nothing(index_elements=[RUNS.c.id])
    connection.execute(begun, [each.model_dump() for each in runs])


def _keep(connection: Connection, counted: Sequence[Counted]) -> int:
    known = _known(connection, sorted({each.run.id for each in counted}))
    rows: dict[tuple[str, datetime], dict[str, Any]] = {}
    for each in counted:
        key = each.run.id, each.call.started
        if key not in known:
            rows.setdefault(key, {**each.call.model_dump(), "run": each.run.id})
    if rows:
        connection.execute(insert(CALLS), list(rows.values()))
    return len(rows)


def _known(connection: Connection, runs: list[str]) -> set[tuple[str, datetime]]:
    """The calls of these runs that are kept, by what tells them apart."""
    found: set[tuple[str, datetime]] = set()
    for start in range(0, len(runs), _AT_ONCE):
        some = runs[start : start + _AT_ONCE]
        query = select(CALLS.c.run, CALLS.c.started).where(CALLS.c.run.in_(some))
        found.update((run, started) for run, started in connection.execute(query))
    return found

"""What was used: per run of the program its calls, and the last questions."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, case, delete, func, insert, select, true
from sqlalchemy.dialects import postgresql, sqlite

from sre_tui.memory.questions import MOST_KEPT, Questions, forget_questions, keep_questions
from sre_tui.memory.schema import CALLS, REPORTS, RUNS
from sre_tui.memory.store import Store
from sre_tui.usage.records import BUCKETS, AskedQuestion, Counted, Run, Total

_AT_ONCE: Final = 500
"""Runs that one query asks for."""
_GROUPS: Final = (RUNS.c.front, CALLS.c.kind, CALLS.c.name, CALLS.c.outcome)


class Usage:
    """The usage in a store; all methods raise what the store raises."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def take(self, counted: Sequence[Counted], asked: Sequence[AskedQuestion] = ()) -> int:
        """Keep calls of any runs and questions, all or none; how many calls were not kept before.

        Of questions the latest 100 stay.
        """
        if not counted and not asked:
            return 0
        with self._store.writing() as connection:
            keep_questions(connection, asked)
            return _keep(connection, counted)

    def questions(self, limit: int = MOST_KEPT) -> tuple[AskedQuestion, ...]:
        """The last questions, the latest first."""
        return Questions(self._store).latest(limit)

    def totals(self, since: datetime | None = None) -> tuple[Total, ...]:
        """Calls that began then or later, or all, summed up by front, kind, name and outcome."""
        within = [
            func.sum(case((CALLS.c.seconds <= most, 1), else_=0)).label(f"within_{place}")
            for place, most in enumerate(BUCKETS)
        ]
        query = (
            select(
                *_GROUPS,
                func.count().label("calls"),
                func.sum(CALLS.c.seconds).label("seconds"),
                func.coalesce(func.sum(CALLS.c.tokens_in), 0).label("tokens_in"),
                func.coalesce(func.sum(CALLS.c.tokens_out), 0).label("tokens_out"),
                func.coalesce(func.sum(CALLS.c.cost), 0.0).label("cost"),
                func.count(CALLS.c.cost).label("priced"),
                func.min(CALLS.c.started).label("first"),
                func.max(CALLS.c.started).label("last"),
                *within,
            )
            .join(RUNS, RUNS.c.id == CALLS.c.run)
            .where(true() if since is None else CALLS.c.started >= since)
            .group_by(*_GROUPS)
            .order_by(*_GROUPS)
        )
        with self._store.reading() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        return tuple(
            Total.model_validate(
                {**row, "within": [row.pop(f"within_{n}") for n in range(len(BUCKETS))]}
            )
            for row in rows
        )

    def durations(self, since: datetime) -> dict[tuple[str, str, str, str], array[float]]:
        """Seconds of the calls that began then or later, each by its total's key, in no order."""
        query = select(*_GROUPS, CALLS.c.seconds).join(RUNS, RUNS.c.id == CALLS.c.run)
        found: dict[tuple[str, str, str, str], array[float]] = {}
        with self._store.reading() as connection:
            for front, kind, name, outcome, seconds in connection.execute(
                query.where(CALLS.c.started >= since)
            ):
                found.setdefault((front, kind, name, outcome), array("d")).append(seconds)
        return found

    def reports(self) -> tuple[int, datetime | None]:
        """How many reports are kept, and when the last one was made."""
        query = select(func.count(), func.max(REPORTS.c.made)).select_from(REPORTS)
        with self._store.reading() as connection:
            made, last = connection.execute(query).one()
            return made, last

    def forget(self, before: datetime) -> tuple[int, int]:
        """Let go of runs that began before then, with their calls, and of questions of that time.

        Returns:
            How many runs, and how many questions.
        """
        old = delete(RUNS).where(RUNS.c.started < before)
        with self._store.writing() as connection:
            return connection.execute(old).rowcount, forget_questions(connection, before)


def _begin(connection: Connection, runs: list[Run]) -> None:
    module: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
    begun = module.insert(RUNS).on_conflict_do_nothing(index_elements=[RUNS.c.id])
    connection.execute(begun, [each.model_dump() for each in runs])


def _keep(connection: Connection, counted: Sequence[Counted]) -> int:
    if not counted:
        return 0
    _begin(connection, list({each.run.id: each.run for each in counted}.values()))
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

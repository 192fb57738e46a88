"""What was used: per run of the program its questions, tool calls and model calls."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from sre_tui.memory.schema import CALLS, RUNS
from sre_tui.memory.store import Store


class Run(BaseModel):
    """One run of the program."""

    model_config = ConfigDict(frozen=True)

    id: str
    front: str
    """What ran, such as ``ask``, ``app`` or ``report``."""
    version: str
    started: AwareDatetime


class Call(BaseModel):
    """A question, a tool that was asked, or a model that was called."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["question", "tool", "model"]
    name: str
    """The tool's or the model's; who answered, for a question."""
    started: AwareDatetime
    seconds: float = Field(ge=0, allow_inf_nan=False)
    outcome: str
    """``ok``, or in a word what went wrong, such as ``unreachable``."""
    tokens_in: int | None = Field(default=None, ge=0)
    tokens_out: int | None = Field(default=None, ge=0)
    cost: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """US dollars; None if nobody knows."""


_COLUMNS: Final = tuple(CALLS.c[name] for name in Call.model_fields)


class Usage:
    """The usage in a store; all methods raise what the store raises."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def count(self, run: Run, calls: Iterable[Call]) -> None:
        """Keep calls of a run, all or none; it may be told of again with further ones."""
        rows = [{**each.model_dump(), "run": run.id} for each in calls]
        with self._store.writing() as connection:
            module: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
            begun = module.insert(RUNS).values(run.model_dump())
            connection.execute(begun.on_conflict_do_nothing(index_elements=[RUNS.c.id]))
            if rows:
                connection.execute(insert(CALLS), rows)

    def calls(self, since: datetime) -> tuple[Call, ...]:
        """The calls that began then or later, in the order they began."""
        query = select(*_COLUMNS).where(CALLS.c.started >= since)
        query = query.order_by(CALLS.c.started, CALLS.c.number)
        with self._store.reading() as connection:
            rows = connection.execute(query).mappings()
            return tuple(Call.model_validate(dict(row)) for row in rows)

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

"""What is normal for a metric of a host, as a whole or at an hour of the week."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from sre_tui.memory.schema import BASELINES
from sre_tui.memory.store import Store

WHOLE_WEEK: Final = -1
"""Stands for the hour where a baseline is about all of them."""


class Baseline(BaseModel):
    """Statistics of one series; values in the metric's own base unit."""

    model_config = ConfigDict(frozen=True)

    metric: str
    host: str = ""
    """Empty for a metric that is of no host."""
    hour: int = Field(default=WHOLE_WEEK, ge=WHOLE_WEEK, le=167)
    """Hour of the week in UTC, 0 for Monday at midnight; -1 for all."""
    median: float = Field(allow_inf_nan=False)
    spread: float = Field(ge=0, allow_inf_nan=False)
    """Median distance from the median."""
    p95: float = Field(allow_inf_nan=False)
    least: float = Field(allow_inf_nan=False)
    most: float = Field(allow_inf_nan=False)
    samples: int = Field(ge=1)
    since: AwareDatetime
    """Beginning of the window it was computed from."""
    until: AwareDatetime
    computed: AwareDatetime


_COLUMNS: Final = tuple(BASELINES.c[name] for name in Baseline.model_fields)
_KEY: Final = tuple(BASELINES.primary_key.columns)


class Baselines:
    """The baselines in a store; all methods raise what the store raises."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, baselines: Iterable[Baseline]) -> None:
        """Keep them in place of earlier ones of the same metric, host and hour, all or none."""
        rows = [each.model_dump() for each in baselines]
        if not rows:
            return
        with self._store.writing() as connection:
            module: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
            adding = module.insert(BASELINES)
            keys = {column.name for column in _KEY}
            others = {name: adding.excluded[name] for name in rows[0] if name not in keys}
            replacing = adding.on_conflict_do_update(index_elements=list(_KEY), set_=others)
            connection.execute(replacing, rows)

    def metrics(self) -> tuple[str, ...]:
        """The names of the metrics there are baselines of."""
        query = select(BASELINES.c.metric).distinct().order_by(BASELINES.c.metric)
        with self._store.reading() as connection:
            return tuple(connection.execute(query).scalars())

    def of(self, metric: str, host: str | None = None) -> tuple[Baseline, ...]:
        """The baselines of a metric, of one host or of all, by host and hour."""
        query = select(*_COLUMNS).where(BASELINES.c.metric == metric)
        if host is not None:
            query = query.where(BASELINES.c.host == host)
        query = query.order_by(BASELINES.c.host, BASELINES.c.hour)
        with self._store.reading() as connection:
            rows = connection.execute(query).mappings()
            return tuple(Baseline.model_validate(dict(row)) for row in rows)

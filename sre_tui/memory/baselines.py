"""The baselines in the memory: what is usual for each metric of each host."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from sqlalchemy import delete, func, insert, select

from sre_tui.memory.baseline import WHOLE_WEEK, Baseline
from sre_tui.memory.schema import BASELINES
from sre_tui.memory.store import Store

_COLUMNS: Final = tuple(BASELINES.c[name] for name in Baseline.model_fields)
_AT_ONCE: Final = 400
"""Hosts named in one statement: databases take only so many values in one."""


class Baselines:
    """The baselines in a store; all methods raise what the store raises."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, baselines: Iterable[Baseline]) -> None:
        """Keep them in place of all earlier ones of the same metric and host, all or none."""
        rows = [each.model_dump() for each in baselines]
        hosts: dict[str, list[str]] = {}
        for metric, host in dict.fromkeys((row["metric"], row["host"]) for row in rows):
            hosts.setdefault(metric, []).append(host)
        if not rows:
            return
        with self._store.writing() as connection:
            for metric, known in hosts.items():
                for at in range(0, len(known), _AT_ONCE):
                    some = BASELINES.c.host.in_(known[at : at + _AT_ONCE])
                    connection.execute(delete(BASELINES).where(BASELINES.c.metric == metric, some))
            connection.execute(insert(BASELINES), rows)

    def forget(self, metric: str, host: str | None = None) -> int:
        """Drop the baselines of a metric, of one host or of all; how many hosts had any."""
        which = [BASELINES.c.metric == metric]
        if host is not None:
            which.append(BASELINES.c.host == host)
        with self._store.writing() as connection:
            asked = select(BASELINES.c.host).distinct().where(*which)
            hosts = len(connection.execute(asked).all())
            connection.execute(delete(BASELINES).where(*which))
        return hosts

    def metrics(self) -> tuple[str, ...]:
        """The names of the metrics there are baselines of."""
        query = select(BASELINES.c.metric).distinct().order_by(BASELINES.c.metric)
        with self._store.reading() as connection:
            return tuple(connection.execute(query).scalars())

    def hours_of(self) -> dict[tuple[str, str], int]:
        """How many hours of the week have a baseline of their own, by metric and host."""
        asked = (BASELINES.c.metric, BASELINES.c.host)
        query = select(*asked, func.count()).where(BASELINES.c.hour != WHOLE_WEEK)
        with self._store.reading() as connection:
            rows = connection.execute(query.group_by(*asked))
            return {(metric, host): amount for metric, host, amount in rows}

    def of(
        self,
        metric: str | Sequence[str] = (),
        host: str | None = None,
        hours: Collection[int] = (),
    ) -> tuple[Baseline, ...]:
        """Baselines by metric, host and hour.

        Args:
            metric: of this one, or of these; of all if empty.
            host: of this one; of all if None.
            hours: of these hours, ``WHOLE_WEEK`` among them or not; of all if empty.
        """
        query = select(*_COLUMNS)
        if metric:
            metrics = [metric] if isinstance(metric, str) else metric
            query = query.where(BASELINES.c.metric.in_(metrics))
        if host is not None:
            query = query.where(BASELINES.c.host == host)
        if hours:
            query = query.where(BASELINES.c.hour.in_(sorted(hours)))
        query = query.order_by(BASELINES.c.metric, BASELINES.c.host, BASELINES.c.hour)
        with self._store.reading() as connection:
            rows = connection.execute(query).mappings()
            return tuple(Baseline.model_validate(dict(row)) for row in rows)

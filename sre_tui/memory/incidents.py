"""Incidents in the memory: record, change, find, export and import."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Float,
    Select,
    Subquery,
    Text,
    and_,
    func,
    insert,
    or_,
    select,
    text,
    type_coerce,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from index.words import tokens
from providers.clock import Clock
from providers.text import clean
from sre_tui.complaint import Complaint
from sre_tui.memory.incident import Incident, checked, folded, searched_text
from sre_tui.memory.schema import INCIDENTS
from sre_tui.memory.store import Store
from sre_tui.nearest import nearest

_ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyz"
"""What is not mistaken for something else when it is read aloud or typed."""
_FIELDS: Final = tuple(Incident.model_fields)
_COLUMNS: Final = tuple(INCIDENTS.c[name] for name in _FIELDS)
_MOST_WORDS: Final = 100_000
"""Characters; PostgreSQL indexes a megabyte at most."""
_MOST_ASKED: Final = 24
"""Words of a query that are looked for."""
_WORD: Final = re.compile(r"[^\W_]+")
_TOLD: Final = 5
"""Ids that are told where the beginning of one fits several."""
_AT_ONCE: Final = 400
"""Ids in one statement; SQLite takes 999 values."""
_FOUND: Final = {
    "sqlite": "SELECT rowid AS number, bm25(incident_words) AS score FROM incident_words"
    " WHERE incident_words MATCH :asked",
    "postgresql": "SELECT number, -ts_rank(found_by, to_tsquery('simple', :asked), 1) AS score"
    " FROM incidents WHERE found_by @@ to_tsquery('simple', :asked)",
}


Term = tuple[tuple[str, ...], ...]
"""Ways to find a word: each some beginnings of words that all have to be there."""


class UnknownIncident(Complaint):
    """There is no incident of that id; ``str(error)`` names the nearest."""

    code = "unknown_incident"
    wrong_usage = True


@dataclass(frozen=True)
class Wanted:
    """Which incidents are looked for; all conditions hold together.

    Attributes:
        words: words in any of their texts.
        alert: the name of the alert, in any case.
        service: a service they affected, in any case.
        subject: what they were about, in any case.
        since: they went on at that time or later.
        until: they had begun by then.
        is_open: whether they go on; None for both.
        limit: most incidents.
    """

    words: str = ""
    alert: str = ""
    service: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None
    is_open: bool | None = None
    limit: int = 50


@dataclass(frozen=True)
class Found:
    """What was found, the best or latest first.

    Attributes:
        items: at most as many as were wanted.
        total: how many there are.
        only_some_words: whether none has all the words, so that these have some of them.
    """

    items: tuple[Incident, ...]
    total: int
    only_some_words: bool = False


@dataclass(frozen=True)
class Closed:
    """An incident that is over, and whether it was before."""

    incident: Incident
    was_closed: bool


@dataclass(frozen=True)
class Merged:
    """What an import did."""

    new: int
    updated: int
    same: int


def new_id() -> str:
    """An id that no other incident has, on this machine or another."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(8))


class Incidents:
    """The incidents in a store; all methods raise what the store raises."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, incident: Incident) -> None:
        """Keep a new one; it is on the disk when this returns.

        Raises:
            IncidentError: if it makes no sense.
        """
        row = _row(checked(incident))
        with self._store.writing() as connection:
            connection.execute(insert(INCIDENTS).values(row))

    def get(self, reference: str) -> Incident:
        """The incident of an id, or of the beginning of one.

        Raises:
            UnknownIncident: if there is none, or several begin so.
        """
        with self._store.reading() as connection:
            return self._get(connection, reference)

    def change(self, reference: str, changes: Mapping[str, Any], clock: Clock) -> Incident:
        """Give an incident other values, and what it is then.

        Raises:
            UnknownIncident: as for :meth:`get`.
            IncidentError: if they make no sense.
        """
        with self._store.writing() as connection:
            return self._changed(
                connection, self._get(connection, reference, lock=True), changes, clock
            )

    def close(self, reference: str, changes: Mapping[str, Any], clock: Clock) -> Closed:
        """Say that an incident is over: now, unless the changes name its end or it has one.

        Raises:
            UnknownIncident: as for :meth:`get`.
            IncidentError: if the changes make no sense.
        """
        with self._store.writing() as connection:
            found = self._get(connection, reference, lock=True)
            if found.ended is None:
                whole = {"ended": clock(), **changes}
                return Closed(self._changed(connection, found, whole, clock), was_closed=False)
            closed = self._changed(connection, found, changes, clock) if changes else found
            return Closed(closed, was_closed=True)

    def find(self, wanted: Wanted) -> Found:
        """The incidents that are wanted: by how well words match, else the latest first."""
        asked = _asked(wanted.words)
        if wanted.words.strip() and not asked:
            return Found((), 0)
        with self._store.reading() as connection:
            found = _find(connection, wanted, asked, all_words=True)
            if found.total or len(asked) < 2:
                return found
            return _find(connection, wanted, asked, all_words=False)

    def all(self) -> tuple[Incident, ...]:
        """Every one, in the order they were recorded."""
        with self._store.reading() as connection:
            rows = connection.execute(select(*_COLUMNS).order_by(INCIDENTS.c.number))
            return tuple(_incident(row) for row in rows)

    def merge(self, incidents: Iterable[Incident]) -> Merged:
        """Keep those that are not there yet, or were changed later than there; all or none.

        Of several with one id the one that was changed last counts.

        Raises:
            IncidentError: if one makes no sense.
        """
        given: dict[str, Incident] = {}
        for each in incidents:
            if each.id not in given or _is_newer(checked(each), given[each.id].updated):
                given[each.id] = checked(each)
        with self._store.writing() as connection:
            known = _updated(connection, tuple(given))
            new = [each for each in given.values() if each.id not in known]
            newer = [each for each in given.values() if _is_newer(each, known.get(each.id))]
            if rows := [_row(each) for each in (*new, *newer)]:
                connection.execute(_upsert(connection), rows)
        return Merged(len(new), len(newer), len(given) - len(new) - len(newer))

    def _changed(
        self, connection: Connection, found: Incident, changes: Mapping[str, Any], clock: Clock
    ) -> Incident:
        changed = found.changed(changes, clock)
        of_id = INCIDENTS.c.id == changed.id
        connection.execute(update(INCIDENTS).where(of_id).values(_row(changed)))
        return changed

    def _get(self, connection: Connection, reference: str, *, lock: bool = False) -> Incident:
        wanted = clean(reference).strip().lower()
        begins = INCIDENTS.c.id.startswith(wanted, autoescape=True)
        # The shortest is the id itself, if there is one of exactly that.
        query = (
            select(*_COLUMNS).where(begins).order_by(func.length(INCIDENTS.c.id), INCIDENTS.c.id)
        )
        query = query.with_for_update() if lock else query
        rows = connection.execute(query.limit(_TOLD)).all() if wanted else []
        if rows and (len(rows) == 1 or rows[0].id == wanted):
            return _incident(rows[0])
        if rows:
            several = ", ".join(row.id for row in rows)
            raise UnknownIncident(f"several incidents begin with {reference!r}: {several}")
        latest = select(INCIDENTS.c.id).order_by(INCIDENTS.c.started.desc()).limit(1000)
        known = connection.execute(latest).scalars().all()
        close = nearest(wanted, known, limit=1)
        hint = f"did you mean {close[0]}?" if close else "`sre incidents list` has them"
        hint = hint if known else "; ".join(self._store.remarks) or "nothing has been recorded yet"
        raise UnknownIncident(f"there is no incident {reference!r}; {hint}")


def _is_newer(incident: Incident, known: datetime | None) -> bool:
    return known is not None and incident.updated > known


def _updated(connection: Connection, ids: Sequence[str]) -> dict[str, datetime]:
    found: dict[str, datetime] = {}
    for start in range(0, len(ids), _AT_ONCE):
        some = INCIDENTS.c.id.in_(ids[start : start + _AT_ONCE])
        rows = connection.execute(select(INCIDENTS.c.id, INCIDENTS.c.updated).where(some))
        found.update((row.id, row.updated) for row in rows)
    return found


def _upsert(connection: Connection) -> Any:
    # Another process may have recorded the same one since it was looked for.
    module: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
    adding = module.insert(INCIDENTS)
    return adding.on_conflict_do_update(
        index_elements=[INCIDENTS.c.id],
        set_={name: adding.excluded[name] for name in (*_FIELDS, "words") if name != "id"},
        where=adding.excluded.updated > INCIDENTS.c.updated,
    )


def _find(
    connection: Connection, wanted: Wanted, asked: Sequence[Term], *, all_words: bool
) -> Found:
    query = select(*_COLUMNS)
    order: list[Any] = [INCIDENTS.c.started.desc(), INCIDENTS.c.number.desc()]
    if asked:
        hits = _hits(connection, asked, all_words=all_words)
        query = query.join(hits, hits.c.number == INCIDENTS.c.number)
        order.insert(0, hits.c.score)
    query = _filtered(connection, query, wanted)
    counting = query.with_only_columns(func.count(), maintain_column_froms=True)
    total = int(connection.execute(counting).scalar_one())
    rows = connection.execute(query.order_by(*order).limit(wanted.limit))
    items = tuple(_incident(row) for row in rows)
    return Found(items, total, only_some_words=bool(total) and not all_words)


def _asked(words: str) -> tuple[Term, ...]:
    """Ways to find each word: as it begins, by its stem, and a name in CamelCase by its words."""
    terms: dict[Term, None] = {}
    for word in _WORD.findall(words)[:_MOST_ASKED]:
        if stems := tokens(word):
            ways = ((word.lower(),), tuple(stems[:1]), tuple(stems[1:]))
            terms[tuple(dict.fromkeys(way for way in ways if way))] = None
    return tuple(terms)


def _hits(connection: Connection, asked: Sequence[Term], *, all_words: bool) -> Subquery:
    # The words hold letters and digits only, so that none can be read as syntax.
    if connection.dialect.name == "sqlite":
        every, either, word = " AND ", " OR ", '"{}"*'
    else:
        every, either, word = " & ", " | ", "'{}':*"

    def either_way(term: Term) -> str:
        return either.join(f"({every.join(word.format(each) for each in way)})" for way in term)

    expression = (every if all_words else either).join(f"({either_way(term)})" for term in asked)
    found = text(_FOUND[connection.dialect.name]).bindparams(asked=expression)
    return found.columns(number=BigInteger, score=Float).subquery("hits")


def _filtered(connection: Connection, query: Select[Any], wanted: Wanted) -> Select[Any]:
    columns = INCIDENTS.c
    conditions: list[Any] = []
    for column, name in (
        (columns.alert, wanted.alert),
        (columns.subject, wanted.subject),
        (columns.services, wanted.service),
    ):
        if name:
            conditions.append(_is_named(connection, column, name))
    if wanted.since is not None:
        conditions.append(or_(columns.ended.is_(None), columns.ended >= wanted.since))
    if wanted.until is not None:
        conditions.append(columns.started <= wanted.until)
    if wanted.is_open is not None:
        is_open = columns.ended.is_(None)
        conditions.append(is_open if wanted.is_open else ~is_open)
    return query.where(and_(*conditions)) if conditions else query


def _is_named(connection: Connection, column: Column[Any], name: str) -> ColumnElement[bool]:
    """Whether a column is that name in any case, or a list with it.

    Databases differ in which letters they know the case of: SQLite knows those of ASCII.
    """
    wanted, raw = folded(name), type_coerce(column, Text)
    kept = connection.execute(select(raw, column).distinct())
    fitting = [
        written
        for written, value in kept
        if wanted in map(folded, [value] if isinstance(value, str) else value)
    ]
    return raw.in_(fitting)


def _row(incident: Incident) -> dict[str, Any]:
    words = " ".join(tokens(searched_text(incident)))
    return {**incident.model_dump(include=set(_FIELDS)), "words": words[:_MOST_WORDS]}


def _incident(row: Any) -> Incident:
    return Incident.model_validate(dict(row._mapping))  # noqa: SLF001 - so SQLAlchemy calls it

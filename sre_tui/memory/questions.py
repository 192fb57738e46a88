"""The last questions, and which tools were called for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, insert, select, text

from sre_tui.memory.schema import QUESTIONS
from sre_tui.memory.store import Store
from sre_tui.usage.records import AskedQuestion

MOST_KEPT: Final = 100

_COLUMNS: Final = tuple(QUESTIONS.c[name] for name in AskedQuestion.model_fields)
_LATEST_FIRST: Final = (QUESTIONS.c.asked.desc(), QUESTIONS.c.number.desc())


class Questions:
    """The questions in a store; all methods raise what the store raises."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def latest(self, limit: int = MOST_KEPT) -> tuple[AskedQuestion, ...]:
        """The latest first."""
        query = select(*_COLUMNS).order_by(*_LATEST_FIRST).limit(limit)
        with self._store.reading() as connection:
            rows = connection.execute(query).mappings()
            return tuple(AskedQuestion.model_validate(dict(row)) for row in rows)


def keep_questions(connection: Connection, asked: Sequence[AskedQuestion]) -> None:
    """Keep those that are not kept yet, and let go of all but the latest 100.

    One that was kept and let go of before is older than those, so that it does not come back.
    """
    if not asked:
        return
    if connection.dialect.name == "postgresql":
        # Two that write at once would each count only its own.
        connection.execute(text("LOCK TABLE questions IN SHARE ROW EXCLUSIVE MODE"))
    known = connection.execute(select(QUESTIONS.c.asked, QUESTIONS.c.question))
    had = {(at, question) for at, question in known}
    new = {(each.asked, each.question): each for each in asked}
    rows = [each.model_dump() for key, each in new.items() if key not in had]
    if rows:
        connection.execute(insert(QUESTIONS), rows)
        kept = select(QUESTIONS.c.number).order_by(*_LATEST_FIRST).limit(MOST_KEPT)
        connection.execute(delete(QUESTIONS).where(QUESTIONS.c.number.not_in(kept)))


def forget_questions(connection: Connection, before: datetime) -> int:
    """Let go of those that were asked before then, and say how many."""
    return connection.execute(delete(QUESTIONS).where(QUESTIONS.c.asked < before)).rowcount

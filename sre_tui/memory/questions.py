"""The last questions, and which tools answered them."""

from __future__ import annotations

from typing import Final

from pydantic import AwareDatetime, BaseModel, ConfigDict
from sqlalchemy import delete, insert, select

from sre_tui.memory.schema import QUESTIONS
from sre_tui.memory.store import Store

MOST_KEPT: Final = 100


class AskedQuestion(BaseModel):
    """A question as it was asked."""

    model_config = ConfigDict(frozen=True)

    asked: AwareDatetime
    question: str
    tools: tuple[str, ...] = ()
    """Names of the tools that were asked for it, each once."""
    answered_by: str = ""
    """The model, or ``analyst``; empty if nobody answered."""


_COLUMNS: Final = tuple(QUESTIONS.c[name] for name in AskedQuestion.model_fields)


class Questions:
    """The questions in a store; all methods raise what the store raises."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def remember(self, question: AskedQuestion) -> None:
        """Keep one, and let go of those that are more than 100 back."""
        number = QUESTIONS.c.number
        kept = select(number).order_by(number.desc()).limit(MOST_KEPT)
        with self._store.writing() as connection:
            connection.execute(insert(QUESTIONS).values(question.model_dump()))
            connection.execute(delete(QUESTIONS).where(number.not_in(kept)))

    def latest(self, limit: int = MOST_KEPT) -> tuple[AskedQuestion, ...]:
        """The latest first."""
        query = select(*_COLUMNS).order_by(QUESTIONS.c.number.desc()).limit(limit)
        with self._store.reading() as connection:
            rows = connection.execute(query).mappings()
            return tuple(AskedQuestion.model_validate(dict(row)) for row in rows)

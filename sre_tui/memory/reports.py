"""The archive of reports, and which of them are still to be mailed."""

from __future__ import annotations

from typing import Any, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import insert, select, update

from providers.clock import Clock
from sre_tui.memory.schema import REPORTS
from sre_tui.memory.store import Store


class StoredReport(BaseModel):
    """A report as it was made."""

    model_config = ConfigDict(frozen=True)

    id: str
    made: AwareDatetime
    since: AwareDatetime
    """Beginning of the window it is about."""
    until: AwareDatetime
    summary: str = ""
    document: dict[str, Any] = Field(default_factory=dict)
    """The whole report, as its JSON shows it."""
    mail_due: bool = False
    """Whether it is to be mailed and has not been."""
    mailed: AwareDatetime | None = None
    mail_problem: str = ""
    """Why it could not be mailed when that was last tried."""


_COLUMNS: Final = tuple(REPORTS.c[name] for name in StoredReport.model_fields)


class Reports:
    """The reports in a store; all methods raise what the store raises."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, report: StoredReport) -> None:
        """Archive one; it is on the disk when this returns."""
        with self._store.writing() as connection:
            connection.execute(insert(REPORTS).values(report.model_dump()))

    def latest(self, limit: int = 20) -> tuple[StoredReport, ...]:
        """The latest first."""
        return self._select(select(*_COLUMNS).order_by(REPORTS.c.made.desc()).limit(limit))

    def due(self) -> tuple[StoredReport, ...]:
        """Those that are still to be mailed, the oldest first."""
        waiting = REPORTS.c.mail_due.is_(True)
        return self._select(select(*_COLUMNS).where(waiting).order_by(REPORTS.c.made))

    def mailed(self, id_: str, clock: Clock) -> None:
        """It was sent, and is not sent again."""
        self._update(id_, {"mail_due": False, "mailed": clock(), "mail_problem": ""})

    def not_mailed(self, id_: str, problem: str) -> None:
        """It could not be sent, and is due."""
        self._update(id_, {"mail_due": True, "mail_problem": problem})

    def _select(self, query: Any) -> tuple[StoredReport, ...]:
        with self._store.reading() as connection:
            rows = connection.execute(query).mappings()
            return tuple(StoredReport.model_validate(dict(row)) for row in rows)

    def _update(self, id_: str, values: dict[str, Any]) -> None:
        with self._store.writing() as connection:
            connection.execute(update(REPORTS).where(REPORTS.c.id == id_).values(values))

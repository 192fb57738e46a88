"""The archive of reports, and which of them are still to be mailed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy import Connection, delete, func, insert, or_, select, update

from providers.clock import Clock
from providers.errors import BadResponse
from providers.text import clean
from sre_tui.complaint import Complaint
from sre_tui.memory.report import ArchivedReport, Report
from sre_tui.memory.report_sections import Health
from sre_tui.memory.schema import REPORTS
from sre_tui.memory.store import Store
from sre_tui.nearest import nearest

LATEST: Final = "latest"
"""What the last one is called."""
_TOLD: Final = 5
"""Ids that are told where the beginning of one fits several."""


class UnknownReport(Complaint):
    """There is no such report; ``str(error)`` names the nearest."""

    code = "unknown_report"
    wrong_usage = True


class ListedReport(ArchivedReport):
    """One with how it was when it was made."""

    timezone: str = "UTC"
    """The zone it is told in; UTC if what is archived cannot be read."""
    health: Health
    """Missing if what is archived cannot be read."""


_COLUMNS: Final = tuple(REPORTS.c[name] for name in ArchivedReport.model_fields)


class Reports:
    """The reports in a store; all methods raise what the store raises."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, report: Report, *, mail_due: bool = False, keep: int | None = None) -> None:
        """Archive one; it is on the disk when this returns.

        Args:
            report: it.
            mail_due: whether it is to be mailed.
            keep: how many stay, the latest and those that are still to be mailed; None for all.
        """
        row = {
            "id": report.id,
            "made": report.made,
            "since": report.since,
            "until": report.until,
            "summary": report.summary.text,
            "document": report.model_dump(mode="json"),
            "mail_due": mail_due,
            "mail_problem": "",
            "mail_tries": 0,
            "mail_claimer": "",
        }
        with self._store.writing() as connection:
            connection.execute(insert(REPORTS).values(row))
            if keep is not None:
                _forget(connection, keep)

    def latest(self, limit: int = 20) -> tuple[ArchivedReport, ...]:
        """The latest first."""
        return self._select(select(*_COLUMNS).order_by(*_LATEST_FIRST).limit(limit))

    def amount(self) -> int:
        """How many there are."""
        with self._store.reading() as connection:
            return int(connection.execute(select(func.count(REPORTS.c.number))).scalar_one())

    def listed(self, limit: int = 20) -> tuple[ListedReport, ...]:
        """The latest first, with how it was."""
        query = select(*_COLUMNS, REPORTS.c.document).order_by(*_LATEST_FIRST).limit(limit)
        with self._store.reading() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        return tuple(
            ListedReport.model_validate({**row, **_listed(row.pop("document"))}) for row in rows
        )

    def get(self, reference: str = LATEST, zone: tzinfo = UTC) -> Report:
        """The report of an id, of the beginning of one, of a day, or the latest.

        Args:
            reference: an id or its beginning, ``2026-11-23`` for the last one made on that day, or
                ``latest``.
            zone: whose days are meant.

        Raises:
            UnknownReport: if there is none, or several begin so.
            BadResponse: if what is archived cannot be read.
        """
        wanted = clean(reference).strip().lower()
        with self._store.reading() as connection:
            id_ = self._id(connection, wanted, reference, zone)
            document = select(REPORTS.c.document).where(REPORTS.c.id == id_)
            found = connection.execute(document).scalar_one()
        try:
            return Report.model_validate(found)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(map(str, first["loc"]))
            raise BadResponse(
                f"the report {id_} cannot be read: {where}: {first['msg']}"
            ) from error

    def before(self, report: Report) -> Report:
        """The one that was made before another.

        Raises:
            UnknownReport: if there is none.
            BadResponse: if it cannot be read.
        """
        query = select(*_COLUMNS).where(REPORTS.c.made < report.made)
        earlier = self._select(query.order_by(*_LATEST_FIRST).limit(1))
        if not earlier:
            raise UnknownReport(f"there is no report before {report.id}: it is the first one")
        return self.get(earlier[0].id)

    def due(self) -> tuple[ArchivedReport, ...]:
        """Those that are still to be mailed, the oldest first."""
        waiting = REPORTS.c.mail_due.is_(True)
        return self._select(
            select(*_COLUMNS).where(waiting).order_by(REPORTS.c.made, REPORTS.c.number)
        )

    def want_mail(self, id_: str) -> bool:
        """It is to be mailed, be it again; whether it was before this was said."""
        of_id = REPORTS.c.id == id_
        with self._store.writing() as connection:
            due = connection.execute(select(REPORTS.c.mail_due).where(of_id)).scalar_one_or_none()
            connection.execute(update(REPORTS).where(of_id).values(mail_due=True))
        return bool(due)

    def claim(self, id_: str, claimer: str, clock: Clock, patience: timedelta) -> bool:
        """Whether a report that is due is now the claimer's to mail, and nobody else's.

        Args:
            id_: which.
            claimer: tells this attempt from others.
            clock: tells the time.
            patience: how long somebody else's claim holds; whoever made an older one was killed.
        """
        now = clock()
        free = or_(REPORTS.c.mail_claimed.is_(None), REPORTS.c.mail_claimed <= now - patience)
        with self._store.writing() as connection:
            claimed = connection.execute(
                update(REPORTS)
                .where(REPORTS.c.id == id_, REPORTS.c.mail_due.is_(True), free)
                .values(mail_claimed=now, mail_claimer=claimer)
            )
            return claimed.rowcount == 1

    def release(self, id_: str, claimer: str) -> None:
        """Give up a claim without having tried."""
        self._settle(id_, claimer, {})

    def mailed(self, id_: str, claimer: str, clock: Clock, problem: str = "") -> None:
        """It was sent, and is not sent again; ``problem`` tells who did not get it."""
        self._settle(id_, claimer, {"mail_due": False, "mailed": clock(), "mail_problem": problem})

    def not_mailed(self, id_: str, claimer: str, problem: str, *, again: bool = True) -> None:
        """It could not be sent; it stays due, unless it is not to be tried again."""
        tries = REPORTS.c.mail_tries + 1
        self._settle(
            id_, claimer, {"mail_due": again, "mail_problem": problem, "mail_tries": tries}
        )

    def _settle(self, id_: str, claimer: str, values: dict[str, Any]) -> None:
        # A claim that was taken over is no longer to be settled by who held it.
        own = REPORTS.c.id == id_, REPORTS.c.mail_claimer == claimer
        with self._store.writing() as connection:
            connection.execute(
                update(REPORTS).where(*own).values(**values, mail_claimed=None, mail_claimer="")
            )

    def _select(self, query: Any) -> tuple[ArchivedReport, ...]:
        with self._store.reading() as connection:
            rows = connection.execute(query).mappings()
            return tuple(ArchivedReport.model_validate(dict(row)) for row in rows)

    def _id(self, connection: Connection, wanted: str, reference: str, zone: tzinfo) -> str:
        day = _day(wanted, zone)
        if wanted == LATEST or day is not None:
            query = select(REPORTS.c.id).order_by(*_LATEST_FIRST).limit(1)
            if day is not None:
                query = query.where(REPORTS.c.made >= day[0], REPORTS.c.made < day[1])
            rows = list(connection.execute(query).scalars())
        else:
            # The shortest is the id itself, if there is one of exactly that.
            begins = REPORTS.c.id.startswith(wanted, autoescape=True)
            ids = select(REPORTS.c.id).where(begins)
            ids = ids.order_by(func.length(REPORTS.c.id), REPORTS.c.id).limit(_TOLD)
            rows = list(connection.execute(ids).scalars()) if wanted else []
        if rows and (len(rows) == 1 or rows[0] == wanted):
            return str(rows[0])
        if rows:
            raise UnknownReport(f"several reports begin with {reference!r}: {', '.join(rows)}")
        known = list(
            connection.execute(select(REPORTS.c.id).order_by(*_LATEST_FIRST).limit(1000)).scalars()
        )
        if not known:
            hint = "none has been made yet: `sre report` makes one"
        elif day is not None:
            about = _about(connection, *day)
            hint = "none was made that day; " + (
                f"{about} is about it" if about else "`sre report list` has them"
            )
        else:
            close = nearest(wanted, known, limit=1)
            hint = f"did you mean {close[0]}?" if close else "`sre report list` has them"
        what = "report" if wanted == LATEST else f"report {reference!r}"
        raise UnknownReport(f"there is no {what}; {hint}")


def _listed(document: object) -> dict[str, Any]:
    """What a listing tells out of the content."""
    known = document if isinstance(document, dict) else {}
    zone = known.get("timezone")
    try:
        health = Health.model_validate(known["health"])
    except (KeyError, ValidationError):
        health = Health(state="missing", reasons=("what is archived cannot be read",))
    return {"health": health, "timezone": zone if isinstance(zone, str) else "UTC"}


_LATEST_FIRST: Final = (REPORTS.c.made.desc(), REPORTS.c.number.desc())


def _day(text: str, zone: tzinfo) -> tuple[datetime, datetime] | None:
    """From when to when the day is that is meant, if one is; no calendar has the end of some."""
    try:
        day = date.fromisoformat(text) if "-" in text else None
    except ValueError:
        return None
    if day is None or not date.min < day < date.max:
        return None
    begin, end = (datetime.combine(each, time(), zone) for each in (day, day + timedelta(days=1)))
    return begin, end


def _about(connection: Connection, begin: datetime, end: datetime) -> str:
    """The first report whose window has some of that time; empty if there is none."""
    query = select(REPORTS.c.id).where(REPORTS.c.since < end, REPORTS.c.until > begin)
    found = connection.execute(query.order_by(REPORTS.c.made, REPORTS.c.number).limit(1))
    return str(found.scalar_one_or_none() or "")


def _forget(connection: Connection, keep: int) -> None:
    latest = select(REPORTS.c.number).order_by(*_LATEST_FIRST).limit(keep)
    connection.execute(
        delete(REPORTS).where(REPORTS.c.mail_due.is_(False), REPORTS.c.number.not_in(latest))
    )

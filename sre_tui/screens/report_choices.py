"""Lists over a report: those before it, and whether it is to be mailed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sre_tui.screens.choice import ChoiceScreen, Offer
from sre_tui.views.report_list import ARCHIVE
from widgets.cell import Display

if TYPE_CHECKING:
    from textual.app import App

    from sre_tui.memory.reports import ListedReport
    from sre_tui.settings.mailing import Mailing

_MAIL = "mail"
_COLUMNS = {column.key: column for column in ARCHIVE.columns}


async def choose_report(app: App[None], rows: Sequence[ListedReport], now: datetime) -> str | None:
    """The id of the report to read; call it in a worker."""
    display = Display(now=now, utc=None, wide=True)

    def words(row: ListedReport) -> str:
        told = (_COLUMNS[key].cell(row, display).text for key in ("verdict", "mail"))
        return " · ".join((*told, row.id))

    offers = [Offer(row.id, _COLUMNS["window"].cell(row, display).text, words(row)) for row in rows]
    nothing = "No report has been made yet"
    return await app.push_screen_wait(ChoiceScreen("Reports", offers, nothing))


async def agree_to_mail(app: App[None], mailing: Mailing, before: str) -> bool:
    """Whether a report is to be mailed; call it in a worker.

    Args:
        app: where it is asked.
        mailing: from whom and to whom.
        before: what became of it before, such as that it was mailed.
    """
    to = ", ".join(mailing.recipients)
    by = f"by {mailing.server.name} ({mailing.server.protection})"
    offers = [Offer(_MAIL, "Mail it", f"to {to}, {by}"), Offer("", "Leave it", before)]
    return await app.push_screen_wait(ChoiceScreen("Mail this report?", offers, "")) == _MAIL

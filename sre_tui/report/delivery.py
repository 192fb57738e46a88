"""Archives a report and mails what is due: each report once, whoever else does the same.

A report is on the disk before anybody tries to mail it. What could not be sent stays due, and goes
with the next run.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from providers.clock import Clock
from providers.errors import BackendError, BadResponse
from providers.smtp.sending import Sent, send
from providers.text import one_line
from sre_tui.memory.refusals import NotKept, PerhapsKept
from sre_tui.memory.report import ArchivedReport, Report
from sre_tui.memory.reports import Reports
from sre_tui.memory.store import Store
from sre_tui.report.message import Letter, report_message
from sre_tui.settings.mailing import Mailing

Write = Callable[[Report], Letter]
"""Words a report for its readers; it is asked anew whenever one is sent, however old it is."""

TOO_OLD: Final = timedelta(days=30)
"""After that nobody wants to be mailed a report that could not be sent before."""
_MARGIN: Final = timedelta(minutes=1)
"""How long a claim holds beyond the time in which its holder has sent the mail or given up."""


@dataclass(frozen=True)
class Failure:
    """A report that could not be mailed; it is archived, and due if it was before."""

    id: str
    error: BackendError


@dataclass
class Delivery:
    """What became of the mails."""

    sent: list[str] = field(default_factory=list)
    """Ids of the reports that were mailed, the oldest first."""
    refused: dict[str, str] = field(default_factory=dict)
    """Recipients whom the server takes nothing for, with the reason; the others got it."""
    failed: list[Failure] = field(default_factory=list)
    """What is tried again by the next run. After the first one that is the server's fault, or that
    of the settings, nothing else was tried."""
    waiting: list[str] = field(default_factory=list)
    """Ids of what was not tried for that reason, the oldest first."""
    elsewhere: list[str] = field(default_factory=list)
    """Ids that another process is mailing at this moment."""
    given_up: list[str] = field(default_factory=list)
    """One line for each report that is too old to be mailed any more."""
    not_archived: str = ""
    """Why the new report is not in the archive, if so; it was mailed all the same."""


async def deliver(
    store: Store,
    report: Report,
    mailing: Mailing,
    write: Write,
    clock: Clock,
    *,
    keep: int | None = None,
) -> Delivery:
    """Archive a report, and mail it and whatever else is due, the oldest first.

    Where it cannot be archived it is mailed nevertheless.

    Args:
        store: the memory with the archive.
        report: the new one.
        mailing: from whom and to whom.
        write: words a report.
        clock: tells the time.
        keep: how many reports stay in the archive; None for all.

    Raises:
        BackendError: if the archive cannot be used any more after the report was added, or the mail
            of a report that is not archived fails.
        NotKept: alike; mail that was sent at that moment may be sent again.
    """
    try:
        await asyncio.to_thread(Reports(store).add, report, mail_due=True, keep=keep)
    except (BackendError, NotKept, PerhapsKept) as error:
        return await send_unarchived(report, mailing, write, clock, str(error))
    return await send_due(store, mailing, write, clock)


async def send_unarchived(
    report: Report, mailing: Mailing, write: Write, clock: Clock, why: str
) -> Delivery:
    """Mail a report that cannot be archived.

    Args:
        report: it.
        mailing: from whom and to whom.
        write: words a report.
        clock: tells the time.
        why: why it is not in the archive.

    Raises:
        BackendError: if it could not be mailed.
    """
    sent = await _mail(report, mailing, write, clock)
    return Delivery([report.id], dict(sent.refused), not_archived=one_line(why))


async def send_due(store: Store, mailing: Mailing, write: Write, clock: Clock) -> Delivery:
    """Mail what is due, the oldest first.

    Args:
        store: as for :func:`deliver`.
        mailing: from whom and to whom.
        write: words a report.
        clock: tells the time.

    Raises:
        BackendError: if the archive cannot be used.
        NotKept: if what became of a mail cannot be written down; it may be sent again.
    """
    reports, delivery = Reports(store), Delivery()
    patience = _patience(mailing)
    due = await asyncio.to_thread(reports.due)
    for place, row in enumerate(due):
        claimer = secrets.token_hex(8)
        if not await asyncio.to_thread(reports.claim, row.id, claimer, clock, patience):
            delivery.elsewhere.append(row.id)
            continue
        if clock() - row.made > TOO_OLD:
            problem = _why_too_old(row)
            await asyncio.to_thread(reports.not_mailed, row.id, claimer, problem, again=False)
            delivery.given_up.append(f"the report {row.id} is mailed no more: {problem}")
            continue
        try:
            report = await asyncio.to_thread(reports.get, row.id)
            sent = await _mail(report, mailing, write, clock)
        except BackendError as error:
            problem = one_line(str(error))
            await asyncio.to_thread(reports.not_mailed, row.id, claimer, problem)
            delivery.failed.append(Failure(row.id, error))
            if not isinstance(error, BadResponse):
                delivery.waiting.extend(each.id for each in due[place + 1 :])
                break
        except BaseException:
            # It is not the next run's fault that this one was called off.
            await asyncio.to_thread(reports.release, row.id, claimer)
            raise
        else:
            problem = _refusals(sent.refused)
            await asyncio.to_thread(reports.mailed, row.id, claimer, clock, problem)
            delivery.sent.append(row.id)
            delivery.refused.update(sent.refused)
    return delivery


async def send_again(
    store: Store, report: Report, mailing: Mailing, write: Write, clock: Clock
) -> Sent | None:
    """Mail one report of the archive now, however old it is and whether or not it was mailed.

    Args:
        store: as for :func:`deliver`.
        report: which; it is in the archive.
        mailing: from whom and to whom.
        write: words a report.
        clock: tells the time.

    Returns:
        None if another process is mailing it at this moment.

    Raises:
        BackendError: if it could not be mailed, or the archive cannot be used; it stays due if it
            was before.
        NotKept: if what became of the mail cannot be written down.
    """
    reports, claimer = Reports(store), secrets.token_hex(8)
    was_due = await asyncio.to_thread(reports.want_mail, report.id)
    patience = _patience(mailing)
    if not await asyncio.to_thread(reports.claim, report.id, claimer, clock, patience):
        return None
    try:
        sent = await _mail(report, mailing, write, clock)
    except BaseException as error:
        problem = one_line(str(error)) or "it was called off"
        await asyncio.to_thread(reports.not_mailed, report.id, claimer, problem, again=was_due)
        raise
    problem = _refusals(sent.refused)
    await asyncio.to_thread(reports.mailed, report.id, claimer, clock, problem)
    return sent


def _patience(mailing: Mailing) -> timedelta:
    return timedelta(seconds=mailing.server.patience) + _MARGIN


async def _mail(report: Report, mailing: Mailing, write: Write, clock: Clock) -> Sent:
    letter = await asyncio.to_thread(write, report)
    message = report_message(report, letter, mailing, clock())
    return await send(mailing.server, message, sender=mailing.sender, recipients=mailing.recipients)


def _why_too_old(row: ArchivedReport) -> str:
    why = f"it could not be sent for {TOO_OLD.days} days"
    return f"{why}; the last try: {row.mail_problem}" if row.mail_problem else why


def _refusals(refused: Mapping[str, str]) -> str:
    lines: Sequence[str] = [f"{address}: {why}" for address, why in refused.items()]
    return "; ".join(lines)

"""Mails a report for somebody who looks at it, and tells in a line what became of that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from providers.errors import BackendError
from providers.smtp.address import mailbox
from sre_tui.memory.place import place_of
from sre_tui.memory.store import open_store
from sre_tui.report.delivery import Failure, deliver, send_again
from sre_tui.report.letter import letter_of

if TYPE_CHECKING:
    from sre_tui.memory.report import Report
    from sre_tui.settings.mailing import Mailing
    from sre_tui.tools.context import ToolContext


@dataclass(frozen=True)
class Posted:
    """What became of a mail, in a line.

    Attributes:
        line: for people.
        is_whole: whether all of it went well.
        is_archived: whether the report is in the archive now.
    """

    line: str
    is_whole: bool = True
    is_archived: bool = True


async def post(
    context: ToolContext, report: Report, mailing: Mailing, *, is_archived: bool
) -> Posted:
    """Mail a report; one that is not archived yet is archived first, if that can be done by now.

    Raises:
        BackendError: if it could not be mailed.
        Complaint: alike.
    """
    settings, clock = context.settings, context.clock
    with open_store(place_of(settings, context.folders)) as store:
        if is_archived:
            sent = await send_again(store, report, mailing, letter_of, clock)
            if sent is None:
                return Posted("It is being mailed elsewhere at this moment", is_whole=False)
            return _posted(mailing, sent.refused)
        done = await deliver(store, report, mailing, letter_of, clock, keep=settings.report.keep)
    if (error := _failure(done.failed, report)) is not None:
        raise error
    if done.not_archived:
        return replace(_posted(mailing, done.refused), is_archived=False)
    if report.id not in done.sent:
        return Posted("It is mailed as soon as those before it are", is_whole=False)
    return _posted(mailing, done.refused)


def _failure(failed: list[Failure], report: Report) -> BackendError | None:
    return next((one.error for one in failed if one.id == report.id), None)


def _posted(mailing: Mailing, refused: Mapping[str, str]) -> Posted:
    took = [each for each in mailing.recipients if mailbox(each).address not in refused]
    line = f"Mailed to {', '.join(took)}"
    if not refused:
        return Posted(line)
    lost = "; ".join(f"{address} gets none: {why}" for address, why in refused.items())
    return Posted(f"{line}; {lost}", is_whole=False)

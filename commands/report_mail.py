"""Archives reports and mails them: quiet when all went well, one line and a code if not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commands.diagnostics import ExitCode, Problem
from commands.endings import EXIT_CODES
from providers.errors import BackendError
from providers.reading import State
from providers.text import one_line
from sre_tui.memory.refusals import NotKept, PerhapsKept
from sre_tui.views.human import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from commands.invocation import Invocation
    from sre_tui.memory.report import Report
    from sre_tui.memory.store import Store
    from sre_tui.report.delivery import Delivery
    from sre_tui.settings.mailing import Mailing


def archive(invocation: Invocation, report: Report) -> str:
    """Keep a report that nobody is to be mailed; why it is not kept, empty if it is."""
    from sre_tui.memory.reports import Reports

    try:
        with _store(invocation) as store:
            Reports(store).add(report, keep=invocation.settings.report.keep)
            for remark in store.remarks:
                invocation.narrator.warn(remark)
    except (BackendError, NotKept, PerhapsKept) as error:
        return one_line(str(error))
    return ""


def mail(invocation: Invocation, report: Report, mailing: Mailing) -> Problem | None:
    """Archive a report and mail it, with whatever else is due.

    Returns:
        What did not go well, if anything; what is archived goes with the next run then.
    """
    try:
        delivery = invocation.run_async(_delivered(invocation, report, mailing))
    except (BackendError, NotKept) as error:
        state = error.state if isinstance(error, BackendError) else State.BAD_RESPONSE
        return Problem(
            f"the report was not mailed: {one_line(str(error))}",
            code=state.value,
            exit_code=EXIT_CODES[state],
            hint="`sre report --email --test` tries the way of the mail alone",
        )
    return _left(invocation, delivery)


async def _delivered(invocation: Invocation, report: Report, mailing: Mailing) -> Delivery:
    from sre_tui.report.delivery import deliver, send_unarchived
    from sre_tui.report.letter import letter_of

    clock, keep = invocation.environment.clock, invocation.settings.report.keep
    try:
        store = _store(invocation)
    except BackendError as error:
        return await send_unarchived(report, mailing, letter_of, clock, str(error))
    with store:
        return await deliver(store, report, mailing, letter_of, clock, keep=keep)


def send_test(invocation: Invocation, mailing: Mailing) -> None:
    """Send a short mail, and say that the server took it.

    Raises:
        Problem: if it did not, or takes none for some of the recipients.
    """
    from providers.smtp.sending import send
    from sre_tui.report.message import trial_message

    clock = invocation.environment.clock
    message = trial_message(invocation.settings.homelab_name, mailing, clock())
    sent = invocation.run_async(
        send(mailing.server, message, sender=mailing.sender, recipients=mailing.recipients)
    )
    took = count(len(mailing.recipients) - len(sent.refused), "recipient")
    invocation.narrator.say(f"{mailing.server.name} took the mail for {took}")
    if (problem := _in_part(invocation, [*map(_gets_none, sent.refused.items())])) is not None:
        raise problem


def _store(invocation: Invocation) -> Store:
    from sre_tui.memory.place import place_of
    from sre_tui.memory.store import open_store

    return open_store(place_of(invocation.settings, invocation.environment.folders))


def _left(invocation: Invocation, delivery: Delivery) -> Problem | None:
    """What did not go well, the gravest of it as a problem; the rest is told at once."""
    told = [*delivery.given_up, *map(_gets_none, delivery.refused.items())]
    if delivery.not_archived:
        told.append(f"the report was mailed, but is not archived: {delivery.not_archived}")
    if not delivery.failed:
        return _in_part(invocation, told)
    for line in told:
        invocation.narrator.warn(line)
    first = delivery.failed[0]
    others = len(delivery.failed) + len(delivery.waiting) - 1
    more = f", and {count(others, 'other')} with it" if others else ""
    return Problem(
        f"the report {first.id} was not mailed: {one_line(str(first.error))}",
        code=first.error.state.value,
        exit_code=EXIT_CODES[first.error.state],
        hint=f"it is archived{more}, and goes with the next `sre report --email`",
    )


def _in_part(invocation: Invocation, lines: Sequence[str]) -> Problem | None:
    """What went wrong beside what went well: one line for each."""
    for line in lines[:-1]:
        invocation.narrator.warn(line)
    if not lines:
        return None
    return Problem(lines[-1], code="partial", exit_code=ExitCode.PARTIAL)


def _gets_none(refused: tuple[str, str]) -> str:
    address, why = refused
    return f"{address} gets no mail: {why}"

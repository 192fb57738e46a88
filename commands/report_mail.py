"""Archives reports and mails them: quiet when all went well, one line and a code if not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commands.diagnostics import ExitCode, Problem
from commands.endings import EXIT_CODES
from providers.errors import BackendError
from providers.text import one_line
from sre_tui.memory.refusals import NotKept, PerhapsKept
from sre_tui.views.human import count

if TYPE_CHECKING:
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


def mail(invocation: Invocation, report: Report, mailing: Mailing) -> None:
    """Archive a report and mail it, with whatever else is due.

    Raises:
        Problem: if it, or one before it, could not be mailed; what is archived goes with the next
            run.
    """
    from sre_tui.report.delivery import deliver
    from sre_tui.report.letter import letter_of

    try:
        with _store(invocation) as store:
            delivery = invocation.run_async(
                deliver(
                    store,
                    report,
                    mailing,
                    letter_of,
                    invocation.environment.clock,
                    keep=invocation.settings.report.keep,
                )
            )
    except BackendError as error:
        raise Problem(
            f"the report was not mailed: {one_line(str(error))}",
            code=error.state.value,
            exit_code=EXIT_CODES[error.state],
            hint="`sre report --email --test` tries the way of the mail alone",
        ) from error
    _tell(invocation, delivery)


def send_test(invocation: Invocation, mailing: Mailing) -> None:
    """Send a short mail, and say that the server took it.

    Raises:
        Problem: if it did not.
    """
    from providers.smtp.sending import send
    from sre_tui.report.message import trial_message

    clock = invocation.environment.clock
    message = trial_message(invocation.settings.homelab_name, mailing, clock())
    sent = invocation.run_async(
        send(mailing.server, message, sender=mailing.sender, recipients=mailing.recipients)
    )
    for address, reason in sent.refused.items():
        invocation.narrator.warn(f"{address} gets no mail: {reason}")
    took = count(len(mailing.recipients) - len(sent.refused), "recipient")
    invocation.narrator.say(f"{mailing.server.name} took the mail for {took}")


def _store(invocation: Invocation) -> Store:
    from sre_tui.memory.place import place_of
    from sre_tui.memory.store import open_store

    return open_store(place_of(invocation.settings, invocation.environment.folders))


def _tell(invocation: Invocation, delivery: Delivery) -> None:
    warn = invocation.narrator.warn
    for line in delivery.given_up:
        warn(line)
    for address, reason in delivery.refused.items():
        warn(f"{address} gets no mail: {reason}")
    if delivery.not_archived:
        warn(f"the report was mailed, but is not archived: {delivery.not_archived}")
    if delivery.failed:
        first = delivery.failed[0]
        others = len(delivery.failed) + len(delivery.waiting) - 1
        more = f", and {count(others, 'other')} with it" if others else ""
        raise Problem(
            f"the report {first.id} was not mailed: {one_line(str(first.error))}",
            code=first.error.state.value,
            exit_code=EXIT_CODES[first.error.state],
            hint=f"it is archived{more}, and goes with the next `sre report --email`",
        )
    if delivery.not_archived or delivery.refused:
        raise Problem(
            "not everything went well with the report",
            code="partial",
            exit_code=ExitCode.PARTIAL,
            hint="the lines above say what",
        )

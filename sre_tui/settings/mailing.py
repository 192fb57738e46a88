"""Whether a report can be mailed with these settings, and what the operator should know of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from providers.smtp.server import MailServer
from sre_tui.settings.model import Settings
from sre_tui.settings.problems import SettingsError


@dataclass(frozen=True)
class Mailing:
    """Everything that a mail needs but its content."""

    server: MailServer
    sender: str
    recipients: tuple[str, ...]


def mailing_of(settings: Settings) -> Mailing:
    """Where mail goes, from whom and to whom.

    Raises:
        SettingsError: if something is missing, with one line for each, or wrong.
    """
    server, recipients = settings.mail, settings.report.recipients
    sender = None if server is None else server.author
    missing = []
    if server is None:
        missing.append("mail needs a server: set SMTP_HOST")
    if sender is None:
        missing.append("mail needs a sender: set SMTP_FROM, as in sre@home.arpa")
    if not recipients:
        missing.append("mail needs a recipient: set REPORT_RECIPIENT_EMAIL")
    if server is None or sender is None or missing:
        raise SettingsError(missing)
    return Mailing(server, sender, recipients)


def mail_in_words(settings: Settings) -> str:
    """Where reports would go; nothing is contacted."""
    server = settings.mail
    if server is None:
        return "not set up: SMTP_HOST names the server that takes it"
    to = ", ".join(settings.report.recipients) or "nobody"
    return f"to {to} by {server.name} ({server.protection})"


def mail_remarks(settings: Settings) -> Iterator[str]:
    """What is likely not as the operator meant it."""
    server = settings.mail
    if server is None:
        if settings.report.recipients:
            yield "there is a recipient of reports, but no SMTP_HOST that takes mail"
        return
    try:
        mailing_of(settings)
    except SettingsError as error:
        yield from error.problems
    if server.remark:
        yield server.remark

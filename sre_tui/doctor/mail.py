"""Check-up of the mail: whether its server lets us in, and whether reports would go anywhere."""

from __future__ import annotations

from typing import Final

from providers.errors import BackendError
from providers.reading import State
from providers.smtp.server import MailServer
from sre_tui.doctor.finding import Finding, broken, doubtful, noted
from sre_tui.settings import Settings
from sre_tui.settings.mailing import mail_in_words, mail_remarks
from sre_tui.settings.problems import SettingsError

_UNTIL_THEN: Final = "Until then reports are archived, and not mailed. docs/mail.md"
_TRY: Final = "`sre report --email --test` sends a short mail."
_PATIENCE: Final = 10.0
"""Seconds that each answer is waited for at most: somebody sits and watches."""


async def mail(settings: Settings) -> list[Finding]:
    """Whether a mail could be sent; none is."""
    try:
        server = settings.mail
        remarks = list(mail_remarks(settings))
        where = mail_in_words(settings)
    except SettingsError as error:
        return [
            broken("mail", "settings", line, _UNTIL_THEN, State.NOT_CONFIGURED)
            for line in error.problems
        ]
    found = [doubtful("mail", "settings", line, _UNTIL_THEN) for line in remarks]
    if server is not None:
        found.append(await _reached(server, where))
    return found


async def _reached(server: MailServer, where: str) -> Finding:
    from providers.smtp.sending import greet

    hurried = server.model_copy(update={"timeout": min(server.timeout, _PATIENCE)})
    try:
        await greet(hurried)
    except BackendError as error:
        return broken("mail", "reachable", error.detail, _UNTIL_THEN, error.state)
    login = f", logged in as {server.username}" if server.password is not None else ""
    return noted("mail", "reachable", f"{where}{login}", _TRY)

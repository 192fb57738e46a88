"""A report as a mail: readable as plain text, as HTML with its charts, and from its subject."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from typing import TYPE_CHECKING, Final

from providers.smtp.address import Mailbox, mailbox
from providers.text import one_line
from sre_tui.memory.report import Report
from sre_tui.memory.report_sections import Health
from sre_tui.settings.mailing import Mailing
from sre_tui.views.human import count
from sre_tui.views.report import times_of
from sre_tui.views.report_now import verdict_of

if TYPE_CHECKING:
    from sre_tui.report.html import Html

_LONGEST_NAME: Final = 60
_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True)
class Letter:
    """A report as its readers see it."""

    text: str
    """For whoever reads no HTML."""
    html: Html
    """With its pictures attached."""


def report_message(report: Report, letter: Letter, mailing: Mailing, now: datetime) -> EmailMessage:
    """The mail with a report.

    However often it is sent, it has the same Message-ID, so that a server that has it already can
    tell. It refers to no earlier report: each is a thread of its own, and is seen as new.

    Args:
        report: what it is about.
        letter: the same for its readers.
        mailing: from whom and to whom it is.
        now: when it is sent.
    """
    author = mailbox(mailing.sender)
    host = author.address.rpartition("@")[2]
    message = _addressed(author, report.homelab, mailing, now)
    known = report.id if _ID.fullmatch(report.id) else "unnamed"
    message["Message-ID"] = f"<report.{known}.{report.made:%Y%m%d%H%M%S}@{host}>"
    message["List-Id"] = f"<reports.sre-tui.{host}>"
    message["Subject"] = subject_of(report)
    _fill(message, letter)
    return message


def trial_message(homelab: str, mailing: Mailing, now: datetime) -> EmailMessage:
    """A short mail that shows that mail arrives.

    Args:
        homelab: what it is called.
        mailing: from whom and to whom it is.
        now: when it is sent.
    """
    author = mailbox(mailing.sender)
    message = _addressed(author, homelab, mailing, now)
    message["Message-ID"] = make_msgid("test", author.address.rpartition("@")[2])
    message["Subject"] = f"{_name(homelab)}: mail works"
    to = ", ".join(mailing.recipients)
    message.set_content(
        f"This is a test of sre-tui. Reports on {_name(homelab)} go by {mailing.server.name} "
        f"({mailing.server.protection}) from {mailing.sender} to {to}.\n\n"
        "The next one: sre report --email\n",
        cte="quoted-printable",
    )
    return message


def subject_of(report: Report) -> str:
    """The verdict and the window, for whoever reads nothing else."""
    return f"{_name(report.homelab)}: {_verdict(report.health)} · report {_window(report)}"


def _addressed(author: Mailbox, homelab: str, mailing: Mailing, now: datetime) -> EmailMessage:
    message = EmailMessage(SMTP)
    message["From"] = _address(author if author.name else Mailbox(_name(homelab), author.address))
    message["To"] = tuple(_address(mailbox(each)) for each in mailing.recipients)
    message["Date"] = format_datetime(now)
    # Nobody's absence note is to answer it.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    return message


def _address(one: Mailbox) -> Address:
    local, _, host = one.address.rpartition("@")
    return Address(display_name=one_line(one.name, _LONGEST_NAME), username=local, domain=host)


def _fill(message: EmailMessage, letter: Letter) -> None:
    # Lines of any length and all letters get through any server that way.
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html.text, subtype="html", cte="quoted-printable")
    html = message.get_payload()[1]  # type: ignore[index]
    assert isinstance(html, EmailMessage)
    for picture in letter.html.pictures:
        html.add_related(
            picture.png, "image", "png", cid=f"<{picture.cid}>", filename=picture.name,
            disposition="inline",
        )  # fmt: skip


def _name(homelab: str) -> str:
    """What it is called, on a line."""
    return one_line(homelab, _LONGEST_NAME) or "homelab"


def _verdict(health: Health) -> str:
    grave = [
        text
        for amount, text in (
            (health.critical, f"{health.critical} critical"),
            (health.warnings, count(health.warnings or 0, "warning")),
        )
        if amount
    ]
    if grave:
        return ", ".join(grave)
    if verdict_of(health)[1] != "ok":
        return "not all is known"
    if health.state == "partial" and not health.notes:
        return "nothing wrong was found"
    return count(health.notes, "note") if health.notes else "all is well"


def _window(report: Report) -> str:
    zone = times_of(report).zone
    first, last = report.since.astimezone(zone), report.until.astimezone(zone)
    end = f"{last.day} {last:%b %Y}"
    if first.date() == last.date():
        return end
    if first.year != last.year:
        return f"{first.day} {first:%b %Y} – {end}"
    if first.month != last.month:
        return f"{first.day} {first:%b} – {end}"
    return f"{first.day}–{end}"

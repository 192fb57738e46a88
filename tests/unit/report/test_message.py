"""A report as a mail, as other programs read it."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from providers.smtp.server import MailServer
from sre_tui.memory.report import Report
from sre_tui.report.html import Html, Picture
from sre_tui.report.message import Letter, report_message, subject_of, trial_message
from sre_tui.settings.mailing import Mailing

NOW = datetime(2026, 11, 23, 7, 0, 5, tzinfo=UTC)
LETTER = Letter(
    "Grüße\n.\nFrom here\n" + "x" * 2000,
    Html("<p>Grüße <img src='cid:pools@r'></p>", (Picture("pools@r", "pools.png", b"\x89PNG1"),)),
)


def mailing(*to: str, sender: str = "Señor <sre@home.arpa>") -> Mailing:
    return Mailing(MailServer(host="smtp.home.arpa"), sender, to or ("you@home.arpa",))


def report(**values: Any) -> Report:
    whole = {
        "id": "abcd2345",
        "homelab": "attic",
        "made": NOW,
        "since": datetime(2026, 11, 16, 7, tzinfo=UTC),
        "until": NOW,
        "health": {"verdict": "ok"},
    }
    return Report.model_validate({**whole, **values})


def read(message: EmailMessage) -> EmailMessage:
    """What comes out at the other end."""
    found = message_from_bytes(message.as_bytes().replace(b"\r\n", b"\n"), policy=policy.default)
    assert isinstance(found, EmailMessage)
    assert found.defects == []
    return found


def test_it_is_text_and_html_with_its_pictures() -> None:
    message = report_message(
        report(homelab="Böden"), LETTER, mailing("a@b.c", "Zoë, Dr. <z@d.e>"), NOW
    )
    assert message.as_bytes().isascii()
    assert max(map(len, message.as_bytes().splitlines())) < 998
    found = read(message)
    assert found.get_content_type() == "multipart/alternative"
    text, related = found.iter_parts()
    assert isinstance(text, EmailMessage)
    assert (text.get_content_type(), text.get_content()) == ("text/plain", f"{LETTER.text}\n")
    assert related.get_content_type() == "multipart/related"
    html, picture = related.iter_parts()
    assert (html.get_content_type(), html.get_content().strip()) == ("text/html", LETTER.html.text)
    assert (picture.get_content(), picture["Content-ID"]) == (b"\x89PNG1", "<pools@r>")
    assert (picture.get_filename(), picture.get_content_disposition()) == ("pools.png", "inline")
    assert str(found["From"]) == "Señor <sre@home.arpa>"
    assert [one.display_name for one in found["To"].addresses] == ["", "Zoë, Dr."]
    assert parsedate_to_datetime(found["Date"]) == NOW
    assert found["Subject"] == "Böden: all is well · report 16–23 Nov 2026"
    assert (found["Auto-Submitted"], found["MIME-Version"]) == ("auto-generated", "1.0")
    assert found["Message-ID"] == "<report.abcd2345.20261123070005@home.arpa>"


def test_sent_again_it_is_known_to_be_the_same() -> None:
    later = datetime(2026, 11, 25, tzinfo=UTC)
    first, second = (report_message(report(), LETTER, mailing(), at) for at in (NOW, later))
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Date"] != second["Date"]
    other = report_message(report(id="abcd2346"), LETTER, mailing(), NOW)
    assert other["Message-ID"] != first["Message-ID"]


def test_without_pictures_and_without_a_name_it_is_a_mail_too() -> None:
    letter = Letter("text", Html("<p>text</p>"))
    found = read(report_message(report(homelab=""), letter, mailing(sender="sre@b"), NOW))
    assert [part.get_content_type() for part in found.iter_parts()] == ["text/plain", "text/html"]
    assert str(found["From"]) == "homelab <sre@b>"
    assert found["Subject"].startswith("homelab: ")


@pytest.mark.parametrize(
    ("health", "told"),
    [
        (
            {"verdict": "critical", "critical": 2, "warnings": 3, "notes": 9},
            "2 critical, 3 warnings",
        ),
        ({"verdict": "warning", "warnings": 1}, "1 warning"),
        ({"verdict": "warning", "warnings": 1, "state": "partial"}, "1 warning"),
        ({"verdict": "note", "notes": 2}, "2 notes"),
        ({"verdict": "ok"}, "all is well"),
        ({"verdict": "ok", "state": "partial"}, "nothing wrong was found"),
        ({"verdict": "unknown", "state": "partial"}, "not all is known"),
        ({"verdict": "unknown"}, "not all is known"),
        ({"state": "missing"}, "not all is known"),
    ],
)
def test_the_subject_tells_the_verdict(health: dict[str, Any], told: str) -> None:
    assert subject_of(report(health=health)) == f"attic: {told} · report 16–23 Nov 2026"


@pytest.mark.parametrize(
    ("since", "until", "zone", "told"),
    [
        ("2026-11-22T23:30Z", "2026-11-23T07:00Z", "Europe/Berlin", "23 Nov 2026"),
        ("2026-11-22T23:30Z", "2026-11-23T07:00Z", "UTC", "22–23 Nov 2026"),
        ("2026-10-28T07:00Z", "2026-11-04T07:00Z", "UTC", "28 Oct – 4 Nov 2026"),
        ("2026-12-28T07:00Z", "2027-01-04T07:00Z", "UTC", "28 Dec 2026 – 4 Jan 2027"),
    ],
)
def test_the_subject_tells_the_days_in_the_zone_of_the_report(
    since: str, until: str, zone: str, told: str
) -> None:
    subject = subject_of(report(since=since, until=until, timezone=zone))
    assert subject == f"attic: all is well · report {told}"


def test_no_name_adds_a_header() -> None:
    hostile = "x\r\nBcc: them@evil\r\n\r\n<script>\x1b[2J\u202e" + "y" * 500
    for message in (
        report_message(report(homelab=hostile, id=hostile), LETTER, mailing(sender="a@b"), NOW),
        trial_message(hostile, mailing(sender="a@b"), NOW),
    ):
        found = read(message)
        assert found["Bcc"] is None
        assert found["Subject"].startswith("x Bcc: them@evil <script>")
        assert len(found["Subject"]) < 200
        assert found["Message-ID"].count("@") == 1


def test_a_test_says_how_mail_goes() -> None:
    found = read(trial_message("attic", mailing("a@b.c", "d@e.f"), NOW))
    assert found["Subject"] == "attic: mail works"
    text = found.get_content()
    assert "go by smtp.home.arpa:587 (starttls) from Señor <sre@home.arpa> to a@b.c, d@e.f" in text
    assert found["Message-ID"].endswith("@home.arpa>")

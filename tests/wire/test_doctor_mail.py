"""What the check-up says of mail: the server is asked whether it lets us in, and gets none."""

from __future__ import annotations

from typing import Any

import pytest

from providers.reading import State
from sre_tui.doctor.finding import Verdict
from sre_tui.doctor.mail import mail
from sre_tui.settings import Settings
from sre_tui.settings.aside import Mistaken
from tests.stubs.ports import free_ports
from tests.stubs.smtp_server import MailBox, line_server, smtp_server

PASSWORD = "h0rse battery"


def settings(port: int = 0, to: str = "you@home.arpa", **server: Any) -> Settings:
    if not port:
        return Settings.model_validate({"report": {"recipients": to}})
    at = {"host": "127.0.0.1", "port": port, "sender": "sre@home.arpa", "security": "none"}
    return Settings.model_validate({"mail": {**at, **server}, "report": {"recipients": to}})


async def test_a_server_that_lets_us_in_is_well_and_gets_no_mail() -> None:
    box = MailBox(logins={"sre": PASSWORD})
    async with smtp_server(box):
        (found,) = await mail(settings(box.port, username="sre", password=PASSWORD))
    assert (found.verdict, found.aspect) == (Verdict.OK, "reachable")
    assert found.detail.endswith(
        f"to you@home.arpa by 127.0.0.1:{box.port} (none), logged in as sre"
    )
    assert "--test" in found.fix
    assert box.logged_in == ["sre by LOGIN"] or box.logged_in == ["sre by PLAIN"]
    assert box.taken == []


async def test_a_login_that_is_refused_is_told_without_the_password() -> None:
    box = MailBox(logins={"sre": "another"})
    async with smtp_server(box):
        (found,) = await mail(settings(box.port, username="sre", password=PASSWORD))
    assert (found.verdict, found.state) == (Verdict.FAILED, State.UNAUTHORIZED)
    assert "refuses the login" in found.detail
    assert PASSWORD not in found.model_dump_json()


async def test_a_server_that_is_away_or_speaks_something_else_is_told() -> None:
    (away,) = await mail(settings(free_ports()))
    assert (away.verdict, away.state) == (Verdict.FAILED, State.UNREACHABLE)
    assert "not mailed" in away.fix
    async with line_server(lambda line: b"", b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        (strange,) = await mail(settings(port))
    assert strange.verdict is Verdict.FAILED


@pytest.mark.parametrize(
    ("given", "verdict", "told"),
    [
        (settings(), Verdict.WARNING, "no SMTP_HOST that takes mail"),
        (
            Settings().model_copy(update={"mail": Mistaken(["SMTP_PORT: no number"])}),
            Verdict.FAILED,
            "SMTP_PORT: no number",
        ),
    ],
)
async def test_settings_that_come_to_nothing_are_told(
    given: Settings, verdict: Verdict, told: str
) -> None:
    (found,) = await mail(given)
    assert (found.verdict, found.aspect) == (verdict, "settings")
    assert told in found.detail


async def test_who_wants_no_mail_reads_nothing_of_it() -> None:
    assert await mail(Settings()) == []

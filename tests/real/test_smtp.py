"""Mail to a real SMTP server on loopback: what it takes, and what is said where it does not."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import trustme

from providers.errors import BackendError, BadResponse, Unauthorized, Unreachable
from providers.reading import Obstacle
from providers.smtp.sending import Sent, send
from providers.smtp.server import MailServer
from tests.stubs.ports import free_ports
from tests.stubs.smtp_server import MailBox, line_server, smtp_server

FROM, TO = "sre@home.arpa", "you@home.arpa"
PASSWORD = "h0rse battery"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def certificate(authority: trustme.CA) -> ssl.SSLContext:
    return context_of(authority, "127.0.0.1")


@pytest.fixture(scope="module")
def ca_cert(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


def context_of(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def at(port: int, **settings: Any) -> MailServer:
    return MailServer.model_validate(
        {"host": "127.0.0.1", "port": port, "timeout": 5, "security": "none", **settings}
    )


def mail(text: str = "Grüße\n.\n.. end\n") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = FROM, TO, "Übersicht"
    message.set_content(text)
    return message


async def sent(server: MailServer, *to: str, message: EmailMessage | None = None) -> Sent:
    return await send(server, message or mail(), sender=FROM, recipients=to or (TO,))


async def refusal(server: MailServer, *to: str) -> BackendError:
    with pytest.raises(BackendError) as caught:
        await sent(server, *to)
    line = str(caught.value)
    assert "\n" not in line
    assert PASSWORD not in line
    return caught.value


async def test_a_plain_server_takes_mail_as_it_is() -> None:
    async with smtp_server() as box:
        done = await sent(at(box.port), TO, "Ä <second@home.arpa>")
    assert done.refused == {}
    (envelope,) = box.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == (FROM, [TO, "second@home.arpa"])
    assert "BODY=8BITMIME" in envelope.mail_options
    (message,) = box.mails
    assert message["Subject"] == "Übersicht"
    assert message.get_content() == "Grüße\n.\n.. end\n"
    assert (box.hello, box.encrypted) == ("[127.0.0.1]", [False])


async def test_starttls_and_tls_are_checked_against_the_authority(
    certificate: ssl.SSLContext, ca_cert: Path
) -> None:
    async with smtp_server(starttls=certificate, require_starttls=True) as box:
        await sent(at(box.port, security="starttls", ca_cert=ca_cert))
        await sent(at(box.port, security="starttls", verify_ssl=False))
        error = await refusal(at(box.port, security="starttls"))
        assert (type(error), error.obstacle) == (Unreachable, Obstacle.CERTIFICATE)
        assert "not trusted (unable to get local issuer" in str(error)
        assert "SMTP_CA_CERT" in str(error)
        assert box.encrypted == [True, True]
    async with smtp_server(tls=certificate) as box:
        await sent(at(box.port, security="tls", ca_cert=ca_cert))
        error = await refusal(at(box.port, security="tls"))
        assert error.obstacle == Obstacle.CERTIFICATE
        assert box.encrypted == [True]


async def test_a_certificate_for_another_name_is_told(authority: trustme.CA, ca_cert: Path) -> None:
    other = context_of(authority, "mail.home.arpa")
    async with smtp_server(tls=other) as box:
        error = await refusal(at(box.port, security="tls", ca_cert=ca_cert))
    assert "set SMTP_HOST to a name that it has" in str(error)
    assert error.obstacle == Obstacle.CERTIFICATE


async def test_a_login_by_starttls(certificate: ssl.SSLContext, ca_cert: Path) -> None:
    box = MailBox(logins={"me": PASSWORD, "mü": "pässword"})
    safe = {"security": "starttls", "ca_cert": ca_cert}
    async with smtp_server(box, starttls=certificate, auth_required=True) as box:
        await sent(at(box.port, **safe, username="me", password=PASSWORD))
        await sent(at(box.port, **safe, username="mü", password="pässword"))
        assert box.logged_in == ["me by PLAIN", "mü by PLAIN"]
        for user, password in (("me", "wrong"), ("mü", "wröng")):
            error = await refusal(at(box.port, **safe, username=user, password=password))
            assert isinstance(error, Unauthorized)
            assert "refuses the login: 535 5.7.8" in str(error)
            assert "an app password" in str(error)
        error = await refusal(at(box.port, **safe))
        assert isinstance(error, Unauthorized)
        assert "it wants a login: set SMTP_USERNAME and SMTP_PASSWORD" in str(error)
    assert len(box.taken) == 2


async def test_a_password_goes_in_the_open_only_when_told(certificate: ssl.SSLContext) -> None:
    box = MailBox(logins={"me": PASSWORD})
    async with smtp_server(box) as box:
        login = {"username": "me", "password": PASSWORD}
        error = await refusal(at(box.port, **login, security=None))
        assert "offers no STARTTLS, and nothing was sent" in str(error)
        assert box.logged_in == []
        await sent(at(box.port, **login))
        assert box.logged_in == ["me by PLAIN"]
    async with smtp_server() as box:
        error = await refusal(at(box.port, **login))
        assert "offers no login that is known here" in str(error)
        assert isinstance(error, Unauthorized)


async def test_security_that_is_not_that_of_the_port(
    certificate: ssl.SSLContext, ca_cert: Path
) -> None:
    async with smtp_server() as box:
        error = await refusal(at(box.port, security="tls", ca_cert=ca_cert))
        assert "perhaps SMTP_SECURITY=starttls?" in str(error)
    async with smtp_server(tls=certificate) as box:
        error = await refusal(at(box.port, timeout=0.3))
        assert "silent for 0.3 s instead of greeting" in str(error)
        assert error.transient


async def test_who_is_refused_is_named_and_the_others_get_it() -> None:
    box = MailBox(refuses={"gone@home.arpa": "550 5.1.1 no such user\x1b[2J here"})
    async with smtp_server(box) as box:
        done = await sent(at(box.port), TO, "gone@home.arpa")
        assert list(done.refused) == ["gone@home.arpa"]
        assert done.refused["gone@home.arpa"].endswith(
            "takes no mail for this address: 550 5.1.1 no such user here"
        )
        assert box.taken[0].rcpt_tos == [TO]
        error = await refusal(at(box.port), "gone@home.arpa")
    assert isinstance(error, BadResponse)
    assert f"127.0.0.1:{box.port} takes no mail for gone@home.arpa: 550 5.1.1" in str(error)


@pytest.mark.parametrize(
    ("refuses", "kind", "said"),
    [
        (
            {FROM: "553 5.7.1 not yours"},
            Unauthorized,
            f"takes no mail from {FROM} (SMTP_FROM): 553",
        ),
        ({FROM: "550 bad sender"}, BadResponse, "550 bad sender"),
        ({FROM: "530 5.7.0 log in first"}, Unauthorized, "it wants a login"),
        ({FROM: "452 4.3.1 disk full"}, Unreachable, "for the time being: 452 4.3.1 disk full"),
        ({TO: "554 5.7.1 relay denied"}, Unauthorized, "554 5.7.1 relay denied"),
        ({TO: "451 4.7.1 greylisted"}, Unreachable, "it may be taken when it is sent again"),
        ({"DATA": "552 5.3.4 too big"}, BadResponse, "the mail is too large for"),
        ({"DATA": "554 5.6.0 looks like spam"}, BadResponse, "does not take the mail: 554 5.6.0"),
        ({"DATA": "421 going down"}, Unreachable, "for the time being: 421 going down"),
    ],
)
async def test_a_refusal_says_what_the_server_said(
    refuses: dict[str, str], kind: type[BackendError], said: str
) -> None:
    async with smtp_server(MailBox(refuses=refuses)) as box:
        error = await refusal(at(box.port))
    assert type(error) is kind
    assert said in str(error)
    assert f"127.0.0.1:{box.port}" in str(error)
    assert error.transient == (kind is Unreachable)
    assert box.taken == []


async def test_a_mail_that_is_too_large_is_not_sent_at_all() -> None:
    async with smtp_server(data_size_limit=1000) as box:
        with pytest.raises(BadResponse, match=r"too large for .*: it has \d+ bytes, 1000 are"):
            await sent(at(box.port), message=mail("x" * 2000))
        await sent(at(box.port), message=mail("x"))
    assert len(box.taken) == 1


async def test_a_connection_that_breaks_off() -> None:
    async with smtp_server(MailBox(drops=True)) as box:
        error = await refusal(at(box.port))
    assert isinstance(error, Unreachable)
    assert "broke off the connection while sending, before it said whether" in str(error)
    async with line_server(lambda line: None) as port:
        error = await refusal(at(port))
    assert "broke off the connection while being greeted" in str(error)


async def test_addresses_beyond_ascii_need_a_server_that_takes_them() -> None:
    async with smtp_server(enable_SMTPUTF8=True) as box:
        await sent(at(box.port), "jürgen@home.arpa")
    assert box.taken[0].rcpt_tos == ["jürgen@home.arpa"]
    assert "SMTPUTF8" in box.taken[0].mail_options
    async with smtp_server() as box:
        error = await refusal(at(box.port), "jürgen@home.arpa")
    assert "takes no addresses with letters beyond ASCII" in str(error)


async def test_eight_bits_are_written_in_seven_for_a_server_of_old() -> None:
    lines: list[bytes] = []

    def answer(line: bytes) -> bytes | None:
        lines.append(line)
        if line.upper().startswith(b"EHLO"):
            return b"502 what?\r\n"
        if line == b"data":
            return b"354 go on\r\n"
        if line == b"quit":
            return None
        commands = (b"HELO", b"MAIL", b"RCPT")
        return b"250 OK\r\n" if line == b"." or line.upper().startswith(commands) else b""

    async with line_server(answer) as port:
        await sent(at(port), message=mail("Grüße\n"))
    assert b"mail FROM:<sre@home.arpa>" in lines
    assert all(byte < 128 for line in lines for byte in line)


@pytest.mark.parametrize(
    ("greeting", "said"),
    [
        (b"554 go away\r\n", "turns everybody away: 554 go away"),
        (b"HTTP/1.1 400 Bad Request\r\n", "turns everybody away: /1.1 400 Bad Request"),
        (b"SSH-2.0-OpenSSH\r\n", "turns everybody away"),
    ],
)
async def test_what_is_no_mail_server(greeting: bytes, said: str) -> None:
    async with line_server(lambda line: None, greeting) as port:
        error = await refusal(at(port))
    assert said in str(error)
    assert isinstance(error, Unreachable)


async def test_nobody_there() -> None:
    error = await refusal(at(free_ports()))
    assert "nothing listens at 127.0.0.1:" in str(error)
    assert "check SMTP_HOST and SMTP_PORT" in str(error)
    error = await refusal(at(25, host="none.invalid"))
    assert "the host name of none.invalid:25 is not known" in str(error)
    error = await refusal(at(25, security="tls", ca_cert="/none/ca.pem"))
    assert "cannot use the CA file /none/ca.pem: No such file" in str(error)


async def test_a_silent_server_is_not_waited_for_and_a_slow_one_not_for_ever() -> None:
    async with line_server(lambda line: b"", b"") as port:
        error = await refusal(at(port, timeout=0.2))
        assert f"127.0.0.1:{port} was silent for 0.2 s instead of greeting" in str(error)
    async with line_server(lambda line: b"") as port:
        error = await refusal(at(port, timeout=0.2))
        assert "did not answer within 0.2 s while being greeted" in str(error)


async def test_a_server_that_drips_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("providers.smtp.server._ANSWERS", 0.05)
    async with line_server(lambda line: b"") as port:
        error = await refusal(at(port, timeout=5))
    assert "took too long: it did not take the mail within 0.25 s" in str(error)


async def test_who_calls_it_off_waits_for_nothing_and_nothing_is_sent() -> None:
    silent = socket.create_server(("127.0.0.1", 0))
    try:
        began = time.monotonic()
        task = asyncio.create_task(sent(at(silent.getsockname()[1], timeout=60)))
        loop = asyncio.get_running_loop()
        connection, _ = await loop.run_in_executor(None, silent.accept)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        with connection:
            connection.settimeout(20)
            assert await loop.run_in_executor(None, connection.recv, 10) == b""
        assert time.monotonic() - began < 20
    finally:
        silent.close()


async def test_the_password_is_in_no_message_even_if_the_server_says_it() -> None:
    def answer(line: bytes) -> bytes | None:
        if line.upper().startswith(b"EHLO"):
            return b"250-mx\r\n250 AUTH PLAIN\r\n"
        return b"535 " + line + b" " + PASSWORD.encode() + b" is wrong\r\n"

    async with line_server(answer) as port:
        error = await refusal(at(port, username="me", password=PASSWORD))
    assert "535 AUTH PLAIN ******** ******** is wrong; check SMTP_USERNAME" in str(error)

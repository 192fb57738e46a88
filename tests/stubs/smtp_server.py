"""A real SMTP server on loopback, in the loop of the test."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class MailBox:
    """Where it listens, what it has taken, and what it says to whom.

    Attributes:
        refuses: an answer by the command's argument: an address, or ``DATA``.
        drops: whether the connection ends in place of the answer to a mail.
        logins: who may log in.
    """

    refuses: dict[str, str] = field(default_factory=dict)
    drops: bool = False
    logins: dict[str, str] = field(default_factory=dict)
    port: int = 0
    taken: list[Envelope] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    logged_in: list[str] = field(default_factory=list)
    hello: str = ""
    on_mail: Callable[[], None] = lambda: None

    @property
    def mails(self) -> list[EmailMessage]:
        """What was taken, parsed."""
        found = []
        for envelope in self.taken:
            assert isinstance(envelope.content, bytes)
            lines = envelope.content.replace(b"\r\n", b"\n")
            parsed = message_from_bytes(lines, policy=policy.default)
            assert isinstance(parsed, EmailMessage)
            found.append(parsed)
        return found

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, answers: list[str]
    ) -> list[str]:
        self.hello = session.host_name = hostname
        return answers

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.on_mail()
        transport: Any = server.transport
        if self.drops:
            transport.abort()
        if "DATA" in self.refuses:
            return self.refuses["DATA"]
        self.taken.append(envelope)
        self.encrypted.append(transport.get_extra_info("sslcontext") is not None)
        return "250 taken"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        user = data.login.decode()
        right = self.logins.get(user) == data.password.decode()
        if right:
            self.logged_in.append(f"{user} by {mechanism}")
        return AuthResult(success=right, handled=right, message=None)


@asynccontextmanager
async def smtp_server(
    box: MailBox | None = None,
    *,
    starttls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
    **options: Any,
) -> AsyncIterator[MailBox]:
    """A server that puts what it takes into a box.

    Args:
        box: what it takes and refuses.
        starttls: the certificate it offers on request.
        tls: the certificate it has from the first byte.
        options: as aiosmtpd has them.
    """
    box = box or MailBox()
    loop = asyncio.get_running_loop()
    login: dict[str, Any] = {}
    if box.logins:
        login = {"authenticator": box.authenticate, "auth_require_tls": starttls is not None}

    def speaking() -> SMTP:
        return SMTP(
            box, hostname="mx.test", loop=loop, tls_context=starttls, **{**login, **options}
        )

    server = await loop.create_server(speaking, "127.0.0.1", 0, ssl=tls)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()


@asynccontextmanager
async def line_server(
    answer: Callable[[bytes], bytes | None], greeting: bytes = b"220 mx\r\n"
) -> AsyncIterator[int]:
    """The port of a server that answers line by line, and hangs up where there is no answer."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        try:
            while line := await reader.readline():
                said = answer(line.strip())
                if said is None:
                    break
                writer.write(said)
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()

"""Sends one mail, or only says hello: encrypted unless told otherwise, logged in if need be."""

from __future__ import annotations

import asyncio
import base64
import io
import os
import smtplib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.generator import BytesGenerator
from email.message import EmailMessage
from email.policy import EmailPolicy
from functools import partial
from socket import SHUT_RDWR, socket
from threading import Thread
from typing import Any, Final, TypeVar, cast

from providers.errors import BadResponse, Unreachable
from providers.smtp.address import mailbox
from providers.smtp.failures import Stage, failure, refused_recipient
from providers.smtp.server import MailServer
from providers.tls import trusting

T = TypeVar("T")

_OURS: Final = "[127.0.0.1]"
"""As whom this machine says hello: its name is nobody's business, and to find it may take long."""

_FAREWELL: Final = 1.0
"""Seconds in which a server may say goodbye."""
_LET_IN: Final = 235


@dataclass(frozen=True)
class Sent:
    """A mail that the server took."""

    refused: Mapping[str, str]
    """Recipients it takes no mail for, with the reason; never all of them."""


async def send(
    server: MailServer, message: EmailMessage, *, sender: str, recipients: Sequence[str]
) -> Sent:
    """Hand a mail to a server; it has it when this returns.

    It is taken for all recipients that the server does not refuse. When this is cancelled, the
    connection is cut at once.

    Args:
        server: who takes it.
        message: the mail, with all its headers.
        sender: who is told of what cannot be delivered, as ``name@host`` or with a name.
        recipients: who gets it, written alike.

    Raises:
        Unreachable: there is no connection, no trust, no answer, or not at this moment.
        Unauthorized: the login is refused, or a right is missing.
        BadResponse: the server does not take it, for all that is known for good.
    """
    session = _Session(server)
    addresses = [mailbox(each).address for each in recipients]
    late = f"{server.name} took too long: it did not take the mail within {server.patience:g} s"
    return await _in_thread(
        session, lambda: session.send(message, mailbox(sender).address, addresses), late
    )


async def greet(server: MailServer) -> None:
    """Connect, encrypt and log in as for a mail, and send none.

    Args:
        server: who would take it.

    Raises:
        Unreachable: there is no connection, no trust, or no answer.
        Unauthorized: the login is refused.
        BadResponse: what answers speaks no SMTP.
    """
    session = _Session(server)
    late = f"{server.name} took too long: it was not ready for a mail within {server.patience:g} s"
    await _in_thread(session, session.greet, late)


async def _in_thread(session: _Session, act: Callable[[], T], late: str) -> T:
    """What a session gives, in as much time as its server may take; ``late`` says if it was not."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(act: Callable[[], None]) -> None:
        if not done.done():
            act()

    def work() -> None:
        try:
            result = act()
        except BaseException as error:  # noqa: BLE001 - it is raised where somebody waits for it
            settled = partial(done.set_exception, error)
        else:
            settled = partial(done.set_result, result)
        # Where the loop is closed nobody waits any more.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, settled)

    # A thread of its own that the end of the program does not wait for, as it would for a pool's.
    Thread(target=work, name="smtp", daemon=True).start()
    try:
        async with asyncio.timeout(session.patience):
            return await done
    except TimeoutError:
        raise Unreachable(late, transient=True) from None
    finally:
        session.cut()


class _Session:
    """One connection; ``cut`` may be called from any thread."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._stage: Stage = "connecting"
        self._connection: smtplib.SMTP | None = None
        self._is_cut = False

    @property
    def patience(self) -> float:
        """Seconds that all of it may take."""
        return self._server.patience

    def greet(self) -> None:
        """Get as far as a mail could be sent."""
        with self._talking():
            pass

    def send(self, message: EmailMessage, sender: str, recipients: Sequence[str]) -> Sent:
        """Send it, and say who is refused."""
        with self._talking() as connection:
            refused = self._sent(connection, message, sender, recipients)
        told = {
            address: refused_recipient(self._server, code, answer)
            for address, (code, answer) in refused.items()
        }
        return Sent(told)

    def cut(self) -> None:
        """End what is under way; nothing if nothing is."""
        self._is_cut = True
        raw = None if self._connection is None else self._connection.sock
        if raw is not None:
            # Through another handle: the thread that uses this one must not find it changed.
            with suppress(OSError), socket(fileno=os.dup(raw.fileno())) as own:
                own.shutdown(SHUT_RDWR)

    @contextmanager
    def _talking(self) -> Iterator[smtplib.SMTP]:
        try:
            connection = self._opened()
            yield connection
            # All is done: what goes wrong from here on is not worth telling or waiting for.
            with suppress(smtplib.SMTPException, OSError):
                if connection.sock is not None:
                    connection.sock.settimeout(_FAREWELL)
                connection.quit()
        except (smtplib.SMTPException, OSError, ValueError) as error:
            raise failure(self._server, error, self._stage) from error
        finally:
            # Also one whose greeting never came, which the library leaves open.
            if self._connection is not None:
                self._connection.close()

    def _opened(self) -> smtplib.SMTP:
        """A connection that is encrypted and logged in as it has to be."""
        server = self._server
        host, port = server.address
        encrypts = server.protection != "none"
        context = trusting(server.ca_cert, verify=server.verify_ssl) if encrypts else None
        session = self

        class Plain(smtplib.SMTP):
            def connect(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
                session._connection = self
                return super().connect(*args, **kwargs)

            def getreply(self) -> tuple[int, bytes]:
                session._listening()
                return super().getreply()

        class Encrypted(Plain, smtplib.SMTP_SSL):
            pass

        options: dict[str, Any] = {"timeout": server.timeout, "local_hostname": _OURS}
        if server.protection == "tls":
            connection: smtplib.SMTP = Encrypted(host, port, context=context, **options)
        else:
            connection = Plain(host, port, **options)
        self._begin("being greeted")
        connection.ehlo_or_helo_if_needed()
        if server.protection == "starttls":
            self._begin("encrypting")
            connection.starttls(context=context)
            connection.ehlo_or_helo_if_needed()
        if server.password is not None:
            self._begin("logging in")
            _log_in(connection, server.username or "", server.password.get_secret_value())
        return connection

    def _sent(
        self,
        connection: smtplib.SMTP,
        message: EmailMessage,
        sender: str,
        recipients: Sequence[str],
    ) -> dict[str, tuple[int, bytes]]:
        self._begin("sending")
        international = not all(each.isascii() for each in (sender, *recipients))
        if international and not connection.has_extn("smtputf8"):
            raise smtplib.SMTPNotSupportedError
        takes_8_bits = connection.has_extn("8bitmime")
        content = _written(message, takes_8_bits=takes_8_bits, international=international)
        limit = connection.esmtp_features.get("size", "")
        if limit.isdigit() and 0 < int(limit) < len(content):
            raise BadResponse(
                f"the mail is too large for {self._server.name}: it has {len(content)} bytes, "
                f"{limit} are taken"
            )
        options = ["SMTPUTF8"] if international else []
        options += ["BODY=8BITMIME"] if takes_8_bits else []
        refused = connection.sendmail(sender, list(recipients), content, options)
        return {each: (code, answer) for each, (code, answer) in refused.items()}

    def _begin(self, stage: Stage) -> None:
        if self._is_cut:
            raise ConnectionAbortedError
        self._stage = stage

    def _listening(self) -> None:
        if self._stage == "connecting":
            self._begin("greeting")


def _log_in(connection: smtplib.SMTP, user: str, password: str) -> None:
    if (user + password).isascii():
        try:
            connection.login(user, password)
        except smtplib.SMTPException as error:
            if type(error) is smtplib.SMTPException:
                # Its word for a server whose ways of logging in are all unknown here.
                raise smtplib.SMTPNotSupportedError from error
            raise
        return
    # The library writes ASCII only; RFC 4616 has the login in UTF-8.
    if "PLAIN" not in connection.esmtp_features.get("auth", "").upper().split():
        raise smtplib.SMTPNotSupportedError
    login = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
    code, answer = connection.docmd("AUTH", f"PLAIN {login}")
    if code != _LET_IN:
        raise smtplib.SMTPAuthenticationError(code, answer)


def _written(message: EmailMessage, *, takes_8_bits: bool, international: bool) -> bytes:
    """The mail as it goes over the wire."""
    target = io.BytesIO()
    policy = cast(EmailPolicy, message.policy).clone(
        utf8=international, cte_type="8bit" if takes_8_bits else "7bit", linesep="\r\n"
    )
    BytesGenerator(target, policy=policy).flatten(message)
    return target.getvalue()

"""What a mail that was not taken means, in one line a person can act on."""

from __future__ import annotations

import base64
import re
import smtplib
import socket
import ssl
from typing import Final, Literal

from providers.errors import BackendError, BadResponse, Unauthorized, Unreachable
from providers.reading import Obstacle
from providers.smtp.server import MailServer
from providers.text import one_line
from providers.tls import NAME_MISMATCH

Stage = Literal["connecting", "greeting", "being greeted", "encrypting", "logging in", "sending"]
_SUBMISSION_BY_TLS: Final = 465
_NOT_LOGGED_IN: Final = frozenset({530, 534, 535, 538})
_TOO_LARGE: Final = frozenset({523, 552})
_AGAINST_A_RULE: Final = re.compile(r"\s*5\.7\.\d+")
"""The status of RFC 3463 for what is a matter of security or policy."""
AGAIN: Final = "it may be taken when it is sent again"


def said(server: MailServer, code: int, answer: bytes | str) -> str:
    """What the server answered, cleaned, on one line, without the password."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    for secret in _secrets(server):
        text = text.replace(secret, "********")
    return one_line(f"{code} {text}" if code > 0 else text, 200)


def _secrets(server: MailServer) -> list[str]:
    if server.password is None:
        return []
    password = server.password.get_secret_value()
    login = f"\0{server.username}\0{password}"
    return [password, *(base64.b64encode(each.encode()).decode() for each in (login, password))]


def failure(server: MailServer, error: Exception, stage: Stage) -> BackendError:
    """The error for a mail that nobody was sent."""
    if isinstance(error, BackendError):
        return error
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        # One that is taken later is reason enough to try again.
        code, answer = min(error.recipients.values(), key=lambda each: each[0] >= 500)
        refused = ", ".join(one_line(each, 80) for each in error.recipients)
        return _refusal(server, code, answer, f"takes no mail for {refused}")
    if isinstance(error, smtplib.SMTPResponseException):
        return _answered(server, error, stage)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return _not_offered(server, stage)
    cause = error
    if isinstance(error, smtplib.SMTPServerDisconnected) and isinstance(error.__context__, OSError):
        cause = error.__context__
    if isinstance(cause, ssl.SSLError):
        return _untrusted(server, cause)
    if isinstance(cause, socket.gaierror):
        return Unreachable(
            f"the host name of {server.name} is not known ({cause.strerror}): check SMTP_HOST"
        )
    if isinstance(cause, ConnectionRefusedError):
        return Unreachable(
            f"nothing listens at {server.name} (connection refused): check SMTP_HOST and SMTP_PORT",
            transient=True,
        )
    if isinstance(cause, TimeoutError):
        return _silent(server, stage)
    if isinstance(cause, smtplib.SMTPServerDisconnected | ConnectionError):
        return _broken_off(server, stage)
    if isinstance(cause, OSError) and cause.strerror:
        return Unreachable(f"{server.name} cannot be reached ({cause.strerror})", transient=True)
    reason = one_line(said(server, 0, str(cause) or type(cause).__name__), 120)
    return BadResponse(f"{server.name} does not speak SMTP as it should ({reason})")


def refused_recipient(server: MailServer, code: int, answer: bytes) -> str:
    """Why one of several recipients gets nothing, in one line."""
    return str(_refusal(server, code, answer, "takes no mail for this address"))


def _answered(
    server: MailServer, error: smtplib.SMTPResponseException, stage: Stage
) -> BackendError:
    code = error.smtp_code
    answer = error.smtp_error
    shown = said(server, code, answer)
    if stage in ("greeting", "being greeted"):
        return Unreachable(f"{server.name} turns everybody away: {shown}", transient=True)
    if (stage == "logging in" and code >= 500) or code in _NOT_LOGGED_IN:
        return _not_let_in(server, shown)
    if code in _TOO_LARGE:
        return BadResponse(f"the mail is too large for {server.name}: {shown}")
    if isinstance(error, smtplib.SMTPSenderRefused):
        who = one_line(str(error.sender), 80)
        return _refusal(server, code, answer, f"takes no mail from {who} (SMTP_FROM)")
    if stage == "encrypting":
        return Unreachable(f"{server.name} does not begin to encrypt: {shown}")
    return _refusal(server, code, answer, "does not take the mail")


def _refusal(server: MailServer, code: int, answer: bytes | str, what: str) -> BackendError:
    shown = said(server, code, answer)
    if 400 <= code < 500:
        return Unreachable(
            f"{server.name} {what} for the time being: {shown}; {AGAIN}",
            status=code,
            transient=True,
        )
    text = f"{server.name} {what}: {shown}"
    if code in _NOT_LOGGED_IN:
        return _not_let_in(server, shown)
    if _AGAINST_A_RULE.match(shown.removeprefix(f"{code}")):
        return Unauthorized(text, status=code, obstacle=Obstacle.RIGHT)
    return BadResponse(text, status=code)


def _not_let_in(server: MailServer, shown: str) -> Unauthorized:
    if server.password is None:
        hint = "it wants a login: set SMTP_USERNAME and SMTP_PASSWORD"
    else:
        hint = (
            "check SMTP_USERNAME and SMTP_PASSWORD; with two-factor login (Gmail, iCloud, "
            "Fastmail) the password is an app password"
        )
    return Unauthorized(
        f"{server.name} refuses the login: {shown}; {hint}", obstacle=Obstacle.CREDENTIALS
    )


def _not_offered(server: MailServer, stage: Stage) -> BackendError:
    if stage == "encrypting":
        return Unreachable(
            f"{server.name} offers no STARTTLS, and nothing was sent: SMTP_SECURITY=tls if its "
            "port speaks TLS from the first byte, none to send unencrypted"
        )
    if stage == "logging in":
        way = (
            "it may offer one when encrypted: SMTP_SECURITY=starttls"
            if server.protection == "none"
            else "leave out SMTP_USERNAME and SMTP_PASSWORD"
        )
        return Unauthorized(f"{server.name} offers no login that is known here: {way}")
    return BadResponse(
        f"{server.name} takes no addresses with letters beyond ASCII in front of the @"
    )


def _untrusted(server: MailServer, error: ssl.SSLError) -> Unreachable:
    if isinstance(error, ssl.SSLCertVerificationError):
        way = "give the file of its CA as SMTP_CA_CERT"
        if error.verify_code in NAME_MISMATCH:
            way = "set SMTP_HOST to a name that it has"
        return Unreachable(
            f"the certificate of {server.name} is not trusted "
            f"({one_line(error.verify_message, 120).rstrip('.')}): {way}",
            obstacle=Obstacle.CERTIFICATE,
        )
    reason = one_line(error.reason or str(error), 80)
    way = "SMTP_SECURITY=starttls" if server.protection == "tls" else "SMTP_SECURITY=tls"
    return Unreachable(f"no TLS connection to {server.name} ({reason}): perhaps {way}?")


def _silent(server: MailServer, stage: Stage) -> Unreachable:
    if stage == "connecting":
        shown = f"{server.name} does not answer: no connection within {server.timeout:g} s"
    else:
        shown = f"{server.name} did not answer within {server.timeout:g} s while {stage}"
        if stage == "greeting":
            shown = f"{server.name} was silent for {server.timeout:g} s instead of greeting"
            if server.address[1] == _SUBMISSION_BY_TLS and server.protection != "tls":
                shown += ": port 465 speaks TLS from the first byte, SMTP_SECURITY=tls"
    return Unreachable(shown, transient=True)


def _broken_off(server: MailServer, stage: Stage) -> Unreachable:
    shown = f"{server.name} broke off the connection while {stage}"
    if stage == "sending":
        shown += ", before it said whether it takes the mail"
    return Unreachable(shown, transient=True)

"""What a failed HTTP exchange means, in one line a person can act on."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import httpx

from providers.clock import Clock, system_clock
from providers.endpoint import Endpoint
from providers.errors import BackendError, BadResponse, NotFound, Unauthorized, Unreachable
from providers.reading import Obstacle
from providers.retry_after import retry_after
from providers.text import one_line
from providers.tls import NAME_MISMATCH, WrongFingerprint

GATEWAY_STATUS = frozenset({408, 425, 429, 502, 503, 504})


def connection_error(endpoint: Endpoint, error: httpx.HTTPError) -> BackendError:
    """The backend error for an exchange that broke before or while the answer came."""
    url = endpoint.url
    if isinstance(error, httpx.ConnectTimeout):
        return Unreachable(f"{url} does not answer: no connection in time", transient=True)
    if isinstance(error, httpx.TimeoutException):
        return Unreachable(f"{url} did not answer within {endpoint.timeout:g} s")
    if any(isinstance(cause, httpx.InvalidURL) for cause in _causes(error)):
        return BadResponse(f"{url} redirects to what is no address")
    if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError):
        return BadResponse(f"{url} broke off in the middle of its answer", transient=True)
    if isinstance(error, httpx.LocalProtocolError):
        # Its text may quote a header, and with it the token.
        return Unreachable(
            f"nothing was sent to {url}: a header cannot be sent as it is; check token and headers"
        )
    if isinstance(error, httpx.DecodingError):
        return BadResponse(f"{url} sent an answer whose compression is broken")
    for cause in _causes(error):
        if isinstance(cause, WrongFingerprint):
            return Unreachable(
                f"the certificate of {url} is not trusted: its fingerprint {cause.seen} differs "
                f"from the configured {cause.pinned}; unless the certificate was renewed, "
                "somebody may be between you and the server",
                obstacle=Obstacle.CERTIFICATE,
            )
        if isinstance(cause, ssl.SSLCertVerificationError):
            way = "make a name that it has the address, or give its SHA-256 fingerprint"
            if cause.verify_code not in NAME_MISMATCH:
                way = "give its CA file or SHA-256 fingerprint"
            return Unreachable(
                f"the certificate of {url} is not trusted ({cause.verify_message.rstrip('.')}): "
                f"{way} (`sre doctor` shows it)",
                obstacle=Obstacle.CERTIFICATE,
            )
        if isinstance(cause, ssl.SSLError):
            return Unreachable(
                f"no TLS connection to {url} ({one_line(cause.reason or str(cause), 80)}): "
                "is it https at all?"
            )
        if isinstance(cause, socket.gaierror):
            return Unreachable(f"the host name of {url} is not known ({cause.strerror})")
        if isinstance(cause, ConnectionRefusedError):
            return Unreachable(
                f"nothing listens at {url} (connection refused): is it running?", transient=True
            )
        if isinstance(cause, OSError) and cause.strerror:
            return Unreachable(f"{url} cannot be reached ({cause.strerror})", transient=True)
    reason = one_line(str(error) or type(error).__name__, 120)
    return Unreachable(f"{url} cannot be reached ({reason})", transient=True)


def status_error(
    endpoint: Endpoint, response: httpx.Response, clock: Clock = system_clock
) -> BackendError:
    """The backend error for an HTTP status, when the body does not say anything better."""
    status = response.status_code
    shown = f"{endpoint.url} answered {status} {one_line(response.reason_phrase, 80)}".rstrip()
    said = _plain_body(response)
    if said and said != response.reason_phrase:
        shown = f"{shown}: {said}"
    if status in (401, 403):
        if status == 401:
            said, obstacle = "the credentials are not accepted", Obstacle.CREDENTIALS
        else:
            said, obstacle = "a right is missing", Obstacle.RIGHT
        return Unauthorized(f"{shown} ({said})", status=status, obstacle=obstacle)
    if status in (404, 410):
        return NotFound(f"{shown} (is the address right?)", status=status)
    if status in GATEWAY_STATUS or 595 <= status <= 599:
        wait = retry_after(response.headers, clock)
        return Unreachable(shown, status=status, transient=True, retry_after=wait)
    return BadResponse(shown, status=status)


def _plain_body(response: httpx.Response) -> str:
    text = response.text.strip()
    if not text or text.startswith(("<", "{", "[")):
        return ""
    return one_line(text, 200)


def _causes(error: BaseException) -> Iterator[BaseException]:
    pending: list[BaseException] = [error]
    seen: set[int] = set()
    while pending:
        current = pending.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        if isinstance(current, BaseExceptionGroup):
            pending.extend(current.exceptions)
        pending.extend(
            cause for cause in (current.__cause__, current.__context__) if cause is not None
        )

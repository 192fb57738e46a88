"""TLS for self-signed homes: the system's roots, a CA file, or one pinned certificate."""

from __future__ import annotations

import hashlib
import socket
import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from providers.endpoint import Endpoint
from providers.errors import Unreachable
from providers.text import one_line

NAME_MISMATCH = frozenset({62, 64})
"""Codes of OpenSSL for a trusted certificate that is made for another host name or IP address."""


class WrongFingerprint(ssl.SSLCertVerificationError):
    """A server showed another certificate than the pinned one; ``seen`` is its SHA-256."""

    def __init__(self, seen: str, pinned: str) -> None:
        super().__init__(f"the server's certificate has the fingerprint {seen}, not {pinned}")
        self.verify_message = "it is not the pinned one"
        self.seen = seen
        self.pinned = pinned


def server_fingerprint(endpoint: Endpoint) -> str:
    """SHA-256 of the certificate a server shows now, trusted or not, as 64 hexadecimal digits.

    Blocks for up to the endpoint's timeout, and sends nothing but a TLS greeting.

    Raises:
        OSError: if there is no TLS connection.
    """
    port = urlsplit(endpoint.url).port or 443
    pem = ssl.get_server_certificate((endpoint.host, port), timeout=endpoint.timeout)
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()


def certified_names(endpoint: Endpoint) -> tuple[str, ...]:
    """The names for which a server's certificate is made, host names first.

    Blocks for up to the endpoint's timeout, and sends nothing but a TLS greeting.

    Raises:
        OSError: if there is no TLS connection, or the certificate is not trusted whatever its name.
        Unreachable: if the CA file cannot be read.
    """
    context = tls_context(endpoint)
    context.check_hostname = False
    address = endpoint.host, urlsplit(endpoint.url).port or 443
    with (
        socket.create_connection(address, timeout=endpoint.timeout) as plain,
        context.wrap_socket(plain, server_hostname=endpoint.host) as connection,
    ):
        shown = connection.getpeercert() or {}
    told: Sequence[Any] = shown.get("subjectAltName", ())
    names = [
        one_line(str(name), 100) for _, name in sorted(told, key=lambda each: each[0] != "DNS")
    ]
    return tuple(names)


def tls_context(endpoint: Endpoint) -> ssl.SSLContext:
    """The TLS context an endpoint asks for.

    Raises:
        Unreachable: if the CA file cannot be read.
    """
    if endpoint.fingerprint is not None:
        return _pinned(endpoint.fingerprint)
    return trusting(endpoint.ca_cert, verify=endpoint.verify_ssl)


def trusting(ca_cert: Path | None, *, verify: bool) -> ssl.SSLContext:
    """A TLS context that trusts what a CA file has signed, or what the system trusts.

    Args:
        ca_cert: the CA file; None for the system's.
        verify: False to trust anybody.

    Raises:
        Unreachable: if the CA file cannot be read.
    """
    try:
        context = ssl.create_default_context(
            cafile=None if ca_cert is None else str(ca_cert.expanduser())
        )
    except (OSError, ssl.SSLError) as error:
        reason = getattr(error, "strerror", None) or "it is not a PEM certificate"
        raise Unreachable(f"cannot use the CA file {ca_cert}: {reason}") from error
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _pinned(fingerprint: str) -> ssl.SSLContext:
    class PinnedObject(ssl.SSLObject):
        # The check belongs into the handshake: afterwards the request with its credentials is sent.
        def do_handshake(self) -> None:
            super().do_handshake()
            certificate = self.getpeercert(binary_form=True) or b""
            seen = hashlib.sha256(certificate).hexdigest()
            if seen != fingerprint:
                raise WrongFingerprint(seen, fingerprint)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.sslobject_class = PinnedObject
    return context

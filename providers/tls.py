"""TLS for self-signed homes: the system's roots, a CA file, or one pinned certificate."""

from __future__ import annotations

import hashlib
import ssl

from providers.endpoint import Endpoint
from providers.errors import Unreachable


def tls_context(endpoint: Endpoint) -> ssl.SSLContext:
    """The TLS context an endpoint asks for.

    Raises:
        Unreachable: if the CA file cannot be read.
    """
    if endpoint.fingerprint is not None:
        return _pinned(endpoint.fingerprint)
    try:
        context = ssl.create_default_context(
            cafile=None if endpoint.ca_cert is None else str(endpoint.ca_cert.expanduser())
        )
    except (OSError, ssl.SSLError) as error:
        reason = getattr(error, "strerror", None) or "it is not a PEM certificate"
        raise Unreachable(f"cannot use the CA file {endpoint.ca_cert}: {reason}") from error
    if not endpoint.verify_ssl:
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
                error = ssl.SSLCertVerificationError(
                    f"the server's certificate has the fingerprint {seen}, not the pinned one"
                )
                error.verify_message = f"fingerprint is {seen}"
                raise error

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.sslobject_class = PinnedObject
    return context

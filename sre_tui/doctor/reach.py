"""What every check-up of a backend has: reached how fast, over a way that can be trusted."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import TypeVar
from urllib.parse import urlsplit

from providers.clock import age_in_words
from providers.endpoint import Endpoint
from providers.reading import Reading, State
from sre_tui.doctor.finding import Finding, broken, doubtful

T = TypeVar("T")

CLOCK_TOLERANCE = 30.0
"""Seconds. Beyond that, relative windows and alert ages are visibly wrong."""


async def timed(call: Callable[[], Awaitable[Reading[T]]]) -> tuple[Reading[T], float]:
    """A reading, and the milliseconds it took."""
    began = time.perf_counter()
    reading = await call()
    return reading, (time.perf_counter() - began) * 1000


def unreached(reading: Reading[T], endpoint: Endpoint, access: str) -> Finding:
    """The finding for a backend that gave nothing, with how to get in or to trust it."""
    fix = ""
    if reading.state is State.UNAUTHORIZED:
        fix = access
    elif "certificate" in reading.detail:
        host = urlsplit(endpoint.url)
        fix = (
            "Show its fingerprint with "
            f"`openssl s_client -connect {host.hostname}:{host.port or 443} </dev/null "
            "2>/dev/null | openssl x509 -noout -fingerprint -sha256` and set it as "
            f"{_prefix(reading.source)}_FINGERPRINT, or set {_prefix(reading.source)}_CA_CERT to "
            "the CA's file."
        )
    return broken(reading.source, "reachable", reading.detail, fix, reading.state)


def _prefix(source: str) -> str:
    """What a backend's variables begin with."""
    return source.partition(":")[0].upper()


def transport(source: str, endpoint: Endpoint, offset: float | None) -> list[Finding]:
    """What is doubtful about the way to a backend: encryption, certificate, clock (seconds)."""
    found: list[Finding] = []
    has_secret = endpoint.token is not None or endpoint.password is not None
    if has_secret and endpoint.url.startswith("http://") and not _is_loopback(endpoint.host):
        found.append(
            doubtful(
                source,
                "transport",
                "the credentials travel unencrypted",
                "Use https, or keep this network to yourself.",
            )
        )
    if not endpoint.verify_ssl and endpoint.fingerprint is None:
        found.append(
            doubtful(
                source,
                "transport",
                f"the certificate is not checked ({_prefix(source)}_VERIFY_SSL=false)",
                f"Pin it with {_prefix(source)}_FINGERPRINT, or give its CA with "
                f"{_prefix(source)}_CA_CERT.",
            )
        )
    if offset is not None and abs(offset) > CLOCK_TOLERANCE:
        direction = "ahead of" if offset > 0 else "behind"
        found.append(
            doubtful(
                source,
                "clock",
                f"its clock is {age_in_words(abs(offset))} {direction} this machine's",
                "`sre runbooks show clock-skew` has the steps.",
            )
        )
    return found


def _is_loopback(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")

"""What every check-up of a backend has: reached how fast, over a way that can be trusted."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar
from urllib.parse import urlsplit

from providers.clock import age_in_words
from providers.endpoint import Endpoint, is_loopback
from providers.errors import BackendError
from providers.reading import Obstacle, Reading, State
from providers.tls import certified_names, server_fingerprint
from sre_tui.doctor.finding import Finding, broken, doubtful, good

T = TypeVar("T")

CLOCK_TOLERANCE = 30.0
"""Seconds. Beyond that, relative windows and alert ages are visibly wrong."""
CLOCK_RESOLUTION = 2.0
"""Seconds. The `Date` of an answer has whole ones, and the answer takes time to come."""
NAMES: Final = 4
"""Names of a certificate that are told."""
_TOKEN: Final = re.compile(
    r"(?:P[VB][ES]APIToken=)?(?P<user>[^\s=:!@]+@[^\s=:!@]+)!(?P<name>[A-Za-z0-9._-]+)[=:]"
)


async def timed(call: Callable[[], Awaitable[Reading[T]]]) -> tuple[Reading[T], float]:
    """A reading, and the milliseconds it took."""
    began = time.perf_counter()
    reading = await call()
    return reading, (time.perf_counter() - began) * 1000


async def unreached(reading: Reading[T], endpoint: Endpoint, access: str) -> Finding:
    """The finding for a backend that gave nothing, with how to get in or to trust it."""
    # This is the doctor, who shows it below.
    detail, fix = reading.detail.replace(" (`sre doctor` shows it)", ""), ""
    prefix = _prefix(reading.source)
    if endpoint.scheme == "http" and _wants_tls(prefix, reading.state):
        fix = f"Write {prefix}_URL with https://."
    elif reading.state is State.UNAUTHORIZED:
        fix = access
    elif reading.obstacle is Obstacle.CERTIFICATE and endpoint.fingerprint is not None:
        fix = (
            "Only if you know that the certificate was renewed, set "
            f"{prefix}_FINGERPRINT to the new fingerprint."
        )
    elif reading.obstacle is Obstacle.CERTIFICATE:
        shown = await _shown_fingerprint(endpoint)
        if shown:
            detail += f"; the server shows the fingerprint {shown}"
        names = await _certified_names(endpoint)
        if names:
            detail += f"; it is made for {', '.join(names)}"
        fix = _how_to_trust(prefix, endpoint, shown, names)
    return broken(reading.source, "reachable", detail, fix, reading.state)


def _wants_tls(prefix: str, state: State) -> bool:
    """Whether an address without TLS is why: such a server breaks off, a NAS gets no key."""
    return prefix == "TRUENAS" or (prefix in ("PROXMOX", "PBS") and state is State.BAD_RESPONSE)


async def _shown_fingerprint(endpoint: Endpoint) -> str:
    """The fingerprint of the server's certificate; empty if it cannot be had directly."""
    try:
        return await asyncio.to_thread(server_fingerprint, endpoint)
    except (OSError, ValueError):
        return ""


async def _certified_names(endpoint: Endpoint) -> list[str]:
    """Names that would do as the address of a certificate that is trusted but for its name."""
    try:
        names = await asyncio.to_thread(certified_names, endpoint)
    except (OSError, ValueError, BackendError):
        return []
    return [
        f"[{name}]" if ":" in name else name
        for name in names
        if not is_loopback(name) and not name.startswith("*")
    ][:NAMES]


def _how_to_trust(prefix: str, endpoint: Endpoint, shown: str, names: Sequence[str]) -> str:
    host = urlsplit(endpoint.url)
    if names:
        port = f":{host.port}" if host.port else ""
        pin = f", or set {prefix}_FINGERPRINT={shown}" if shown else ""
        return (
            f"The CA is right, and the address is not in the certificate: set {prefix}_URL to "
            f"https://{names[0]}{port}, which this machine must be able to resolve{pin}."
        )
    authority = f"or set {prefix}_CA_CERT to the CA's file."
    if endpoint.ca_cert is not None:
        authority = f"or make {prefix}_CA_CERT ({endpoint.ca_cert}) the file of the CA it is from."
    if shown:
        return (
            "Compare the fingerprint with the one the server itself tells you, then set "
            f"{prefix}_FINGERPRINT={shown}, {authority}"
        )
    return (
        "Show its fingerprint with "
        f"`openssl s_client -connect {host.hostname}:{host.port or 443} </dev/null "
        f"2>/dev/null | openssl x509 -noout -fingerprint -sha256` and set it as "
        f"{prefix}_FINGERPRINT, {authority}"
    )


def token_text(endpoint: Endpoint) -> str:
    """``the token 'USER@REALM!NAME'`` without its secret; ``the token`` if it has another form."""
    user, name = _token_of(endpoint)
    return f"the token '{user}!{name}'" if user else "the token"


def _token_of(endpoint: Endpoint) -> tuple[str, str]:
    """The user and the name of a Proxmox product's token; empty if it has another form."""
    secret = "" if endpoint.token is None else endpoint.token.get_secret_value()
    found = _TOKEN.match(secret)
    return ("", "") if found is None else (found["user"], found["name"])


def lacking(
    reading: Reading[T], endpoint: Endpoint, create: str, grant: str, look: Callable[[str], str]
) -> str:
    """How to be let in: a right for a token that is known, a look at one that is not accepted.

    Args:
        reading: what was refused.
        endpoint: with the token that was sent, if there is one.
        create: how to make a token.
        grant: how to give one the right it lacks.
        look: says, for the token's user, where the server tells what is wrong with the token.
    """
    who = token_text(endpoint)
    if reading.obstacle is Obstacle.RIGHT:
        known = f"{who[0].upper()}{who[1:]} is known to the server but lacks the right to audit"
        return f"{known}: {grant}"
    user, _ = _token_of(endpoint)
    if not user:
        return create
    return (
        f"The server does not accept {who}: there is none of that name, its secret is another, or "
        f"it or its user is expired or disabled. {look(user)} A secret is shown only once; if it "
        f"is lost, make another token. {create}"
    )


def _prefix(source: str) -> str:
    """What a backend's variables begin with."""
    return source.partition(":")[0].upper()


def transport(source: str, endpoint: Endpoint, offset: float | None) -> list[Finding]:
    """The way to a backend: encryption and certificate if doubtful, clock (seconds) if told."""
    found: list[Finding] = []
    has_secret = endpoint.token is not None or endpoint.password is not None
    if has_secret and endpoint.url.startswith("http://") and not is_loopback(endpoint.host):
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
    elif offset is not None:
        found.append(good(source, "clock", _small(abs(offset))))
    return found


def _small(offset: float) -> str:
    """A tolerable difference of clocks in words; most servers tell theirs in whole seconds."""
    if offset < CLOCK_RESOLUTION:
        return "as this machine's, as far as it tells"
    return f"about {offset:.0f} s off this machine's clock"

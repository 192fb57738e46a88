"""Addresses of mail, as people write them: ``name@host`` or ``Somebody <name@host>``."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from providers.endpoint import checked_host

_WRITTEN: Final = re.compile(r"(?:(?P<name>[^<>]*)<(?P<bracketed>[^<>]*)>|(?P<bare>[^<>]*))")
_LOCAL: Final = re.compile(r"[^\s@()<>\[\]:;,\\\".]+(?:\.[^\s@()<>\[\]:;,\\\".]+)*")
_LONGEST_LOCAL: Final = 64
_LONGEST: Final = 254
"""Bytes, as RFC 5321 has them."""


class Mailbox(NamedTuple):
    """Whom a mail is from or to."""

    name: str
    """What people call it; empty if nothing."""
    address: str
    """``name@host``, the host in its ASCII form."""

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>" if self.name else self.address


def mailbox(text: str) -> Mailbox:
    """What somebody wrote as an address, in its normal form.

    Raises:
        ValueError: if it is none; one line that says why.
    """
    if not text.isprintable():
        raise ValueError("the address contains a line break or a control character")
    found = _WRITTEN.fullmatch(text.strip())
    written = "" if found is None else (found["bracketed"] or found["bare"] or "").strip()
    local, at, host = written.rpartition("@")
    if not at or not _LOCAL.fullmatch(local):
        raise ValueError(f"{text.strip()!r} is no mail address: write it as name@host")
    try:
        host = checked_host(host)
    except ValueError:
        raise ValueError(f"{text.strip()!r} is no mail address: {host!r} is no host name") from None
    if len(local.encode()) > _LONGEST_LOCAL or len(f"{local}@{host}".encode()) > _LONGEST:
        raise ValueError(f"{text.strip()[:40]!r}… is too long for a mail address")
    name = "" if found is None else (found["name"] or "").strip().strip('"').strip()
    return Mailbox(name, f"{local}@{host}")

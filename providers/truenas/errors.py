"""What the middleware's errors mean."""

from __future__ import annotations

import errno
from typing import Final

from pydantic import JsonValue

from providers.coercion import whole
from providers.errors import BackendError, BadResponse, NotFound, Unauthorized, Unreachable
from providers.reading import Obstacle
from providers.truenas.fields import part, said
from providers.truenas.methods import needed_role, role_words

NO_METHOD: Final = 201
NOT_AUTHENTICATED: Final = 207
_UNKNOWN_METHOD: Final = -32601
_TOO_MANY_CALLS: Final = -32000


class Dropped(Unreachable):
    """The connection ended before the answer came."""


class SessionEnded(Unreachable):
    """The NAS has forgotten the login; a new connection helps."""


class MethodMissing(NotFound):
    """This version has no such method."""


class RoleMissing(Unauthorized):
    """The key's account may log in, and lacks the role for this."""

    def __init__(self, detail: str, role: str) -> None:
        super().__init__(detail, obstacle=Obstacle.RIGHT)
        self.role = role


def call_error(method: str, error: JsonValue) -> BackendError:
    """The backend error for the ``error`` member of a JSON-RPC answer."""
    value = error if isinstance(error, dict) else {}
    data = part(value, "data")
    number = whole(data.get("error"))
    words = said(data.get("reason")) or said(value.get("message")) or "no reason given"
    told = f"{method}: {words}"
    if value.get("code") == _UNKNOWN_METHOD or number == NO_METHOD:
        return MethodMissing(f"{told} (this version of TrueNAS has no such method)")
    if value.get("code") == _TOO_MANY_CALLS:
        return Unreachable(f"{told}: the NAS has too many calls to answer", transient=True)
    if number == NOT_AUTHENTICATED or (number == errno.EACCES and "expired" in words.lower()):
        return SessionEnded(f"{told}: the NAS has ended the session", transient=True)
    if number in (errno.EACCES, errno.EPERM):
        role = needed_role(method)
        return RoleMissing(f"{told}{role_words(role)}", role) if role else Unauthorized(told)
    if number == errno.EBUSY:
        return Unreachable(told, transient=True)
    if number == errno.ENOENT:
        return NotFound(told)
    return BadResponse(told)

"""Why a request to a backend did not give an answer.

Each error carries the reading state it leads to, so that a client turns any of them into a reading
in one place. ``InvalidQuery`` is the exception: the request was wrong, not the backend, and it goes
up to whoever wrote the query.
"""

from __future__ import annotations

from typing import ClassVar

from providers.reading import Obstacle, State


class BackendError(Exception):
    """A backend gave no usable answer; ``str(error)`` is one line for the user."""

    state: ClassVar[State] = State.BAD_RESPONSE

    def __init__(
        self,
        detail: str,
        *,
        status: int | None = None,
        transient: bool = False,
        retry_after: float | None = None,
        obstacle: Obstacle | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.status = status
        self.transient = transient
        """Whether the same request may succeed a moment later."""
        self.retry_after = retry_after
        """Seconds the backend asked to wait, if it did."""
        self.obstacle = obstacle
        self.source = ""
        """What was asked, where only the caller knows it, such as ``memory``."""


class Unreachable(BackendError):
    """No connection, a timeout, a TLS failure, or a gateway saying so (502, 503, 504)."""

    state = State.UNREACHABLE


class Unauthorized(BackendError):
    """The credentials are missing, wrong, or lack a right (401, 403, a login page)."""

    state = State.UNAUTHORIZED


class BadResponse(BackendError):
    """The backend answered something else than its API promises."""

    state = State.BAD_RESPONSE


class NotFound(BadResponse):
    """The path or object does not exist there (404, 410)."""


class RequestRefused(Exception):
    """The read-only guard stopped a request before a byte left the process."""


class InvalidQuery(Exception):
    """The backend rejected a query as wrong.

    Attributes:
        query: the text that was sent.
        message: the backend's own words.
        offset: index into ``query`` of the first wrong character, if the backend told it.
    """

    def __init__(self, query: str, message: str, offset: int | None = None) -> None:
        super().__init__(message)
        self.query = query
        self.message = message
        self.offset = offset

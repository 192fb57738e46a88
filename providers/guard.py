"""The read-only guard: which requests may leave the process at all.

Every client declares an allow-list of method and path pattern. The guard sits in the transport,
under retries, redirects and everything a caller may do with the HTTP client, and refuses the rest
before a connection is made.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from typing import Literal

import httpx

from providers.endpoint import AMBIGUOUS_PATH
from providers.errors import RequestRefused

log = logging.getLogger(__name__)


_ESCAPE_OF_TASK_IDS = re.compile(r"%5[Cc]x(?!2[ef]|5c|00)[0-9a-f]{2}")
"""How ids of tasks write a colon and the like (``\\x3a``); never a dot, a slash, a backslash."""


class Allow:
    """One permitted kind of request.

    ``path`` is relative to the instance's base address; ``{}`` stands for exactly one segment.
    """

    def __init__(self, method: Literal["GET", "POST"], path: str) -> None:
        self.method = method
        self.path = path
        escaped = "".join(
            r"[^/?#]+" if part == "{}" else re.escape(part) for part in re.split(r"({})", path)
        )
        self._pattern = re.compile(escaped)

    def permits(self, method: str, path: str) -> bool:
        """Whether this rule covers a request."""
        return method == self.method and self._pattern.fullmatch(path) is not None


class GuardedTransport(httpx.AsyncBaseTransport):
    """Passes permitted requests for one base address on to another transport."""

    def __init__(
        self, inner: httpx.AsyncBaseTransport, *, base_url: str, rules: Sequence[Allow]
    ) -> None:
        self._inner = inner
        base = httpx.URL(base_url)
        self._origin = _origin(base)
        self._prefix = base.raw_path.decode("ascii").rstrip("/")
        self._rules = tuple(rules)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a permitted request.

        Raises:
            RequestRefused: if it is not on the allow-list; nothing has been sent then.
        """
        reason = self._refusal(request)
        if reason is not None:
            shown = f"{request.method} {request.url.copy_with(query=None, fragment=None)}"
            log.error("refused a request: %s (%s)", shown, reason)
            raise RequestRefused(f"{shown} was not sent: {reason}")
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the transport underneath."""
        await self._inner.aclose()

    def _refusal(self, request: httpx.Request) -> str | None:
        url = request.url
        if _origin(url) != self._origin:
            return "it goes to another host than the configured one"
        path = url.raw_path.decode("ascii").partition("?")[0]
        if AMBIGUOUS_PATH.search(_ESCAPE_OF_TASK_IDS.sub("x", path)):
            return "its path is ambiguous"
        if not path.startswith(f"{self._prefix}/"):
            return "its path is outside the configured address"
        path = path[len(self._prefix) :]
        if not any(rule.permits(request.method, path) for rule in self._rules):
            return "it is not on the read-only allow-list"
        return None


def _origin(url: httpx.URL) -> tuple[str, bytes, int]:
    return url.scheme, url.raw_host.lower(), url.port or (443 if url.scheme == "https" else 80)

"""Who may look at the app in a browser: whoever was given its address, on this machine, directly.

Loopback alone does not keep the homelab private. Other users of the machine reach it, and so does
every web page that is open in the browser: by a name of its own that suddenly means 127.0.0.1, or
by opening a WebSocket, which browsers allow across sites.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from providers.endpoint import is_loopback

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

TOKEN: Final = "token"  # noqa: S105 - the name of the parameter
HEADERS: Final = {
    # No script but ours, nothing from elsewhere, in no frame; a sandbox without pop-ups follows
    # no address that stands in somebody's log line.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; font-src 'self'; "
    "img-src 'self' data:; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; "
    "sandbox allow-scripts allow-same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class Guard:
    """Checks each request before anything answers it.

    Attributes:
        token: what the address has to carry once; the browser keeps it as a cookie afterwards.
    """

    def __init__(self) -> None:
        """A guard with a token of its own."""
        self.token: Final = secrets.token_urlsafe(24)
        # Cookies of other ports of the same host are seen too, and must not be written over.
        self._cookie: Final = f"sre_web_{secrets.token_hex(4)}"

    def protect(self, app: web.Application) -> None:
        """Guard everything an application answers, its errors included."""

        @web.middleware
        async def checked(request: web.Request, handler: Handler) -> web.StreamResponse:
            return self._answer(request) or await handler(request)

        app.middlewares.append(checked)
        app.on_response_prepare.append(_set_headers)

    def _answer(self, request: web.Request) -> web.Response | None:
        refusal = _refusal(request)
        if refusal:
            return web.Response(status=403, text=f"{refusal}\n")
        if request.path == "/" and self._is_token(request.query.get(TOKEN, "")):
            # Out of the address bar, where it could be read over a shoulder.
            response = web.Response(status=303, headers={"Location": "/"})
            response.set_cookie(self._cookie, self.token, httponly=True, samesite="Lax")
            return response
        if not self._is_token(request.cookies.get(self._cookie, "")):
            return web.Response(status=403, text="Open the whole address that `sre web` printed.\n")
        return None

    def _is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self.token.encode())


def _refusal(request: web.Request) -> str | None:
    name = request.url.host or ""
    if not is_loopback(name):
        return "`sre web` answers to 127.0.0.1 and localhost only, not to another name."
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{request.host}":
        return "`sre web` answers to its own page only."
    return None


async def _set_headers(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)

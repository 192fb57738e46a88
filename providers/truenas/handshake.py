"""Opens the WebSocket to the NAS, and says why where that fails."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import (
    InvalidHandshake,
    InvalidMessage,
    InvalidProxy,
    InvalidStatus,
    InvalidURI,
    ProxyError,
)

from providers.endpoint import TrueNasEndpoint
from providers.errors import BackendError, BadResponse, NotFound, Unauthorized, Unreachable
from providers.http_errors import GATEWAY_STATUS, connection_error
from providers.proxies import proxy_for
from providers.reading import Obstacle
from providers.text import one_line
from providers.tls import tls_context

PATH: Final = "/api/current"
PING: Final = 20.0
"""Seconds between two pings that keep the connection, and notice that it is gone."""


class _DirectConnect(connect):
    def process_redirect(self, exc: Exception) -> Exception | str:
        # What follows carries the key: it goes where the operator said, or nowhere.
        return exc


async def opened(endpoint: TrueNasEndpoint, patience: float, max_answer: int) -> ClientConnection:
    """An open WebSocket.

    Args:
        endpoint: where; its address must be ``https``.
        patience: seconds it may take.
        max_answer: bytes that one message may have.

    Raises:
        BackendError: if there is none, with the state that leads to.
    """
    url = endpoint.url
    proxy = proxy_for(endpoint)
    try:
        return await _DirectConnect(
            f"wss://{url.partition('://')[2]}{PATH}",
            ssl=tls_context(endpoint),
            proxy=None if proxy is None else _address(proxy),
            additional_headers={k: v.get_secret_value() for k, v in endpoint.headers.items()},
            user_agent_header="sre-tui",
            open_timeout=patience,
            close_timeout=1.0,
            ping_interval=PING,
            ping_timeout=PING,
            max_size=max_answer,
        )
    except TimeoutError as error:
        raise Unreachable(f"{url} did not answer within {patience:g} s", transient=True) from error
    except InvalidStatus as error:
        raise _refused(url, error) from error
    except (ProxyError, InvalidProxy) as error:
        raise Unreachable(f"the proxy to {url} lets nothing through: {_short(error)}") from error
    except InvalidMessage as error:
        # The server hung up, or speaks no HTTP.
        broken = httpx.RemoteProtocolError(str(error))
        raise connection_error(endpoint, broken) from error
    except (InvalidHandshake, InvalidURI) as error:
        raise BadResponse(
            f"{url}{PATH} opens no WebSocket ({_short(error)}): is it a TrueNAS, 25.04 or newer?"
        ) from error
    except OSError as error:
        broken_off = httpx.ConnectError(str(error))
        broken_off.__cause__ = error
        raise connection_error(endpoint, broken_off) from error


def _address(proxy: httpx.Proxy) -> str:
    # httpx takes user and password out of the address.
    if proxy.auth is None:
        return str(proxy.url)
    user, password = proxy.auth
    return str(proxy.url.copy_with(username=user, password=password))


def _refused(url: str, error: InvalidStatus) -> BackendError:
    response = error.response
    status = response.status_code
    shown = f"{url} answered {status} {one_line(response.reason_phrase, 80)}".rstrip()
    target = response.headers.get("Location", "")
    if 300 <= status < 400:
        where = one_line(target.partition("?")[0], 200)
        if urlsplit(target).path.rstrip("/").endswith(("/login", "/signin")):
            return Unauthorized(
                f"{url} sends to a login page ({where}): a proxy in front of the NAS wants one, "
                "let it pass /api/current",
                obstacle=Obstacle.FRONT,
            )
        return BadResponse(
            f"{url} redirects to {where or 'nowhere'}, and the key is not sent on: "
            "if that is right, make it the configured address"
        )
    if status in (401, 403):
        return Unauthorized(
            f"{shown} before any key was sent: a proxy in front of it refuses",
            obstacle=Obstacle.FRONT,
        )
    if status in (404, 410):
        return NotFound(
            f"{shown} for {PATH}: is it a TrueNAS, 25.04 or newer? Older ones have REST only "
            "(rest = true)"
        )
    if status in GATEWAY_STATUS:
        return Unreachable(f"{shown}: is the NAS starting?", status=status, transient=True)
    if status == 200:
        page = "html" in response.headers.get("Content-Type", "")
        return BadResponse(
            f"{url} answered {'a web page' if page else 'something else'} where its API was "
            "expected: is the address right?"
        )
    return BadResponse(shown, status=status)


def _short(error: Exception) -> str:
    return one_line(str(error) or type(error).__name__, 120)

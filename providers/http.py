"""One guarded HTTP client per backend instance.

Every provider that speaks HTTP builds its calls on :class:`HttpBackend`. It gives all of them the
read-only guard, timeouts, retries with jitter, a cap on the answer's size, same-host redirects only
and TLS options; its base class makes readings of the answers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

import httpx
from pydantic import JsonValue

from providers.clock import Clock, system_clock
from providers.endpoint import Endpoint
from providers.errors import (
    BackendError,
    BadResponse,
    InvalidQuery,
    RequestRefused,
    Unauthorized,
    Unreachable,
)
from providers.guard import Allow, GuardedTransport
from providers.http_errors import connection_error, status_error
from providers.json_answer import decoded
from providers.last_known_good import LastKnownGood
from providers.proxies import proxy_for
from providers.readings import Connection, Fetched, deadline
from providers.retrying import retry_context
from providers.shared_reads import shared
from providers.text import clean
from providers.tls import tls_context

Params = Sequence[tuple[str, str]]
ErrorReader = Callable[[httpx.Response], Exception | None]
"""Reads a backend's own error body; None leaves it to the status code."""

CONNECT_TIMEOUT = 3.0
ATTEMPTS = 3
MAX_REDIRECTS = 3
MOST_CONNECTIONS = 32
"""To one instance: as many as the nodes, storages and jobs of a small cluster are asked for."""
MAX_ANSWER = 32 * 1024 * 1024
MAX_RETRY_AFTER = 5.0
"""Seconds; a backend that asks for a longer pause is not asked again."""


def _why_a_login(source: str) -> str:
    """What else than the credentials may be why a backend sends to a login page."""
    if source.startswith("grafana:"):
        return "the address lacks a path such as /grafana"
    return "a proxy in front of it wants a login"


class HttpBackend(Connection):
    """The connection to one instance of one backend."""

    def __init__(
        self,
        backend: str,
        endpoint: Endpoint,
        *,
        allow: Sequence[Allow],
        headers: Mapping[str, str] | None = None,
        error_reader: ErrorReader = lambda response: None,
        clock: Clock = system_clock,
        kept: LastKnownGood | None = None,
        max_answer: int = MAX_ANSWER,
    ) -> None:
        super().__init__(backend, endpoint, clock=clock, kept=kept)
        self._allow = tuple(allow)
        self._headers = dict(headers or {})
        self._error_reader = error_reader
        self._max_answer = max_answer
        self._client: httpx.AsyncClient | None = None

    async def aclose(self) -> None:
        """Close the connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def get_json(
        self, path: str, params: Params = (), *, timeout: float | None = None
    ) -> JsonValue:
        """The decoded JSON answer of a GET, its strings cleaned; nobody may alter it.

        Raises:
            BackendError: if there is no usable answer, with the state it leads to.
            InvalidQuery: if the error reader recognises a rejected query.
        """

        async def ask() -> JsonValue:
            return decoded(await self._send("GET", path, params=params, timeout=timeout))

        return await shared((self, path, tuple(params)), ask)

    async def post_form(
        self, path: str, form: Params, *, timeout: float | None = None
    ) -> JsonValue:
        """As :meth:`get_json`, for queries too long for a URL; errors are the same."""
        return decoded(await self._send("POST", path, form=form, timeout=timeout))

    async def get_text(self, path: str, *, timeout: float | None = None) -> str:
        """The cleaned text of a GET such as ``/-/ready``; errors as in :meth:`get_json`."""
        return clean((await self._send("GET", path, timeout=timeout)).text)

    async def _send(
        self,
        method: str,
        path: str,
        *,
        params: Params = (),
        form: Params | None = None,
        timeout: float | None = None,
    ) -> httpx.Response:
        limit = timeout if timeout is not None else self.endpoint.timeout
        loop = asyncio.get_running_loop()
        until = min(loop.time() + limit, deadline())

        def backoff(error: Exception) -> bool | float:
            if not isinstance(error, BackendError) or not error.transient:
                return False
            wait = error.retry_after
            # Waiting longer than there is time would hide what the backend said.
            return wait is None or (
                wait if wait <= MAX_RETRY_AFTER and loop.time() + wait < until else False
            )

        async for attempt in retry_context(
            on=backoff,
            attempts=ATTEMPTS,
            timeout=limit,
            wait_initial=0.1,
            wait_max=2.0,
            wait_jitter=0.2,
        ):
            with attempt:
                return await self._send_once(method, path, params, form, limit)
        raise AssertionError("the retry loop ends with an answer or an error")

    async def _send_once(
        self, method: str, path: str, params: Params, form: Params | None, limit: float
    ) -> httpx.Response:
        client = self._connected()
        request = client.build_request(
            method,
            f"{self.endpoint.url}{path}",
            params=list(params) or None,
            data=None if form is None else _form_dict(form),
            timeout=httpx.Timeout(limit, connect=min(CONNECT_TIMEOUT, limit)),
        )
        try:
            async with asyncio.timeout(limit):
                response = await self._follow(client, request)
        except TimeoutError as error:
            raise Unreachable(f"{self.endpoint.url} did not answer within {limit:g} s") from error
        except httpx.HTTPError as error:
            raise connection_error(self.endpoint, error) from error
        except (httpx.InvalidURL, UnicodeError) as error:
            raise BadResponse(f"{self.endpoint.url} redirects to what is no address") from error
        if response.is_success:
            return response
        raise self._error_reader(response) or status_error(self.endpoint, response, self.clock)

    async def _follow(self, client: httpx.AsyncClient, request: httpx.Request) -> httpx.Response:
        for turn in range(MAX_REDIRECTS + 1):
            try:
                response = await self._read(client, request)
            except RequestRefused as error:
                if turn == 0:
                    raise
                raise BadResponse(
                    f"{self.endpoint.url} redirects to {request.url.copy_with(query=None)}, which "
                    "is not part of its API: does a proxy want a login, is the address right?"
                ) from error
            next_request = response.next_request
            if next_request is None:
                return response
            target = next_request.url
            if target.path.rstrip("/").endswith("/login"):
                raise Unauthorized(
                    f"{self.endpoint.url} sends to a login page: the token is missing or not "
                    f"accepted, or {_why_a_login(self.source)}"
                )
            if (target.scheme, target.netloc) != (request.url.scheme, request.url.netloc):
                raise BadResponse(
                    f"{self.endpoint.url} redirects to {target.copy_with(query=None)}: "
                    "if that is right, make it the configured address"
                )
            request = next_request
        raise BadResponse(f"{self.endpoint.url} redirects in circles")

    async def _read(self, client: httpx.AsyncClient, request: httpx.Request) -> httpx.Response:
        response = await client.send(request, stream=True, follow_redirects=False)
        self.note_clock(response.headers.get("date"))
        try:
            body = bytearray()
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > self._max_answer:
                    size = self._max_answer // (1024 * 1024)
                    raise BadResponse(
                        f"{self.endpoint.url} sent more than {size} MiB: ask for less"
                    )
        finally:
            await response.aclose()
        whole = httpx.Response(
            response.status_code,
            headers=[(k, v) for k, v in response.headers.multi_items() if k != "content-encoding"],
            content=bytes(body),
            request=request,
            extensions=response.extensions,
        )
        whole.next_request = response.next_request
        return whole

    def _connected(self) -> httpx.AsyncClient:
        if self._client is None:
            endpoint = self.endpoint
            inner = httpx.AsyncHTTPTransport(
                verify=False if endpoint.scheme == "http" else tls_context(endpoint),
                proxy=proxy_for(endpoint),
                limits=httpx.Limits(max_connections=MOST_CONNECTIONS),
            )
            headers = {"User-Agent": "sre-tui", "Accept": "application/json", **self._headers}
            if endpoint.tenant is not None:
                headers["X-Scope-OrgID"] = endpoint.tenant
            if endpoint.org_id is not None:
                headers["X-Grafana-Org-Id"] = str(endpoint.org_id)
            auth: httpx.Auth | None = None
            if endpoint.username is not None and endpoint.password is not None:
                auth = httpx.BasicAuth(endpoint.username, endpoint.password.get_secret_value())
            if endpoint.token is not None and "Authorization" not in headers and auth is None:
                headers["Authorization"] = f"Bearer {endpoint.token.get_secret_value()}"
            headers.update({k: v.get_secret_value() for k, v in endpoint.headers.items()})
            self._client = httpx.AsyncClient(
                transport=GuardedTransport(inner, base_url=endpoint.url, rules=self._allow),
                headers=headers,
                auth=auth,
            )
        return self._client


def _form_dict(form: Params) -> dict[str, str | list[str]]:
    fields: dict[str, str | list[str]] = {}
    for name, value in form:
        earlier = fields.get(name)
        if earlier is None:
            fields[name] = value
        else:
            fields[name] = [*(earlier if isinstance(earlier, list) else [earlier]), value]
    return fields


__all__ = ["ErrorReader", "Fetched", "HttpBackend", "InvalidQuery", "Params"]

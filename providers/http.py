"""One guarded HTTP client per backend instance, and how its answers become readings.

Every provider builds its calls on :class:`HttpBackend`. It gives all of them the read-only guard,
timeouts, retries with jitter, a circuit breaker, a cap on the answer's size, same-host redirects
only, TLS options, and last-known-good data when the live call fails.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Generic, Self, TypeVar

import httpx
import stamina
from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import OpenedState
from pydantic import JsonValue, TypeAdapter, ValidationError

from providers.clock import Clock, age_in_words, system_clock
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
from providers.last_known_good import LastKnownGood, NothingKept
from providers.proxies import proxy_for
from providers.reading import Reading, State
from providers.tls import tls_context

log = logging.getLogger(__name__)

T = TypeVar("T")
Params = Sequence[tuple[str, str]]
ErrorReader = Callable[[httpx.Response], Exception | None]
"""Reads a backend's own error body; None leaves it to the status code."""

CONNECT_TIMEOUT = 3.0
ATTEMPTS = 3
MAX_REDIRECTS = 3
MAX_ANSWER = 32 * 1024 * 1024
BREAKER_FAILURES = 5
BREAKER_PAUSE = 30.0
MAX_RETRY_AFTER = 5.0
"""Seconds; a backend that asks for a longer pause is not asked again."""

_deadline_at: ContextVar[float] = ContextVar("deadline_at", default=math.inf)
"""When, in the event loop's time, the reading that is being made must be there."""


@dataclass(frozen=True)
class Fetched(Generic[T]):
    """What one or several calls brought: the data, the backend's warnings, what is missing."""

    data: T
    warnings: tuple[str, ...] = ()
    missing: str = ""
    """If set, the reading is partial and this line says what is not in it and why."""


class HttpBackend:
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
        self.source = f"{backend}:{endpoint.name}"
        self.endpoint = endpoint
        self.clock = clock
        self._kept: LastKnownGood = kept if kept is not None else NothingKept()
        self._allow = tuple(allow)
        self._headers = dict(headers or {})
        self._error_reader = error_reader
        self._max_answer = max_answer
        self.clock_offset: float | None = None
        """Seconds the backend's clock is ahead of ours, from its last ``Date`` header."""
        self._client: httpx.AsyncClient | None = None
        self._breakers = AsyncCircuitBreakerFactory(
            default_threshold=BREAKER_FAILURES,
            default_ttl=BREAKER_PAUSE,
            # BaseException: a caller who gives up (cancels) says nothing about the backend.
            exclude=[(BaseException, lambda error: not isinstance(error, Unreachable))],
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def get_json(
        self, path: str, params: Params = (), *, timeout: float | None = None
    ) -> JsonValue:
        """The decoded JSON answer of a GET, its strings cleaned.

        Raises:
            BackendError: if there is no usable answer, with the state it leads to.
            InvalidQuery: if the error reader recognises a rejected query.
        """
        return decoded(await self._send("GET", path, params=params, timeout=timeout))

    async def post_form(
        self, path: str, form: Params, *, timeout: float | None = None
    ) -> JsonValue:
        """As :meth:`get_json`, for queries too long for a URL; errors are the same."""
        return decoded(await self._send("POST", path, form=form, timeout=timeout))

    async def get_text(self, path: str, *, timeout: float | None = None) -> str:
        """The text of a GET, for endpoints such as ``/-/ready``; errors as in :meth:`get_json`."""
        return (await self._send("GET", path, timeout=timeout)).text

    async def reading(
        self, key: str, shape: type[T], fetch: Callable[[], Awaitable[Fetched[T]]]
    ) -> Reading[T]:
        """Run ``fetch`` and say how it went; on failure the last good data is given, marked stale.

        Args:
            key: names the question without its point in time, so that a later, failing call for
                the same question finds this answer.
            shape: the type of the data, for storing and restoring it.
            fetch: makes the calls; may raise any :class:`BackendError`. Any other exception is
                logged and becomes a bad response.

        Raises:
            InvalidQuery: the one error that is the asker's, not the backend's.
            RequestRefused: if ``fetch`` asks for what the guard does not permit.
        """
        adapter: TypeAdapter[T] = TypeAdapter(shape)
        try:
            breaker = await self._breakers.get_breaker(self.source)
            async with breaker, self._deadline():
                fetched = await fetch()
            value = adapter.dump_python(fetched.data, mode="json")
        except OpenedState:
            paused = Unreachable(
                f"{self.endpoint.url} failed {BREAKER_FAILURES} times in a row; "
                f"it is asked again within {BREAKER_PAUSE:.0f} s"
            )
            return await self._failed(key, adapter, paused)
        except BackendError as error:
            log.warning("%s: %s", self.source, error.detail)
            return await self._failed(key, adapter, error)
        except (InvalidQuery, RequestRefused):
            raise
        except Exception as error:
            log.exception("%s: the answer to %r could not be read", self.source, key)
            name = type(error).__name__
            unread = BadResponse(f"the answer could not be read ({name}; the log has details)")
            return await self._failed(key, adapter, unread)
        now = self.clock()
        problem = await asyncio.to_thread(self._kept.save, self._kept_source, key, value, now)
        return Reading[T](
            source=self.source,
            state=State.PARTIAL if fetched.missing else State.OK,
            observed_at=now,
            data=fetched.data,
            detail=fetched.missing,
            warnings=fetched.warnings if problem is None else (*fetched.warnings, problem),
        )

    @contextlib.asynccontextmanager
    async def _deadline(self) -> AsyncIterator[None]:
        limit = self.endpoint.timeout
        before = _deadline_at.set(asyncio.get_running_loop().time() + limit)
        try:
            async with asyncio.timeout(limit):
                yield
        except TimeoutError as error:
            raise Unreachable(f"{self.endpoint.url} did not answer within {limit:g} s") from error
        finally:
            _deadline_at.reset(before)

    @property
    def _kept_source(self) -> str:
        # The address is part of the key: another system under the same name must not lend its data.
        return f"{self.source} {self.endpoint.url} {self.endpoint.tenant or ''}"

    async def _failed(self, key: str, adapter: TypeAdapter[T], error: BackendError) -> Reading[T]:
        now = self.clock()
        # Old data would hide that a right is missing, and the operator can mend only what he sees.
        kept = None
        if error.state is not State.UNAUTHORIZED:
            kept = await asyncio.to_thread(self._kept.load, self._kept_source, key)
        if kept is not None:
            try:
                data = adapter.validate_python(kept.value)
            except ValidationError:
                log.warning("%s: stored data for %s no longer fits", self.source, key)
            else:
                age = age_in_words((now - kept.observed_at).total_seconds())
                return Reading[T](
                    source=self.source,
                    state=State.STALE,
                    observed_at=kept.observed_at,
                    data=data,
                    detail=f"{error.detail}; the last good data is {age} old",
                )
        return Reading[T](
            source=self.source, state=error.state, observed_at=now, detail=error.detail
        )

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
        until = min(loop.time() + limit, _deadline_at.get())

        def backoff(error: Exception) -> bool | float:
            if not isinstance(error, BackendError) or not error.transient:
                return False
            wait = error.retry_after
            # Waiting longer than there is time would hide what the backend said.
            return wait is None or (
                wait if wait <= MAX_RETRY_AFTER and loop.time() + wait < until else False
            )

        async for attempt in stamina.retry_context(
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
        raise self._error_reader(response) or status_error(self.endpoint, response)

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
                    f"{self.endpoint.url} sends to its login page: the token is missing or not "
                    "accepted, or the address lacks a path such as /grafana"
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
        self._note_clock(response.headers.get("date"))
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

    def _note_clock(self, date: str | None) -> None:
        with contextlib.suppress(TypeError, ValueError):
            theirs = parsedate_to_datetime(date or "")
            self.clock_offset = (theirs - self.clock()).total_seconds()

    def _connected(self) -> httpx.AsyncClient:
        if self._client is None:
            endpoint = self.endpoint
            inner = httpx.AsyncHTTPTransport(
                verify=False if endpoint.scheme == "http" else tls_context(endpoint),
                proxy=proxy_for(endpoint),
                limits=httpx.Limits(max_connections=10),
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

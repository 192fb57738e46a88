"""How what a backend answers, or fails to answer, becomes a reading; whatever protocol it speaks.

Every connection to a backend is a :class:`Connection`. It gives all of them a deadline for the
whole of a question, a circuit breaker, and last-known-good data when the live call fails.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Generic, TypeVar

from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import OpenedState
from pydantic import TypeAdapter, ValidationError

from providers.clock import Clock, age_in_words, system_clock
from providers.closing import Closing
from providers.endpoint import Endpoint
from providers.errors import (
    BackendError,
    BadResponse,
    InvalidQuery,
    RequestRefused,
    Unreachable,
)
from providers.last_known_good import LastKnownGood, NothingKept
from providers.reading import OLD_DATA, Reading, State

log = logging.getLogger(__name__)

T = TypeVar("T")

BREAKER_FAILURES = 5
BREAKER_PAUSE = 30.0
_SILENT = 0.9
"""Share of the deadline after which a failed question counts as one that got no answer."""

_deadline_at: ContextVar[float] = ContextVar("deadline_at", default=math.inf)


def deadline() -> float:
    """When, in the event loop's time, the reading that is being made must be there."""
    return _deadline_at.get()


@dataclass(frozen=True)
class Fetched(Generic[T]):
    """What one or several calls brought: the data, the backend's warnings, what is missing."""

    data: T
    warnings: tuple[str, ...] = ()
    missing: str = ""
    """If set, the reading is partial and this line says what is not in it and why."""


def _closed_breakers() -> AsyncCircuitBreakerFactory:
    return AsyncCircuitBreakerFactory(
        default_threshold=BREAKER_FAILURES,
        default_ttl=BREAKER_PAUSE,
        # BaseException: a caller who gives up (cancels) says nothing about the backend.
        exclude=[(BaseException, lambda error: not isinstance(error, Unreachable))],
    )


class Connection(Closing):
    """The connection to one instance of one backend."""

    def __init__(
        self,
        backend: str,
        endpoint: Endpoint,
        *,
        clock: Clock = system_clock,
        kept: LastKnownGood | None = None,
    ) -> None:
        self.source = f"{backend}:{endpoint.name}"
        self.endpoint = endpoint
        self.clock = clock
        self.clock_offset: float | None = None
        """Seconds the backend's clock is ahead of ours, from its last ``Date`` header."""
        self._kept: LastKnownGood = kept if kept is not None else NothingKept()
        self._why_away = f"{endpoint.url} cannot be reached"
        self._breakers = _closed_breakers()

    def ask_again(self) -> None:
        """Ask at once, though the backend was to be left alone: somebody mended it, or hopes so."""
        self._breakers = _closed_breakers()

    def note_clock(self, date: str | None) -> None:
        """Take the backend's time from a ``Date`` header."""
        with contextlib.suppress(TypeError, ValueError):
            theirs = parsedate_to_datetime(date or "")
            self.clock_offset = (theirs - self.clock()).total_seconds()

    async def reading(
        self,
        key: str,
        shape: type[T],
        fetch: Callable[[], Awaitable[Fetched[T]]],
        *,
        quick: bool = False,
    ) -> Reading[T]:
        """Run ``fetch`` and say how it went; on failure the last good data is given, marked stale.

        Args:
            key: names the question without its point in time, so that a later, failing call for
                the same question finds this answer.
            shape: the type of the data, for storing and restoring it.
            fetch: makes the calls; may raise any :class:`BackendError`. Any other exception is
                logged and becomes a bad response.
            quick: whether any server that works answers this at once. One that does not within the
                deadline is not asked anything else for a while, so that questions that follow each
                other do not wait for it one after the other.

        Raises:
            InvalidQuery: the one error that is the asker's, not the backend's.
            RequestRefused: if ``fetch`` asks for what the guard does not permit.
        """
        adapter: TypeAdapter[T] = TypeAdapter(shape)
        begun = asyncio.get_running_loop().time()
        try:
            breaker = await self._breakers.get_breaker(self.source)
            async with breaker, self._deadline():
                fetched = await fetch()
            value = adapter.dump_python(fetched.data, mode="json")
        except OpenedState:
            paused = Unreachable(
                f"{self._why_away}; it is asked again within {BREAKER_PAUSE:.0f} s"
            )
            return await self._failed(key, adapter, paused)
        except BackendError as error:
            if isinstance(error, Unreachable):
                self._why_away = error.detail
                took = asyncio.get_running_loop().time() - begun
                if quick and took > self.endpoint.timeout * _SILENT:
                    await self._leave_alone(error)
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

    async def _leave_alone(self, error: Unreachable) -> None:
        """Open the breaker, as so many failures in a row do."""
        breaker = await self._breakers.get_breaker(self.source)
        for _ in range(BREAKER_FAILURES):
            with contextlib.suppress(Unreachable, OpenedState):
                async with breaker:
                    raise error

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
        # Another system under the same name must not lend its data, nor one credential what it may
        # see to another that may not.
        own = f"{self.endpoint.tenant or ''}#{self.endpoint.credential}"
        return f"{self.source} {self.endpoint.url} {own}"

    async def last_good(self, key: str, shape: type[T]) -> tuple[T, datetime] | None:
        """The last good answer to a question and when it was true; None if there is none."""
        return await self._restored(key, TypeAdapter(shape))

    async def _restored(self, key: str, adapter: TypeAdapter[T]) -> tuple[T, datetime] | None:
        kept = await asyncio.to_thread(self._kept.load, self._kept_source, key)
        if kept is None:
            return None
        try:
            return adapter.validate_python(kept.value), kept.observed_at
        except ValidationError:
            log.warning("%s: stored data for %s no longer fits", self.source, key)
            return None

    async def _failed(self, key: str, adapter: TypeAdapter[T], error: BackendError) -> Reading[T]:
        now = self.clock()
        # Old data would hide that a right is missing, and the operator can mend only what he sees.
        last = None
        if error.state is not State.UNAUTHORIZED:
            last = await self._restored(key, adapter)
        if last is not None:
            data, at = last
            age = age_in_words((now - at).total_seconds())
            return Reading[T](
                source=self.source,
                state=State.STALE,
                observed_at=at,
                data=data,
                detail=f"{error.detail}{OLD_DATA}{age} old",
            )
        return Reading[T](
            source=self.source,
            state=error.state,
            observed_at=now,
            detail=error.detail,
            obstacle=error.obstacle,
        )

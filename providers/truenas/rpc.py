"""JSON-RPC 2.0 over one WebSocket that is kept: how TrueNAS is asked."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pydantic import JsonValue

from providers.clock import Clock, system_clock
from providers.endpoint import TrueNasEndpoint
from providers.errors import BackendError, Unauthorized
from providers.last_known_good import LastKnownGood
from providers.readings import Connection, deadline
from providers.retrying import retry_context
from providers.truenas import methods
from providers.truenas.errors import Dropped, SessionEnded

if TYPE_CHECKING:
    from providers.truenas.login import Login
    from providers.truenas.session import Session

log = logging.getLogger(__name__)

MAX_ANSWER: Final = 32 * 1024 * 1024
CONCURRENT: Final = 8
"""Calls under way at a time; the NAS answers ten and refuses from twenty on."""
OPEN_PATIENCE: Final = 5.0
"""Seconds a connection may take to open."""
OPEN_ATTEMPTS: Final = 3

OVER_PLAIN: Final = (
    "the API key is not sent over http:// or ws://: TrueNAS revokes a key that comes in "
    "unencrypted; write the address with https://"
)
NO_KEY: Final = "no API key is set: TRUENAS_API_KEY, or token in the settings file"


_LOGIN: Final = "login"
_BY_PROOF: Final = "by proof"
"""What is remembered of a NAS that takes no plain keys."""


@dataclass
class _Attempt:
    """A connection in the making, and how many wait for it."""

    task: asyncio.Task[Session]
    waiting: int = 0


class RpcConnection(Connection):
    """The connection to one TrueNAS, opened when first asked and kept."""

    def __init__(
        self,
        endpoint: TrueNasEndpoint,
        *,
        clock: Clock = system_clock,
        kept: LastKnownGood | None = None,
        max_answer: int = MAX_ANSWER,
    ) -> None:
        super().__init__("truenas", endpoint, clock=clock, kept=kept)
        self._nas = endpoint
        self._max_answer = max_answer
        self._session: Session | None = None
        self._login: Login | None = None
        self._opening: _Attempt | None = None
        self._slots = asyncio.Semaphore(CONCURRENT)
        self._closed = False

    async def call(
        self, method: str, *params: JsonValue, timeout: float | None = None
    ) -> JsonValue:
        """The result of a method; a connection that broke meanwhile is opened again once.

        Raises:
            RequestRefused: if it is not one of :data:`providers.truenas.methods.READS`.
            BackendError: if there is no usable answer.
        """
        methods.check(method)
        limit = timeout if timeout is not None else self.endpoint.timeout
        async with self._slots:
            session = await self._opened()
            try:
                return await session.ask(method, params, limit)
            except (Dropped, SessionEnded) as error:
                log.info("%s: %s; connecting again", self.source, error.detail)
                await self._discard(session)
            return await (await self._opened()).ask(method, params, limit)

    async def aclose(self) -> None:
        """Close the connection for good: what is still asked finds none, and opens none."""
        self._closed = True
        opening, self._opening = self._opening, None
        if opening is not None:
            opening.task.cancel()
            with contextlib.suppress(asyncio.CancelledError, BackendError):
                await opening.task
        if self._session is not None:
            await self._discard(self._session)

    async def _discard(self, session: Session) -> None:
        if self._session is session:
            self._session = None
        await session.close()

    async def _opened(self) -> Session:
        if self._closed:
            raise Dropped(f"the connection to {self.endpoint.url} was closed")
        if self._session is not None and self._session.is_open:
            return self._session
        if self._opening is None:
            # One attempt for all who wait: every login is audited, and many are rate limited.
            self._opening = _Attempt(asyncio.create_task(self._open()))
            self._opening.task.add_done_callback(self._opening_ended)
        attempt = self._opening
        attempt.waiting += 1
        try:
            return await asyncio.shield(attempt.task)
        finally:
            attempt.waiting -= 1
            if not attempt.waiting and not attempt.task.done():
                # Whoever asks next gets an attempt of his own, not the rest of a stuck one.
                attempt.task.cancel()
                self._opening = None

    def _opening_ended(self, task: asyncio.Task[Session]) -> None:
        if self._opening is not None and self._opening.task is task:
            self._opening = None
        if not task.cancelled() and task.exception() is None:
            self._session = task.result()

    async def _open(self) -> Session:
        if self.endpoint.scheme != "https":
            raise Unauthorized(OVER_PLAIN)
        if self.endpoint.token is None:
            raise Unauthorized(NO_KEY)
        # Who asks no NAS need not wait for the libraries.
        from providers.truenas.handshake import opened
        from providers.truenas.login import Login
        from providers.truenas.session import Session

        if self._login is None:
            key = self.endpoint.token.get_secret_value()
            known = await self.last_good(_LOGIN, str)
            by_proof = known is not None and known[0] == _BY_PROOF
            self._login = Login(self.endpoint, self._nas.username, key, by_proof=by_proof)
        patience = min(OPEN_PATIENCE, self.endpoint.timeout)
        until = min(asyncio.get_running_loop().time() + self.endpoint.timeout, deadline())
        async for attempt in retry_context(
            on=lambda error: isinstance(error, BackendError) and error.transient,
            attempts=OPEN_ATTEMPTS,
            timeout=max(0.1, until - asyncio.get_running_loop().time()),
            wait_initial=0.1,
            wait_max=1.0,
            wait_jitter=0.2,
        ):
            with attempt:
                socket = await opened(self._nas, patience, self._max_answer)
                session = Session(self.endpoint.url, socket, self._max_answer)
                self.note_clock(session.date)
                try:
                    await self._enter(session, self._login)
                except BaseException:
                    await session.close()
                    raise
                return session
        raise AssertionError("the retry loop ends with a session or an error")

    async def _enter(self, session: Session, login: Login) -> None:
        was_known = login.by_proof
        await login.enter(session)
        if login.by_proof and not was_known:
            save, now = self._kept.save, self.clock()
            await asyncio.to_thread(save, self._kept_source, _LOGIN, _BY_PROOF, now)

"""Connects to a PostgreSQL so that a refusal keeps its code, whatever language it is said in."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg import errors, pq
from psycopg.waiting import Wait

_CODE: Final = re.compile(rb'\tErrorResponse\s+S "[^"\n]*"\s+(?:V "[^"\n]*"\s+)?C "([0-9A-Z]{5})"')
"""In what libpq writes down of a message, before any text of the server's own."""
_LONGEST: Final = 256 * 1024
"""Bytes of the exchange that are looked at; a login takes a few kilobytes."""


def logged_in(until: float | None, *words: Any, **parameters: Any) -> psycopg.Connection[Any]:
    """A connection, made of what the driver's own ``connect`` takes.

    Args:
        until: when to give up, on the clock of ``time.monotonic``, over all addresses that there
            are; None leaves it to ``connect_timeout``, which is for each of them.
        words: passed on.
        parameters: passed on.

    Raises:
        psycopg.Error: with the ``sqlstate`` that the server gave as its reason, where this libpq
            lets it be seen (from version 17 on, on Linux).
    """

    class Login(psycopg.Connection[Any]):
        """Keeps an eye on how it comes about."""

        @classmethod
        def _connect_gen(cls, conninfo: str = "") -> Generator[Any, Any, Any]:
            return cls((yield from _made(conninfo, until)))

    return Login.connect(*words, **parameters)


def _made(conninfo: str, until: float | None) -> Generator[Any, Any, pq.abc.PGconn]:
    made = pq.PGconn.connect_start(conninfo.encode())
    try:
        with _written_down(made) as exchange:
            is_in = yield from _is_let_in(made, until)
            # What is written down comes to the file with this at the latest.
            made.untrace()
            kind = psycopg.OperationalError if is_in else _kind_of(exchange)
    except BaseException:
        made.finish()
        raise
    if not is_in:
        said = f"connection failed: {made.get_error_message()}"
        raise kind(said, pgconn=errors.finish_pgconn(made))
    made.nonblocking = 1
    return made


def _is_let_in(made: pq.abc.PGconn, until: float | None) -> Generator[Any, Any, bool]:
    while made.status != pq.ConnStatus.BAD:
        polled = made.connect_poll()
        if polled == pq.PollingStatus.OK:
            return True
        if polled == pq.PollingStatus.FAILED:
            return False
        ready = Wait.R if polled == pq.PollingStatus.READING else Wait.W
        while not (yield made.socket, ready):
            if until is not None and time.monotonic() > until:
                raise errors.ConnectionTimeout("it gives no answer")
    return False


@contextmanager
def _written_down(made: pq.abc.PGconn) -> Iterator[int | None]:
    """A file in memory that nobody else can open, since passwords are written there as well."""
    # Elsewhere the driver refuses to have it written down.
    if made.status == pq.ConnStatus.BAD or sys.platform != "linux":
        yield None
        return
    file = os.memfd_create("login")
    try:
        made.trace(file)
        yield file
    finally:
        made.untrace()
        os.close(file)


def _kind_of(exchange: int | None) -> type[psycopg.Error]:
    codes = [] if exchange is None else _CODE.findall(os.pread(exchange, _LONGEST, 0))
    try:
        return errors.lookup(codes[-1].decode()) if codes else psycopg.OperationalError
    except KeyError:
        return psycopg.OperationalError

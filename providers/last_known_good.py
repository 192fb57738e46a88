"""The last good answer of every question, kept for the time when the live call fails."""

from __future__ import annotations

import logging
import sqlite3
import threading
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, TypeVar

T = TypeVar("T")

log = logging.getLogger(__name__)

SIZE_LIMIT = 64 * 1024 * 1024
LOCK_PATIENCE = 0.2
"""Seconds to wait for another program that has locked the store."""
PEEK_LIMIT = 5000
"""Entries that :func:`peek` looks through at most."""


@dataclass(frozen=True)
class Kept:
    """A stored answer: its JSON value and when it was true."""

    value: object
    observed_at: datetime


class LastKnownGood(Protocol):
    """Stores answers by source and question."""

    def save(self, source: str, key: str, value: object, observed_at: datetime) -> str | None:
        """Keep an answer; returns one line for the user if that was not possible."""
        ...

    def load(self, source: str, key: str) -> Kept | None:
        """The last good answer, if there is a readable one."""
        ...


class NothingKept:
    """Keeps nothing: for callers that must not see old data, such as ``sre doctor``."""

    def save(self, source: str, key: str, value: object, observed_at: datetime) -> str | None:
        """Drop the answer."""

    def load(self, source: str, key: str) -> Kept | None:
        """Nothing."""
        return None


class DiskKept:
    """Answers in a diskcache folder (SQLite), JSON only: a cache file must never execute code.

    All work is done in one thread, because diskcache connects anew in every thread it meets, which
    takes several times as long as keeping an answer.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: _Cache | None = None
        self._thread: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()
        self._out_of_order: Exception | None = None
        self._told = False

    def save(self, source: str, key: str, value: object, observed_at: datetime) -> str | None:
        """Keep an answer; returns one line for the user if the disk refuses.

        Where the store as a whole is out of order, it is left alone from then on, and the line
        comes once. May block for a moment; safe to call from any thread.
        """
        return self._in_thread(lambda: self._save(source, key, value, observed_at))

    def load(self, source: str, key: str) -> Kept | None:
        """The last good answer, or None if there is none or the file is damaged."""
        return self._in_thread(lambda: self._load(source, key))

    def close(self) -> None:
        """Close the cache file; what is saved afterwards opens it again."""
        with self._lock:
            if self._thread is not None:
                self._thread.submit(self._close).result()
                self._thread.shutdown()
                self._thread = None

    def _in_thread(self, work: Callable[[], T]) -> T:
        with self._lock:
            if self._thread is None:
                self._thread = ThreadPoolExecutor(1, "last-known-good")
            future = self._thread.submit(work)
        return future.result()

    def _save(self, source: str, key: str, value: object, observed_at: datetime) -> str | None:
        try:
            cache = self._cache()
            if cache is not None:
                cache.set(f"{source} {key}", {"at": observed_at.timestamp(), "value": value})
        except _store_errors() as error:
            return self._warning(error)
        return self._warning(self._out_of_order) if cache is None and not self._told else None

    def _load(self, source: str, key: str) -> Kept | None:
        try:
            cache = self._cache()
            entry = None if cache is None else cache.get(f"{source} {key}")
            return _kept(entry)
        except _store_errors() as error:
            log.warning("cannot read last-known-good data from %s: %s", self._folder, _said(error))
            return None

    def _close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    def _warning(self, error: Exception | None) -> str:
        self._told = True
        said = _said(error)
        log.warning("cannot keep the last good answer in %s: %s", self._folder, said)
        return f"last-known-good data cannot be saved in {self._folder}: {said}"

    def _cache(self) -> _Cache | None:
        if self._open is None and self._out_of_order is None:
            try:
                self._open = _opened(self._folder)
            except _store_errors() as error:
                self._out_of_order = error
                raise
        return self._open


def _opened(folder: Path) -> _Cache:
    import diskcache

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    file = folder / "cache.db"
    if file.exists():
        # Opening waits a minute for a locked database, whatever timeout it is given.
        with closing(sqlite3.connect(file, timeout=LOCK_PATIENCE, isolation_level=None)) as base:
            base.execute("BEGIN IMMEDIATE")
            base.execute("ROLLBACK")
    cache: _Cache = diskcache.Cache(
        str(folder), disk=diskcache.JSONDisk, size_limit=SIZE_LIMIT, timeout=2
    )
    return cache


def _store_errors() -> tuple[type[Exception], ...]:
    import diskcache

    return OSError, sqlite3.Error, zlib.error, ValueError, diskcache.Timeout


def _said(error: Exception | None) -> str:
    said = error.strerror if isinstance(error, OSError) else None
    return said or str(error) or "it is locked by another program"


def peek(folder: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, Kept]]:
    """The newest answers whose name (``SOURCE KEY``) is wanted, newest first.

    For readers that must not wait for a writer nor create anything, such as shell completion. The
    folder is read as it is; what cannot be read is not there.
    """
    file = folder / "cache.db"
    if not file.is_file():
        return
    import diskcache

    disk = diskcache.JSONDisk(str(folder))
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=0.05)) as base:
            keys = base.execute(_NEWEST_KEYS, (PEEK_LIMIT,)).fetchall()
            for row, key, raw in keys:
                name = disk.get(key, raw)
                if not isinstance(name, str) or not wanted(name):
                    continue
                stored = base.execute(_VALUE, (row,)).fetchone()
                kept = None if stored is None else _kept(disk.fetch(*stored, False))
                if kept is not None:
                    yield name, kept
    except (OSError, sqlite3.Error, zlib.error, ValueError) as error:
        log.warning("cannot read last-known-good data from %s: %s", folder, error)


_NEWEST_KEYS = "SELECT rowid, key, raw FROM Cache ORDER BY store_time DESC LIMIT ?"
_VALUE = "SELECT mode, filename, value FROM Cache WHERE rowid = ?"


def _kept(entry: object) -> Kept | None:
    match entry:
        case {"at": float() | int() as at, "value": value}:
            return Kept(value=value, observed_at=datetime.fromtimestamp(at, UTC))
        case _:
            return None


class _Cache(Protocol):
    def get(self, key: str) -> object: ...

    def set(self, key: str, value: object) -> bool: ...

    def close(self) -> None: ...

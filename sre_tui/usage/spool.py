"""Where calls wait for the memory: a file that any process appends to in no time.

Opening the memory would cost a short command as much as all else that it does. Each call is on the
disk's side of the process the moment it ended, so that one that is killed has counted what it did.
"""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

log = logging.getLogger(__name__)

LARGEST: Final = 4_000_000
"""Bytes that wait at most, about 15,000 calls; further ones are not counted."""
MUCH: Final = 250_000
"""Bytes that wait, about 1,000 calls, from which on whoever is not in a hurry takes them over."""


class Spool:
    """Lines that wait, in a folder that only the user can open; no method but `aside` raises."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "waiting.jsonl"
        self._aside = folder / "aside.jsonl"
        self._complained = False

    @property
    def size(self) -> int:
        """Bytes that wait."""
        return sum(_size(path) for path in (self.path, self._aside))

    @property
    def is_long(self) -> bool:
        """Whether it is time that somebody takes over what waits."""
        return self.size >= MUCH

    def waiting(self) -> list[bytes]:
        """The lines that wait, and go on waiting; twice if they are moved at this moment."""
        found: list[bytes] = []
        # In the order in which they move, so that none slips by.
        for path in (self.path, self._aside):
            with suppress(OSError):
                found += path.read_bytes().splitlines()
        return found

    def append(self, line: bytes) -> None:
        """Add a line without its end, whole or not at all; what hinders that is only logged."""
        try:
            self._append(line + b"\n")
        except OSError as error:
            # A disk that is full would fill its log as well.
            if not self._complained:
                log.warning("usage is not counted: %s: %s", self.path, error.strerror or error)
            self._complained = True

    @contextmanager
    def aside(self) -> Iterator[list[bytes]]:
        """The lines that wait, which are gone when the block ends without an exception.

        They are what an earlier block left behind if there is any, else what came since. Only one
        process may be in such a block.

        Raises:
            OSError: the files cannot be read or moved.
        """
        if not self._aside.exists():
            try:
                self.path.rename(self._aside)
            except FileNotFoundError:
                yield []
                return
        with self._aside.open("rb") as file:
            # Who opened the file under its former name is still writing.
            fcntl.flock(file, fcntl.LOCK_EX)
            lines = file.read().splitlines()
        yield lines
        self._aside.unlink()

    def _append(self, line: bytes) -> None:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        while True:
            try:
                file = os.open(self.path, flags, 0o600)
            except FileNotFoundError:
                self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                file = os.open(self.path, flags, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX)
                here = os.fstat(file)
                if not _is_at(here, self.path):
                    continue
                if not here.st_size:
                    # Earlier versions made it as the system does; not every disk has modes.
                    with suppress(OSError):
                        self.folder.chmod(0o700)
                if here.st_size + len(line) > LARGEST:
                    raise OSError(0, "too much waits; `sre usage` takes it over")
                if os.write(file, line) < len(line):
                    # A half line would spoil the next one.
                    os.ftruncate(file, here.st_size)
                    raise OSError(0, "the disk is full")
            finally:
                os.close(file)
            return


def _is_at(file: os.stat_result, path: Path) -> bool:
    """Whether an open file still has this name: it may have been set aside before it was locked."""
    try:
        named = path.stat()
    except FileNotFoundError:
        return False
    return (file.st_dev, file.st_ino) == (named.st_dev, named.st_ino)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0

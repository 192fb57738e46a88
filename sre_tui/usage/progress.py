"""What is under way right now: a locked file for each question and each command."""

from __future__ import annotations

import fcntl
import logging
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

log = logging.getLogger(__name__)


@contextmanager
def under_way(folder: Path, front: str) -> Iterator[None]:
    """Something is under way; if that cannot be marked, it only is not seen."""
    path = folder / f"{front}-{os.urandom(8).hex()}"
    file = None
    try:
        # The mode is that of the last one only.
        for each in (folder.parent, folder):
            each.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
    except OSError as error:
        log.debug("%s is not marked as under way: %s", front, error)
    try:
        yield
    finally:
        if file is not None:
            with suppress(OSError):
                path.unlink()
            os.close(file)


def seen_under_way(folder: Path) -> dict[str, int]:
    """How many things are under way, by front; the marks of what was killed are removed.

    Raises:
        OSError: the folder cannot be read.
    """
    found: Counter[str] = Counter()
    if not folder.exists():
        return {}
    for path in folder.iterdir():
        with suppress(FileNotFoundError):
            file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                # What ended, however that was, has let go of its lock.
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()
            except BlockingIOError:
                found[path.name.partition("-")[0]] += 1
            finally:
                os.close(file)
    return dict(found)

"""Access to LanceDB: imported late, its logs silenced, its failures turned into one line."""

import asyncio
import os
import re
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

from index.errors import DocumentIndexError, LibraryMissingError

_Result = TypeVar("_Result")
_NATIVE_PLACE = re.compile(r",? (?:at )?(?:/rustc/|/?[\w./-]+\.rs:\d).*")


def import_lancedb() -> Any:
    """LanceDB, with its native logs kept off the screen."""
    os.environ.setdefault("LANCE_LOG", "error")
    os.environ.setdefault("LANCEDB_LOG", "error")
    try:
        import lancedb
    except ImportError as error:
        raise LibraryMissingError(f"cannot import {error.name or error}") from error
    return lancedb


@contextmanager
def native_errors(make: Callable[[str], DocumentIndexError], what: str) -> Iterator[None]:
    """Turns whatever the native library raises, its panics included, into one line."""
    try:
        yield
    except (DocumentIndexError, KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
        raise
    except BaseException as error:  # a Rust panic is not an Exception
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise make(f"{what}: {_first_line(error)}") from error


def start(work: Coroutine[Any, Any, _Result]) -> Future[_Result]:
    """Begins asynchronous work on a thread of its own, whatever loop the caller has or has not."""
    return asyncio.run_coroutine_threadsafe(work, _loop())


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="index-store", daemon=True).start()
    return loop


def _first_line(error: BaseException) -> str:
    """What happened, without the place in the native source where it was noticed."""
    line = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return _NATIVE_PLACE.sub("", line)[:200]

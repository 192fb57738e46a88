"""Builds an index in another process, which may be killed and may run out of disk.

Processes are forked from one that has imported what a build needs, which takes longer than a build.
"""

from __future__ import annotations

import os
import resource
from collections.abc import Callable
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NoReturn

from index.builder import build
from index.errors import DocumentIndexError
from tests.unit.index.homestead import Homestead

KILLED = 9
_CONTEXT = get_context("forkserver")
# The database itself starts a thread, which no fork survives.
_CONTEXT.set_forkserver_preload(
    ["lance_namespace", "pyarrow.dataset", "onnxruntime", "tokenizers", "pydantic"]
)


def die(*_: object, **__: object) -> NoReturn:
    """End this process as a kill does, with nothing tidied up."""
    os._exit(KILLED)


def _dies(module: str, function: str) -> None:
    setattr(import_module(module), function, die)


def die_without_index() -> None:
    """Arrange that the build dies when the table is written and its index is not."""
    import lancedb.table

    lancedb.table.LanceTable.create_index = die


def die_before_sync() -> None:
    """Arrange that the build dies when nothing is known to be on the disk."""
    _dies("index.writer", "sync_tree")


def die_before_check() -> None:
    """Arrange that the build dies when the files are not marked."""
    _dies("index.builder", "mark_files")


def die_before_switch() -> None:
    """Arrange that the build dies when only the pointer is missing."""
    Path.replace = die  # type: ignore[method-assign]


def limit_files(size: int) -> None:
    """Let no file grow beyond so many bytes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def build_elsewhere(
    home: Homestead, prepare: Callable[[], None] | None = None, at: tuple[str, int] | None = None
) -> tuple[int | None, str]:
    """The exit code, and the error that was told; the process dies at that step of the build."""
    receiving, sending = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=_build, args=(home, prepare, at, sending))
    process.start()
    sending.close()
    try:
        told = receiving.recv()
    except EOFError:
        told = ""
    receiving.close()
    process.join()
    return process.exitcode, told


def _build(
    home: Homestead,
    prepare: Callable[[], None] | None,
    at: tuple[str, int] | None,
    telling: Connection,
) -> None:
    def progress(step: str, done: int, total: int) -> None:
        if (step, done) == at:
            die()

    if prepare is not None:
        prepare()
    try:
        build(home.sources, home.path, progress, cache_dir=home.cache)
    except DocumentIndexError as error:
        telling.send(f"{type(error).__name__} {error}")

"""A report in a file: whole, or what was there before."""

from __future__ import annotations

import os
import resource
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest

from sre_tui.report.files import NotWritten, write_file
from tests.unit.memory.killing import forked

BEFORE, AFTER = "the report of last week\n", "the report of this week\n" * 2000


@contextmanager
def files_of(size: int) -> Iterator[None]:
    """As on a disk where no more has room."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "report.md"
    path.write_text(BEFORE)
    return path


def test_of_one_that_has_no_room_nothing_is_kept(path: Path) -> None:
    with files_of(1000), pytest.raises(NotWritten, match=r"report\.md cannot be written: "):
        write_file(path, AFTER)
    assert path.read_text() == BEFORE
    assert list(path.parent.iterdir()) == [path]
    new = path.with_name("new.md")
    with files_of(1000), pytest.raises(NotWritten):
        write_file(new, AFTER)
    assert list(path.parent.iterdir()) == [path]


def test_of_one_whose_writer_is_killed_nothing_stands_under_its_name(path: Path) -> None:
    reading, writing = os.pipe()

    def half(draft: Path, text: str, encoding: str) -> None:
        draft.write_bytes(text.encode(encoding)[: len(text) // 2])
        os.write(writing, b"half")
        time.sleep(600)

    def write() -> None:
        with patch.object(Path, "write_text", half):
            write_file(path, AFTER)

    child = forked(write)
    os.close(writing)
    assert os.read(reading, 4) == b"half"
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert path.read_text() == BEFORE
    write_file(path, AFTER)
    assert path.read_text() == AFTER

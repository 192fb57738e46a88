"""What waits for the memory: nothing is lost, and nothing is counted twice."""

from __future__ import annotations

import json
import logging
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sre_tui.environment import Folders
from sre_tui.memory.place import Place
from sre_tui.memory.refusals import NotKept
from sre_tui.memory.store import open_store
from sre_tui.memory.usage import Usage
from sre_tui.settings.model import MemorySettings, Settings
from sre_tui.usage import spool as module
from sre_tui.usage.counter import Counter, spool_of
from sre_tui.usage.spool import Spool
from sre_tui.usage.taking import relieve, take_over
from sre_tui.usage.waiting import waiting_questions

NOW = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
APPENDING = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from sre_tui.usage.counter import Counter
from sre_tui.usage.spool import Spool

counter = Counter(Spool(Path(sys.argv[1])), lambda: datetime.now(UTC), "command")
print("ready", flush=True)
for number in range(400):
    counter.ended("tool", f"tool_{number}", 0.1, "ok")
"""


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "usage")


@pytest.fixture
def usage(tmp_path: Path) -> Iterator[Usage]:
    with open_store(Place(path=tmp_path / "memory.db")) as store:
        yield Usage(store)


def count(spool: Spool, *names: str) -> None:
    counter = Counter(spool, lambda: NOW, "command")
    for name in names:
        counter.ended("tool", name, 1.5, "ok", tokens_in=None, cost=0.25)


def names(usage: Usage) -> list[str]:
    return [each.name for each in usage.totals() for _ in range(each.calls)]


def test_what_waits_is_taken_over_once(spool: Spool, usage: Usage) -> None:
    count(spool, "a", "b")
    count(spool, "c")
    assert take_over(spool, usage) == 3
    assert take_over(spool, usage) == 0
    assert sorted(names(usage)) == ["a", "b", "c"]
    assert spool.size == 0
    (first, *_) = usage.totals()
    assert (first.front, first.seconds, first.cost, first.tokens_in) == ("command", 1.5, 0.25, 0)


def test_only_the_user_can_read_it(spool: Spool) -> None:
    count(spool, "a")
    assert [path.stat().st_mode & 0o777 for path in (spool.folder, spool.path)] == [0o700, 0o600]


def test_a_folder_that_others_can_open_is_closed(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "state" / "usage")
    with Counter(spool, lambda: NOW, "ask").under_way():
        assert spool.folder.stat().st_mode & 0o777 == 0o700
    spool.folder.chmod(0o755)
    count(spool, "a")
    assert spool.folder.stat().st_mode & 0o777 == 0o700


def test_a_killed_taker_leaves_it_to_the_next(spool: Spool, usage: Usage) -> None:
    count(spool, "a")
    # Killed before anything was kept, then after all was.
    with pytest.raises(KeyboardInterrupt), spool.aside():
        raise KeyboardInterrupt
    count(spool, "b")
    Counter(spool, lambda: NOW, "ask").answered("why?", NOW, ("a",), "analyst")
    kept = usage.take

    def killed(counted: object, asked: object) -> int:
        kept(counted, asked)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    usage.take = killed  # type: ignore[method-assign,assignment]
    with pytest.raises(KeyboardInterrupt):
        take_over(spool, usage)
    usage.take = kept  # type: ignore[method-assign]
    assert names(usage) == ["a"]
    # Who looks before the next takes over sees it among what waits.
    assert [each.question for each in waiting_questions(spool)] == ["why?"]
    assert take_over(spool, usage) == 1
    assert names(usage) == ["a", "b"]
    assert [each.question for each in usage.questions()] == ["why?"]


def test_a_memory_that_cannot_be_written_leaves_it_waiting(spool: Spool, usage: Usage) -> None:
    count(spool, "a")
    kept = usage.take

    def refused(*_: object) -> int:
        raise NotKept("no")

    usage.take = refused  # type: ignore[method-assign,assignment]
    for _ in range(2):
        with pytest.raises(NotKept):
            take_over(spool, usage)
        count(spool, "b")
    usage.take = kept  # type: ignore[method-assign]
    assert take_over(spool, usage) == 3


def test_processes_append_while_another_takes_over(spool: Spool, usage: Usage) -> None:
    command = [sys.executable, "-c", APPENDING, str(spool.folder)]
    writers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    taken = 0
    while any(writer.poll() is None for writer in writers):
        taken += take_over(spool, usage)
    assert taken + take_over(spool, usage) == 1200
    assert all(writer.returncode == 0 for writer in writers)
    for writer in writers:
        writer.communicate()


def test_half_a_line_is_left_out(
    spool: Spool, usage: Usage, caplog: pytest.LogCaptureFixture
) -> None:
    count(spool, "a")
    for half in (b'{"run":', b'{"asked":"now","question":"sekret"}', b'{"asked":"sekret'):
        spool.append(half)
    count(spool, "b")
    assert waiting_questions(spool) == []
    assert take_over(spool, usage) == 2
    assert caplog.text.count("a line of the usage is left out") == 3
    assert "sekret" not in caplog.text


def test_there_is_an_end_to_what_waits(
    spool: Spool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    count(spool, "a")
    monkeypatch.setattr(module, "LARGEST", spool.size + 10)
    size = spool.size
    for _ in range(3):
        count(spool, "b")
    assert spool.size == size
    assert "`sre usage` takes it over" in caplog.text
    assert len(caplog.records) == 1


def test_what_became_much_is_taken_over_unless_that_just_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    folders = Folders.under(tmp_path)
    spool = spool_of(folders)
    count(spool, "a")
    assert not spool.is_long
    monkeypatch.setattr(module, "MUCH", spool.size)
    assert spool.is_long
    here = tmp_path / "memory.db"
    (tmp_path / "file").write_text("no folder")
    nowhere = Settings(memory=MemorySettings(path=tmp_path / "file" / "memory.db"))
    relieve(spool, nowhere, folders)
    assert "usage waits for the memory" in caplog.text
    working = Settings(memory=MemorySettings(path=here))
    relieve(spool, working, folders)
    assert (here.exists(), spool.is_long) == (False, True)
    os.utime(spool.folder / "tried", (0, 0))
    relieve(spool, working, folders)
    with open_store(Place(path=here)) as store:
        assert names(Usage(store)) == ["a"]
    assert spool.size == 0


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_full_disk_takes_whole_lines_only(
    spool: Spool, usage: Usage, caplog: pytest.LogCaptureFixture
) -> None:
    count(spool, "a")
    # As on a disk with no room left, the kernel takes a part of the next line.
    caplog.set_level(logging.CRITICAL)
    with files_of_at_most(spool.size + 20):
        count(spool, "b")
    lines = spool.path.read_bytes().splitlines()
    assert [json.loads(line)["call"]["name"] for line in lines] == ["a"]
    count(spool, "c")
    assert take_over(spool, usage) == 2


def test_a_folder_that_cannot_be_made_is_a_line_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "state").write_text("no folder")
    spool = Spool(tmp_path / "state" / "usage")
    count(spool, "a", "b")
    assert len(caplog.records) == 1
    assert "usage is not counted" in caplog.text
    assert spool.size == 0


def test_a_link_is_not_followed(spool: Spool, tmp_path: Path) -> None:
    spool.folder.mkdir()
    spool.path.symlink_to(tmp_path / "elsewhere")
    count(spool, "a")
    assert not (tmp_path / "elsewhere").exists()

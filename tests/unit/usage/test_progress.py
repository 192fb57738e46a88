"""What is under way, even if it is killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sre_tui.usage.progress import seen_under_way, under_way

STARTING = """
import sys
from pathlib import Path
from sre_tui.usage.progress import under_way

with under_way(Path(sys.argv[1]), "command"):
    print("under way", flush=True)
    sys.stdin.read()
"""


def test_what_was_killed_is_not_under_way_any_more(tmp_path: Path) -> None:
    folder = tmp_path / "under-way"
    assert seen_under_way(folder) == {}
    command = [sys.executable, "-c", STARTING, str(folder)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "under way\n"
        with under_way(folder, "chat"), under_way(folder, "chat"):
            assert seen_under_way(folder) == {"chat": 2, "command": 1}
        process.kill()
        process.wait()
    assert len(list(folder.iterdir())) == 1
    assert seen_under_way(folder) == {}
    assert list(folder.iterdir()) == []


def test_where_nothing_can_be_marked_all_goes_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with under_way(tmp_path / "file" / "under-way", "ask"):
        pass
    assert (tmp_path / "file").read_text() == ""

"""The doctor looks whether folders take bytes, not only names."""

import resource
from pathlib import Path

from sre_tui.doctor.finding import Verdict
from sre_tui.doctor.local import folders
from sre_tui.environment import Folders


def test_a_folder_that_takes_names_and_no_bytes_is_broken(tmp_path: Path) -> None:
    places = Folders(
        config=tmp_path, state=tmp_path, cache=tmp_path, data=tmp_path, runtime=tmp_path
    )
    assert [each.verdict for each in folders(places)] == [Verdict.OK]
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    # Python ignores the signal, so that a write fails as on a full disk.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        found = folders(places)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [each.verdict for each in found] == [Verdict.FAILED] * 3
    assert "cannot be written: File too large" in found[0].detail
    assert list(tmp_path.iterdir()) == []

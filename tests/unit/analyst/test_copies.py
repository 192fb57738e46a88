"""Which datasets a replication copies, and when its copy is late."""

from datetime import UTC, datetime, timedelta

import pytest

from providers.truenas import Replication
from sre_tui.agent.analyst.answers.copies import covers, late

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("recursive", "excluded", "dataset", "copied"),
    [
        (True, (), "tank/photos", True),
        (True, (), "tank/photos/raw", True),
        (False, (), "tank/photos/raw", False),
        (None, (), "tank/photos/raw", False),
        (True, ("tank/photos/raw",), "tank/photos/raw", False),
        (True, ("tank/photos/raw",), "tank/photos/raw/2026", False),
        (True, ("tank/photos/raw",), "tank/photos/rawest", True),
        (True, (), "tank/photosets", False),
        (True, (), "tank", False),
    ],
)
def test_a_dataset_below_is_copied_only_where_the_task_says_so(
    recursive: bool | None, excluded: tuple[str, ...], dataset: str, copied: bool
) -> None:
    task = Replication(source="truenas:main", id=1, name="away", datasets=("tank/photos",),
                       recursive=recursive, excluded=excluded)  # fmt: skip
    assert covers(task, dataset) is copied


@pytest.mark.parametrize(
    ("age", "state", "enabled", "behind"),
    [(20, "finished", True, False), (70, "finished", True, True), (20, "error", True, True),
     (70, "finished", False, False)],
)  # fmt: skip
def test_a_copy_is_late_after_two_runs_and_a_half(
    age: int, state: str, enabled: bool, behind: bool
) -> None:
    task = Replication(source="truenas:main", id=1, name="away", interval=86400.0, state=state,
                       enabled=enabled, last_snapshot_at=NOW - timedelta(hours=age))  # fmt: skip
    assert late(task, NOW) is behind

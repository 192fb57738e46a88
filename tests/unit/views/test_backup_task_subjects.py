"""What a task of a backup server is about, with the moment of a backup in figures one can read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from providers.pbs import Task
from sre_tui.views.backup_tasks import BACKUP_TASKS
from widgets.cell import Display

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("main:ct/139/6921C000", "main:ct/139 of 2025-11-22 13:52:00Z"),
        ("archive:s-prune-archive", "archive:s-prune-archive"),
        ("main:vm/100/x", "main:vm/100/x"),
    ],
)
def test_the_date_of_a_backup(subject: str, shown: str) -> None:
    task = Task(
        source="pbs:main", node="pbs", upid="UPID:x", type="verify", subject=subject,
        user="root@pam", started=NOW, state="ok",
    )  # fmt: skip
    column = next(each for each in BACKUP_TASKS.columns if each.key == "subject")
    assert column.cell(task, Display(NOW, True, True)).text == shown
    named = task.model_copy(update={"guest": "proxy"})
    assert column.cell(named, Display(NOW, True, True)).text == f"proxy ({shown})"

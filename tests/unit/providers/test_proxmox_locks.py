"""A lock belongs to the task that works on the guest, also where the task names no guest."""

from datetime import UTC, datetime, timedelta

import pytest

from providers.proxmox import Guest, Task
from providers.proxmox.locks import LONG_COPY, holders, left_behind

T0 = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
GUEST = Guest(
    source="proxmox:a", vmid=120, type="lxc", name="influxdb", node="pve2", status="running"
)


def _task(
    kind: str, vmid: int | None, *, node: str = "pve2", source: str = "proxmox:a", hours: float = 1
) -> Task:
    return Task(
        source=source, upid=f"{node}{kind}{vmid}", node=node, type=kind, vmid=vmid,
        started=T0 - timedelta(hours=hours), state="running",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("lock", "task", "left"),
    [
        ("backup", _task("vzdump", None), False),
        ("snapshot-delete", _task("vzdump", None), False),
        ("migrate", _task("migrateall", None), False),
        ("backup", _task("vzdump", 120), False),
        ("backup", _task("vzdump", 121), True),
        ("backup", _task("vzdump", None, node="pve1"), True),
        ("backup", _task("vzdump", None, source="proxmox:b"), True),
        ("rollback", _task("vzdump", None), True),
        ("snapshot", _task("vzsnapshot", 120, hours=2), True),
        ("backup", _task("vzdump", None, hours=LONG_COPY.total_seconds() / 3600), True),
    ],
)
def test_a_lock_is_left_behind_when_no_task_holds_it(lock: str, task: Task, left: bool) -> None:
    guest = GUEST.model_copy(update={"lock": lock})
    assert left_behind(guest, [task], T0) is left


def test_without_a_lock_nothing_is_left_and_a_task_of_it_is_still_told() -> None:
    own = _task("vzdump", 120)
    assert not left_behind(GUEST, [], T0)
    assert holders(GUEST, [own, _task("vzdump", None)]) == [own]
    ended = own.model_copy(update={"state": "ok"})
    assert holders(GUEST.model_copy(update={"lock": "backup"}), [ended]) == []

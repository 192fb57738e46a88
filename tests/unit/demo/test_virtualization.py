"""What the simulated Proxmox VE knows agrees with metrics, logs and the truth about backups."""

from __future__ import annotations

import pytest

from sre_tui.demo.scenario import Raw, RawTask, Scenario
from sre_tui.demo.world.virtualization.configs import agent_of
from sre_tui.demo.world.world import World

from .conftest import ANCHOR, Ask, Hear, MakeWorld

DAY = 86400.0


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("pve_memory_usage_bytes", "memory"),
        ("pve_uptime_seconds", "uptime"),
        ("pve_disk_usage_bytes", "disk"),
        ("pve_network_receive_bytes_total", "net_in"),
    ],
)
def test_metrics_and_the_api_tell_the_same(
    quiet_world: World, ask: Ask, query: str, field: str
) -> None:
    state = quiet_world.virtualization.state(ANCHOR)
    for name in ("media", "docker1", "vaultwarden"):
        guest = next(each for each in state.guests if each.entry.name == name)
        joined = f'{query} * on (id) group_left (name) pve_guest_info{{name="{name}"}}'
        (scraped,) = ask(quiet_world, joined)
        assert scraped == pytest.approx(getattr(guest, field), rel=0.06, abs=30)


def test_storages_and_metrics_tell_the_same(quiet_world: World, ask: Ask) -> None:
    for each in quiet_world.virtualization.state(ANCHOR).storages:
        (used,) = ask(quiet_world, f'pve_disk_usage_bytes{{id="{each.storage.id}"}}')
        (size,) = ask(quiet_world, f'pve_disk_size_bytes{{id="{each.storage.id}"}}')
        assert used == pytest.approx(each.used, rel=1e-3)
        assert size == each.size


def test_a_backup_storage_is_as_full_as_its_datastore(quiet_world: World, ask: Ask) -> None:
    state = quiet_world.virtualization.state(ANCHOR)
    (main,) = {each.used for each in state.storages if each.storage.name == "pbs-main"}
    (used,) = ask(quiet_world, 'pbs_used{datastore="main"}')
    assert main == pytest.approx(used, rel=1e-3)


def test_backup_tasks_are_the_runs_of_the_backups(world_with: MakeWorld) -> None:
    world = world_with({"kind": "backup_failing", "target": "gitea", "at": "-3d"})
    tasks = [task for task in world.virtualization.tasks(ANCHOR) if task.type == "vzdump"]
    runs = world.backups.node_runs(ANCHOR - 5 * DAY, ANCHOR)
    recent = [task for task in tasks if task.start >= ANCHOR - 5 * DAY]
    assert [(t.node, t.start, t.end, t.status) for t in recent] == [
        (run.node, run.start, run.end, run.status) for run in runs
    ]
    failed = [task for task in tasks if task.status == "job errors"]
    assert {task.node for task in failed} == {"pve1"}
    assert any("Backup of VM 111 failed" in line for line in failed[0].log(ANCHOR))
    assert failed[0].log(ANCHOR)[-1] == "TASK ERROR: job errors"


def test_a_task_is_in_the_log_under_the_same_id(world_with: MakeWorld, hear: Hear) -> None:
    fault = {"kind": "guest_stopped", "target": "docker1", "at": "-30m", "by": "anna@pve"}
    world = world_with(fault)
    (task,) = [each for each in world.virtualization.tasks(ANCHOR) if each.type == "qmshutdown"]
    assert (task.user, task.id, task.node) == ("anna@pve", "107", "pve2")
    lines = hear(world, hostname="pve2", service_name="pvedaemon")
    assert [line for line in lines if task.upid in line] == [
        f"<anna@pve> starting task {task.upid}",
        f"<anna@pve> end task {task.upid} OK",
    ]


def test_tasks_of_a_scenario_are_in_the_list() -> None:
    tasks = tuple(
        RawTask.model_validate(each)
        for each in (
            {"backend": "proxmox", "type": "qmigrate", "target": "docker1", "at": "-50m",
             "duration": "15m", "status": "migration aborted"},
            {"backend": "proxmox", "type": "apttest", "target": "pve3", "at": "-1m",
             "duration": "5m"},
            {"backend": "pbs", "type": "verify", "target": "main", "at": "-50m"},
        )
    )  # fmt: skip
    scenario = Scenario(id="raw", title="Raw tasks", raw=Raw(tasks=tasks))
    known = World.create(scenario, guests=20, anchor=ANCHOR).virtualization.tasks(ANCHOR)
    found = {task.type: task for task in known}
    assert (found["qmigrate"].id, found["qmigrate"].status) == ("107", "migration aborted")
    assert (found["apttest"].node, found["apttest"].end > ANCHOR) == ("pve3", True)
    assert "verify" not in found


def test_a_node_that_is_down_does_nothing(world_with: MakeWorld) -> None:
    world = world_with({"kind": "node_offline", "target": "pve3", "at": "-2d"})
    virtual = world.virtualization
    since = [task for task in virtual.tasks(ANCHOR) if task.start > ANCHOR - 2 * DAY]
    assert {task.node for task in since} == {"pve1", "pve2"}
    assert not virtual.state(ANCHOR).node_by_name["pve3"].online
    assert virtual.asked_node(ANCHOR) == "pve1"


def test_replication_to_a_node_that_is_down_fails(world_with: MakeWorld) -> None:
    world = world_with({"kind": "node_offline", "target": "pve2", "at": "-1h"})
    first = world.virtualization.replications(ANCHOR)[0]
    assert (first.target, first.failures) == ("pve2", 4)
    assert "exit code 255" in first.error
    assert first.last_sync < ANCHOR - 3600 < first.last_try


def test_another_member_answers_when_the_first_is_down(world_with: MakeWorld) -> None:
    world = world_with({"kind": "node_offline", "target": "pve1", "at": "-1h"})
    assert world.virtualization.asked_node(ANCHOR) == "pve2"


def test_a_running_backup_locks_its_guest(quiet_world: World) -> None:
    run = quiet_world.backups.runs(ANCHOR - DAY, ANCHOR)[3]
    during = quiet_world.virtualization.state(run.start + 60)
    after = quiet_world.virtualization.state(run.end + 20)
    key = f"{run.guest.type}/{run.guest.vmid}"
    assert during.guest_by_id[key].lock == "backup"
    assert after.guest_by_id[key].lock == ""


def test_configurations_fit_the_homelab(quiet_world: World) -> None:
    virtual = quiet_world.virtualization
    for entry in virtual.entries:
        config = virtual.config(entry)
        assert config["memory"] == str(entry.memory // 2**20)
        disk = config["scsi0" if entry.type == "qemu" else "rootfs"]
        assert disk.startswith(f"{entry.storage}:")
        assert f"size={entry.disk // 2**30}G" in disk
        assert ("agent" in config) == (entry.type == "qemu" and agent_of(entry) != "absent")


def test_volumes_are_those_of_the_backups(quiet_world: World) -> None:
    virtual = quiet_world.virtualization
    main = virtual.storage("pve2", "pbs-main")
    local = virtual.storage("pve1", "local")
    assert main is not None
    assert local is not None
    kept = [s for s in quiet_world.backups.snapshots("main", ANCHOR) if s.namespace == ""]
    assert len(virtual.volumes(main, ANCHOR)) == len(kept)
    archives = [each for each in quiet_world.backups.archives(ANCHOR) if each.node == "pve1"]
    found = [each for each in virtual.volumes(local, ANCHOR) if each.content == "backup"]
    assert [each.volid for each in found] == [each.volid for each in archives]
    assert virtual.storage("pve1", "nope") is None

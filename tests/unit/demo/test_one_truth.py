"""What a fault does is the same in every place where it would be seen."""

from __future__ import annotations

from sre_tui.demo.world.world import World

from .conftest import ANCHOR, Ask, Hear, MakeWorld

DAY = 86_400.0


def test_nothing_reports_of_a_disk_that_is_gone(
    world_with: MakeWorld, ask: Ask, hear: Hear
) -> None:
    world = world_with({"kind": "disk_dead", "target": "nas1/sde", "at": "-1d"})
    for name in ("smart_status", "temperature", "attribute", "power_on_seconds"):
        of_disk = f'smartctl_device_{name}{{hostname="nas1",device="sde"}}'
        assert ask(world, of_disk) == []
        assert ask(world, of_disk, -DAY - 600), name
        assert ask(world, of_disk.replace("sde", "sdd")), name
    told = hear(world, 24, hostname="nas1", service_name="smartd")
    assert not [line for line in told if "sde" in line and "Temperature" in line]
    assert [line for line in told if "sdd" in line and "Temperature" in line]
    assert [line for line in hear(world, 24, -DAY, service_name="smartd") if "sde" in line]


def test_a_member_that_vanished_is_not_called_slow(world_with: MakeWorld, ask: Ask) -> None:
    fault = {"kind": "pool_degraded", "target": "nas1/fast", "at": "-2h", "disk": "nas1/sdh"}
    world = world_with(fault)
    of_disk = '{hostname="nas1",device="sdh"}[5m]'
    time, count = "node_disk_read_time_seconds_total", "node_disk_reads_completed_total"
    assert ask(world, f"rate({time}{of_disk}) / rate({count}{of_disk}) > 0") == []


def test_who_is_in_no_job_is_counted_and_named(world_with: MakeWorld, ask: Ask) -> None:
    world = world_with({"kind": "backup_missing", "target": "immich", "at": "-5d"})
    assert ask(world, "pve_not_backed_up_total") == [1]
    assert ask(world, 'pve_not_backed_up_info{id="qemu/108"}') == [1]
    assert ask(world, "count(pve_not_backed_up_info)") == [1]
    assert ask(world, "pve_not_backed_up_total", -6 * DAY) == [0]
    assert ask(world, "pve_not_backed_up_info", -6 * DAY) == []
    failing = world_with({"kind": "backup_failing", "target": "immich", "at": "-5d"})
    assert ask(failing, "pve_not_backed_up_total") == [0]


def test_a_pool_that_fills_leaves_no_room_for_backups_on_it(
    world_with: MakeWorld, ask: Ask
) -> None:
    world = world_with({"kind": "pool_filling", "target": "nas1/tank", "at": "-6h", "severity": 1})
    assert ask(world, 'pbs_used{datastore="archive"} / pbs_size')[0] > 0.97
    assert ask(world, 'pbs_used{datastore="main"} / pbs_size')[0] < 0.7
    held = {each.dataset.name: each.used for each in world.nas.space(ANCHOR)}
    assert held["tank/pbs"] < 0.6 * world.homelab.pool_by_id["nas1/tank"].size


def test_nodes_wait_with_their_containers(quiet_world: World, world_with: MakeWorld) -> None:
    world = world_with({"kind": "disk_failing", "target": "nas1/sdc", "at": "-4h"})

    def waiting(of: World) -> dict[str, float]:
        return {each.node.name: each.wait for each in of.virtualization.state(ANCHOR).nodes}

    before, now = waiting(quiet_world), waiting(world)
    assert now["pve2"] > 5 * before["pve2"]
    assert now["pve1"] < 3 * before["pve1"]


def test_the_other_nodes_see_a_link_that_flaps(world_with: MakeWorld, hear: Hear) -> None:
    world = world_with({"kind": "network_loss", "target": "pve2", "at": "-2h", "severity": 0.5})
    for other in ("pve1", "pve3"):
        told = hear(world, 2, hostname=other, service_name="corosync")
        assert [line for line in told if "host: 2 link: 0 is down" in line]
    assert hear(world, 2, hostname="pve2", service_name="corosync") == []

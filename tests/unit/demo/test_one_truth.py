"""What a fault does is the same in every place where it would be seen."""

from __future__ import annotations

import pytest

from sre_tui.demo.scenario import Raw, RawDataset, RawLog, RawTask, Scenario
from sre_tui.demo.scenario_load import load_scenario
from sre_tui.demo.world.nas.jobs import jobs
from sre_tui.demo.world.nas.troubles import troubles
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


def test_whoever_uses_a_stopped_broker_or_database_says_so(
    world_with: MakeWorld, hear: Hear, ask: Ask
) -> None:
    broker = world_with({"kind": "guest_stopped", "target": "mqtt", "at": "-40m"})
    assert any("MQTT failed to connect" in line for line in hear(broker, hostname="zigbee2mqtt"))
    assert any("1883" in line for line in hear(broker, hostname="nodered", level="error"))
    database = world_with({"kind": "guest_stopped", "target": "db", "at": "-40m"})
    assert any(":5432" in line for line in hear(database, hostname="gitea", level="error"))
    assert ask(database, 'probe_success{instance="https://gitea.home.example"}') == [0]
    assert ask(database, 'probe_success{instance="https://unifi.home.example"}') == [1]
    assert not any("MQTT" in line for line in hear(database, hostname="zigbee2mqtt"))


def test_an_outage_of_the_internet_shows_at_the_router_and_the_name_servers(
    quiet_world: World, world_with: MakeWorld, hear: Hear, ask: Ask
) -> None:
    cut = world_with({"kind": "network_loss", "target": "1.1.1.1", "at": "-40m", "severity": 1})
    traffic = 'rate(ifHCInOctets{ifName="wan"}[5m])'
    assert ask(cut, traffic)[0] < 0.05 * ask(quiet_world, traffic)[0]
    assert any("1.1.1.1" in line for line in hear(cut, hostname="dns1"))
    assert any("1.1.1.1" in line for line in hear(cut, hostname="dns2"))
    assert ask(cut, 'probe_success{job="blackbox-dns"}') == [1, 1]


def test_an_nvme_disk_complains_as_nvme_disks_do(world_with: MakeWorld, hear: Hear) -> None:
    for kind in ("disk_failing", "disk_dead"):
        world = world_with({"kind": kind, "target": "pve2/nvme0n1", "at": "-50m"})
        told = hear(world, hostname="pve2", service_name="kernel", level="error")
        assert any("nvme" in line for line in told)
        assert not any("ata3" in line or "sd 2:0" in line for line in told)


def test_what_crashes_at_its_start_serves_no_metrics(world_with: MakeWorld, ask: Ask) -> None:
    world = world_with({"kind": "container_restart_loop", "target": "monitor/loki", "at": "-20m"})
    assert ask(world, 'up{job="loki"}') == [0]
    assert ask(world, 'up{job="grafana"}') == [1]


def test_a_scrub_that_runs_is_seen_at_the_pool_its_disks_and_the_jobs(ask: Ask) -> None:
    task = RawTask.model_validate(
        {"backend": "truenas", "type": "pool.scrub.scrub", "target": "tank", "at": "-1h",
         "duration": "4h"}
    )  # fmt: skip
    scenario = Scenario(id="test", title="A test", raw=Raw(tasks=(task,)))
    world = World.create(scenario, anchor=ANCHOR)
    busy = ask(world, 'rate(node_disk_io_time_seconds_total{hostname="nas1"}[5m]) > 0.5')
    assert len(busy) == 6
    running = [job for job in jobs(world.nas, ANCHOR, world.raw_tasks(), ANCHOR) if not job.end]
    assert [(job.method, job.description) for job in running] == [
        ("pool.scrub.scrub", "scrub of tank")
    ]


def test_a_backup_that_runs_is_seen_on_the_network(quiet_world: World, ask: Ask) -> None:
    task = RawTask.model_validate(
        {"backend": "proxmox", "type": "vzdump", "target": "mail", "at": "-10m", "duration": "20m"}
    )
    scenario = Scenario(id="test", title="A test", raw=Raw(tasks=(task,)))
    world = World.create(scenario, anchor=ANCHOR)
    sent = 'rate(node_network_transmit_bytes_total{hostname="pve1"}[5m])'
    assert ask(world, sent)[0] > 1e8 > ask(quiet_world, sent)[0]


def test_a_raw_line_may_come_again_and_again(hear: Hear) -> None:
    log = RawLog.model_validate(
        {"labels": {"hostname": "kavita"}, "at": "-2h", "line": "again", "per_hour": 30}
    )
    world = World.create(Scenario(id="test", title="A test", raw=Raw(logs=(log,))), anchor=ANCHOR)
    said = hear(world, hours=24, hostname="kavita")
    assert 30 < said.count("again") < 100
    assert hear(world, hours=1, after=-2 * 3600, hostname="kavita").count("again") == 0


def test_a_disk_that_sleeps_does_nothing_and_tells_no_temperature(
    quiet_world: World, ask: Ask
) -> None:
    night = -10.5 * 3600
    slept = ask(quiet_world, 'disk_power_state{pool="tank"} == 0', night)
    assert len(slept) == 6
    of_tank = '{hostname="nas1",device=~"sd[a-f]"}'
    for metric in ("reads_completed", "written_bytes", "io_time_seconds"):
        assert set(ask(quiet_world, f"rate(node_disk_{metric}_total{of_tank}[5m])", night)) == {0.0}
    assert ask(quiet_world, f"smartctl_device_temperature{of_tank}", night) == []
    assert len(ask(quiet_world, f"smartctl_device_temperature{of_tank}")) == 6
    assert min(ask(quiet_world, f"rate(node_disk_reads_completed_total{of_tank}[5m])")) > 0
    warm = {disk.name: quiet_world.nas.temperature(disk, ANCHOR + night)
            for disk in quiet_world.nas.disks(ANCHOR)}  # fmt: skip
    assert warm["sda"] is None
    assert warm["sdg"] is not None


def test_work_keeps_disks_awake(world_with: MakeWorld, ask: Ask) -> None:
    fault = {"kind": "disk_failing", "target": "nas1/sdc", "at": "-15h", "severity": 0.7}
    world = world_with(fault)
    night = -10.5 * 3600
    assert set(ask(world, 'disk_power_state{pool="tank"}', night)) == {2}
    assert (
        len(ask(world, 'smartctl_device_temperature{device=~"sd[a-f]",hostname="nas1"}', night))
        == 6
    )
    assert set(ask(world, 'disk_power_state{pool="tank"}', night - DAY)) == {0}
    reads = 'rate(node_disk_reads_completed_total{hostname="pbs"}[5m]) > 0.5'
    for second in (1.6, 2.5, 6.1, 21.1):
        after = (second - 15.39) * 3600
        assert len(ask(world, reads, after)) == 1
        assert ask(world, 'disk_power_state{pool="backup"}', after) == [2]


def test_free_room_of_a_pool_is_one_number(quiet_world: World, ask: Ask) -> None:
    for space in quiet_world.nas.space(ANCHOR):
        if "/" not in space.dataset.name:
            of_pool = f'{{hostname="nas1",device="{space.dataset.name}"}}'
            (free,) = ask(quiet_world, f"node_filesystem_avail_bytes{of_pool}")
            (size,) = ask(quiet_world, f"node_filesystem_size_bytes{of_pool}")
            # Scrapes are up to 15 s old, and metrics count in blocks of 4 KiB.
            assert abs(free - space.available) < 1e7
            assert abs(size - space.available - space.used) < 4096


def test_a_used_quota_is_one_number(ask: Ask) -> None:
    world = World.create(load_scenario("mac-backup-no-room"), anchor=ANCHOR)
    (full,) = [each for each in world.nas.space(ANCHOR) if each.dataset.name == "tank/timemachine"]
    assert (full.used, full.available) == (full.dataset.quota, 0)
    of_dataset = '{name="tank/timemachine"}'
    for what, amount in (("used", full.used), ("quota", full.used), ("available", 0)):
        assert ask(world, f"zfs_dataset_{what}_bytes{of_dataset}") == [amount]
    said = {each.klass: each for each in troubles(world.nas, ANCHOR)}["QuotaCritical"]
    assert said.text == (
        "Quota exceeded on dataset tank/timemachine. Used 100.00% (1.82 TiB of 1.82 TiB)."
    )
    held = RawDataset.model_validate({"dataset": "nas1/tank/sync", "points": [["-1m", 0.85e12]]})
    raw = Scenario(id="quota", title="A quota", raw=Raw(datasets=(held,)))
    (warned,) = troubles(World.create(raw, anchor=ANCHOR).nas, ANCHOR)
    assert (warned.klass, warned.level, warned.key) == ("QuotaWarning", "WARNING", "tank/sync")
    lost = held.model_copy(update={"dataset": "nas1/tank/none"})
    with pytest.raises(ValueError, match="there is no dataset 'nas1/tank/none'; there are nas1/"):
        World.create(Scenario(id="x", title="None such", raw=Raw(datasets=(lost,))), anchor=ANCHOR)


def test_an_update_that_is_installed_waits_no_more(world_with: MakeWorld, ask: Ask) -> None:
    world = world_with({"kind": "bad_update", "target": "media", "at": "-2h"})
    waiting = 'apt_upgrades_pending{hostname="media"}'
    assert ask(world, waiting, -3 * 3600)[0] >= 1
    assert ask(world, waiting) == [0]

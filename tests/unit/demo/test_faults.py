"""Every fault kind shows in each signal it should touch, and is gone when it ends."""

# ruff: noqa: E501 - queries stay on one line

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from sre_tui.demo.faults import FAULT_KINDS
from sre_tui.demo.world.world import World
from tests.stubs.slow import sampled

from .conftest import Alerts, Ask, Hear, MakeWorld, make_world


@dataclass(frozen=True)
class Case:
    """A fault; expressions that give something with it and nothing without; lines; an alert."""

    fault: dict[str, Any]
    shows: tuple[str, ...]
    says: tuple[tuple[dict[str, str], str], ...]
    alert: str
    guests: int = 20
    """As many as it needs."""

    def play(self, world_with: MakeWorld, **changes: Any) -> World:
        return world_with({**self.fault, **changes}, guests=self.guests)


def fault(kind: str, target: str, at: str, severity: float = 0.8, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "target": target, "at": at, "severity": severity, **more}


IOWAIT = (
    'avg by (hostname) (rate(node_cpu_seconds_total{{mode="iowait", hostname="{}"}}[5m])) > 0.1'
)
CASES = [
    Case(
        fault("disk_failing", "nas1/sdc", "-3h", 0.9),
        (
            'smartctl_device_attribute{device="sdc", attribute_name="Reallocated_Sector_Ct", attribute_value_type="raw"} > 100',
            'smartctl_device_attribute{device="sdc", attribute_name="Current_Pending_Sector", attribute_value_type="raw"} > 20',
            'smartctl_device_smart_status{device="sdc"} == 0',
            'rate(node_disk_read_time_seconds_total{device="sdc"}[5m]) / rate(node_disk_reads_completed_total[5m]) > 0.1',
            'rate(node_disk_io_time_seconds_total{device="sdc"}[5m]) > 0.4',
            'rate(node_disk_read_time_seconds_total{device="sdd"}[5m]) / rate(node_disk_reads_completed_total[5m]) > 0.015',
            'node_zfs_zpool_state{zpool="tank", state="degraded"} == 1',
            IOWAIT.format("nas1"),
            IOWAIT.format("media"),
            'rate(node_nfs_rpc_retransmissions_total{hostname="media"}[10m]) > 0.1',
            'probe_duration_seconds{instance="https://jellyfin.home.example"} > 0.8',
        ),
        (
            ({"hostname": "nas1", "service_name": "kernel"}, "I/O error, dev sdc"),
            ({"hostname": "nas1", "service_name": "zfs-zed"}, "ereport.fs.zfs.checksum"),
            ({"hostname": "nas1", "service_name": "smartd"}, "Currently unreadable (pending)"),
            ({"hostname": "media", "service_name": "jellyfin"}, "transcode stalled: read timeout"),
            ({"hostname": "media", "service_name": "kernel"}, "nfs: server nas1 not responding"),
        ),
        "SmartDiskFailing",
    ),
    Case(
        fault("pool_degraded", "nas1/fast", "-30m"),
        ('node_zfs_zpool_state{zpool="fast", state="degraded"} == 1',
         'rate(node_disk_reads_completed_total{device="sdh"}[5m]) == 0'),
        (({"hostname": "nas1", "service_name": "zfs-zed"}, "vdev_state=REMOVED"),),
        "ZfsPoolDegraded",
    ),
    Case(
        fault("pool_filling", "nas1/tank", "-5h", within="5h"),
        ('1 - node_filesystem_avail_bytes{mountpoint="/mnt/tank"} / node_filesystem_size_bytes > 0.9',
         '1 - node_filesystem_avail_bytes{hostname="media", fstype="nfs4"} / node_filesystem_size_bytes > 0.9',
         'rate(node_network_transmit_bytes_total{hostname="docker1"}[5m] offset 1h) > 1e8'),
        (({"hostname": "docker1", "container": "qbittorrent"}, "writing to tank"),
         ({"hostname": "nas1", "service_name": "middlewared"}, 'pool "tank" is 90%')),
        "ZfsPoolAlmostFull",
    ),
    Case(
        fault("filesystem_full", "gitea", "-4h", within="3h"),
        ('node_filesystem_avail_bytes{hostname="gitea", mountpoint="/"} / node_filesystem_size_bytes < 0.02',
         'pve_disk_usage_bytes{id="lxc/111"} / pve_disk_size_bytes > 0.9',
         'probe_success{instance="https://gitea.home.example"} == 0'),
        (({"hostname": "gitea", "service_name": "gitea"}, "no space left on device"),
         ({"hostname": "gitea", "service_name": "rsyslogd"}, "No space left on device")),
        "HostDiskSpaceLow",
    ),
    Case(
        fault("disk_dead", "nas1/sdd", "-40m"),
        ('node_zfs_zpool_state{zpool="tank", state="degraded"} == 1',
         'zpool_device_errors{disk="sdd", type="write"} > 50',
         'absent(smartctl_device_smart_status{instance="nas1:9633", device="sdd"})',
         'absent(disk_power_state{host="nas1", disk="sdd"})',
         'rate(node_disk_reads_completed_total{device="sdd", hostname="nas1"}[5m]) == 0'),
        (({"hostname": "nas1", "service_name": "kernel"}, "rejecting I/O to dead device"),
         ({"hostname": "nas1", "service_name": "zfs-zed"}, "vdev_state=UNAVAIL")),
        "ZfsPoolDegraded",
    ),
    Case(
        fault("scrub_errors", "nas1/tank", "-20m"),
        ('zpool_scrub_errors{zpool="tank"} > 5',
         'sum(zpool_device_errors{zpool="tank", type="checksum"}) > 100'),
        (({"hostname": "nas1", "service_name": "zfs-zed"}, "class=scrub_finish pool='tank'"),),
        "ZfsScrubErrors",
    ),
    Case(
        fault("snapshot_pileup", "nas1/tank/media", "-20h"),
        ('zfs_dataset_snapshots{dataset="tank/media"} > 600',),
        (({"hostname": "nas1", "service_name": "middlewared"}, "skipping removal"),),
        "SnapshotCountHigh",
    ),
    Case(
        fault("replication_stuck", "nas1/fast-to-tank", "-3d"),
        ('time() - zfs_replication_last_success_timestamp_seconds{task="fast-to-tank"} > 172800',),
        (({"hostname": "nas1", "service_name": "middlewared"}, "cannot receive incremental"),),
        "ReplicationStale",
    ),
    Case(
        fault("disk_spun_up", "nas1/tank", "-26h"),
        ('min_over_time(disk_power_state{pool="tank", type="hdd"}[24h]) > 0',),
        (({"hostname": "nas1", "service_name": "smbd"}, "searching /mnt/tank"),),
        "DiskNotSpinningDown",
    ),
    Case(
        fault("node_overloaded", "pve2", "-40m"),
        ('avg by (hostname) (rate(node_cpu_seconds_total{mode="idle", hostname="pve2"}[5m])) < 0.2',
         'node_load5{hostname="pve2"} > 12',
         'pve_cpu_usage_ratio{id="node/pve2"} > 0.7',
         'rate(node_pressure_cpu_waiting_seconds_total{hostname="pve2"}[5m]) > 0.2',
         'avg by (hostname) (rate(node_cpu_seconds_total{mode="steal", hostname="media"}[5m])) > 0.05'),
        (({"hostname": "pve2", "service_name": "pvestatd"}, "status update time"),),
        "HostHighCpuUsage",
    ),
    Case(
        fault("memory_leak", "immich", "-230m", within="4h", kills=False),
        ('node_memory_MemAvailable_bytes{hostname="immich"} / node_memory_MemTotal_bytes < 0.1',
         'pve_memory_usage_bytes / pve_memory_size_bytes * on (id) group_left (name) pve_guest_info{name="immich"} > 0.9',
         'container_memory_working_set_bytes{name="immich-server"} > 3e9',
         'rate(node_pressure_memory_waiting_seconds_total{hostname="immich"}[5m]) > 0.1'),
        (({"hostname": "immich", "container": "immich-server"}, "heap usage high"),),
        "HostOutOfMemory",
    ),
    Case(
        fault("oom_kill", "paperless", "-10m"),
        ('increase(node_vmstat_oom_kill{hostname="paperless"}[30m]) > 0',
         'increase(node_vmstat_oom_kill{hostname="pve2"}[30m]) > 0',
         'min_over_time(node_memory_MemAvailable_bytes{hostname="paperless"}[15m]) / node_memory_MemTotal_bytes < 0.08'),
        (({"hostname": "pve2", "service_name": "kernel"}, "of memory: Killed process"),
         ({"hostname": "paperless", "service_name": "systemd"}, "killed by the OOM killer")),
        "HostOomKillDetected",
    ),
    Case(
        fault("io_wait_neighbour", "tdarr", "-40m"),
        (IOWAIT.format("pve2"), IOWAIT.format("paperless"),
         'rate(node_disk_io_time_seconds_total{hostname="pve2"}[5m]) > 0.8',
         'rate(pve_disk_written_bytes_total[5m]) * on (id) group_left (name) pve_guest_info{name="tdarr"} > 1e8'),
        (({"hostname": "paperless", "service_name": "paperless"}, "disk is slow"),
         ({"hostname": "tdarr", "container": "tdarr"}, "to cache, continuing")),
        "HostHighIoWait",
        guests=40,
    ),
    Case(
        fault("guest_stopped", "vaultwarden", "-30m"),
        ('pve_up * on (id) group_left (name) pve_guest_info{name="vaultwarden"} == 0',
         'up{instance="vaultwarden:9100"} == 0',
         'probe_success{instance="https://vaultwarden.home.example"} == 0',
         'pve_uptime_seconds * on (id) group_left (name) pve_guest_info{name="vaultwarden"} == 0'),
        (({"hostname": "pve3", "service_name": "pvedaemon"}, "vzshutdown"),),
        "GuestNotRunningOnboot",
    ),
    Case(
        fault("node_offline", "pve3", "-20m"),
        ('pve_up{id="node/pve3"} == 0',
         'up{instance="pve3:9100"} == 0',
         'probe_success{instance="pve3"} == 0',
         'pve_up * on (id) group_left (name) pve_guest_info{name="mqtt"} == 0',
         'up{instance="mqtt:9100"} == 0'),
        (({"hostname": "pve1", "service_name": "corosync"}, "A processor failed"),
         ({"hostname": "pve2", "service_name": "corosync"}, "Members[2]: 1 2")),
        "ProxmoxNodeOffline",
    ),
    Case(
        fault("guest_crash_loop", "gitea", "-40m"),
        ('resets(pve_uptime_seconds[30m]) * on (id) group_left (name) pve_guest_info{name="gitea"} > 2',
         'changes(node_boot_time_seconds{hostname="gitea"}[30m]) > 2',
         'min_over_time(probe_success{instance="https://gitea.home.example"}[15m]) == 0'),
        (({"hostname": "gitea", "service_name": "kernel"}, "Kernel panic"),
         ({"hostname": "pve1", "service_name": "pve-ha-lrm"}, "is not running but should be")),
        "GuestRestarting",
    ),
    Case(
        fault("container_restart_loop", "docker1/sonarr", "-30m"),
        ('changes(container_start_time_seconds{name="sonarr"}[15m]) > 8',
         'resets(container_cpu_usage_seconds_total{name="sonarr"}[15m]) > 8',
         'probe_http_status_code{instance="https://sonarr.home.example"} == 502',
         'sum(rate(traefik_service_requests_total{code="502", service="sonarr@file"}[10m])) > 0.05'),
        (({"hostname": "docker1", "container": "sonarr", "level": "error"}, "FATAL"),
         ({"hostname": "docker1", "service_name": "dockerd"}, "restart count"),
         ({"hostname": "proxy", "level": "error"}, "502")),
        "ContainerRestarting",
    ),
    Case(
        fault("bad_update", "gitea", "-30m", version="1.25.1"),
        ('probe_success{instance="https://gitea.home.example"} == 0',
         'probe_http_status_code{instance="https://gitea.home.example"} == 500'),
        (({"hostname": "gitea", "service_name": "apt"}, "1.25.1"),
         ({"hostname": "gitea", "service_name": "gitea", "level": "error"}, "legacy_mode")),
        "HttpProbeFailed",
    ),
    Case(
        fault("dns_down", "dns1", "-30m"),
        ('probe_success{instance="dns1:53"} == 0',
         'node_systemd_unit_state{hostname="dns1", name="AdGuardHome.service", state="failed"} == 1'),
        (({"hostname": "dns1", "service_name": "adguard"}, "address already in use"),
         ({"hostname": "media", "service_name": "jellyfin"}, ":53: i/o timeout")),
        "DnsProbeFailed",
    ),
    Case(
        fault("certificate_expired", "gitea.home.example", "-1h"),
        ('probe_ssl_earliest_cert_expiry{instance="https://gitea.home.example"} < time()',
         'probe_success{instance="https://gitea.home.example"} == 0',
         'traefik_tls_certs_not_after{cn="gitea.home.example"} < time()'),
        (({"hostname": "proxy", "level": "warning"}, "tls: expired certificate"),),
        "CertificateExpired",
    ),
    Case(
        fault("log_flood", "docker1/bazarr", "-30m"),
        ("rate(loki_distributor_lines_received_total[5m]) > 20",
         "rate(loki_discarded_samples_total[5m]) > 1"),
        (({"hostname": "docker1", "container": "bazarr", "level": "debug"}, "poll loop woke up"),
         ({"hostname": "monitor", "service_name": "loki"}, "Ingestion rate limit exceeded")),
        "LokiDiscardedSamples",
    ),
    Case(
        fault("network_loss", "nas1", "-30m", 0.6),
        ('avg_over_time(probe_success{instance="nas1"}[15m]) < 0.8',
         'avg_over_time(up{instance="nas1:9100"}[15m]) < 0.8',
         'rate(node_network_receive_errs_total{hostname="nas1"}[15m]) > 1'),
        (({"hostname": "nas1", "service_name": "kernel"}, "NIC Link is Down"),),
        "HostUnreachable",
    ),
    Case(
        fault("ups_on_battery", "ups1", "-10m"),
        ('network_ups_tools_ups_status{flag="OB"} == 1', "network_ups_tools_battery_charge < 60",
         "network_ups_tools_input_voltage == 0", 'network_ups_tools_ups_status{flag="OL"} == 0'),
        (({"hostname": "pve1", "service_name": "upsmon"}, "on battery"),),
        "UpsOnBattery",
    ),
    Case(
        fault("target_down", "media:9100", "-10m"),
        ('up{instance="media:9100"} == 0', 'scrape_samples_scraped{instance="media:9100"} == 0'),
        (({"hostname": "media", "service_name": "systemd"}, "Stopped node_exporter"),),
        "TargetDown",
    ),
    Case(
        fault("clock_skew", "auth", "-2h"),
        ('node_timex_offset_seconds{hostname="auth"} > 1',
         'node_timex_sync_status{hostname="auth"} == 0',
         'abs(timestamp(node_time_seconds{hostname="auth"}) - node_time_seconds) > 1'),
        (({"hostname": "auth", "service_name": "chronyd"}, "no selectable sources"),),
        "HostClockSkew",
    ),
    Case(
        fault("datastore_full", "main", "-3d", within="1d"),
        ('pbs_used{datastore="main"} / pbs_size > 0.95',
         'pbs_available{datastore="main"} < 4e11',
         '1 - node_filesystem_avail_bytes{mountpoint="/mnt/datastore/main"} / node_filesystem_size_bytes > 0.95',
         'count(time() - pbs_snapshot_vm_last_timestamp > 86400 * 1.5) > 30'),
        (({"hostname": "pbs", "service_name": "proxmox-backup-proxy"}, "ENOSPC"),
         ({"hostname": "pve1", "service_name": "vzdump"}, "No space left on device")),
        "PbsDatastoreFull",
        guests=40,
    ),
    Case(
        fault("backup_failing", "gitea", "-3d"),
        ('time() - pbs_snapshot_vm_last_timestamp{vm_name="gitea"} > 86400 * 2.5',),
        (({"hostname": "pve1", "service_name": "vzdump", "level": "error"}, "can't freeze guest"),),
        "BackupStale",
    ),
    Case(
        fault("backup_missing", "gitea", "-3d"),
        ('time() - pbs_snapshot_vm_last_timestamp{vm_name="gitea"} > 86400 * 2.5',),
        (),
        "BackupStale",
    ),
    Case(
        fault("verify_failing", "gitea", "-8h"),
        ('pbs_snapshot_vm_last_verify{vm_name="gitea"} == 0',),
        (({"hostname": "pbs", "service_name": "proxmox-backup-proxy", "level": "error"},
          "main:ct/111 failed: chunk"),),
        "BackupVerificationFailed",
    ),
]  # fmt: skip


@pytest.fixture(scope="module")
def healthy_world() -> World:
    return make_world()


def test_every_kind_has_a_case() -> None:
    assert {case.fault["kind"] for case in CASES} == set(FAULT_KINDS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.fault["kind"]))
def test_a_fault_shows_in_every_signal(
    case: Case, world_with: MakeWorld, healthy_world: World, ask: Ask, hear: Hear, firing: Alerts
) -> None:
    with_it, without = case.play(world_with), healthy_world
    for expr in case.shows:
        assert ask(with_it, expr), f"not visible: {expr}"
        assert not ask(without, expr), f"visible without the fault: {expr}"
    for labels, text in case.says:
        assert any(text in line for line in hear(with_it, hours=26, **labels)), f"not told: {text}"
        if text not in {"status update time", "502"}:
            assert not any(text in line for line in hear(without, hours=26, **labels)), text
    assert case.alert in firing(with_it)


@pytest.mark.parametrize("case", sampled(CASES), ids=lambda case: str(case.fault["kind"]))
def test_before_a_fault_all_is_well(case: Case, world_with: MakeWorld, firing: Alerts) -> None:
    world = case.play(world_with, at="1h")
    found = firing(world, after=-60.0, pending=True)
    assert found - {"CertificateExpiringSoon"} == set()


@pytest.mark.parametrize(
    "case",
    sampled(
        c
        for c in CASES
        if c.fault["kind"] not in {"disk_failing", "pool_filling", "datastore_full"}
    ),
    ids=lambda case: str(case.fault["kind"]),
)
def test_after_a_fault_all_is_well_again(case: Case, world_with: MakeWorld, firing: Alerts) -> None:
    world = case.play(world_with, at="-1h", duration="30m")
    assert firing(world, after=3 * 86_400.0) == set()


def test_faults_compose(world_with: MakeWorld, ask: Ask, firing: Alerts) -> None:
    world = world_with(
        fault("node_overloaded", "pve2", "-50m", 1.0),
        fault("io_wait_neighbour", "tdarr", "-50m", 1.0),
        fault("disk_failing", "nas1/sdc", "-3h", 1.0),
        fault("memory_leak", "media", "-9h", 1.0),
        fault("dns_down", "dns2", "-20m"),
    )
    seen = firing(world)
    assert {"SmartDiskFailing", "HostHighIoWait", "DnsProbeFailed", "ZfsPoolDegraded"} <= seen
    idle = 'avg by (hostname) (rate(node_cpu_seconds_total{mode="idle"}[5m]))'
    assert min(ask(world, idle)) >= 0


def test_severity_scales_what_happens(world_with: MakeWorld, ask: Ask) -> None:
    query = 'smartctl_device_attribute{device="sdc", attribute_name="Reallocated_Sector_Ct", attribute_value_type="raw"}'
    mild, grave = (
        ask(world_with(fault("disk_failing", "nas1/sdc", "-3h", severity)), query)[0]
        for severity in (0.1, 1.0)
    )
    assert 0 < mild < grave / 2


def test_a_target_that_a_small_homelab_lacks_is_named(world_with: MakeWorld) -> None:
    with pytest.raises(ValueError, match=r"10 guests .*tdarr"):
        world_with(fault("io_wait_neighbour", "tdarr", "-1h"), guests=10)


def test_an_update_leaves_an_annotation(world_with: MakeWorld, anchor: float) -> None:
    world = world_with(fault("bad_update", "docker1/sonarr", "-30m", version="4.0.17"))
    notes = world.annotations(anchor - 3600, anchor)
    assert [(note.time, "4.0.17" in note.text) for note in notes] == [(anchor - 1800, True)]
    assert world.annotations(anchor - 600, anchor) == []


@pytest.mark.parametrize(
    ("kind", "target", "shows"),
    [
        ("container_restart_loop", "docker1/sonarr",
         'changes(container_start_time_seconds{name="sonarr"}[15m]) > 8'),
        ("memory_leak", "paperless", 'changes(node_vmstat_oom_kill{hostname="paperless"}[8h]) > 0'),
    ],
)  # fmt: skip
def test_what_repeats_still_does_after_days(
    kind: str, target: str, shows: str, world_with: MakeWorld, ask: Ask
) -> None:
    assert ask(world_with(fault(kind, target, "-5d"), guests=20), shows)

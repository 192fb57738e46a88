"""Kinds of trouble: what each is called, what it brings about, and how far it reaches.

Together they are the analyst's knowledge of cause and effect; nothing here names a machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sre_tui.diagnosis.language.topics import Topic


class Reach(StrEnum):
    """Whom a trouble can touch besides its own subject."""

    OWN = "own"
    """Its own machine, and what runs on it."""
    BELOW = "below"
    """Every machine that depends on its machine: guests of a node, clients of a share."""
    AROUND = "around"
    """Its node and the other guests of that node."""
    ALL = "all"
    """Everything."""


@dataclass(frozen=True)
class Kind:
    """One kind of trouble.

    Attributes:
        id: name.
        says: what is claimed if it is the cause, with ``{subject}``.
        root: how likely it is the beginning of a chain rather than a link of it, 0..1.
        brings: kinds it can bring about.
        views: kinds that are the same fact seen by somebody else, on the same machine or by the
            same name.
        reach: whom it can touch.
        runbook: words to find the matching runbook with.
        topics: questions it answers.
        labels: labels that name its subject, the first present one counts.
    """

    id: str
    says: str
    root: float
    runbook: str
    topics: tuple[Topic, ...]
    brings: frozenset[str] = frozenset()
    views: frozenset[str] = frozenset()
    reach: Reach = Reach.OWN
    labels: tuple[str, ...] = ()


_FELT = "web_slow web_down web_errors service_errors storage_wait dns_slow"
_STORAGE_FELT = f"io_wait high_load nfs_trouble disk_slow {_FELT}"


def _kind(
    name: str, says: str, root: float, runbook: str, topics: tuple[Topic, ...], brings: str = "",
    reach: Reach = Reach.OWN, labels: str = "", views: str = "",
) -> Kind:  # fmt: skip
    return Kind(
        name,
        says,
        root,
        runbook,
        topics,
        frozenset(brings.split()),
        frozenset(views.split()),
        reach,
        tuple(labels.split()),
    )


_ALL: Final = (
    _kind("disk_failing", "disk {subject} is failing", 0.95,
          "replace a failing disk, SMART pending sectors", (Topic.DISK, Topic.POOL),
          f"pool_degraded checksum_errors resilver {_STORAGE_FELT}", Reach.BELOW, "device disk"),
    _kind("disk_dead", "disk {subject} is dead: its pool does not reach it any more", 0.97,
          "ZFS pool degraded replace disk", (Topic.DISK, Topic.POOL),
          f"disk_link disk_failing pool_degraded checksum_errors resilver {_STORAGE_FELT}",
          Reach.BELOW, "device disk", "disk_link"),
    _kind("disk_link", "disk {subject} loses its connection (cable, backplane or power)", 0.9,
          "disk link errors cable CRC pool degraded", (Topic.DISK, Topic.POOL),
          f"pool_degraded checksum_errors resilver {_STORAGE_FELT}", Reach.BELOW, "device disk"),
    _kind("disk_worn", "disk {subject} is near the end of its rated life", 0.6,
          "SSD wear high", (Topic.DISK,), "disk_failing", Reach.OWN, "device"),
    _kind("disk_hot", "disk {subject} is too hot", 0.5, "disk temperature high",
          (Topic.DISK, Topic.TEMPERATURE), "disk_failing", Reach.OWN, "device"),
    _kind("disk_slow", "disk {subject} is slow", 0.35, "disk latency high IO wait",
          (Topic.DISK, Topic.IO), f"io_wait high_load nfs_trouble {_FELT}", Reach.BELOW,
          "device disk"),
    _kind("disk_awake", "disk {subject} never goes to standby", 0.6, "disks do not spin down",
          (Topic.DISK,), "", Reach.OWN, "disk device"),
    _kind("pool_degraded", "pool {subject} is degraded", 0.75, "ZFS pool degraded replace disk",
          (Topic.POOL, Topic.DISK), f"resilver {_STORAGE_FELT}", Reach.BELOW,
          "zpool pool device"),
    _kind("resilver", "pool {subject} rebuilds a disk (resilver)", 0.4,
          "resilver pool degraded", (Topic.POOL,), _STORAGE_FELT, Reach.BELOW, "pool zpool"),
    _kind("checksum_errors", "pool {subject} finds checksum errors", 0.5,
          "ZFS checksum errors scrub", (Topic.POOL, Topic.DISK), "pool_degraded", Reach.OWN,
          "pool zpool"),
    _kind("pool_full", "pool {subject} is nearly full", 0.85, "ZFS pool nearly full free space",
          (Topic.SPACE, Topic.POOL), f"backup_failed disk_slow {_FELT}", Reach.BELOW,
          "zpool device", "filesystem_full storage_full"),
    _kind("space_growth", "{subject} is filling up", 0.9, "ZFS pool nearly full free space",
          (Topic.SPACE, Topic.POOL), "pool_full filesystem_full storage_full datastore_full",
          Reach.OWN, "device mountpoint", "pool_full filesystem_full storage_full"),
    _kind("filesystem_full", "file system {subject} is nearly full", 0.85,
          "host disk full free space", (Topic.SPACE,),
          f"unit_failed backup_failed {_FELT}", Reach.OWN, "mountpoint device"),
    _kind("filesystem_read_only", "file system {subject} is read-only", 0.7,
          "file system read-only I/O errors", (Topic.DISK,), f"unit_failed {_FELT}", Reach.OWN,
          "mountpoint device"),
    _kind("filesystem_error", "the file system on {subject} has errors", 0.6,
          "file system errors ext4 read-only", (Topic.DISK,), f"filesystem_read_only {_FELT}",
          Reach.OWN, "device"),
    _kind("storage_full", "storage {subject} is nearly full", 0.8, "storage pool nearly full",
          (Topic.SPACE, Topic.GUEST), f"backup_failed {_FELT}", Reach.BELOW, "id"),
    _kind("datastore_full", "backup datastore {subject} is full", 0.95,
          "PBS datastore full garbage collection", (Topic.BACKUP, Topic.SPACE),
          "backup_failed backup_missing", Reach.ALL, "datastore",
          "pool_full filesystem_full storage_full space_growth"),
    _kind("backup_failed", "backups of {subject} fail", 0.45, "backup failed vzdump",
          (Topic.BACKUP,), "backup_missing", Reach.OWN, "vm_name"),
    _kind("backup_missing", "the newest backup of {subject} is too old", 0.3,
          "backup stale missing", (Topic.BACKUP,), "", Reach.OWN, "vm_name id"),
    _kind("backup_unverified", "the newest backup of {subject} failed its verification", 0.5,
          "backup verification failed", (Topic.BACKUP,), "", Reach.OWN, "vm_name"),
    _kind("backup_uncovered", "guest {subject} is in no backup job", 0.7,
          "guest without backup job", (Topic.BACKUP,), "backup_missing", Reach.OWN, "vm_name",
          "backup_missing"),
    _kind("snapshot_pileup", "snapshots of {subject} pile up", 0.75,
          "too many ZFS snapshots", (Topic.BACKUP, Topic.SPACE, Topic.POOL), "pool_full"),
    _kind("replication_failed", "replication {subject} is stuck", 0.75, "replication stuck",
          (Topic.BACKUP,), "", Reach.OWN, "id"),
    _kind("nfs_trouble", "the NFS mounts of {subject} do not answer", 0.4,
          "NFS server not responding stale mount", (Topic.MOUNT, Topic.IO),
          f"io_wait high_load {_FELT}", Reach.OWN),
    _kind("storage_wait", "{subject} waits for its storage", 0.1, "high load IO wait NFS",
          (Topic.IO,), "web_slow service_errors"),
    _kind("io_wait", "{subject} waits for storage", 0.3, "high load and IO wait",
          (Topic.IO, Topic.DISK), f"high_load {_FELT}", Reach.BELOW),
    _kind("noisy_guest", "guest {subject} floods the disks of its node", 0.9,
          "high load and IO wait: limit a guest's disk", (Topic.IO, Topic.DISK, Topic.GUEST),
          f"disk_slow hung_task {_STORAGE_FELT}", Reach.AROUND, "id"),
    _kind("hung_task", "processes on {subject} hang", 0.3, "hung task blocked for more than",
          (Topic.IO,), _FELT),
    _kind("memory_leak", "a program on {subject} keeps taking memory", 0.85,
          "memory leak out of memory", (Topic.MEMORY,),
          f"memory_exhausted oom_kill container_memory restart_loop unit_failed high_load {_FELT}"),
    _kind("program_memory",
          "a program needed more memory than its own limit lets it take ({subject})", 0.6,
          "program or container at its memory limit, out of memory", (Topic.MEMORY,),
          f"restart_loop unit_failed {_FELT}"),
    _kind("memory_exhausted", "{subject} is out of memory", 0.7, "host out of memory",
          (Topic.MEMORY,), f"oom_kill restart_loop unit_failed high_load io_wait {_FELT}"),
    _kind("container_memory", "container {subject} is at its memory limit", 0.6,
          "container memory limit OOM", (Topic.MEMORY, Topic.CONTAINER),
          f"oom_kill restart_loop {_FELT}", Reach.OWN, "name"),
    _kind("oom_kill", "{subject} was killed for lack of memory", 0.7,
          "out of memory killed process", (Topic.MEMORY,),
          f"restart_loop container_down unit_failed program_died {_FELT}", Reach.OWN, "name"),
    _kind("cpu_saturated", "the processors of {subject} are overloaded", 0.8,
          "high load CPU usage", (Topic.CPU,),
          f"cpu_steal high_load temperature_high cpu_saturated hung_task {_FELT}", Reach.BELOW),
    _kind("cpu_steal", "{subject} gets too little processor time from its node", 0.2,
          "high load CPU steal", (Topic.CPU,), f"high_load cpu_saturated {_FELT}"),
    _kind("high_load", "the load of {subject} is high", 0.15, "high load", (Topic.CPU,), _FELT),
    _kind("temperature_high", "{subject} is too hot", 0.5, "temperature high",
          (Topic.TEMPERATURE,), "cpu_saturated"),
    _kind("hardware_error", "the hardware of {subject} reports errors", 0.9,
          "hardware errors machine check", (), f"node_down program_died {_FELT}"),
    _kind("kernel_crash", "the kernel of {subject} crashed", 0.8, "kernel panic reboot", (),
          f"node_down guest_crash_loop rebooted {_FELT}", Reach.BELOW),
    _kind("program_died", "a program on {subject} crashed", 0.5, "program crashed segfault", (),
          f"unit_failed restart_loop {_FELT}"),
    _kind("node_down", "node {subject} is down", 0.9, "Proxmox node offline", (Topic.GUEST,),
          f"guest_down target_down packet_loss dns_down {_FELT}", Reach.BELOW, "id"),
    _kind("guest_down", "guest {subject} is stopped", 0.85, "guest will not start",
          (Topic.GUEST,), f"target_down packet_loss dns_down log_silence {_FELT}", Reach.OWN,
          "id"),
    _kind("guest_stopped", "guest {subject} was stopped by somebody", 0.9,
          "guest stopped will not start", (Topic.GUEST,),
          f"guest_down target_down packet_loss dns_down log_silence {_FELT}"),
    _kind("guest_crash_loop", "guest {subject} goes down and is started again over and over", 0.75,
          "guest keeps restarting crash loop", (Topic.GUEST,),
          f"rebooted guest_down target_down packet_loss log_silence {_FELT}"),
    _kind("rebooted", "{subject} was rebooted", 0.4, "unexpected reboot", (Topic.GUEST,),
          f"target_down packet_loss {_FELT}", Reach.BELOW),
    _kind("quorum_lost", "the Proxmox cluster of {subject} lost its quorum", 0.8,
          "Proxmox quorum lost", (Topic.GUEST,), "guest_down node_down", Reach.ALL),
    _kind("bad_update", "an update of {subject} broke it", 0.95, "container restart after update",
          (Topic.UPDATE, Topic.CONTAINER),
          f"restart_loop container_down unit_failed program_died {_FELT}", Reach.OWN),
    _kind("restart_loop", "container {subject} restarts over and over", 0.6,
          "Docker container restart loop", (Topic.CONTAINER,), f"container_down {_FELT}",
          Reach.OWN, "name"),
    _kind("container_down", "container {subject} is not running", 0.6, "container down",
          (Topic.CONTAINER,), _FELT, Reach.OWN, "name"),
    _kind("unit_failed", "service {subject} has failed", 0.55, "service failed to start", (),
          f"dns_down {_FELT}", Reach.OWN, "name"),
    _kind("port_taken", "{subject} cannot start because its port is taken", 0.9,
          "address already in use port 53", (Topic.DNS,),
          f"unit_failed restart_loop dns_down {_FELT}", Reach.OWN),
    _kind("dns_down", "name server {subject} is down", 0.8, "DNS down", (Topic.DNS, Topic.NETWORK),
          "lookup_errors target_down certificate_renewal web_slow web_errors service_errors",
          Reach.ALL, "instance", "dns_slow unit_failed"),
    _kind("dns_slow", "name server {subject} is slow", 0.3, "DNS slow", (Topic.DNS,),
          "lookup_errors web_slow", Reach.ALL, "instance"),
    _kind("lookup_errors", "names cannot be resolved on {subject}", 0.1, "DNS down",
          (Topic.DNS, Topic.NETWORK), "service_errors web_slow web_errors"),
    _kind("packet_loss", "packets to {subject} are lost", 0.7, "network packet loss",
          (Topic.NETWORK,), f"target_down nfs_trouble lookup_errors {_FELT}", Reach.BELOW,
          "instance"),
    _kind("link_errors", "the network link of {subject} is bad", 0.85, "network link errors cable",
          (Topic.NETWORK,), f"packet_loss target_down nfs_trouble lookup_errors {_FELT}",
          Reach.BELOW),
    _kind("conntrack_full", "the connection table of {subject} is full", 0.85,
          "conntrack table full", (Topic.NETWORK,), f"packet_loss {_FELT}", Reach.BELOW),
    _kind("certificate_renewal", "certificates of {subject} cannot be renewed", 0.9,
          "certificate renewal ACME fails", (Topic.CERTIFICATE, Topic.WEB),
          "certificate_expired certificate_expiring tls_errors", Reach.ALL),
    _kind("certificate_expired", "the certificate of {subject} has expired", 0.8,
          "certificate expired reverse proxy", (Topic.CERTIFICATE, Topic.WEB),
          "tls_errors web_down web_errors service_errors", Reach.OWN, "instance"),
    _kind("certificate_expiring", "the certificate of {subject} expires soon", 0.5,
          "certificate expiring", (Topic.CERTIFICATE,), "", Reach.OWN, "instance"),
    _kind("tls_errors", "clients of {subject} refuse its certificate", 0.15,
          "TLS handshake certificate expired", (Topic.CERTIFICATE, Topic.WEB), "web_down"),
    _kind("web_down", "{subject} does not answer", 0.1, "reverse proxy errors bad gateway",
          (Topic.WEB,), "", Reach.OWN, "instance service"),
    _kind("web_errors", "{subject} answers with errors", 0.1, "reverse proxy 502",
          (Topic.WEB,), "", Reach.OWN, "instance service"),
    _kind("web_slow", "{subject} answers slowly", 0.05, "web page slow", (Topic.WEB,), "",
          Reach.OWN, "instance service"),
    _kind("service_errors", "{subject} logs errors", 0.1, "service errors", ()),
    _kind("auth_failures", "logins on {subject} fail", 0.3, "login failures", ()),
    _kind("ups_on_battery", "UPS {subject} runs on battery: mains power is gone", 0.98,
          "UPS on battery power failure", (Topic.POWER,),
          f"node_down guest_down target_down packet_loss {_FELT}", Reach.ALL, "ups"),
    _kind("ups_battery_worn", "UPS {subject} needs a new battery", 0.6, "UPS replace battery",
          (Topic.POWER,), "", Reach.OWN, "ups"),
    _kind("clock_skew", "the clock of {subject} is wrong", 0.9, "clock skew", (Topic.CLOCK,),
          "tls_errors token_errors service_errors auth_failures",
          views="clock_unsynchronised"),
    _kind("clock_unsynchronised", "the clock of {subject} is not synchronised", 0.4,
          "clock not synchronising NTP", (Topic.CLOCK,)),
    _kind("token_errors", "{subject} refuses tokens because of the time", 0.1, "clock skew",
          (Topic.CLOCK,)),
    _kind("target_down", "only its monitoring: Prometheus cannot scrape {subject}", 0.3,
          "Prometheus target down exporter", (Topic.MONITORING,), "", Reach.OWN, "instance"),
    _kind("exporter_stopped", "the exporter on {subject} was stopped; the machine itself is up",
          0.5, "Prometheus target down exporter stopped", (Topic.MONITORING,), "target_down"),
    _kind("log_flood", "{subject} floods the logs", 0.85, "log volume high Loki ingestion",
          (Topic.MONITORING,), "logs_dropped high_load", Reach.ALL),
    _kind("logs_dropped", "Loki drops log lines", 0.4, "Loki ingestion discarded samples",
          (Topic.MONITORING,), "", Reach.ALL, "reason"),
    _kind("log_silence", "{subject} writes no logs any more", 0.1, "logs missing",
          (Topic.MONITORING,)),
    _kind("monitoring_config", "Prometheus runs with an old configuration", 0.6,
          "Prometheus configuration reload failed", (Topic.MONITORING,)),
    _kind("alert", "{subject}", 0.2, "", ()),
)  # fmt: skip

KINDS: Final = {kind.id: kind for kind in _ALL}

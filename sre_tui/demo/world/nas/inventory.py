"""What is set up on the NAS: datasets, shares, snapshot and replication tasks, apps."""

from __future__ import annotations

from dataclasses import dataclass

from sre_tui.demo.world.homelab import Appliance, Guest, Homelab
from sre_tui.demo.world.nas.records import NasDataset, NasShare, ReplicationPlan, SnapshotPlan

HOUR, DAY = 3600.0, 86400.0
TB = 10**12
LAN = "10.0.10.0/24"
CLIENTS = "10.0.30.0/24"

_WEIGHTS = {
    "tank/media": 60.0, "tank/photos": 11.0, "tank/cctv": 9.0, "tank/cloud": 8.0,
    "tank/objects": 3.0, "tank/sync": 2.0, "tank/documents": 1.0,
}  # fmt: skip
_QUOTAS = {"tank/cctv": 4 * TB, "tank/sync": TB, "tank/timemachine": 2 * TB}
_OWN = {
    "tank/timemachine": 4.0, "tank/replica": 2.0,
    "fast/vm": 80.0, "fast/appdata": 14.0,
}  # fmt: skip
PBS_DATASET = "tank/pbs"
REPLICA = "tank/replica"
"""Where the second pool is copied to."""


def datasets(lab: Homelab) -> tuple[NasDataset, ...]:
    """Every dataset under the roots of the NAS's pools, those that guests mount among them."""
    host = lab.nas.name
    mounted = {mount.dataset for guest in lab.guests for mount in guest.mounts}
    mounted |= {mount.dataset for mount in lab.backup_server.mounts}
    names = sorted(mounted | set(_OWN))
    return tuple(
        NasDataset(host, name, _WEIGHTS.get(name, _OWN.get(name, 1.0)), _QUOTAS.get(name, 0))
        for name in names
    )


SNAPSHOTS = (
    SnapshotPlan(1, "tank", HOUR, 2 * DAY, (2, "DAY"), "*"),
    SnapshotPlan(2, "tank", DAY, 30 * DAY, (30, "DAY"), "0", "daily"),
    SnapshotPlan(3, "fast", DAY, 14 * DAY, (2, "WEEK"), "0", "daily"),
)


def replications(lab: Homelab) -> tuple[ReplicationPlan, ...]:
    """The second pool holds a copy of the first one's machines, the backup server of documents."""
    host = lab.nas.name
    documents = [d.name for d in datasets(lab) if d.name in ("tank/documents", "tank/photos")]
    return (
        ReplicationPlan(1, host, "fast-to-tank", ("fast/vm",), REPLICA, "LOCAL",
                        1.5 * HOUR, 900),
        ReplicationPlan(2, host, "documents-to-pbs", tuple(documents) or ("tank/timemachine",),
                        "backup/replica", "SSH", 2.5 * HOUR, 1500),
    )  # fmt: skip


def shares(lab: Homelab) -> tuple[NasShare, ...]:
    """NFS for machines, each restricted to those that mount it; SMB for people."""
    clients: dict[str, list[str]] = {}
    machines: tuple[Guest | Appliance, ...] = (*lab.guests, lab.backup_server)
    for machine in machines:
        for mount in machine.mounts:
            clients.setdefault(mount.dataset, []).append(machine.address)
    nfs = [
        NasShare("nfs", dataset.rpartition("/")[2], dataset, tuple(sorted(set(hosts))))
        for dataset, hosts in sorted(clients.items())
    ]
    nfs.append(NasShare("nfs", "vm", "fast/vm", (), (LAN,), comment="Disks of guests"))
    smb = [
        NasShare("smb", "media", "tank/media", comment="Films and music", read_only=True),
        NasShare("smb", "timemachine", "tank/timemachine", comment="Backups of the laptops"),
    ]
    smb += [
        NasShare("smb", name, f"tank/{name}", comment="")
        for name in ("documents", "photos", "sync")
        if f"tank/{name}" in clients
    ]
    return (*nfs, *smb)


@dataclass(frozen=True)
class NasApp:
    """One app with its containers (name, image)."""

    name: str
    version: str
    latest: str
    containers: tuple[tuple[str, str], ...]
    port: int
    custom: bool = False


APPS = (
    NasApp("scrutiny", "0.8.1", "0.8.1",
           (("scrutiny", "ghcr.io/analogj/scrutiny:v0.8.1-omnibus"),), 31054),
    NasApp("tailscale", "1.90.6", "1.92.1", (("tailscale", "tailscale/tailscale:v1.90.6"),), 0),
    NasApp("filebrowser", "2.45.0", "2.45.0",
           (("filebrowser", "filebrowser/filebrowser:v2.45.0"),), 30051),
    NasApp("exporters", "custom", "custom", (
        ("node-exporter", "prom/node-exporter:v1.10.2"),
        ("smartctl-exporter", "prometheuscommunity/smartctl-exporter:v0.14.0"),
        ("nut-exporter", "druggeri/nut_exporter:3.2.1"),
    ), 9100, custom=True),
)  # fmt: skip

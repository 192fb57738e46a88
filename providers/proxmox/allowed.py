"""The requests that may be sent to Proxmox VE; all of them only read."""

from __future__ import annotations

from typing import Final

from providers.data_api import API
from providers.guard import Allow

ALLOWED: Final = tuple(
    Allow("GET", f"{API}{path}")
    for path in (
        "/version",
        "/storage",
        "/access/permissions",
        "/cluster/resources",
        "/cluster/status",
        "/cluster/backup",
        "/cluster/backup/{}/included_volumes",
        "/cluster/backup-info/not-backed-up",
        "/cluster/ha/status/current",
        "/nodes/{}/status",
        "/nodes/{}/rrddata",
        "/nodes/{}/tasks",
        "/nodes/{}/tasks/{}/status",
        "/nodes/{}/tasks/{}/log",
        "/nodes/{}/storage",
        "/nodes/{}/storage/{}/content",
        "/nodes/{}/storage/{}/rrddata",
        "/nodes/{}/replication",
        "/nodes/{}/disks/list",
        "/nodes/{}/disks/zfs",
        "/nodes/{}/disks/zfs/{}",
        *(
            f"/nodes/{{}}/{kind}/{{}}/{what}"
            for kind in ("qemu", "lxc")
            for what in ("status/current", "config", "snapshot", "rrddata")
        ),
        "/nodes/{}/qemu/{}/agent/network-get-interfaces",
        "/nodes/{}/lxc/{}/interfaces",
    )
)

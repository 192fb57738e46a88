"""`sre nas`: shares, snapshots, apps and disks of the NAS, and the NAS itself."""

from __future__ import annotations

from commands.noun import noun

app = noun(
    "nas",
    "The NAS: its state, shares, snapshots, apps and disks.",
    default="status",
    tools={
        "status": "truenas_system_status",
        "shares": "truenas_list_shares",
        "snapshots": "truenas_snapshots",
        "apps": "truenas_apps",
        "disks": "hdd_power_status",
    },
)

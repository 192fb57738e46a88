"""`sre guests`: containers and virtual machines of Proxmox VE."""

from __future__ import annotations

from commands.noun import noun

app = noun(
    "guests",
    "Containers and virtual machines of Proxmox VE.",
    default="list",
    tools={"list": "proxmox_list_guests", "show": "proxmox_get_guest_config"},
)

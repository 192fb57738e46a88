"""`sre guests`: containers and virtual machines of Proxmox VE."""

from __future__ import annotations

from commands.adapter import add_tool
from commands.noun import noun

app = noun("guests", "Containers and virtual machines of Proxmox VE.", default="list")
add_tool(app, "proxmox_list_guests")
add_tool(app, "proxmox_get_guest_config")

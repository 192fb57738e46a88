"""`sre storage`: storages of Proxmox VE."""

from __future__ import annotations

from commands.adapter import add_tool
from commands.noun import noun

app = noun("storage", "Storages of Proxmox VE, and how full they are.", default="list")
add_tool(app, "proxmox_storage")

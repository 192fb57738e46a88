"""`sre tasks`: what Proxmox VE did, does, and failed to do."""

from __future__ import annotations

from commands.adapter import add_tool
from commands.noun import noun

app = noun("tasks", "Tasks of Proxmox VE, and the log of one.", default="list")
add_tool(app, "proxmox_list_tasks")

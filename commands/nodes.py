"""`sre nodes`: nodes of Proxmox VE and the clusters they form."""

from __future__ import annotations

from commands.adapter import add_tool
from commands.noun import noun

app = noun("nodes", "Nodes of Proxmox VE, with load, quorum and disks.", default="list")
add_tool(app, "proxmox_node_status")

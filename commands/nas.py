"""`sre nas`: shares, snapshots, apps and disks of the NAS, and the NAS itself."""

from __future__ import annotations

from commands.adapter import add_tool
from commands.noun import noun

app = noun("nas", "The NAS: its state, shares, snapshots, apps and disks.", default="status")
add_tool(app, "truenas_system_status")
add_tool(app, "truenas_list_shares")
add_tool(app, "truenas_snapshots")
add_tool(app, "truenas_apps")
add_tool(app, "hdd_power_status")

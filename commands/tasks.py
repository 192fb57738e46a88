"""`sre tasks`: what Proxmox VE did, does, and failed to do."""

from __future__ import annotations

import typer

from commands.adapter import add_tool

app = typer.Typer(rich_markup_mode=None, add_completion=False)
add_tool(app, "proxmox_list_tasks")

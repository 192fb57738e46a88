"""`sre pools`: the pools of the NAS down to their disks."""

from __future__ import annotations

import typer

from commands.adapter import add_tool

app = typer.Typer(rich_markup_mode=None, add_completion=False)
add_tool(app, "truenas_pool_status")

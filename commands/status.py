"""`sre status`: how the homelab is, on one page."""

from __future__ import annotations

import typer

from commands.adapter import add_tool

app = typer.Typer(rich_markup_mode=None, add_completion=False)
add_tool(app, "health_overview")

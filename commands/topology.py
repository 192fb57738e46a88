"""`sre topology`: what stands on what."""

from __future__ import annotations

import typer

from commands.adapter import add_tool

app = typer.Typer(rich_markup_mode=None, add_completion=False)
add_tool(app, "topology")

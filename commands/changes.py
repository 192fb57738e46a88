"""`sre changes`: what changed around a moment, from every source."""

from __future__ import annotations

import typer

from commands.adapter import add_tool

app = typer.Typer(rich_markup_mode=None, add_completion=False)
add_tool(app, "what_changed")

"""`sre logs-path`: where the log file is."""

from __future__ import annotations

import typer

from commands.main import invocation_of

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(
    help="Print the path of the log file.\n\n"
    'Examples:\n\n\b\n  sre logs-path\n  tail -f "$(sre logs-path)"'
)
def logs_path(context: typer.Context) -> None:
    """Print the path; the file exists once something was logged."""
    environment = invocation_of(context).environment
    environment.stdout.write(f"{environment.folders.log_file}\n")

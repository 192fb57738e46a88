"""`sre schema`: what a tool takes and gives, as JSON schema."""

from __future__ import annotations

from typing import Annotated

import typer

from commands.main import invocation_of
from commands.output import write_json
from sre_tui.tools.registry import MODULES, get_tool

app = typer.Typer(rich_markup_mode=None, add_completion=False)


def _tool_names(incomplete: str) -> list[str]:
    return [n for names in MODULES.values() for n in names if n.startswith(incomplete)]


@app.command(
    help="Print the JSON schemas of a tool's arguments and answer, or list the tools.\n\n"
    "The schema of what `--json` prints stands under .answer, that of the arguments under "
    ".arguments.\n\n"
    "Examples:\n\n\b\n  sre schema\n  sre schema loki_query_logs | jq .answer"
)
def schema(
    context: typer.Context,
    tool: Annotated[
        str | None, typer.Argument(metavar="TOOL", help="Its name.", autocompletion=_tool_names)
    ] = None,
) -> None:
    """One tool's schemas, or the names of all tools, a line each."""
    stdout = invocation_of(context).environment.stdout
    if tool is None:
        for names in MODULES.values():
            for name in names:
                stdout.write(f"{name}\tsre {' '.join(get_tool(name).command)}\n")
        return
    found = get_tool(tool)
    write_json(
        stdout,
        {
            "name": found.name,
            "command": f"sre {' '.join(found.command)}",
            "description": found.description,
            "arguments": found.arguments.model_json_schema(),
            "answer": found.result_type.model_json_schema(mode="serialization"),
        },
    )

"""Writes docs/cli.md from the commands: ``python -m commands.reference > docs/cli.md``."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final, get_args

import typer
from pydantic import BaseModel
from typer.core import TyperGroup

from commands.diagnostics import EXIT_CODE_HELP
from commands.main import COMMANDS, RootGroup, app
from sre_tui.settings.model import Settings
from sre_tui.settings.variables import LIST_SETTINGS, PROVIDER_VARIABLES, VARIABLES

WIDTH: Final = 80

INTRODUCTION: Final = """\
# Command line

Written by `python -m commands.reference > docs/cli.md` from the commands themselves.

Standard output is data: a table for people, one document with `--json`, one object per line with
`--jsonl`. Standard error is narration: warnings, progress, the trace of an answer. What a command
writes does not depend on whether it writes to a terminal or a pipe, except that a terminal gets
colour, the columns that fit, and prompts. `NO_COLOR`, `FORCE_COLOR`, `TERM=dumb` and `--no-color`
decide about colour on each stream.

In a terminal the least telling columns give way, and a line on standard error names those that had
something to say: `--fields` chooses others, a wider terminal has all. What is read, such as a
finding or a log line, is broken into lines there; other cells are cut. A pipe gets every column,
aligned and uncut, unless `COLUMNS` says how wide a line may be: `COLUMNS=80 sre guests | cat`.

`--sort FIELD` orders the rows of a listing, by column title or JSON name: figures from the largest,
times from the nearest, states from the worst, texts from A. `-FIELD` turns it round, commas part
several. With `-n` it gives the first of all rows, not of those that came first; a line says so
where a backend does not tell all.

With `--json` or `--jsonl` an error is one JSON object on standard error:
`{"error": {"code": …, "message": …, "hint": …, "exit_code": …}}`. Codes are stable words, such as
`usage`, `settings`, `not_configured`, `invalid_query`, `unknown_field`, `unreachable`,
`unauthorized`, `bad_response`, `session`, `cancelled`, `internal`. `offset` is there too where a
backend tells which character of the query is the first wrong one, counted from 0.

`sre --install-completion` teaches the shell to complete commands, options and values. Names of
alerts, hosts, metrics, labels and dashboards come from the last good answers, never from the
network.
"""

AFTER_THE_CODES: Final = """\
An answer that breaks off or cannot be read counts as one that failed: without anything from before
it ends with 1, or with 3 where the connection itself is gone; with the last good answer, which is
then shown and marked stale, with 5, as where other backends answered. A missing right ends with 4
even if there is something from before.

`sre check --exit-code` ends with 6 if a finding is a warning or worse, with `--severity critical`
only if one is critical, whatever else failed; with 5 if nothing was found but not everything could
be looked at; with 0 if all is well.
"""

_OTHERS: Final[Mapping[str, str]] = {
    "SRE_CONFIG": "The settings file, as `--config`.",
    "NO_COLOR": "No colour, if set to anything.",
    "FORCE_COLOR": "Colour in pipes too, if set to anything; `NO_COLOR` goes first.",
    "TERM": "`dumb` means no colour.",
    "COLUMNS": "How wide a line may be, in a pipe too.",
    "XDG_CONFIG_HOME, XDG_DATA_HOME, XDG_CACHE_HOME, XDG_STATE_HOME": "Where the folders are.",
}


def reference() -> str:
    """The whole document."""
    return "\n".join([INTRODUCTION, *_exit_codes(), *_variables(), *_commands()])


def _exit_codes() -> Iterator[str]:
    yield "## Exit codes\n"
    yield "| code | meaning |\n|---|---|"
    yield from exit_code_table()
    yield ""
    yield AFTER_THE_CODES


def exit_code_table() -> list[str]:
    """The rows of the table of exit codes, as Markdown."""
    pairs = [line.split(maxsplit=1) for line in EXIT_CODE_HELP.splitlines()]
    return [f"| {code} | {meaning} |" for code, meaning in pairs]


def _variables() -> Iterator[str]:
    yield "## Environment variables\n"
    yield (
        "They go before `.env` in the working folder or the config folder, and that before\n"
        "`config.toml`; options go before all. Each may also be given as `NAME_FILE`, the path of\n"
        "a file that holds the value. The address of a backend replaces all its configured\n"
        "instances; its other variables complete the first one.\n"
    )
    yield "| variable | setting | default |\n|---|---|---|"
    for name, path in VARIABLES.items():
        several = ", several separated by commas" if path in LIST_SETTINGS else ""
        yield f"| `{name}` | `{'.'.join(path)}`{several} | {_default(path)} |"
    for provider, names in PROVIDER_VARIABLES.items():
        for name, setting in names.items():
            yield f"| `{name}` | `llm.{setting}`, if the provider is `{provider}` | |"
    yield "\n| variable | meaning |\n|---|---|"
    for name, meaning in _OTHERS.items():
        yield f"| `{name}` | {meaning} |"
    yield ""


def _default(path: tuple[str, ...]) -> str:
    model: Any = Settings
    for step in path[:-1]:
        field = model.model_fields[step]
        annotation = field.annotation
        is_model = isinstance(annotation, type) and issubclass(annotation, BaseModel)
        model = annotation if is_model else get_args(annotation)[0]
    default = model.model_fields[path[-1]].get_default()
    if default is None or default == () or repr(default) == "PydanticUndefined":
        return ""
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _commands() -> Iterator[str]:
    root = typer.main.get_command(app)
    assert isinstance(root, RootGroup)
    context = root.make_context("sre", [], resilient_parsing=True, terminal_width=WIDTH)
    yield "## Commands\n"
    yield _block(context)
    for entry in COMMANDS:
        _, command, _ = root.resolve_command(context, [entry.name])
        yield from _described(command, context)


def _described(command: Any, parent: Any, depth: int = 3) -> Iterator[str]:
    context = command.make_context(
        command.name, [], parent=parent, resilient_parsing=True, terminal_width=WIDTH
    )
    yield f"{'#' * depth} `{context.command_path}`\n"
    yield _block(context)
    if isinstance(command, TyperGroup):
        for name in command.list_commands(context):
            yield from _described(command.get_command(context, name), context, depth + 1)


def _block(context: Any) -> str:
    lines = (line.rstrip() for line in context.get_help().splitlines())
    return "```text\n" + "\n".join(lines) + "\n```\n"


if __name__ == "__main__":
    sys.stdout.write(reference())

"""`sre doctor`: reach everything once, and say what to mend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from commands.adapter import JSON_OPTION, JSONL_OPTION
from commands.diagnostics import ExitCode
from commands.endings import EXIT_CODES
from commands.fields import Fields, fields_command, fields_option
from commands.listing import listing_options, write_listing
from commands.main import invocation_of
from commands.sorting import sort_option
from sre_tui.doctor.finding import Finding, Verdict, doubtful
from sre_tui.settings.layers import layers_of
from sre_tui.settings.misspelt import misspelt
from widgets.cell import Cell, Column, Tone, marked

if TYPE_CHECKING:
    from commands.invocation import Invocation

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_RANKS = {Verdict.FAILED: 0.0, Verdict.WARNING: 1.0, Verdict.OK: 2.0}
_TONES = {Verdict.OK: Tone.OK, Verdict.WARNING: Tone.WARNING, Verdict.FAILED: Tone.ERROR}


@app.command(
    cls=fields_command(lambda: _FIELDS),
    help="Reach every backend, the mail server and the model, check rights and clocks, say what\n"
    "to mend.\n\n"
    "Examples:\n\n\b\n  sre doctor\n  sre doctor --no-model --json",
)
def doctor(
    context: typer.Context,
    model: Annotated[
        bool,
        typer.Option("--model/--no-model", help="Whether to call the model, which may cost a bit."),
    ] = True,
    as_json: JSON_OPTION = False,
    as_jsonl: JSONL_OPTION = False,
    only: Annotated[str | None, fields_option(lambda: _FIELDS)] = None,
    order: Annotated[str | None, sort_option(lambda: _FIELDS)] = None,
) -> None:
    """Print every finding; the exit code is that of the worst, and 2 without any backend."""
    invocation = invocation_of(context)
    found = [
        *(
            doubtful("settings", "variable", line, "Correct or remove the variable.")
            for line in misspelt(layers_of(invocation.environment))
        ),
        *invocation.run_async(_examine(invocation, ask_model=model)),
    ]
    options = listing_options(as_json=as_json, as_jsonl=as_jsonl, only=only, order=order)
    write_listing(invocation, _FIELDS, found, options, folded=["detail"])
    if not options.for_program:
        fixes = (
            f"{finding.subject} {finding.aspect}: {finding.fix}" for finding in found if finding.fix
        )
        # One command often mends several findings.
        for fix in dict.fromkeys(fixes):
            invocation.narrator.say(fix)
    code = _exit_code(found)
    if code is ExitCode.OK and not invocation.settings.configured:
        code = ExitCode.USAGE
    if code is not ExitCode.OK:
        raise typer.Exit(code)


async def _examine(invocation: Invocation, *, ask_model: bool) -> list[Finding]:
    from providers.last_known_good import NothingKept
    from sre_tui.doctor import examine
    from sre_tui.tools.context import ToolContext

    environment = invocation.environment
    async with ToolContext(
        invocation.settings, environment.folders, environment.clock, kept=NothingKept()
    ) as context:
        return await examine(context, ask_model=ask_model)


def _exit_code(found: list[Finding]) -> ExitCode:
    failed = [finding for finding in found if finding.verdict is Verdict.FAILED]
    codes = [EXIT_CODES[finding.state] or ExitCode.FAILURE for finding in failed]
    return max(codes, default=ExitCode.OK)


_COLUMNS: tuple[Column[Finding], ...] = (
    Column(
        "verdict",
        "",
        lambda row, _: Cell(
            marked(_TONES[row.verdict], row.verdict.value), _RANKS[row.verdict], _TONES[row.verdict]
        ),
        9,
    ),
    Column("subject", "What", lambda row, _: Cell(row.subject, row.subject), 16),
    Column("aspect", "Aspect", lambda row, _: Cell(row.aspect, row.aspect), 10),
    Column("detail", "Finding", lambda row, _: Cell(row.detail, row.detail), 40, flexible=True),
)
_FIELDS: Fields = Fields(tuple(Finding.model_fields), _COLUMNS)

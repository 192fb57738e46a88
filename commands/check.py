"""`sre check`: what the checks find, with an exit code for cron and for programs that watch."""

from __future__ import annotations

import inspect
from typing import Annotated, Any

import typer

from commands.adapter import add_tool, ask, given, with_fields
from commands.diagnostics import ExitCode, Problem
from commands.endings import EXIT_CODES
from commands.main import invocation_of
from commands.showing import show
from sre_tui.tools.registry import get_tool

_TOOL = get_tool("check_health")
_GRAVE = ("warning", "critical")

app = typer.Typer(rich_markup_mode=None, add_completion=False)
add_tool(app, "check_health")


def _with_exit_code() -> None:
    """Give the command made of the tool one option more."""
    command = app.registered_commands[0]
    plain = command.callback
    assert plain is not None

    def check(context: typer.Context, exit_code: bool, **values: Any) -> None:
        if not exit_code:
            plain(context, **values)
            return
        _end_by_findings(context, values)

    option = Annotated[
        bool,
        typer.Option("--exit-code", help="End with 6 if a warning or worse is among them."),
    ]
    signature = inspect.signature(plain)
    added = inspect.Parameter(
        "exit_code", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=option
    )
    parameters = [*signature.parameters.values(), added]
    check.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    check.__annotations__ = {one.name: one.annotation for one in parameters}
    command.callback = check


def _end_by_findings(context: typer.Context, values: dict[str, Any]) -> None:
    options, arguments = given(_TOOL, values)
    if options.watch is not None:
        raise Problem(
            "--exit-code and --watch do not go together: a watch ends when it is stopped",
            code="usage",
            exit_code=ExitCode.USAGE,
        )
    options, fields = with_fields(_TOOL, options)
    invocation = invocation_of(context)
    answer = ask(invocation, _TOOL, arguments, options.sort)
    show(invocation, _TOOL, answer, options, fields)
    code = EXIT_CODES[answer.state]
    # What the operator does not want to see must not wake him either.
    grave = _GRAVE[-1:] if arguments.get("severity") == _GRAVE[-1] else _GRAVE
    if any(answer.data.counts.get(severity) for severity in grave):
        code = ExitCode.FINDINGS
    if code is not ExitCode.OK:
        raise typer.Exit(code)


_with_exit_code()

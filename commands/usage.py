"""`sre usage`: how much it is used, how well it does, and what models cost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import typer

from commands.adapter import JSON_OPTION, help_text
from commands.diagnostics import ExitCode, Problem
from commands.main import invocation_of
from commands.output import OutputOptions, display_of, write_json, write_table
from providers.reading import SourceStatus, State
from sre_tui.tools.memory_data import SOURCE
from sre_tui.tools.result import ToolResult, result
from sre_tui.usage.summary import UsageSummary, summarized
from sre_tui.views.human import count

if TYPE_CHECKING:
    from commands.invocation import Invocation
    from sre_tui.memory.usage import Usage

T = TypeVar("T")

_SWITCHED_OFF: Final = "usage is not counted: MEMORY_USAGE is false, as it is on the demo"

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(
    help=help_text(
        "How much sre is used, how well it does, and what models cost.\n\n"
        "Every question, command, tool call and model call is counted, on this machine or in the\n"
        "memory that several share: by name, outcome, seconds, tokens and cost, and nothing of\n"
        "what was asked. Demos and the app's own polls do not count. `usage = false` under\n"
        "[memory] or MEMORY_USAGE=false counts nothing.",
        (
            "usage --days 30",
            "usage --json | jq '.data.objectives[] | {name, verdict}'",
            "usage --forget 400",
        ),
    ),
    context_settings={"help_option_names": ["-h", "--help"]},
)
def usage(
    context: typer.Context,
    days: Annotated[
        int, typer.Option("--days", min=1, max=3650, metavar="N", help="How far back to look.")
    ] = 7,
    as_json: JSON_OPTION = False,
    prometheus: Annotated[
        bool,
        typer.Option(
            "--prometheus",
            help="All that is kept, as metrics: for node_exporter's textfile collector.",
        ),
    ] = False,
    forget: Annotated[
        int | None,
        typer.Option(
            "--forget", min=0, max=3650, metavar="N", help="Let go of what is older than N days."
        ),
    ] = None,
) -> None:
    """Show the objectives and the calls."""
    invocation = invocation_of(context)
    source = context.get_parameter_source("days")
    has_days = source is not None and source.name != "DEFAULT"
    wanted = {"--prometheus": prometheus, "--forget": forget is not None}
    others = {**wanted, "--json": as_json, "--days": has_days}
    for option in (name for name, is_given in wanted.items() if is_given):
        if beside := [name for name, is_given in others.items() if is_given and name != option]:
            raise Problem(
                f"{option} goes alone, without {' and '.join(beside)}",
                code="usage",
                exit_code=ExitCode.USAGE,
            )
    if prometheus:
        _write_metrics(invocation)
        return
    if forget is not None:
        _forget(invocation, forget)
        return
    from sre_tui.usage.gathering import timed

    now = invocation.environment.clock()
    since = now - timedelta(days=days)
    calls, status = _with_usage(invocation, lambda kept: timed(kept, since))
    answer = result(summarized(calls, since, now), [status], now=now)
    for warning in answer.warnings:
        invocation.narrator.warn(warning)
    if as_json:
        write_json(invocation.environment.stdout, answer.model_dump(mode="json"))
    else:
        _show(invocation, answer)
    if answer.state is not State.OK:
        raise typer.Exit(ExitCode.PARTIAL)


def _with_usage(invocation: Invocation, work: Callable[[Usage], T]) -> tuple[T, SourceStatus]:
    from sre_tui.usage.taking import opened_usage

    environment, settings = invocation.environment, invocation.settings
    if not settings.memory.usage:
        invocation.narrator.warn(_SWITCHED_OFF)
    with opened_usage(settings, environment.folders) as (kept, why):
        found = work(kept)
    return found, SourceStatus(
        source=SOURCE,
        state=State.PARTIAL if why else State.OK,
        observed_at=environment.clock(),
        detail=why,
    )


def _write_metrics(invocation: Invocation) -> None:
    from sre_tui.usage.counter import spool_of
    from sre_tui.usage.exposition import exposition
    from sre_tui.usage.gathering import gathered

    folder = spool_of(invocation.environment.folders).folder
    try:
        metrics, status = _with_usage(invocation, lambda kept: gathered(kept, folder))
    except OSError as error:
        raise Problem(
            f"{folder} cannot be read: {error.strerror or error}",
            code="not_readable",
            exit_code=ExitCode.FAILURE,
        ) from error
    if status.detail:
        invocation.narrator.warn(status.detail)
    invocation.environment.stdout.write(exposition(metrics))


def _forget(invocation: Invocation, days: int) -> None:
    before = invocation.environment.clock() - timedelta(days=days)
    gone, status = _with_usage(invocation, lambda kept: kept.forget(before))
    if status.detail:
        invocation.narrator.warn(status.detail)
    invocation.narrator.say(
        f"let go of {count(gone, 'run')} from before {before:%Y-%m-%d %H:%M} UTC"
    )


def _show(invocation: Invocation, answer: ToolResult[UsageSummary]) -> None:
    from sre_tui.views.usage import OBJECTIVES, USED, headline, notes

    display = display_of(invocation, OutputOptions())
    stdout = invocation.environment.stdout
    stdout.write(f"{headline(answer.data)}\n")
    for view in (OBJECTIVES, USED):
        if rows := view.rows(answer.data):
            stdout.write("\n")
            write_table(invocation, view.columns, rows, display, chosen=False)
    for note in notes(answer.data):
        invocation.narrator.trace(note)

"""`sre baselines`: what is usual for the metrics of each host, and whether a value is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from commands.adapter import JSON_OPTION, JSONL_OPTION, TIMES_OPTION, help_text
from commands.demo_homelab import HOW_TO_START, ends_with_command, is_on_demo
from commands.diagnostics import ExitCode, Problem
from commands.fields import Fields, fields_command, fields_option
from commands.main import invocation_of
from commands.noun import noun
from commands.output import OutputOptions, display_of, write_json, write_table
from commands.parameters import completed_with
from commands.sorting import sort_option

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from commands.invocation import Invocation
    from sre_tui.diagnosis.signals.baseline_rows import KeptBaseline
    from sre_tui.tools.baseline_refresh import RefreshListing
    from sre_tui.tools.result import ToolResult

app = noun(
    "baselines",
    "What is usual for each metric of each host, and whether a value is.",
    default="list",
    tools={"check": "memory_check_baseline"},
)


def _fields() -> Fields:
    from sre_tui.diagnosis.signals.baseline_rows import KeptBaseline
    from sre_tui.views.baselines import KEPT

    return Fields(tuple(KeptBaseline.model_fields), KEPT)


@app.command(
    "list",
    cls=fields_command(_fields),
    help=help_text(
        "List the baselines that are kept: one for each metric of each host.",
        (
            "baselines list --host media",
            "baselines list --metric cpu --host media --hours --json",
        ),
    ),
)
def list_baselines(
    context: typer.Context,
    metric: Annotated[
        str | None,
        typer.Option(
            "--metric",
            metavar="METRIC",
            help="Only those of this metric.",
            autocompletion=completed_with("measure"),
        ),
    ] = None,
    host: Annotated[
        str | None,
        typer.Option(
            "--host",
            metavar="NAME",
            help="Only those of this host, or of what is on it.",
            autocompletion=completed_with("host"),
        ),
    ] = None,
    hours: Annotated[
        bool, typer.Option("--hours", help="Each hour of the week as well that has its own.")
    ] = False,
    as_json: JSON_OPTION = False,
    as_jsonl: JSONL_OPTION = False,
    only: Annotated[str | None, fields_option(_fields)] = None,
    order: Annotated[str | None, sort_option(_fields)] = None,
    absolute: TIMES_OPTION = None,
) -> None:
    """What is kept, by metric and host."""
    from commands.listing import listing_options, write_listing
    from sre_tui.tools.baseline_list import kept_baselines
    from sre_tui.tools.baseline_names import NONE_YET

    invocation = invocation_of(context)
    options = listing_options(
        as_json=as_json, as_jsonl=as_jsonl, only=only, order=order, utc=absolute
    )
    rows: Sequence[KeptBaseline] = invocation.run(
        lambda tools: kept_baselines(tools, metric, host, hourly=hours)
    )
    if rows or options.for_program:
        write_listing(invocation, _fields(), rows, options)
    if not rows:
        invocation.narrator.say(NONE_YET)


@app.command(
    help=help_text(
        "Compute baselines from Prometheus and keep them in place of the earlier ones.\n\n"
        "Of every known metric, and of your own that were computed once; what Prometheus does not\n"
        "answer keeps the baselines it had.",
        (
            "baselines compute",
            "baselines compute --metric cpu --metric 'pg_stat_database_numbackends'",
        ),
    )
)
def compute(
    context: typer.Context,
    metric: Annotated[
        list[str] | None,
        typer.Option(
            "--metric",
            metavar="METRIC|PROMQL",
            help="Only this one; PromQL makes a metric of your own. May be given several times.",
            autocompletion=completed_with("measure|metric"),
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            "-s",
            metavar="WINDOW",
            help="How far back values are looked at.  [default: 28d, or what is retained]",
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say only what is wrong.")] = False,
    as_json: JSON_OPTION = False,
    absolute: TIMES_OPTION = None,
) -> None:
    """Make the baselines anew, and say of what."""
    from commands.adapter import require_backend, require_data
    from commands.endings import EXIT_CODES
    from commands.progress import Progress
    from sre_tui.tools.baseline_refresh import refresh_baselines
    from sre_tui.tools.registry import get_tool

    invocation = invocation_of(context)
    window = _window(since)
    require_backend(invocation, get_tool("prometheus_instant_query"), "baselines compute")
    progress = Progress(invocation, quiet=quiet)
    try:
        answer = invocation.run(
            lambda tools: refresh_baselines(
                tools,
                tuple(metric or ()),
                window,
                lambda done, total: progress("computing baselines", done, total),
            )
        )
    finally:
        progress.finish()
    try:
        require_data(invocation, answer)
    except Problem as problem:
        untouched = "what was kept before stays as it is"
        problem.hint = f"{problem.hint}; {untouched}" if problem.hint else untouched
        raise
    for warning in answer.warnings:
        invocation.narrator.warn(warning)
    if missing := answer.data.missing():
        raise Problem(missing, code="not_found", exit_code=ExitCode.USAGE)
    if as_json:
        write_json(invocation.environment.stdout, answer.model_dump(mode="json"))
    elif not quiet:
        _show(invocation, answer, OutputOptions(utc=absolute))
        if is_on_demo(context) and ends_with_command(invocation):
            invocation.narrator.say(
                f"this demo ends with the command, and they too; {HOW_TO_START}"
            )
    if (code := EXIT_CODES[answer.state]) is not ExitCode.OK:
        raise typer.Exit(code)


@app.command(
    help=help_text(
        "Drop the baselines of a metric, such as one of your own that is of no use.",
        (
            "baselines forget 'pg_stat_database_numbackends'",
            "baselines forget cpu --host old-nas",
        ),
    )
)
def forget(
    context: typer.Context,
    metric: Annotated[
        str,
        typer.Argument(
            metavar="METRIC",
            help="As `list` shows it.",
            autocompletion=completed_with("measure"),
        ),
    ],
    host: Annotated[
        str | None, typer.Option("--host", metavar="NAME", help="Only that of this host.")
    ] = None,
) -> None:
    """Drop what is kept of a metric."""
    from sre_tui.tools.baseline_list import forget_baselines
    from sre_tui.views.human import count

    invocation = invocation_of(context)
    hosts = invocation.run(lambda tools: forget_baselines(tools, metric, host))
    invocation.narrator.say(f"forgot the baselines of {metric} of {count(hosts, 'host')}")


def _window(text: str | None) -> timedelta:
    from sre_tui.tools.arguments import format_window, parse_window
    from sre_tui.tools.baseline_refresh import LONGEST, SHORTEST, WINDOW

    if text is None:
        return WINDOW
    try:
        window = parse_window(text)
    except ValueError as error:
        raise Problem(f"--since: {error}", code="usage", exit_code=ExitCode.USAGE) from None
    if not SHORTEST <= window <= LONGEST:
        allowed = f"{format_window(SHORTEST)} and {format_window(LONGEST)}"
        raise Problem(
            f"--since {text}: the window must be between {allowed}",
            code="usage",
            exit_code=ExitCode.USAGE,
        )
    return window


def _show(
    invocation: Invocation, answer: ToolResult[RefreshListing], options: OutputOptions
) -> None:
    from sre_tui.views.baselines import REFRESHED
    from sre_tui.views.human import count

    data = answer.data
    if data.items:
        display = display_of(invocation, options)
        write_table(invocation, REFRESHED, data.items, display, folded=["problem"])
    for hint in data.hints:
        invocation.narrator.trace(hint)
    computed = [row for row in data.items if row.hosts]
    total = sum(row.hosts for row in computed)
    invocation.narrator.say(
        f"{count(total, 'baseline')} of {count(len(computed), 'metric')} kept; "
        "`sre baselines check METRIC VALUE` compares a value with them"
    )

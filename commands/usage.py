"""`sre usage`: how much it is used, how well it does, what models cost, and what was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import typer

from commands.adapter import JSON_OPTION, TIMES_OPTION, help_text
from commands.diagnostics import ExitCode, Problem
from commands.main import invocation_of
from commands.output import OutputOptions, display_of, write_json, write_table
from providers.reading import SourceStatus, State
from sre_tui.memory.place import SOURCE
from sre_tui.tools.result import ToolResult, result
from sre_tui.usage.summary import UsageSummary, summarized
from sre_tui.views.human import count

if TYPE_CHECKING:
    from commands.invocation import Invocation
    from sre_tui.memory.usage import Usage

T = TypeVar("T")

_SWITCHED_OFF: Final = "usage is not counted: MEMORY_USAGE is false, as it is on the demo"
_OPTIONS: Final = {
    "days": "--days",
    "as_json": "--json",
    "prometheus": "--prometheus",
    "forget": "--forget",
    "questions": "--questions",
    "alike": "--alike",
    "search": "--search",
    "limit": "--limit",
    "absolute": "--utc/--local",
}
_OF_QUESTIONS: Final = ("--alike", "--search", "--limit", "--utc/--local")
_BESIDE: Final[Mapping[str, frozenset[str]]] = {
    "--prometheus": frozenset(),
    "--forget": frozenset(),
    "--questions": frozenset({"--days", "--json", *_OF_QUESTIONS}),
}
"""The options that say what is wanted, and what may stand beside each of them."""

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(
    help=help_text(
        "How much sre is used, how well it does, and what models cost.\n\n"
        "Every question, command, tool call and model call is counted, on this machine or in the\n"
        "memory that several share: by name, outcome, seconds, tokens and cost, and nothing of\n"
        "what was asked. Demos and the app's own polls do not count.\n\n"
        "Beside that the last 100 questions that were answered are kept, without secrets, with\n"
        "the tools that were called for them: --questions lists them, and models are offered the\n"
        "tools of those that are like theirs. --forget 0 forgets both. `usage = false` under\n"
        "[memory] or MEMORY_USAGE=false counts and keeps nothing.",
        (
            "usage --days 30",
            "usage --json | jq '.data.objectives[] | {name, verdict}'",
            "usage --questions --search jellyfin",
            "usage --questions --alike --json | jq '.data.items[0]'",
            "usage --forget 400",
        ),
    ),
    context_settings={"help_option_names": ["-h", "--help"]},
)
def usage(
    context: typer.Context,
    days: Annotated[
        int,
        typer.Option(
            "--days",
            min=1,
            max=3650,
            metavar="N",
            help="How far back to look; without it --questions looks at all that are kept.",
        ),
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
    questions: Annotated[
        bool, typer.Option("--questions", help="The last questions, and the tools they took.")
    ] = False,
    alike: Annotated[
        bool,
        typer.Option(
            "--alike", help="Those that are alike but for names as one, most asked first."
        ),
    ] = False,
    search: Annotated[
        str | None,
        typer.Option(
            "--search",
            metavar="TEXT",
            help="Only questions with this in them, a tool or the model.",
        ),
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", "-n", min=1, max=100, metavar="N", help="Most questions.")
    ] = 20,
    absolute: TIMES_OPTION = None,
) -> None:
    """Show the objectives and the calls."""
    invocation = invocation_of(context)
    given = _given(context)
    _check(given)
    if prometheus:
        _write_metrics(invocation)
        return
    if forget is not None:
        _forget(invocation, forget)
        return
    if questions:
        from commands.usage_questions import Asked, write_questions

        back = timedelta(days=days) if "--days" in given else None
        asked = Asked(back=back, search=search or "", limit=limit, alike=alike)
        kept, status = _with_usage(invocation, lambda usage: usage.questions())
        write_questions(invocation, kept, status, asked, as_json=as_json, utc=absolute)
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


def _given(context: typer.Context) -> tuple[str, ...]:
    """The options that the user named."""
    sources = {name: context.get_parameter_source(name) for name in _OPTIONS}
    return tuple(
        _OPTIONS[name]
        for name, source in sources.items()
        if source is not None and source.name != "DEFAULT"
    )


def _check(given: tuple[str, ...]) -> None:
    """Refuse options that do not go together."""
    for option in (name for name in _BESIDE if name in given):
        if beside := [name for name in given if name != option and name not in _BESIDE[option]]:
            alone = "" if _BESIDE[option] else " alone,"
            raise _wrong(f"{option} goes{alone} without {' and '.join(beside)}")
    if "--questions" not in given and (only := [name for name in _OF_QUESTIONS if name in given]):
        raise _wrong(f"{' and '.join(only)} can only be given with --questions")


def _wrong(what: str) -> Problem:
    return Problem(what, code="usage", exit_code=ExitCode.USAGE)


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
    (runs, asked), status = _with_usage(invocation, lambda kept: kept.forget(before))
    if status.detail:
        invocation.narrator.warn(status.detail)
    elif not invocation.settings.memory.usage:
        from sre_tui.usage.counter import spool_of

        spool = spool_of(invocation.environment.folders)
        if spool.size:
            invocation.narrator.warn(
                f"what waits in {spool.folder} was not looked at, since MEMORY_USAGE is false: "
                "remove it to forget that too"
            )
    invocation.narrator.say(
        f"let go of {count(runs, 'run')} and {count(asked, 'question')} "
        f"from before {before:%Y-%m-%d %H:%M} UTC"
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

"""Entry point of `sre`: the table of commands, and how any of them ends.

The table holds names and help texts, so that ``sre --help``, completion and "did you mean" import
no command module; the module is imported when its command runs.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

from commands.diagnostics import EXIT_CODE_HELP, ExitCode, Problem

if TYPE_CHECKING:
    from commands.invocation import Invocation
    from sre_tui.environment import Environment


@dataclass(frozen=True)
class Entry:
    """One command of the top level: its module in this package holds it as ``app``."""

    name: str
    panel: str
    help: str
    module: str = ""


COMMANDS: Final[tuple[Entry, ...]] = (
    Entry("ask", "Ask", "Ask a question and get an answer with its evidence."),
    Entry("chat", "Ask", "Ask one question after the other in the terminal."),
    Entry("investigate", "Ask", "What is wrong with something, since when, and why."),
    Entry("tui", "See", "Open the full-screen app (as bare `sre` does)."),
    Entry("web", "See", "Serve the full-screen app to a browser on this machine."),
    Entry("changes", "See", "What changed around a moment, from every source."),
    Entry("status", "See", "How the homelab is: one sentence, counts, sources, top findings."),
    Entry("check", "See", "Run the checks: what is wrong, since when, what to do first."),
    Entry("alerts", "See", "Alerts that are firing or pending, and their rules."),
    Entry("backups", "See", "Backups: which guests lack one, datastores, snapshots, tasks."),
    Entry("pools", "See", "ZFS pools of the NAS: state, fill, scrubs, disks with errors."),
    Entry("nas", "See", "The NAS: its state, shares, snapshots, apps and disks."),
    Entry("guests", "See", "Containers and virtual machines of Proxmox VE."),
    Entry("nodes", "See", "Nodes of Proxmox VE, with load, quorum and disks."),
    Entry("tasks", "See", "Tasks of Proxmox VE, and the log of one."),
    Entry("storage", "See", "Storages of Proxmox VE, and how full they are."),
    Entry("forecast", "See", "When pools, disks and datastores are full, certificates expire."),
    Entry("topology", "See", "What a guest, pool or node stands on, and what stands on it."),
    Entry("metrics", "Find", "Search, query and plot Prometheus metrics."),
    Entry("logs", "Find", "Search logs in Loki, their patterns and what changed in them."),
    Entry("dashboards", "Find", "Grafana dashboards with their queries and thresholds."),
    Entry("runbooks", "Find", "Search and read runbooks."),
    Entry("incidents", "Remember", "The journal: what was wrong before, why, and what helped."),
    Entry("baselines", "Remember", "What is usual for each metric, and whether a value is."),
    Entry("report", "Report", "The weekly report: made, archived, mailed; earlier ones."),
    Entry("schedule", "Report", "When reports are made: by this, by systemd or by cron."),
    Entry("usage", "Report", "How much sre is used, how well it does, and what models cost."),
    Entry("demo", "Run", "A simulated homelab to try everything on."),
    Entry("eval", "Run", "Measure diagnosis and answers on incidents whose truth is known."),
    Entry("config", "Set up", "Create, show and check settings."),
    Entry("doctor", "Set up", "Reach every backend, check rights and clocks, say what to mend."),
    Entry("index", "Set up", "Build the search index over runbooks and your own documents."),
    Entry("schema", "Set up", "JSON schema of a tool's arguments and answer."),
    Entry("logs-path", "Set up", "Where the log file is.", module="logs_path"),
)

EXAMPLES: Final = (
    "Examples:\n\n\b\n"
    '  sre --demo ask "why is jellyfin buffering?"\n'
    "  sre alerts list --json | jq '.data.items[].name'"
)


_AGO: Final = re.compile(r"-\d+(?:ms|[smhdwy])(?:\d+[smhdwy])*")


class RootGroup(TyperGroup):
    """The top level: stubs for help and completion, the real command when it is called."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for entry in COMMANDS:
            self.add_command(TyperCommand(name=entry.name, callback=None, help=entry.help))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """``sre help`` and ``sre help COMMAND`` are what ``--help`` is."""
        if args[:1] == ["help"]:
            args = [*args[1:], "--help"]
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Import the module of the command that is called."""
        if args and args[0] == "completion":
            raise Problem(
                "there is no command 'completion'",
                code="usage",
                exit_code=ExitCode.USAGE,
                hint="`sre --install-completion` sets your shell up, --show-completion prints it",
            )
        name, _, rest = super().resolve_command(ctx, args)
        entry = next(entry for entry in COMMANDS if entry.name == name)
        module = import_module(f"commands.{entry.module or entry.name}")
        command = typer.main.get_command(module.app)
        command.name = entry.name
        self.commands[entry.name] = command
        return name, command, rest

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """List the commands by what one wants to do."""
        panels = dict.fromkeys(entry.panel for entry in COMMANDS)
        width = max(len(entry.name) for entry in COMMANDS)
        for panel in panels:
            rows = [(e.name.ljust(width), e.help) for e in COMMANDS if e.panel == panel]
            with formatter.section(panel):
                formatter.write_dl(rows)


app = typer.Typer(
    cls=RootGroup,
    name="sre",
    help="See what is wrong in your homelab, ask why, and get an answer you can check.",
    epilog=f"{EXAMPLES}\n\nExit codes:\n\n\b\n{EXIT_CODE_HELP}",
    rich_markup_mode=None,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(value: bool) -> None:
    if value:
        from sre_tui import __version__

        sys.stdout.write(f"sre-tui {__version__}\n")
        raise typer.Exit


def complete_scenario(incomplete: str) -> list[str]:
    """The ids of bundled scenarios that begin so."""
    from sre_tui.demo.scenario_load import scenario_ids

    return [each for each in scenario_ids() if each.startswith(incomplete)]


@dataclass
class _Start:
    """What a run begins with, and what became of it."""

    environment: Environment | None
    invocation: Invocation | None = None


@app.callback()
def root(
    context: typer.Context,
    demo: Annotated[
        bool,
        typer.Option(
            "--demo",
            help="Work on the simulated homelab: the running one, or one started for this.",
        ),
    ] = False,
    scenario: Annotated[
        str | None,
        typer.Option(
            "--scenario",
            metavar="ID|FILE",
            help="What goes wrong on it; works on the simulated homelab as --demo does.",
            autocompletion=complete_scenario,
        ),
    ] = None,
    config: Annotated[
        str | None, typer.Option("--config", metavar="FILE", help="Settings file to use.")
    ] = None,
    no_color: Annotated[bool, typer.Option("--no-color", help="No colour on any stream.")] = False,
    no_input: Annotated[bool, typer.Option("--no-input", help="Never ask anything.")] = False,
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_version, is_eager=True),
    ] = False,
) -> None:
    """Remember the global options; open the app if no command was given."""
    from commands.invocation import Invocation

    if scenario is not None and context.invoked_subcommand == "demo":
        raise Problem(
            "--scenario before a command chooses what a throw-away demo plays",
            code="usage",
            exit_code=ExitCode.USAGE,
            hint=f"write it behind: sre demo run --scenario {scenario}",
        )
    start: _Start = context.obj
    invocation = start.invocation = Invocation.create(
        start.environment,
        # The commands about the demo itself start or look for one of their own.
        demo=demo and context.invoked_subcommand != "demo",
        scenario=scenario,
        config=config,
        color=False if no_color else None,
        no_input=no_input,
        command=context.invoked_subcommand or "tui",
    )
    context.obj = invocation
    context.call_on_close(invocation.close)
    if context.invoked_subcommand is None:
        streams = (invocation.environment.stdin, invocation.environment.stdout)
        if not all(stream.isatty() for stream in streams):
            invocation.narrator.say("the app needs a terminal; here are the commands")
            invocation.environment.stdout.write(context.get_help() + "\n")
            raise typer.Exit(ExitCode.USAGE)
        from commands.tui import open_app

        open_app(invocation)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `sre` and end the process with a documented exit code."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None, environment: Environment | None = None) -> int:
    """Run one command line and give its exit code.

    Args:
        arguments: what stands after ``sre``; the process's own if None.
        environment: streams, variables, folders and clock; the process's own if None.
    """
    # What is logged before the log file is open must not reach the screen.
    logging.lastResort = logging.NullHandler()
    _open_closed_streams()
    # It would look for plugins of its own through every installed package, at every start.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    command = typer.main.get_command(app)
    start = _Start(environment)
    given = [_as_moment(a) for a in (sys.argv[1:] if arguments is None else arguments)]
    try:
        code = command.main(given, prog_name="sre", standalone_mode=False, obj=start)
    except BaseException as error:  # noqa: BLE001 - no traceback may reach a user
        code = _end_with(error, given, environment)
    try:
        (environment.stdout if environment else sys.stdout).flush()
    except OSError as error:
        code = _end_with(error, given, environment) or code
    code = code if isinstance(code, int) else ExitCode.OK
    if start.invocation is not None:
        start.invocation.count_ending(code)
    return code


def _as_moment(argument: str) -> str:
    # "-3h" is a moment wherever one may stand, and no option begins with a digit.
    return f"now{argument}" if _AGO.fullmatch(argument) else argument


def _end_with(
    error: BaseException, arguments: Sequence[str], environment: Environment | None
) -> int:
    from commands.endings import end_with
    from sre_tui.environment import Environment

    return end_with(error, arguments, environment or Environment())


def _open_closed_streams() -> None:
    # Cron and daemons may close them; what is opened later must not take their numbers.
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115


def invocation_of(context: typer.Context) -> Invocation:
    """What the global options said."""
    invocation: Invocation = context.obj
    return invocation

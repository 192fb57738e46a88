"""`sre demo`: a simulated homelab to try everything on."""

from __future__ import annotations

import asyncio
import shlex
import signal
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from commands.adapter import JSON_OPTION
from commands.demo_homelab import (
    TOUR_SCENARIO,
    demo_log,
    running,
    state_path,
    throw_away_variables,
)
from commands.diagnostics import ExitCode, Narrator, Problem
from commands.main import invocation_of
from commands.noun import noun
from commands.output import write_json, write_table
from sre_tui.settings.model import BACKENDS
from widgets.cell import Cell, Column, Display

if TYPE_CHECKING:
    from commands.invocation import Invocation
    from sre_tui.demo.runtime.state import DemoState
    from sre_tui.demo.scenario import Scenario
    from sre_tui.environment import Folders

app = noun(
    "demo",
    "A simulated homelab on loopback: the backends' own APIs, with faults and scenarios.",
    default="run",
)


def _complete_scenario(incomplete: str) -> list[str]:
    from sre_tui.demo.scenario_load import list_scenarios

    return [s.id for s in list_scenarios() if s.id.startswith(incomplete)]


def _complete_backend(incomplete: str) -> list[str]:
    return [name for name in BACKENDS if name.startswith(incomplete)]


def _complete_fault(incomplete: str) -> list[str]:
    from sre_tui.demo.runtime.fault_modes import FAULT_MODES

    return [mode for mode in FAULT_MODES if mode.startswith(incomplete)]


BACKEND_ARGUMENT = Annotated[
    str,
    typer.Argument(
        metavar="BACKEND",
        help=f"One of: {', '.join(BACKENDS)}.",
        autocompletion=_complete_backend,
    ),
]
SCENARIO_OPTION = Annotated[
    str,
    typer.Option(
        "--scenario",
        metavar="ID|FILE",
        help="What goes wrong: a bundled scenario or a YAML file.",
        autocompletion=_complete_scenario,
    ),
]
GUESTS_OPTION = Annotated[
    int, typer.Option("--guests", min=10, max=1000, metavar="N", help="How many guests.")
]
SEED_OPTION = Annotated[
    int | None, typer.Option("--seed", metavar="N", help="Vary names, loads and moments.")
]
PORTS_OPTION = Annotated[
    int,
    typer.Option(
        "--ports", min=0, max=65525, metavar="BASE", help="First of ten ports; 0 takes free ones."
    ),
]


@app.command(
    "run",
    help="Start the simulated homelab and keep it running until Ctrl-C.\n\n"
    "Examples:\n\n\b\n  sre demo --scenario dns-down\n"
    '  sre demo --background && eval "$(sre demo env)" && sre alerts',
)
def run(
    context: typer.Context,
    scenario: SCENARIO_OPTION = "quiet",
    guests: GUESTS_OPTION = 40,
    seed: SEED_OPTION = None,
    ports: PORTS_OPTION = 0,
    background: Annotated[
        bool, typer.Option("--background", help="Return once it runs; `sre demo stop` ends it.")
    ] = False,
) -> None:
    """Serve until interrupted, or start a process that does."""
    from sre_tui.demo.scenario_load import load_scenario

    invocation = invocation_of(context)
    # A mistake in the scenario is the user's, and is told apart from a demo that cannot run.
    load_scenario(scenario, guests=guests)
    folders = invocation.environment.folders
    if background:
        from sre_tui.demo.runtime.background import launch_demo

        state = launch_demo(
            state_path(folders),
            demo_log(folders),
            scenario=scenario,
            guests=guests,
            seed=seed,
            ports_base=ports,
        )
        _tell_where(invocation.narrator, state)
        return
    invocation.run_async(_serve(invocation, scenario, guests, seed, ports))


@app.command(
    "list",
    help="List the bundled scenarios and the questions they pose.\n\n"
    "Examples:\n\n\b\n  sre demo list\n  sre demo list --json | jq -r '.data.items[].id'",
)
def list_scenarios_(context: typer.Context, as_json: JSON_OPTION = False) -> None:
    """Every bundled scenario."""
    from sre_tui.demo.scenario_load import list_scenarios

    invocation = invocation_of(context)
    stdout = invocation.environment.stdout
    scenarios = list_scenarios()
    if as_json:
        items = [
            {"id": s.id, "title": s.title, "questions": [q.ask for q in s.questions]}
            for s in scenarios
        ]
        write_json(stdout, {"schema_version": 1, "data": {"items": items}})
        return
    display = Display(now=invocation.environment.clock(), utc=None, wide=not stdout.isatty())
    write_table(invocation, _COLUMNS, scenarios, display)


@app.command(
    help="Print shell lines that point another shell at the running demo.\n\n"
    'Examples:\n\n\b\n  sre demo env\n  eval "$(sre demo env)" && sre alerts'
)
def env(context: typer.Context) -> None:
    """``export`` lines for a POSIX shell."""
    from sre_tui.demo.runtime.state import demo_environment

    invocation = invocation_of(context)
    stdout = invocation.environment.stdout
    for name, value in demo_environment(running(invocation.environment.folders)).items():
        stdout.write(f"export {name}={shlex.quote(value)}\n")


@app.command(
    help="Stop the demo that runs in the background.\n\n"
    "Examples:\n\n\b\n  sre demo stop\n  sre demo stop && sre demo --scenario dns-down"
)
def stop(context: typer.Context) -> None:
    """End it and wait until it is gone."""
    from sre_tui.demo.runtime.remote import stop_demo

    invocation = invocation_of(context)
    folders = invocation.environment.folders
    stop_demo(running(folders), state_path(folders))
    invocation.narrator.say("the demo has stopped")


@app.command(
    "break",
    help="Let a backend of the running demo fail, to see how everything else bears it.\n\n"
    "Examples:\n\n\b\n  sre demo break loki --how timeout\n  sre demo mend loki",
)
def break_(
    context: typer.Context,
    backend: BACKEND_ARGUMENT,
    how: Annotated[
        str, typer.Option("--how", help="The way it fails.", autocompletion=_complete_fault)
    ] = "500",
) -> None:
    """Inject a fault until it is mended."""
    from sre_tui.demo.runtime.fault_modes import FAULT_MODES
    from sre_tui.demo.runtime.remote import break_backend
    from sre_tui.nearest import nearest

    mode = next((mode for mode in FAULT_MODES if mode == how), None)
    if mode is None:
        close = nearest(how, FAULT_MODES, limit=1)
        raise Problem(
            f"a backend cannot fail by {how!r}" + (f"; did you mean {close[0]}?" if close else ""),
            code="usage",
            exit_code=ExitCode.USAGE,
            hint=f"allowed: {', '.join(FAULT_MODES)}",
        )
    invocation = invocation_of(context)
    break_backend(_demo_with(backend, invocation.environment.folders), backend, mode)
    invocation.narrator.say(f"{backend} now fails ({how}); `sre demo mend {backend}` ends it")


@app.command(
    help="Let a broken backend work again.\n\n"
    "Examples:\n\n\b\n  sre demo mend loki\n  sre demo mend grafana && sre alerts"
)
def mend(
    context: typer.Context,
    backend: BACKEND_ARGUMENT,
) -> None:
    """Take an injected fault away."""
    from sre_tui.demo.runtime.remote import mend_backend

    invocation = invocation_of(context)
    mend_backend(_demo_with(backend, invocation.environment.folders), backend)
    invocation.narrator.say(f"{backend} works again")


@app.command(
    help="Show the main job on a demo with an incident: the app in a terminal, else an answer.\n\n"
    "Examples:\n\n\b\n  sre demo tour\n  sre demo tour --scenario dns-down | cat"
)
def tour(context: typer.Context, scenario: SCENARIO_OPTION = TOUR_SCENARIO) -> None:
    """Start a demo of its own, then open the app or ask the scenario's first question."""
    from commands.ask import answer_question
    from sre_tui.demo.scenario_load import load_scenario

    invocation = invocation_of(context)
    chosen = load_scenario(scenario)
    environment = invocation.environment
    variables = throw_away_variables(
        environment, invocation.narrator, invocation.resources, scenario
    )
    invocation.environment = replace(environment, variables=variables)
    if environment.stdin.isatty() and environment.stdout.isatty():
        from commands.tui import open_app

        open_app(invocation)
        return
    question = chosen.questions[0].ask if chosen.questions else "Is anything wrong?"
    environment.stdout.write(f"{chosen.title}\n\n> {question}\n\n")
    answer_question(invocation, question)


def _demo_with(backend: str, folders: Folders) -> DemoState:
    from sre_tui.nearest import nearest

    state = running(folders)
    if backend not in state.backends:
        close = nearest(backend, state.backends, limit=1)
        raise Problem(
            f"the demo has no backend {backend!r}"
            + (f"; did you mean {close[0]}?" if close else ""),
            code="usage",
            exit_code=ExitCode.USAGE,
            hint=f"it has {', '.join(state.backends)}",
        )
    return state


async def _serve(
    invocation: Invocation, scenario: str, guests: int, seed: int | None, ports: int
) -> None:
    from sre_tui.demo.runtime.demo import start_demo

    async with start_demo(
        scenario,
        guests=guests,
        seed=seed,
        ports_base=ports,
        state_path=state_path(invocation.environment.folders),
    ) as demo:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, demo.request_stop)
        _tell_where(invocation.narrator, demo.state)
        invocation.narrator.say("Ctrl-C ends it.")
        await demo.wait_stopped()


def _tell_where(narrator: Narrator, state: DemoState) -> None:
    narrator.say(f"the simulated homelab runs: {state.scenario}, {state.guests} guests")
    for name, backend in state.backends.items():
        narrator.say(f"  {name:<11} {backend.url}")
    narrator.say('In another shell:  eval "$(sre demo env)"   or   sre --demo alerts')


def _questions(row: Scenario, display: Display) -> Cell:
    text = " / ".join(question.ask for question in row.questions)
    return Cell(text, text)


_COLUMNS: tuple[Column[Scenario], ...] = (
    Column("id", "Scenario", lambda row, _: Cell(row.id, row.id), 30),
    Column("title", "What happens", lambda row, _: Cell(row.title, row.title), 40, flexible=True),
    Column("questions", "Questions", _questions, 40, priority=1, flexible=True),
)

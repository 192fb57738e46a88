"""`sre demo`: a simulated homelab to try everything on."""

from __future__ import annotations

import asyncio
import shlex
import signal
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.adapter import JSON_OPTION, JSONL_OPTION
from commands.demo_faults import add_faults
from commands.demo_homelab import (
    HOW_TO_START,
    NAME,
    TOUR_SCENARIO,
    demo_log,
    running,
    state_path,
    throw_away_variables,
)
from commands.demo_kinds import add_kinds
from commands.diagnostics import ExitCode, Narrator
from commands.fields import Fields, fields_command, fields_option
from commands.listing import listing_options, write_listing
from commands.main import complete_scenario, invocation_of
from commands.noun import noun
from commands.output import write_json, write_record
from commands.sorting import sort_option
from sre_tui.views.human import ago
from sre_tui.views.record import Section
from widgets.cell import Cell, Column, Display, Tone, marked

if TYPE_CHECKING:
    from commands.invocation import Invocation
    from sre_tui.demo.runtime.releases import Releases
    from sre_tui.demo.runtime.state import DemoState

app = noun(
    "demo",
    "A simulated homelab on loopback: the backends' own APIs, with faults and scenarios.",
    default="run",
)


SCENARIO_OPTION = Annotated[
    str,
    typer.Option(
        "--scenario",
        metavar="ID|FILE",
        help="What goes wrong: a bundled scenario or a YAML file.",
        autocompletion=complete_scenario,
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


def _complete_release(incomplete: str) -> list[str]:
    from sre_tui.demo.runtime.releases import Releases, releases_of

    every = [f"{name}={one}" for name in Releases.model_fields for one in releases_of(name)]
    return [wish for wish in every if wish.startswith(incomplete)]


RELEASE_OPTION = Annotated[
    list[str] | None,
    typer.Option(
        "--release",
        metavar="BACKEND=RELEASE",
        help="What a backend imitates, such as proxmox=8.4; may be repeated.",
        autocompletion=_complete_release,
    ),
]


@app.command(
    "run",
    help="Start the simulated homelab and keep it running until Ctrl-C.\n\n"
    "Examples:\n\n\b\n  sre demo --scenario dns-down\n"
    "  sre demo --release proxmox=8.4 --release truenas=25.04.2.6\n"
    '  sre demo --background && eval "$(sre demo env)" && sre alerts',
)
def run(
    context: typer.Context,
    scenario: SCENARIO_OPTION = "quiet",
    guests: GUESTS_OPTION = 40,
    seed: SEED_OPTION = None,
    ports: PORTS_OPTION = 0,
    release: RELEASE_OPTION = None,
    background: Annotated[
        bool, typer.Option("--background", help="Return once it runs; `sre demo stop` ends it.")
    ] = False,
) -> None:
    """Serve until interrupted, or start a process that does."""
    from sre_tui.demo.runtime.releases import Releases
    from sre_tui.demo.scenario_load import load_scenario

    invocation = invocation_of(context)
    # A mistake in the scenario is the user's, and is told apart from a demo that cannot run.
    load_scenario(scenario, guests=guests)
    releases = Releases.read(release or ())
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
            releases=releases,
        )
        _tell_where(invocation.narrator, state)
        return
    invocation.run_async(_serve(invocation, scenario, guests, seed, ports, releases))


@app.command(
    "list",
    cls=fields_command(lambda: _FIELDS),
    help="List the bundled scenarios and the questions they pose.\n\n"
    "Examples:\n\n\b\n  sre demo list\n  sre demo list --json | jq -r '.data.items[].id'",
)
def list_scenarios_(
    context: typer.Context,
    as_json: JSON_OPTION = False,
    as_jsonl: JSONL_OPTION = False,
    only: Annotated[str | None, fields_option(lambda: _FIELDS)] = None,
    order: Annotated[str | None, sort_option(lambda: _FIELDS)] = None,
) -> None:
    """Every bundled scenario."""
    from sre_tui.demo.scenario_load import list_scenarios

    rows = [
        {"id": each.id, "title": each.title, "questions": [one.ask for one in each.questions]}
        for each in list_scenarios()
    ]
    options = listing_options(as_json=as_json, as_jsonl=as_jsonl, only=only, order=order)
    write_listing(invocation_of(context), _FIELDS, rows, options, folded=["title"])


@app.command(
    help="Say whether a demo runs, where, and what is broken in it; exit 1 if none runs.\n\n"
    "Examples:\n\n\b\n  sre demo status\n  sre demo status --json | jq -r .data.scenario"
)
def status(context: typer.Context, as_json: JSON_OPTION = False) -> None:
    """The running demo, its backends and their faults."""
    from sre_tui.demo.runtime.remote import faults_of, find_running_demo

    invocation = invocation_of(context)
    stdout = invocation.environment.stdout
    state = find_running_demo(state_path(invocation.environment.folders))
    if state is None:
        if as_json:
            write_json(stdout, {"schema_version": 1, "data": {"running": False}})
        else:
            stdout.write("no demo is running\n")
            invocation.narrator.say(f"  {HOW_TO_START}")
        raise typer.Exit(ExitCode.FAILURE)
    faults = faults_of(state)
    if as_json:
        write_json(stdout, {"schema_version": 1, "data": _status_document(state, faults)})
        return
    now = invocation.environment.clock()
    about = (
        ("Scenario", Cell(state.scenario, None)),
        ("Since", Cell(ago(state.started_at, now), None)),
        ("Guests", Cell(str(state.guests), None)),
        ("Process", Cell(str(state.pid), None)),
    )
    backends = tuple(
        (name, _backend_cell(backend.url, state.release_of(name), faults.get(name)))
        for name, backend in state.backends.items()
    )
    write_record(invocation, (Section("", about), Section("Backends", backends)))


@app.command(
    help="Print shell lines that point another shell at the running demo.\n\n"
    'Examples:\n\n\b\n  sre demo env\n  eval "$(sre demo env)" && sre alerts'
)
def env(context: typer.Context) -> None:
    """``export`` lines for a POSIX shell."""
    from sre_tui.demo.runtime.state import demo_environment

    invocation = invocation_of(context)
    stdout = invocation.environment.stdout
    state = running(invocation.environment.folders)
    for name, value in {"HOMELAB_NAME": NAME, **demo_environment(state)}.items():
        stdout.write(f"export {name}={shlex.quote(value)}\n")


@app.command(
    help="Stop the demo that runs in the background.\n\n"
    "Examples:\n\n\b\n  sre demo stop\n  sre demo stop && sre demo --scenario dns-down"
)
def stop(context: typer.Context) -> None:
    """End it and wait until it is gone."""
    from sre_tui.demo.runtime.remote import find_running_demo, stop_demo

    invocation = invocation_of(context)
    place = state_path(invocation.environment.folders)
    state = find_running_demo(place)
    if state is None:
        invocation.narrator.say("no demo is running")
        return
    stop_demo(state, place)
    invocation.narrator.say("the demo has stopped")


add_faults(app)
add_kinds(app)


@app.command(
    help="Show the main job on a demo with an incident: the app in a terminal, else an answer.\n\n"
    "Examples:\n\n\b\n  sre demo tour\n  sre demo tour --scenario dns-down | cat"
)
def tour(context: typer.Context, scenario: SCENARIO_OPTION = TOUR_SCENARIO) -> None:
    """Start a demo of its own, then open the app or ask the scenario's first question."""
    from commands.ask import answer_question, exit_code
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
    if code := exit_code(answer_question(invocation, question)):
        raise typer.Exit(code)


async def _serve(
    invocation: Invocation,
    scenario: str,
    guests: int,
    seed: int | None,
    ports: int,
    releases: Releases,
) -> None:
    from sre_tui.demo.runtime.demo import start_demo

    async with start_demo(
        scenario,
        guests=guests,
        seed=seed,
        ports_base=ports,
        releases=releases,
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


def _status_document(state: DemoState, faults: Mapping[str, str]) -> dict[str, object]:
    return {
        "running": True,
        "scenario": state.scenario,
        "started_at": state.started_at.isoformat().replace("+00:00", "Z"),
        "guests": state.guests,
        "seed": state.seed,
        "pid": state.pid,
        "backends": [
            {
                "name": name,
                "url": backend.url,
                "release": state.release_of(name),
                "fault": faults.get(name),
            }
            for name, backend in state.backends.items()
        ],
    }


def _backend_cell(url: str, release: str | None, fault: str | None) -> Cell:
    where = f"{url}  {release}" if release else url
    if fault is None:
        return Cell(f"{where}  {marked(Tone.OK, 'works')}", None)
    return Cell(f"{where}  {marked(Tone.ERROR, f'fails ({fault})')}", None, Tone.ERROR)


def _text(name: str) -> Any:
    def cell(row: dict[str, Any], _: Display) -> Cell:
        text = row[name] if isinstance(row[name], str) else " / ".join(row[name])
        return Cell(text, text)

    return cell


_COLUMNS: tuple[Column[dict[str, Any]], ...] = (
    Column("id", "Scenario", _text("id"), 30),
    Column("title", "What happens", _text("title"), 40, flexible=True),
    Column("questions", "Questions", _text("questions"), 40, priority=1, flexible=True),
)
_FIELDS: Fields = Fields(("id", "title", "questions"), _COLUMNS)

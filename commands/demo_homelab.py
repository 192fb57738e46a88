"""The demo homelab that a command works on: the running one, or one started for it alone."""

from __future__ import annotations

import socket
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from commands.diagnostics import ExitCode, Narrator, Problem
from sre_tui.settings.model import BACKENDS
from sre_tui.settings.variables import VARIABLES

if TYPE_CHECKING:
    import typer

    from commands.invocation import Invocation
    from sre_tui.demo.runtime.state import DemoState
    from sre_tui.environment import Environment, Folders

HOW_TO_START = "start one: sre demo --background --scenario nas-disk-failing"
NAME = "demo"
"""What the homelab is called, unless the user calls it otherwise."""
TOUR_SCENARIO = "nas-disk-failing"
"""What goes wrong where nobody chose."""


def demo_variables(
    environment: Environment,
    narrator: Narrator,
    resources: ExitStack,
    scenario: str | None = None,
) -> dict[str, str]:
    """The environment's variables with the backends replaced by a demo's.

    The demo is the running one; if there is none, or it plays another scenario than the one asked
    for, one is started and ended with ``resources``.

    Raises:
        ScenarioError: there is no such scenario, or it has mistakes.
    """
    from sre_tui.demo.runtime.remote import find_running_demo

    wanted = None
    if scenario is not None:
        from sre_tui.demo.scenario_load import load_scenario

        wanted = load_scenario(scenario).id
    state = find_running_demo(state_path(environment.folders))
    if state is not None and wanted in (None, state.scenario):
        return _pointed_at(environment, state)
    if state is not None:
        narrator.warn(f"the running demo plays {state.scenario}, not {wanted}; it is left alone")
    return throw_away_variables(environment, narrator, resources, scenario or TOUR_SCENARIO)


def running(folders: Folders) -> DemoState:
    """The demo that runs.

    Raises:
        Problem: if none does.
    """
    from sre_tui.demo.runtime.remote import find_running_demo

    state = find_running_demo(state_path(folders))
    if state is None:
        raise Problem(
            "no demo is running",
            code="demo",
            exit_code=ExitCode.UNREACHABLE,
            hint=HOW_TO_START,
        )
    return state


def ends_with_command(invocation: Invocation) -> bool:
    """Whether ``--demo`` or ``--scenario`` started a demo for this command alone.

    Its journal goes with it.
    """
    from sre_tui.demo.runtime.remote import find_running_demo
    from sre_tui.demo.runtime.state import demo_environment

    environment = invocation.environment
    state = find_running_demo(state_path(environment.folders))
    journal = environment.variables.get("MEMORY_DB_URL")
    return state is None or demo_environment(state)["MEMORY_DB_URL"] != journal


def is_on_demo(context: typer.Context) -> bool:
    """Whether ``--demo`` or ``--scenario`` stands before a command."""
    given = context.find_root().params
    return bool(given.get("demo") or given.get("scenario"))


def demo_is_gone(invocation: Invocation) -> bool:
    """Whether the settings are those that ``sre demo env`` prints, and nothing listens there."""
    settings = invocation.settings
    urls = [each.url for name in BACKENDS for each in getattr(settings, name)]
    if settings.homelab_name != NAME or not all("://127.0.0.1:" in url for url in urls):
        return False
    # One backend alone may be broken on purpose.
    return not any(_listens(urlsplit(url).port) for url in urls)


def demo_outage(invocation: Invocation) -> str:
    """Why no backend of the demo answers, and what to do: it is stopped, or all are broken."""
    from sre_tui.demo.runtime.remote import find_running_demo

    if find_running_demo(state_path(invocation.environment.folders)) is None:
        return "the demo is not running: sre demo starts it"
    return "every backend of the running demo is broken: sre demo mend lets them work again"


def _listens(port: int | None) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port or 80), timeout=0.5):
            return True
    except OSError:
        return False


def state_path(folders: Folders) -> Path:
    """The file that tells where the running demo is."""
    return folders.runtime / "demo.json"


def demo_log(folders: Folders) -> Path:
    """What a demo in the background has to complain about."""
    return folders.log_file.with_name("demo.log")


def throw_away_variables(
    environment: Environment, narrator: Narrator, resources: ExitStack, scenario: str
) -> dict[str, str]:
    """The same with a demo that is started for this and ended with ``resources``."""
    from commands.invocation import end_on_termination
    from sre_tui.demo.runtime.background import launch_demo
    from sre_tui.demo.runtime.remote import stop_demo

    end_on_termination()
    folder = Path(resources.enter_context(tempfile.TemporaryDirectory(prefix="sre-demo-")))
    place = folder / "demo.json"
    narrator.trace(f"starting the simulated homelab ({scenario}) ...")
    state = launch_demo(place, folder / "demo.log", scenario=scenario, attached=True)
    resources.callback(stop_demo, state, place)
    return _pointed_at(environment, state)


def _pointed_at(environment: Environment, state: DemoState) -> dict[str, str]:
    from sre_tui.demo.runtime.state import demo_environment

    replaced = {name for name, path in VARIABLES.items() if path[0] in (*BACKENDS, "memory")}
    own = {
        name: value
        for name, value in environment.variables.items()
        if name.removesuffix("_FILE") not in replaced
    }
    return {"HOMELAB_NAME": NAME, **own, **demo_environment(state)}

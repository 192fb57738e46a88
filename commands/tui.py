"""`sre tui`: the full-screen app."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Annotated, Final

import typer

from commands.diagnostics import ExitCode, Problem
from commands.main import invocation_of
from sre_tui.settings.load import config_path
from sre_tui.settings.model import BACKENDS

if TYPE_CHECKING:
    from commands.invocation import Invocation
    from sre_tui.screens.look import Look
    from sre_tui.tools.context import ToolContext

app = typer.Typer(rich_markup_mode=None, add_completion=False)

DETAILS_EVERY: Final = 30.0
"""Seconds between two looks at what is opened."""


def complete_theme(incomplete: str) -> list[str]:
    """The themes that begin so."""
    from widgets.themes import SHORT, theme_names

    return [name for name in (*SHORT, *theme_names()) if name.startswith(incomplete)]


@app.command(
    help="Open the full-screen app: alerts, guests, pools and backups live, and the chat beside "
    "them. ? shows all keys.\n\n"
    "Examples:\n\n\b\n  sre tui --theme light\n  sre --demo tui"
)
def tui(
    context: typer.Context,
    theme: Annotated[
        str | None,
        typer.Option(
            "--theme",
            metavar="NAME",
            help="dark, light, ansi, high-contrast or any other that t lists in the app.",
            autocompletion=complete_theme,
        ),
    ] = None,
) -> None:
    """Run the app until the user leaves it."""
    invocation = invocation_of(context)
    if theme is not None:
        invocation.flags["app.theme"] = theme
    open_app(invocation)


def open_app(invocation: Invocation) -> None:
    """Run the app in this terminal.

    Raises:
        Problem: there is no terminal, or the app broke.
        SettingsError: the settings are wrong.
    """
    environment = invocation.environment
    streams = (environment.stdin, environment.stdout, environment.stderr)
    # Textual's driver for a browser, which `sre web` names, draws and reads through pipes.
    drawn_elsewhere = "TEXTUAL_DRIVER" in environment.variables
    if not drawn_elsewhere and not all(stream.isatty() for stream in streams):
        raise Problem(
            # Textual draws on stderr.
            "the app needs a terminal on stdin, stdout and stderr",
            code="usage",
            exit_code=ExitCode.USAGE,
            hint="in a pipe, `sre alerts` and `sre ask` do",
        )
    # Until the first paint there is only growth: nothing a collection could find. The app
    # switches it on again.
    gc.disable()
    from sre_tui.live.allocator import share_one_arena
    from sre_tui.screens.look import look_of

    share_one_arena()

    place = str(config_path(environment))
    look = look_of(invocation.settings.app, place)
    if invocation.color is False:
        # Textual asks the environment alone.
        os.environ["NO_COLOR"] = "1"
    broken = invocation.run(partial(_run, look))
    # The end of the process would go over everything once more, for half a second.
    gc.freeze()
    if broken is not None:
        raise broken


async def _run(look: Look, context: ToolContext) -> Exception | None:
    from sre_tui.app import SreApp
    from sre_tui.app_parts import AppParts
    from sre_tui.live.agent_answers import AgentAnswers
    from sre_tui.live.daemon_threads import DaemonThreads
    from sre_tui.live.feed import ToolFeed, ask_tool
    from sre_tui.live.homelab import homelab_feeds
    from sre_tui.live.recording import change_incident, record_incident
    from sre_tui.live.report_desk import ReportDesk
    from sre_tui.live.runbook_text import runbook_names, runbook_text
    from sre_tui.tools.context import ToolContext

    asyncio.get_running_loop().set_default_executor(DaemonThreads())
    settings = context.settings
    # Connections belong to the event loop they were made in, and the live data has its own.
    live = ToolContext(settings, context.folders, context.clock, kept=context.kept)

    def feed_of(tool: str, arguments: Mapping[str, object]) -> ToolFeed:
        return ToolFeed(live, tool, tool, arguments, DETAILS_EVERY)

    def ask_again() -> None:
        # Whoever mended a backend wants its rows, and then an answer.
        for each in (live, context):
            each.ask_again()

    async with AgentAnswers(context) as answers:
        app = SreApp(
            AppParts(
                homelab=settings.homelab_name,
                clock=context.clock,
                answers=answers,
                feeds=homelab_feeds(live),
                feed_of=feed_of,
                ask_tool=partial(ask_tool, live),
                release=live.aclose,
                ask_again=ask_again,
                reports=ReportDesk(context),
                record=partial(record_incident, context),
                change=partial(change_incident, context),
                sources=[
                    f"{backend}:{endpoint.name}"
                    for backend in BACKENDS
                    for endpoint in settings.endpoints(backend)
                ],
                read_runbook=partial(runbook_text, settings),
                list_runbooks=partial(runbook_names, settings),
                look=look,
                warm_up=True,
            )
        )
        answers.consent = app.agreed
        await app.run_async()
    return app.broken

"""`sre tui`: the full-screen app."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Final

import typer

from commands.diagnostics import ExitCode, Problem
from commands.main import invocation_of
from sre_tui.settings.model import BACKENDS

if TYPE_CHECKING:
    from commands.invocation import Invocation
    from sre_tui.tools.context import ToolContext

app = typer.Typer(rich_markup_mode=None, add_completion=False)

DETAILS_EVERY: Final = 30.0
"""Seconds between two looks at what is opened."""


@app.command(
    help="Open the full-screen app: alerts, guests, pools and backups live, and the chat beside "
    "them. ? shows all keys.\n\n"
    "Examples:\n\n\b\n  sre tui\n  sre --demo tui"
)
def tui(context: typer.Context) -> None:
    """Run the app until the user leaves it."""
    open_app(invocation_of(context))


def open_app(invocation: Invocation) -> None:
    """Run the app in this terminal.

    Raises:
        Problem: there is no terminal, or the app broke.
        SettingsError: the settings are wrong.
    """
    environment = invocation.environment
    streams = (environment.stdin, environment.stdout, environment.stderr)
    if not all(stream.isatty() for stream in streams):
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
    broken = invocation.run(_run)
    if broken is not None:
        raise broken


async def _run(context: ToolContext) -> Exception | None:
    from sre_tui.app import AppParts, SreApp
    from sre_tui.live.agent_answers import AgentAnswers
    from sre_tui.live.daemon_threads import DaemonThreads
    from sre_tui.live.feed import ToolFeed, ask_tool
    from sre_tui.live.homelab import homelab_feeds
    from sre_tui.live.runbook_text import runbook_text
    from sre_tui.tools.context import ToolContext

    asyncio.get_running_loop().set_default_executor(DaemonThreads())
    settings = context.settings
    # Connections belong to the event loop they were made in, and the live data has its own.
    live = ToolContext(settings, context.folders, context.clock, kept=context.kept)

    def feed_of(tool: str, arguments: Mapping[str, object]) -> ToolFeed:
        return ToolFeed(live, tool, tool, arguments, DETAILS_EVERY)

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
                sources=[
                    f"{backend}:{endpoint.name}"
                    for backend in BACKENDS
                    for endpoint in settings.endpoints(backend)
                ],
                read_runbook=partial(runbook_text, settings),
                warm_up=True,
            )
        )
        await app.run_async()
    return app.broken

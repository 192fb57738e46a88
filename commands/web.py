"""`sre web`: the full-screen app in a browser."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import signal
import socket
import sys
import webbrowser
from typing import TYPE_CHECKING, Annotated

import typer

from commands.diagnostics import ExitCode, Problem
from commands.main import invocation_of

if TYPE_CHECKING:
    from commands.invocation import Invocation

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(
    help="Serve the full-screen app to a browser on this machine, until Ctrl-C. The address it "
    "prints carries a token, without which nothing is shown. Everything the page loads comes from "
    "here. From another machine: ssh -L 8765:127.0.0.1:8765 HOST.\n\n"
    "Examples:\n\n\b\n  sre web --open\n  sre --demo web --port 0"
)
def web(
    context: typer.Context,
    host: Annotated[
        str,
        typer.Option("--host", metavar="ADDRESS", help="Loopback address to listen on."),
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, metavar="N", help="0 takes a free one.")
    ] = 8765,
    open_it: Annotated[
        bool, typer.Option("--open", help="Open it in the browser straight away.")
    ] = False,
) -> None:
    """Serve until interrupted."""
    invocation = invocation_of(context)
    # What is wrong with them is told here, and not by every page.
    _ = invocation.settings
    with _listening(host, port) as bound:
        invocation.run_async(_serve(invocation, bound, open_it))


def _listening(host: str, port: int) -> socket.socket:
    from providers.endpoint import is_loopback

    if not is_loopback(host):
        raise Problem(
            f"the app is served on loopback only, not on {host}: whoever opens it sees the homelab",
            code="usage",
            exit_code=ExitCode.USAGE,
            hint=f"from another machine: ssh -L {port}:127.0.0.1:{port} THIS_MACHINE",
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        raise Problem(
            f"port {port} of {host} is taken by another program"
            if taken
            else f"cannot listen on port {port} of {host}: {error.strerror or error}",
            code="port",
            exit_code=ExitCode.FAILURE,
            hint="--port 0 takes a free one",
        ) from error


async def _serve(invocation: Invocation, bound: socket.socket, open_it: bool) -> None:
    from sre_tui.server.browser import BrowserServer

    environment = invocation.environment
    server = BrowserServer(bound, [sys.executable, "-m", "sre_tui", "tui"], environment.variables)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    invocation.narrator.say(f"the app is at {server.address}")
    invocation.narrator.say("Ctrl-C ends it.")
    if open_it and not await asyncio.to_thread(webbrowser.open, server.address):
        invocation.narrator.warn("no browser could be opened; open the address yourself")
    # What an app that broke had to say is passed on by textual-serve on stdout.
    with contextlib.redirect_stdout(environment.stderr):
        await server.serve_until(stopped)

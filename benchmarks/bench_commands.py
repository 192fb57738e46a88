"""What every command costs before it does anything, and a data command against its requests."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from benchmarks.budget import Measured, in_turns, process
from sre_tui.demo.runtime.background import launch_demo
from sre_tui.demo.runtime.remote import stop_demo
from sre_tui.demo.runtime.state import demo_environment

SRE = (sys.executable, "-m", "sre_tui")
BARE_SCRIPT = """
import asyncio, json, os, sys
import httpx, typer

app = typer.Typer(rich_markup_mode=None)

@app.command()
def query(expression: str) -> None:
    async def ask() -> None:
        async with httpx.AsyncClient() as client:
            url = os.environ["PROMETHEUS_URL"] + "/api/v1/query"
            answer = await client.get(url, params={"query": expression})
            json.dump(answer.json(), sys.stdout)
    asyncio.run(ask())

app()
"""


def measure() -> list[Measured]:
    """Time the commands."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        variables = {
            **os.environ,
            "XDG_CONFIG_HOME": str(home),
            "XDG_STATE_HOME": str(home),
            "XDG_CACHE_HOME": str(home),
        }
        shown, bare = in_turns(
            process((*SRE, "--help"), variables),
            process((sys.executable, "-c", "import typer"), variables),
        )
        found = [Measured("sre --help", shown, "import typer", bare, ratio_budget=1.5)]
        state = launch_demo(home / "demo.json", home / "demo.log")
        try:
            variables |= demo_environment(state)
            asked, plain = in_turns(
                process((*SRE, "metrics", "query", "node_load1", "--json"), variables),
                process((sys.executable, "-c", BARE_SCRIPT, "node_load1"), variables),
            )
        finally:
            stop_demo(state, home / "demo.json")
        found.append(
            Measured(
                "sre metrics query --json",
                asked,
                "typer and httpx, same request",
                plain,
                ratio_budget=1.5,
            )
        )
    return found

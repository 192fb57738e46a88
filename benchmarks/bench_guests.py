"""Listings of guests and backups: against the bare request, by number, and over all backends."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks.bench_commands import SRE
from benchmarks.budget import Measured, in_turns, process
from sre_tui.demo.runtime.background import launch_demo
from sre_tui.demo.runtime.remote import break_backend, mend_backend, stop_demo
from sre_tui.demo.runtime.state import DemoState, demo_environment

BARE_SCRIPT = """
import asyncio, json, os, ssl, sys
import httpx, typer

app = typer.Typer(rich_markup_mode=None)

@app.command()
def guests() -> None:
    async def ask() -> None:
        trust = ssl.create_default_context()
        trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
        token = {"Authorization": "PVEAPIToken=" + os.environ["PROXMOX_API_TOKEN"]}
        async with httpx.AsyncClient(verify=trust, headers=token) as client:
            base = os.environ["PROXMOX_URL"] + "/api2/json"
            held = asyncio.create_task(client.get(base + "/access/permissions"))
            rows = (await client.get(base + "/cluster/resources")).json()["data"]
            asked = [
                client.get(f"{base}/nodes/{row['node']}/{row['id']}/config")
                for row in rows
                if row["type"] in ("qemu", "lxc")
                and row["status"] == "stopped"
                and not row.get("template")
            ]
            configs = [answer.json()["data"] for answer in await asyncio.gather(*asked)]
            json.dump([rows, configs, (await held).json()["data"]], sys.stdout)
    asyncio.run(ask())

app()
"""
FEW, MANY = 10, 1000
SLOW = 1.5
"""Seconds every request to a slow backend takes."""
LISTING = (*SRE, "guests", "list", "--json", "--limit", str(MANY + 10))
BARE = (sys.executable, "-c", BARE_SCRIPT)


def measure() -> list[Measured]:
    """Time the listings."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (
            demo(folder / "many", MANY) as (_, crowded),
            demo(folder / "few", FEW) as (state, small),
        ):
            return [
                *_against_the_request(small),
                *_by_number(small, crowded),
                *_over_instances(folder, state, small, crowded),
                *_over_backends(state, small),
            ]


def _against_the_request(variables: Mapping[str, str]) -> Iterator[Measured]:
    asked, plain = in_turns(process(LISTING, variables), process(BARE, variables), rounds=15)
    floor = "typer and httpx, same requests"
    yield Measured("sre guests list --json", asked, floor, plain, ratio_budget=1.5)


def _by_number(small: Mapping[str, str], crowded: Mapping[str, str]) -> Iterator[Measured]:
    many, few = in_turns(process(LISTING, crowded), process(LISTING, small))
    bytes_of_many, bytes_of_few = in_turns(process(BARE, crowded), process(BARE, small))
    yield Measured(
        f"sre guests list --json, {MANY:,} guests",
        many - (bytes_of_many - bytes_of_few),
        f"with {FEW}, and the bare request's difference taken off",
        few,
        ratio_budget=2.0,
    )


def _over_instances(
    folder: Path, state: DemoState, small: Mapping[str, str], crowded: Mapping[str, str]
) -> Iterator[Measured]:
    slow, quick = _table(small, "slow"), _table(crowded, "quick")
    alone, both = folder / "alone.toml", folder / "both.toml"
    alone.write_text(slow, encoding="utf-8")
    both.write_text(quick + slow, encoding="utf-8")
    own = {name: value for name, value in small.items() if not name.startswith("PROXMOX_")}
    break_backend(state, "proxmox", "slow", SLOW)
    try:
        all_of_them, slowest = in_turns(
            process(LISTING, own | {"SRE_CONFIG": str(both)}),
            process(LISTING, own | {"SRE_CONFIG": str(alone)}),
            rounds=3,
        )
    finally:
        mend_backend(state, "proxmox")
    floor = "the slow one alone"
    yield Measured("guests of a quick and a slow Proxmox", all_of_them, floor, slowest, 1.2)


def _over_backends(state: DemoState, variables: Mapping[str, str]) -> Iterator[Measured]:
    coverage = process((*SRE, "backups", "coverage", "--json"), variables)
    alone = []
    for backend in ("proxmox", "pbs"):
        break_backend(state, backend, "slow", SLOW)
        alone.append(in_turns(coverage, coverage, rounds=2)[0])
        mend_backend(state, backend)
    break_backend(state, "proxmox", "slow", SLOW)
    break_backend(state, "pbs", "slow", SLOW)
    together, _ = in_turns(coverage, coverage, rounds=2)
    mend_backend(state, "proxmox")
    mend_backend(state, "pbs")
    floor = "the slower one alone slow"
    yield Measured(
        "backup coverage, Proxmox and PBS slow", together, floor, max(alone), ratio_budget=1.2
    )


def _table(variables: Mapping[str, str], name: str) -> str:
    return (
        f'[[proxmox]]\nname = "{name}"\nurl = "{variables["PROXMOX_URL"]}"\n'
        f'token = "{variables["PROXMOX_API_TOKEN"]}"\n'
        f'fingerprint = "{variables["PROXMOX_FINGERPRINT"]}"\n\n'
    )


@contextmanager
def demo(home: Path, guests: int) -> Iterator[tuple[DemoState, dict[str, str]]]:
    """A demo with so many guests, and the variables that lead a command of its own there."""
    home.mkdir()
    state = launch_demo(home / "demo.json", home / "demo.log", guests=guests)
    places = dict.fromkeys(("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"), str(home))
    try:
        yield state, {**os.environ, **places, **demo_environment(state)}
    finally:
        stop_demo(state, home / "demo.json")

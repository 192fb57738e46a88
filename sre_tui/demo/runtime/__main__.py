"""Runs the demo until a signal or its control endpoint ends it; ``background`` starts this."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import signal
import sys
from pathlib import Path

from sre_tui.demo.runtime.demo import start_demo
from sre_tui.demo.runtime.errors import DemoError
from sre_tui.demo.runtime.releases import Releases


async def _run(options: argparse.Namespace) -> None:
    async with start_demo(
        options.scenario,
        guests=options.guests,
        seed=options.seed,
        ports_base=options.ports_base,
        releases=Releases.read(options.release),
        state_path=options.state,
    ) as demo:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, demo.request_stop)
        if options.attached:
            loop.add_reader(sys.stdin.fileno(), demo.request_stop)
        # The world stays as long as the process does, and answers make a lot that is soon gone.
        gc.freeze()
        gc.set_threshold(20_000, 20, 50)
        await demo.wait_stopped()
    # All is closed; a query that still computes in a thread must not hold up the end.
    os._exit(0)


def main() -> int:
    """Exit code 0 after a stop, 1 with one line on stderr when the demo cannot run."""
    parser = argparse.ArgumentParser(prog="python -m sre_tui.demo.runtime")
    parser.add_argument("--scenario", default="quiet")
    parser.add_argument("--guests", type=int, default=40)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--ports-base", type=int, default=0)
    parser.add_argument("--release", action="append", default=[], help="such as proxmox=8.4")
    parser.add_argument("--state", type=Path)
    parser.add_argument("--attached", action="store_true", help="end when stdin closes")
    try:
        asyncio.run(_run(parser.parse_args()))
    except DemoError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

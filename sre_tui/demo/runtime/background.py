"""Starts a demo in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from sre_tui.demo.runtime.errors import DemoError
from sre_tui.demo.runtime.releases import USUAL, Releases
from sre_tui.demo.runtime.remote import find_running_demo
from sre_tui.demo.runtime.state import DemoState


def launch_demo(
    state_path: Path,
    log_path: Path,
    *,
    scenario: str | Path = "quiet",
    guests: int = 40,
    seed: int | None = None,
    ports_base: int = 0,
    releases: Releases = USUAL,
    attached: bool = False,
    patience: float = 60.0,
) -> DemoState:
    """Starts a demo in a process of its own and returns when all its servers answer.

    Args:
        state_path: where the demo leaves its state file.
        log_path: takes what the process writes to stderr.
        scenario: id of a bundled scenario or path of a file.
        guests: number of Proxmox guests.
        seed: instead of the scenario's own.
        ports_base: first of ten ports; 0 takes free ones.
        releases: what the backends imitate.
        attached: the demo ends with this process, however that ends; else it outlives it.
        patience: seconds to wait at most.

    Raises:
        DemoError: the demo did not come up; the text is its own complaint.
    """
    if (other := find_running_demo(state_path)) is not None:
        raise DemoError(f"a demo runs already, with process id {other.pid}")
    command = [sys.executable, "-m", "sre_tui.demo.runtime", "--scenario", str(scenario)]
    command += ["--guests", str(guests), "--ports-base", str(ports_base)]
    command += ["--state", str(state_path)]
    command += [part for wish in releases.wishes() for part in ("--release", wish)]
    command += [] if seed is None else ["--seed", str(seed)]
    command += ["--attached"] if attached else []
    process, leash = _spawn(command, log_path)
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if process.poll() is not None:
            os.close(leash)
            raise DemoError(_complaint(log_path))
        state = find_running_demo(state_path)
        if state is not None and state.pid == process.pid:
            # It is left to itself now, which without this would be warned about.
            process.returncode = 0
            if not attached:
                os.close(leash)
            return state
        time.sleep(0.05)
    os.close(leash)
    process.terminate()
    process.wait()
    raise DemoError(f"the demo did not start within {patience:.0f} s")


def _spawn(command: list[str], log_path: Path) -> tuple[subprocess.Popen[bytes], int]:
    """The process and the writing end of its stdin, which closes with this process."""
    log_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(log_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    reading, writing = os.pipe()
    try:
        with os.fdopen(descriptor, "wb") as log:
            process = subprocess.Popen(  # noqa: S603
                command,
                stdin=reading,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )
    except OSError as error:
        os.close(writing)
        raise DemoError(f"the demo's process did not start: {error}") from error
    finally:
        os.close(reading)
    return process, writing


def _complaint(log_path: Path) -> str:
    lines = log_path.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "the demo ended without a word"

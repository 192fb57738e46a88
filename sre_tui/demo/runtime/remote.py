"""Finds and steers a demo that runs in another process."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import httpx

from sre_tui.demo.runtime.errors import DemoBusy, DemoError
from sre_tui.demo.runtime.fault_modes import FaultMode
from sre_tui.demo.runtime.state import DemoState, read_state

_TIMEOUT = 2.0


def find_running_demo(path: Path) -> DemoState | None:
    """The demo that a state file tells of, if its process lives and its control endpoint answers.

    Raises ``DemoError`` when the file is broken.
    """
    state = read_state(path)
    if state is None or not _is_alive(state.pid):
        return None
    try:
        _call(state, "GET", "/status")
    except DemoBusy:
        # It listens, and is not done yet with what it was asked before.
        return state
    except DemoError:
        return None
    return state


def break_backend(state: DemoState, name: str, how: FaultMode, seconds: float = 2.0) -> None:
    """Makes a backend of the demo fail; ``seconds`` is how long ``slow`` takes."""
    _call(state, "PUT", f"/backends/{name}/fault", {"mode": how, "seconds": seconds})


def mend_backend(state: DemoState, name: str) -> None:
    """Makes a backend of the demo work again."""
    _call(state, "DELETE", f"/backends/{name}/fault")


def faults_of(state: DemoState) -> dict[str, str]:
    """The backends of the demo that are made to fail, and how; raises ``DemoError``."""
    backends = _call(state, "GET", "/status")["backends"]
    return {name: backend["fault"] for name, backend in backends.items() if backend["fault"]}


def stop_demo(state: DemoState, path: Path, patience: float = 5.0) -> None:
    """Stops the demo and returns when its state file is gone; raises ``DemoError`` if it stays."""
    _call(state, "POST", "/shutdown")
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        current = read_state(path)
        if current is None or current.pid != state.pid:
            return
        time.sleep(0.02)
    raise DemoError(f"the demo with process id {state.pid} did not stop")


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _call(state: DemoState, method: str, path: str, body: object = None) -> Any:
    try:
        answer = httpx.request(
            method,
            state.control.url + path,
            json=body,
            headers={"Authorization": f"Bearer {state.control.token}"},
            timeout=_TIMEOUT,
            trust_env=False,
        )
    except httpx.ReadTimeout as error:
        raise DemoBusy(f"the demo has given no answer for {_TIMEOUT:.0f} s: it is busy") from error
    except httpx.HTTPError as error:
        raise DemoError(f"the demo does not answer at {state.control.url}: {error}") from error
    if answer.is_error:
        try:
            reason = str(answer.json()["error"])
        except (ValueError, KeyError, TypeError):
            reason = f"status {answer.status_code}"
        raise DemoError(f"the demo refused: {reason}")
    return answer.json()

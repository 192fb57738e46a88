"""The file that says where a running demo is, and the environment that leads clients to it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from sre_tui.demo.runtime.errors import DemoError
from sre_tui.demo.runtime.releases import USUAL, Releases

STATE_FILE = "demo.json"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class BackendState(_Part):
    """One simulated backend; ``variables`` are the environment that configures a client for it."""

    url: str
    port: int
    variables: Mapping[str, str]


class ControlState(_Part):
    """The control endpoint and the Bearer token it asks for."""

    url: str
    token: str


class DemoState(_Part):
    """A running demo, as its state file tells; ``seed`` None is the scenario's own."""

    pid: int
    started_at: datetime
    scenario: str
    guests: int
    seed: int | None
    releases: Releases = USUAL
    folder: Path
    """What belongs to it alone, and is gone with it."""
    control: ControlState
    backends: Mapping[str, BackendState]

    def release_of(self, backend: str) -> str | None:
        """What a backend imitates; None for one that is always the same."""
        return getattr(self.releases, backend, None)


def demo_environment(state: DemoState) -> dict[str, str]:
    """The environment variables under which every tool talks to this demo.

    What is recorded about it is no part of the operator's own memory, nor of the usage.
    """
    variables = {
        "MEMORY_DB_URL": f"sqlite:///{state.folder / 'memory' / 'memory.db'}",
        "MEMORY_USAGE": "false",
    }
    for backend in state.backends.values():
        variables |= backend.variables
    return variables


def write_state(path: Path, state: DemoState) -> None:
    """Writes the file whole or not at all, readable by its owner only."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(state.model_dump_json(indent=2) + "\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def read_state(path: Path) -> DemoState | None:
    """The state in a file, None when there is no file; raises ``DemoError`` when it is broken."""
    try:
        return DemoState.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        reason = str(error).splitlines()[0]
        raise DemoError(f"the demo's state file {path} cannot be read: {reason}") from error


def remove_state(path: Path, pid: int) -> None:
    """Removes the file if it still tells of this process."""
    try:
        state = read_state(path)
    except DemoError:
        return
    if state is not None and state.pid == pid:
        path.unlink(missing_ok=True)

"""Everything the process takes from outside: streams, variables, folders, clock.

Commands and the app receive one of these, so that a test replaces one object.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from platformdirs import PlatformDirs

from providers.clock import Clock, system_clock

APP_NAME = "sre-tui"


@dataclass(frozen=True)
class Folders:
    """Where files live, after the XDG rules.

    Attributes:
        config: ``config.toml`` and ``site.md``.
        data: the runbook index.
        cache: last-known-good answers; may be deleted at any time.
        state: sessions and logs.
        runtime: what lives as long as a process, such as a running demo's address. It is not
            XDG_RUNTIME_DIR, which cron and containers do not have.
    """

    config: Path
    data: Path
    cache: Path
    state: Path
    runtime: Path

    @classmethod
    def standard(cls) -> Folders:
        """The user's own folders."""
        dirs = PlatformDirs(APP_NAME, appauthor=False)
        return cls(
            config=dirs.user_config_path,
            data=dirs.user_data_path,
            cache=dirs.user_cache_path,
            state=dirs.user_state_path,
            runtime=dirs.user_state_path / "run",
        )

    @classmethod
    def under(cls, root: Path) -> Folders:
        """All folders inside one, for tests and throw-away runs."""
        return cls(*(root / name for name in ("config", "data", "cache", "state", "runtime")))

    @property
    def config_file(self) -> Path:
        """The settings file."""
        return self.config / "config.toml"

    @property
    def site_file(self) -> Path:
        """What the operator tells the agent about the site, in Markdown."""
        return self.config / "site.md"

    @property
    def index(self) -> Path:
        """The runbook index."""
        return self.data / "index"

    @property
    def sessions(self) -> Path:
        """Saved conversations."""
        return self.state / "sessions"

    @property
    def log_file(self) -> Path:
        """The rotating log."""
        return self.state / "log" / "sre.log"


@dataclass(frozen=True)
class Environment:
    """One object for all that differs between a terminal, a pipe, cron and a test."""

    variables: Mapping[str, str] = field(default_factory=lambda: os.environ)
    stdin: TextIO = field(default_factory=lambda: sys.stdin)
    stdout: TextIO = field(default_factory=lambda: sys.stdout)
    stderr: TextIO = field(default_factory=lambda: sys.stderr)
    clock: Clock = system_clock
    folders: Folders = field(default_factory=Folders.standard)
    working_folder: Path = field(default_factory=Path.cwd)

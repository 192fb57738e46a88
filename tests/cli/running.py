"""Runs `sre` as a user does, with outputs of its own: in pipes or in a terminal."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import IO, Any, Self

from tests.cli.in_process import run_in_process
from tests.cli.preloaded import Preloaded, Run

ROOT = Path(__file__).parents[2]
SRE = [sys.executable, "-m", "sre_tui"]
PATIENCE = 180.0
DEMO_COMMANDS = {"break", "env", "faults", "list", "mend", "status", "--help"}
"""Those that start none."""
PRELOADED = Preloaded()
WITH_MODEL = Preloaded(asks_model=True)

# A process gets the terminal as its own only from inside, and only as the first of a session.
_OWN_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "os.execv(sys.argv[1], sys.argv[1:])"
)


@dataclass(frozen=True)
class Done:
    """How a run ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def error(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.err.splitlines()[-1])["error"]
        return found


@dataclass(frozen=True)
class Sre:
    """`sre` with folders of its own and only the variables given."""

    home: Path
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        own = {
            "HOME": str(self.home),
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "LANG": "C.UTF-8",
            "XDG_CONFIG_HOME": str(self.home / "config"),
            "XDG_DATA_HOME": str(self.home / "data"),
            "XDG_CACHE_HOME": str(self.home / "cache"),
            "XDG_STATE_HOME": str(self.home / "state"),
        }
        return own | dict(self.variables)

    @property
    def config_file(self) -> Path:
        return self.home / "config" / "sre-tui" / "config.toml"

    def having(self, **variables: str) -> Sre:
        return Sre(self.home, {**self.variables, **variables})

    def __call__(
        self,
        *arguments: str,
        text: str | bytes | None = None,
        stdin: IO[bytes] | int = subprocess.DEVNULL,
        command: list[str] | None = None,
    ) -> Done:
        if command is None:
            given = text.encode() if isinstance(text, str) else text
            run = self._preloaded.run if self._needs_process(arguments) else run_in_process
            return self._run(run, list(arguments), given, stdin)
        with subprocess.Popen(
            [*command, *arguments],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.environment,
            cwd=self.home,
        ) as process:
            try:
                out, err = process.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        return Done(process.returncode, out.decode(), err.decode())

    def apart(self, *arguments: str) -> Done:
        """A run in a process of its own, which leaves nothing open."""
        return self._run(self._preloaded.run, list(arguments), None, subprocess.DEVNULL)

    def _run(
        self,
        run: Callable[[list[str], Mapping[str, str], Path, float, int], tuple[int, bytes, bytes]],
        arguments: list[str],
        given: bytes | None,
        stdin: IO[bytes] | int,
    ) -> Done:
        if given is not None:
            reading, writing = os.pipe()
            Thread(target=_pour, args=(writing, given)).start()
        elif stdin == subprocess.DEVNULL:
            reading = os.open(os.devnull, os.O_RDONLY)
        else:
            reading = os.dup(stdin if isinstance(stdin, int) else stdin.fileno())
        try:
            code, told, narrated = run(arguments, self.environment, self.home, PATIENCE, reading)
        finally:
            os.close(reading)
        return Done(code, told.decode(), narrated.decode())

    def _needs_process(self, arguments: Sequence[str]) -> bool:
        # A demo may outlive the command that starts it, and LiteLLM leaves connections open.
        if arguments[:1] == ["demo"]:
            return not DEMO_COMMANDS & {*arguments}
        return "LLM_MODEL" in self.variables or bool({"--demo", "--scenario"} & {*arguments})

    @property
    def _preloaded(self) -> Preloaded:
        return WITH_MODEL if "LLM_MODEL" in self.variables else PRELOADED

    def shell(self, line: str) -> Done:
        """A line for bash in which ``sre`` is the command."""
        return self(command=_in_shell(line))

    def complete(self, *words: str) -> Done:
        """What bash is offered for the last of the words."""
        asking = self.having(
            _SRE_COMPLETE="complete_bash",
            COMP_WORDS="\n".join(words),
            COMP_CWORD=str(len(words) - 1),
        )
        return asking()

    def terminal(
        self,
        *arguments: str,
        columns: int = 80,
        shell: str = "",
        command: list[str] | None = None,
    ) -> Terminal:
        """A run in a terminal; one that starts a program of its own with ``command``."""
        if shell:
            command = _in_shell(shell)

        def start(terminal: int) -> subprocess.Popen[bytes] | Run:
            variables = {"TERM": "xterm-256color", **self.environment}
            if command is None:
                files = (terminal, terminal, terminal)
                return self._preloaded.start(
                    arguments, variables, self.home, PATIENCE, files, in_terminal=True
                )
            return subprocess.Popen(
                [sys.executable, "-c", _OWN_TERMINAL, *command],
                stdin=terminal,
                stdout=terminal,
                stderr=terminal,
                env=variables,
                cwd=self.home,
                start_new_session=True,
            )

        return Terminal(start, columns)


@contextmanager
def piped(sre: Sre, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A process that goes on, with its outputs in pipes; it ends with the block."""
    with subprocess.Popen(
        [*SRE, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=sre.environment,
        cwd=sre.home,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def _pour(pipe: int, data: bytes) -> None:
    """Write it all, or what is read of it."""
    with suppress(BrokenPipeError):
        while data:
            data = data[os.write(pipe, data) :]
    os.close(pipe)


def _in_shell(line: str) -> list[str]:
    return ["/bin/bash", "-c", f'sre() {{ {" ".join(SRE)} "$@"; }}\n{line}']


class Terminal:
    """A run in a pseudo-terminal, read and typed into like one."""

    def __init__(self, start: Callable[[int], subprocess.Popen[bytes] | Run], columns: int) -> None:
        self._own, other = pty.openpty()
        size = struct.pack("HHHH", 40, columns, 0, 0)
        fcntl.ioctl(other, termios.TIOCSWINSZ, size)
        self.seen = ""
        self._process = start(other)
        os.close(other)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._process.poll() is None:
            # It may end by itself just now.
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        os.close(self._own)

    @property
    def group(self) -> int:
        """The process group of the run, to send it a signal."""
        return self._process.pid

    def type(self, text: str) -> None:
        os.write(self._own, text.encode())

    def wait_for(self, text: str) -> str:
        """What came until that text, which is then behind us."""
        deadline = time.monotonic() + PATIENCE
        while text not in self.seen:
            assert time.monotonic() < deadline, f"{text!r} did not come: {self.seen!r}"
            assert self._read(), f"ended without {text!r}: {self.seen!r}"
        before, _, self.seen = self.seen.partition(text)
        return before

    def comes(self, text: str) -> bool:
        """Whether that text comes before it has been quiet for a while."""
        while text not in self.seen:
            if not select.select([self._own], [], [], 1.0)[0]:
                return False
            assert self._read(), f"ended without {text!r}: {self.seen!r}"
        self.wait_for(text)
        return True

    def wait(self) -> tuple[int, str]:
        """Exit code, and what came since the last text waited for."""
        while self._read():
            pass
        return self._process.wait(PATIENCE), self.seen.replace("\r\n", "\n")

    def _read(self) -> bool:
        ready, _, _ = select.select([self._own], [], [], PATIENCE)
        assert ready, f"nothing comes any more: {self.seen!r}"
        try:
            data = os.read(self._own, 65536)
        except OSError:
            return False
        self.seen += data.decode(errors="replace")
        return bool(data)

"""Forks `sre` from a process that has imported it already, which costs a tenth of starting Python.

Each run still is a process of its own with real streams, folder, variables and exit code, and in a
terminal the first of a session of its own. What a fresh interpreter imports is the business of
test_start_up, and what it does with closed or broken streams and at its end that of the tests which
run `sre` through a shell.
"""

from __future__ import annotations

import fcntl
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import termios
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from selectors import EVENT_READ, DefaultSelector

from providers.llm import warm_up

MODULES = (
    "sre_tui.agent.agent",
    "sre_tui.agent.analyst",
    "sre_tui.views.registry",
    "rich.console",
    "rich.table",
    "rich._unicode_data.unicode17-0-0",
    "diskcache",
    "anyio._backends._asyncio",
    "certifi",
    "_strptime",
    "encodings.hex_codec",
    "h2.connection",
    "httpcore",
    "logging.handlers",
    "numpy.ma",
    "oncalendar",
    "promql_parser",
    "pydantic.dataclasses",
    "rapidfuzz.distance",
    "rapidfuzz.process",
    "typer._adapters",
    "typer._click._textwrap",
    "typer._click.decorators",
    "websockets.asyncio.client",
)
PACKAGES = (
    "commands",
    "providers.grafana",
    "providers.loki",
    "providers.pbs",
    "providers.prometheus",
    "providers.proxmox",
    "providers.truenas",
    "runbooks",
    "sre_tui.diagnosis",
    "sre_tui.tools",
    "sre_tui.views",
)
"""All modules of these, too."""
_MESSAGE = 1 << 20


class Run:
    """A run that was forked; what a `subprocess.Popen` tells of one that was started."""

    def __init__(self, reply: socket.socket, patience: float) -> None:
        self._reply = reply
        self._code: int | None = None
        reply.settimeout(patience)
        self.pid = self._told()

    def poll(self) -> int | None:
        """The exit code, once it has ended."""
        try:
            return self.wait(0)
        except OSError:
            return None

    def wait(self, patience: float | None = None) -> int:
        """The exit code.

        Raises:
            OSError: it has not ended in that time.
        """
        if self._code is None:
            self._reply.settimeout(patience)
            self._code = self._told()
            self._reply.close()
        return self._code

    def _told(self) -> int:
        message = self._reply.recv(_MESSAGE)
        if not message:
            raise RuntimeError("the process that forks has ended")
        number: int = json.loads(message)
        return number


class Preloaded:
    """The process that forks; started with the first run.

    Args:
        asks_model: it has loaded LiteLLM as well, which takes seconds.
    """

    def __init__(self, *, asks_model: bool = False) -> None:
        self._asks_model = asks_model
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    def run(
        self,
        arguments: list[str],
        variables: Mapping[str, str],
        folder: Path,
        patience: float,
        stdin: int,
    ) -> tuple[int, bytes, bytes]:
        """Exit code, stdout and stderr of one run."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            files = (stdin, out.fileno(), err.fileno())
            try:
                code = self.start(arguments, variables, folder, patience, files).wait(patience)
            except TimeoutError:
                self.close()
                raise
            out.seek(0)
            err.seek(0)
            return code, out.read(), err.read()

    def start(
        self,
        arguments: Sequence[str],
        variables: Mapping[str, str],
        folder: Path,
        patience: float,
        files: Sequence[int],
        *,
        in_terminal: bool = False,
    ) -> Run:
        """Fork one that has those three streams."""
        message = json.dumps([arguments, dict(variables), str(folder), in_terminal]).encode()
        reply, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            socket.send_fds(self._connected(), [message], [*files, theirs.fileno()])
        return Run(reply, patience)

    def close(self) -> None:
        """End it."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None

    def _connected(self) -> socket.socket:
        if self._socket is None:
            self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                self._process = subprocess.Popen(
                    [
                        *(sys.executable, "-m", "tests.cli.preloaded", str(theirs.fileno())),
                        *(["model"] if self._asks_model else []),
                    ],
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    cwd=Path(__file__).parents[2],
                    # The runs end with it if one of them hangs.
                    process_group=0,
                )
        return self._socket


def serve(connection: socket.socket, *, asks_model: bool) -> None:
    """Fork for every message, and tell how each run ends."""
    _warm_up(asks_model=asks_model)
    signal.signal(signal.SIGTERM, lambda *_: os.killpg(0, signal.SIGKILL))
    with DefaultSelector() as waiting:
        waiting.register(connection, EVENT_READ)
        while True:
            for key, _ in waiting.select():
                if key.fileobj is not connection:
                    waiting.unregister(key.fileobj)
                    _tell_end(key.fd, *key.data)
                    continue
                message, files, _, _ = socket.recv_fds(connection, _MESSAGE, 4)
                if not message:
                    return
                *streams, reply = files
                child = os.fork()
                if child == 0:
                    connection.close()
                    os.close(reply)
                    arguments, variables, folder, in_terminal = json.loads(message)
                    # Taking the interpreter down would cost more than the run.
                    os._exit(_be_sre(arguments, variables, folder, in_terminal, streams))
                for file in streams:
                    os.close(file)
                os.write(reply, json.dumps(child).encode())
                waiting.register(os.pidfd_open(child), EVENT_READ, (child, reply))


def _warm_up(*, asks_model: bool) -> None:
    for name in (*MODULES, *PACKAGES):
        import_module(name)
    for package in PACKAGES:
        for module in walk_packages(import_module(package).__path__, f"{package}."):
            import_module(module.name)
    if asks_model:
        warm_up()
    from commands.diagnostics import ExitCode
    from index.words import tokens
    from sre_tui.diagnosis.patterns.load import bundled
    from sre_tui.tools.registry import all_tools
    from tests.cli.inside import run_inside

    for tool in all_tools():
        tool.schema()
    with tempfile.TemporaryDirectory() as folder:
        for listing in (["alerts", "list"], ["guests", "list", "--json"]):
            assert run_inside(listing, Path(folder)).code == ExitCode.USAGE
    tokens("disks")
    bundled().telling("a line that no pattern knows")
    bundled().search()
    gc.collect()
    gc.freeze()
    # A run makes a lot that lives as long as it does.
    gc.set_threshold(20_000, 20, 50)


def _tell_end(watched: int, child: int, reply: int) -> None:
    os.close(watched)
    _, status = os.waitpid(child, 0)
    # A terminal that was closed waits for nothing any more.
    with suppress(BrokenPipeError):
        os.write(reply, json.dumps(os.waitstatus_to_exitcode(status)).encode())
    os.close(reply)


def _be_sre(
    arguments: list[str],
    variables: dict[str, str],
    folder: str,
    in_terminal: bool,
    files: list[int],
) -> int:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    if in_terminal:
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False, buffering=1)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(variables)
    os.chdir(folder)
    from commands.main import run

    code = run(arguments)
    sys.stderr.flush()
    return code


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])), asks_model="model" in sys.argv[2:])

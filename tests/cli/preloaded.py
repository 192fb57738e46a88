"""Forks `sre` from a process that has imported it already, which costs a tenth of starting Python.

Each run still is a process of its own with real streams, folder, variables and exit code. What a
fresh interpreter imports is the business of test_start_up, and what it does with closed or broken
streams that of the tests which run `sre` through a shell.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

from providers.llm import warm_up

MODULES = (
    "commands.ask",
    "commands.chat",
    "commands.config",
    "commands.demo",
    "commands.doctor",
    "commands.runbooks",
    "commands.schema",
    "sre_tui.agent.agent",
    "sre_tui.agent.analyst",
    "sre_tui.views.registry",
    "rich.console",
    "rich.table",
    "rich._unicode_data.unicode17-0-0",
    "diskcache",
    "anyio._backends._asyncio",
    "certifi",
    "encodings.hex_codec",
    "h2.connection",
    "httpcore",
    "numpy.ma",
    "oncalendar",
    "promql_parser",
    "pydantic.dataclasses",
    "rapidfuzz.distance",
    "rapidfuzz.process",
    "typer._adapters",
    "websockets.asyncio.client",
)
PACKAGES = (
    "providers.grafana",
    "providers.loki",
    "providers.pbs",
    "providers.prometheus",
    "providers.proxmox",
    "providers.truenas",
    "sre_tui.diagnosis",
    "sre_tui.tools",
    "sre_tui.views",
)
"""All modules of these, too."""
_MESSAGE = 1 << 20


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
        connection = self._connected()
        connection.settimeout(patience)
        message = json.dumps([arguments, dict(variables), str(folder)]).encode()
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            socket.send_fds(connection, [message], [stdin, out.fileno(), err.fileno()])
            try:
                code = json.loads(connection.recv(_MESSAGE))
            except TimeoutError:
                self.close()
                raise
            out.seek(0)
            err.seek(0)
            return code, out.read(), err.read()

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
    """Fork for every message."""
    for name in (*MODULES, *PACKAGES):
        import_module(name)
    for package in PACKAGES:
        for module in walk_packages(import_module(package).__path__, f"{package}."):
            import_module(module.name)
    if asks_model:
        warm_up()
    from sre_tui.tools.registry import all_tools

    all_tools()
    gc.freeze()
    signal.signal(signal.SIGTERM, lambda *_: os.killpg(0, signal.SIGKILL))
    while True:
        message, files, _, _ = socket.recv_fds(connection, _MESSAGE, 3)
        if not message:
            return
        child = os.fork()
        if child == 0:
            connection.close()
            arguments, variables, folder = json.loads(message)
            # Taking the interpreter down would cost more than the run.
            os._exit(_be_sre(arguments, variables, folder, files))
        for file in files:
            os.close(file)
        _, status = os.waitpid(child, 0)
        connection.send(json.dumps(os.waitstatus_to_exitcode(status)).encode())


def _be_sre(arguments: list[str], variables: dict[str, str], folder: str, files: list[int]) -> int:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
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

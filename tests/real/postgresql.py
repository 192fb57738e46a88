"""A real PostgreSQL on loopback, in a folder that is thrown away."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.stubs.ports import free_ports

USER, PASSWORD = "sre", "correct horse"
URL_PASSWORD = "correct%20horse"
UNPRIVILEGED = "nobody"
"""Who runs it where the tests run as root, whom PostgreSQL refuses to serve."""


def programs() -> Path | None:
    """The folder with ``initdb`` and ``postgres``; Debian's is on nobody's PATH."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[4]))
    found = str(debian[-1]) if debian else shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@contextmanager
def running_postgresql(folder: Path) -> Iterator[int]:
    """The port of a server whose superuser is ``USER`` with ``PASSWORD``."""
    owner = UNPRIVILEGED if os.geteuid() == 0 else None
    if owner is not None:
        shutil.chown(folder, owner)
    secret = folder / "password"
    secret.write_text(PASSWORD, encoding="utf-8")
    place, data = programs(), folder / "data"
    assert place is not None
    subprocess.run(
        [
            *(str(place / "initdb"), "-D", str(data), "-U", USER, "--no-sync"),
            *("-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8", "--locale=C"),
        ],
        check=True,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        user=owner,
    )
    port = free_ports()
    command = [str(place / "postgres"), "-D", str(data), "-h", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(
        [*command, "-k", "", "-F", "-c", "shared_buffers=8MB", "-c", "timezone=Asia/Tokyo"],
        cwd=folder,
        stderr=subprocess.PIPE,
        text=True,
        user=owner,
    ) as process:
        try:
            _wait_until_ready(process)
            yield port
        finally:
            # Immediately: there is nothing worth keeping.
            process.send_signal(3)
            assert process.stderr is not None
            process.stderr.read()


@contextmanager
def throw_away_folder() -> Iterator[Path]:
    """A folder that an unprivileged user can get to, as those of pytest cannot be."""
    folder = Path(tempfile.mkdtemp(prefix="sre-postgresql-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _wait_until_ready(process: subprocess.Popen[str]) -> None:
    assert process.stderr is not None
    seen = []
    for line in process.stderr:
        seen.append(line)
        if "database system is ready to accept connections" in line:
            return
    raise AssertionError("PostgreSQL ended before it was ready:\n" + "".join(seen))

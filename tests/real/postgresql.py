"""A real PostgreSQL on loopback, in a folder that is thrown away."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
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


_LANGUAGE = "C.UTF-8" if sys.platform == "linux" else "C"
"""A locale that lets ``LANGUAGE`` choose the server's, where translations are installed."""


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
    port, log = free_ports(), folder / "log"
    options = f"-h 127.0.0.1 -p {port} -k '' -F -c shared_buffers=8MB -c timezone=Asia/Tokyo"
    control = [str(place / "pg_ctl"), "-D", str(data), "-l", str(log)]
    try:
        # It starts speaking another language where it can: nothing may hang on its words.
        started = subprocess.run(
            [*control, "-w", "-o", f"{options} -c lc_messages={_LANGUAGE}", "start"],
            cwd=folder,
            check=False,
            env={**os.environ, "LANGUAGE": "de", "LC_ALL": _LANGUAGE},
            stdout=subprocess.DEVNULL,
            user=owner,
        )
        said = log.read_text(encoding="utf-8") if log.exists() else ""
        assert started.returncode == 0, said
        yield port
    finally:
        # Immediately: there is nothing worth keeping.
        subprocess.run(
            [*control, "-m", "immediate", "stop"],
            cwd=folder,
            check=False,
            capture_output=True,
            user=owner,
        )


@contextmanager
def throw_away_folder() -> Iterator[Path]:
    """A folder that an unprivileged user can get to, as those of pytest cannot be."""
    folder = Path(tempfile.mkdtemp(prefix="sre-postgresql-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)

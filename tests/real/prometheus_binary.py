"""Finds the real Prometheus, and unpacks Debian's packages into .venv where there is none.

``python -m tests.real.prometheus_binary`` does that before the suite runs; it needs no root. Where
neither works the tests that need it fail and say so.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGES = {
    "prometheus": "prometheus",
    "promtool": "prometheus",
    "prometheus-node-exporter": "prometheus-node-exporter",
}
"""Program to the Debian package it comes in."""

UNPACKED = Path(sys.prefix) / "debian"


def binary(name: str) -> str:
    """The path of a program; fails with its package's name when it is missing."""
    path = shutil.which(name) or shutil.which(name, path=str(UNPACKED / "usr" / "bin"))
    assert path is not None, (
        f"{name} is not installed: install Debian's package {PACKAGES[name]!r} "
        f"(apt-get install {PACKAGES[name]}), or put the program on your PATH"
    )
    return path


def unpack_missing() -> None:
    """Download and unpack the packages of missing programs, where there is an apt to do it."""
    missing = {
        package
        for name, package in PACKAGES.items()
        if not shutil.which(name) and not (UNPACKED / "usr" / "bin" / name).exists()
    }
    if not missing or not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        return
    for package in sorted(missing):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                ["apt-get", "download", "-qq", package],
                cwd=folder,
                capture_output=True,
                text=True,
                check=False,
            )
            for archive in Path(folder).glob("*.deb"):
                subprocess.run(["dpkg-deb", "-x", str(archive), str(UNPACKED)], check=True)
            if done.returncode:
                sys.stderr.write(f"{package} cannot be downloaded: {done.stderr.strip()}\n")


if __name__ == "__main__":
    unpack_missing()

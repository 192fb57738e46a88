"""Check-ups of this machine: folders, the index, documents."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from sre_tui.doctor.finding import Finding, broken, doubtful, good
from sre_tui.environment import Folders
from sre_tui.settings import Settings

_PROBE = 64 * 1024
"""Bytes that must fit: a saved conversation has about as many."""


def folders(places: Folders) -> list[Finding]:
    """Whether everything that is kept can be written."""
    found: list[Finding] = []
    for name, path in (("state", places.state), ("cache", places.cache), ("data", places.data)):
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            # A full disk takes new names, and fails with the first bytes.
            with tempfile.NamedTemporaryFile(dir=path) as file:
                file.write(bytes(_PROBE))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            found.append(
                broken(
                    "folders",
                    name,
                    f"{path} cannot be written: {error.strerror}",
                    "Free space, correct its owner, or point XDG_"
                    f"{name.upper()}_HOME somewhere else.",
                )
            )
    return found or [good("folders", "writable", str(places.state))]


def index(settings: Settings, places: Folders) -> list[Finding]:
    """Whether runbook search has both of its halves."""
    from index.errors import DocumentIndexError
    from sre_tui.tools.runbook_index import open_index

    found: list[Finding] = []
    try:
        manifest = open_index(settings, places).manifest()
    except DocumentIndexError as error:
        found.append(
            doubtful(
                "index",
                "usable",
                f"{error}; runbooks are searched as plain text",
                "sre index build",
            )
        )
    else:
        found.append(good("index", "usable", f"{manifest.documents} documents"))
    found += [
        broken("index", "documents", f"{folder} is no folder", "Correct EXTRA_DOCS_DIRS.")
        for folder in settings.docs.extra_dirs
        if not Path(folder).expanduser().is_dir()
    ]
    return found

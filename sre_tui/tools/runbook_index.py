"""What the runbook index is made of: the bundled runbooks and the operator's own documents."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from index.search import Index
from index.sources import Folder, Source
from sre_tui.environment import Folders
from sre_tui.settings import Settings

BUNDLED = "runbooks"
"""How bundled runbooks are named in results: ``runbooks/zfs-pool-degraded.md``."""


def bundled_folder() -> Path:
    """The folder of the runbooks that come with the program."""
    return Path(str(files("runbooks").joinpath("")))


def sources(settings: Settings) -> list[Source]:
    """Everything that is indexed; folders that do not exist are reported by the build."""
    found: list[Source] = [Folder(path=bundled_folder(), kind="runbook", label=BUNDLED)]
    found += [Folder(path=path.expanduser()) for path in settings.docs.extra_dirs]
    return found


def open_index(settings: Settings, folders: Folders) -> Index:
    """The index for searching; nothing is read before the first search."""
    return Index.open(folders.index, sources=sources(settings))

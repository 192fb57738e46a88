"""Where the memory is: a SQLite file, or a PostgreSQL database."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from providers.text import one_line
from sre_tui.environment import Folders
from sre_tui.memory.refusals import NotSetUp
from sre_tui.settings import Settings

SOURCE: Final = "memory"
"""What the memory is called beside the backends."""
_OF_FILE: Final = "sqlite:///"


@dataclass(frozen=True)
class Place:
    """Exactly one of the two is set."""

    path: Path | None = None
    """An absolute path."""
    url: str = field(default="", repr=False)
    """As it was configured, with the password in it; not checked yet."""


def place_of(settings: Settings, folders: Folders) -> Place:
    """The database that the settings name, else the file in the data folder.

    Raises:
        NotSetUp: if they name a file in the home of somebody who has none.
    """
    memory = settings.memory
    if memory.url is not None:
        url = memory.url.get_secret_value()
        if url.startswith(_OF_FILE):
            return _file(Path(url.removeprefix(_OF_FILE)))
        return Place(url=url)
    return _file(memory.path or folders.data / "memory" / "memory.db")


def _file(path: Path) -> Place:
    shown = one_line(str(path))
    if "\0" in str(path):
        raise NotSetUp(f"{shown} cannot be the name of a file")
    try:
        return Place(path=path.expanduser().absolute())
    except RuntimeError:
        raise NotSetUp(f"{shown} cannot be found: there is no such user's home") from None

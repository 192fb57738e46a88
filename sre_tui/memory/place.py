"""Where the memory is: a SQLite file, or a PostgreSQL database."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sre_tui.environment import Folders
from sre_tui.settings import Settings

_OF_FILE: Final = "sqlite:///"


@dataclass(frozen=True)
class Place:
    """Exactly one of the two is set."""

    path: Path | None = None
    """An absolute path."""
    url: str = field(default="", repr=False)
    """As it was configured, with the password in it; not checked yet."""


def place_of(settings: Settings, folders: Folders) -> Place:
    """The database that the settings name, else the file in the data folder."""
    memory = settings.memory
    if memory.url is not None:
        url = memory.url.get_secret_value()
        if url.startswith(_OF_FILE):
            return Place(path=Path(url.removeprefix(_OF_FILE)).expanduser().absolute())
        return Place(url=url)
    path = memory.path or folders.data / "memory" / "memory.db"
    return Place(path=path.expanduser().absolute())

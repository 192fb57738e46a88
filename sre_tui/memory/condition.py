"""How the memory is, for whoever checks an installation; looking creates nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import func, select

from sre_tui.memory.place import Place
from sre_tui.memory.schema import INCIDENTS
from sre_tui.memory.steps import STEPS, Step
from sre_tui.memory.store import open_store
from sre_tui.views.human import count, size

_OLDER: Final = "an earlier version made it, which is brought up to date when it is next used"
LEAST_ROOM: Final = 16 * 1024**2
"""Bytes that should be left on the disk of a file."""


@dataclass(frozen=True)
class Condition:
    """A memory that can be read.

    Attributes:
        name: what it is called, without a password.
        incidents: how many it has.
        going_on: how many of those are open.
        exists: whether there is anything to read yet.
        is_older: whether an earlier version of the program made its tables.
        troubles: what keeps it from being written or kept to oneself, one line each.
    """

    name: str
    incidents: int
    going_on: int
    exists: bool
    is_older: bool
    troubles: tuple[str, ...]

    def __str__(self) -> str:
        if not self.exists:
            return f"nothing recorded yet: the first incident creates {self.name}"
        going_on = f", {self.going_on} of them open" if self.going_on else ""
        older = f"; {_OLDER}" if self.is_older else ""
        return f"{self.name}: {count(self.incidents, 'incident')}{going_on}{older}"


def condition_of(place: Place, steps: Sequence[Step] = STEPS) -> Condition:
    """Open the memory and count; what an earlier version of the program made stays as it is.

    Raises:
        BackendError: if it cannot be read, is newer than the program, or the settings are wrong.
    """
    with open_store(place, steps) as store:
        with store.looking() as (connection, version):
            total = going_on = 0
            if version:
                # The first version had both columns, so that every one has them.
                counted = select(func.count(), func.count(INCIDENTS.c.ended))
                total, over = connection.execute(counted.select_from(INCIDENTS)).one()
                going_on = total - over
        return Condition(
            name=store.name,
            incidents=total,
            going_on=going_on,
            exists=bool(version),
            is_older=0 < version < len(steps),
            troubles=() if place.path is None else tuple(_troubles(place.path)),
        )


def _troubles(path: Path) -> list[str]:
    found = []
    nearest = next(each for each in (path, *path.parents) if each.exists())
    folder = path.parent if path.exists() else nearest
    if not folder.is_dir():
        found.append(f"{path} cannot be created: {folder} is no folder")
    elif not os.access(nearest, os.W_OK) or not os.access(folder, os.W_OK):
        found.append(f"{path} cannot be written: it, or its folder, may only be read")
    elif (free := shutil.disk_usage(folder).free) < LEAST_ROOM:
        found.append(f"{path} may soon not be written: its disk has {size(free)} left")
    if path.exists() and path.stat().st_mode & 0o077:
        found.append(f"others can read {path}: chmod 600 it")
    return found

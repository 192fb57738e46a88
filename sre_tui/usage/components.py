"""How each kind of backend was when it was last asked, on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, RootModel, ValidationError


class Seen(BaseModel):
    """What one call saw of it."""

    model_config = ConfigDict(frozen=True)

    component: str
    """``prometheus``, ``proxmox`` ... or ``llm``: no name that somebody gave."""
    state: str
    """``ok``, or in a word what was wrong."""
    at: AwareDatetime


class _All(RootModel[dict[str, Seen]]):
    pass


def components(folder: Path) -> dict[str, Seen]:
    """The last of each, by its name; none where the file was damaged.

    Raises:
        OSError: the file cannot be read.
    """
    try:
        return _All.model_validate_json(_file(folder).read_bytes()).root
    except (FileNotFoundError, ValidationError):
        return {}


def keep_components(folder: Path, seen: Iterable[Seen]) -> None:
    """Keep the latest of each; only one process may do so at a time.

    Raises:
        OSError: the file cannot be written.
    """
    known = components(folder)
    latest = dict(known)
    for each in seen:
        if each.component not in latest or latest[each.component].at <= each.at:
            latest[each.component] = each
    if latest != known:
        draft = _file(folder).with_suffix(".new")
        file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as writing:
            writing.write(_All(latest).model_dump_json())
        draft.replace(_file(folder))


def _file(folder: Path) -> Path:
    return folder / "components.json"

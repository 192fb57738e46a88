"""Reads what is declared in YAML files, bundled ones and the operator's: one entry or a list."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from sre_tui.complaint import Complaint, why
from sre_tui.nearest import nearest

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
EntryT = TypeVar("EntryT", bound=BaseModel)


def entries_of(
    file: str, text: str, model: type[EntryT], error: Callable[[str], Complaint], noun: str
) -> list[EntryT]:
    """The entries of one file, checked.

    Args:
        file: what it is called where a mistake is told.
        text: its content.
        model: what an entry is.
        error: makes the complaint out of one line: file, entry, field, what is wrong.
        noun: what an entry is called.

    Raises:
        Complaint: the one that ``error`` makes, at the first mistake.
    """
    try:
        entries = yaml.load(text, Loader=_LOADER)  # noqa: S506 - both loaders are safe
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        where = f"{file}:{mark.line + 1}" if mark is not None else file
        raise error(f"{where}: {getattr(problem, 'problem', problem)}") from problem
    if isinstance(entries, Mapping):
        entries = [entries]
    if not isinstance(entries, list):
        raise error(f"{file}: a {noun} or a list of {noun}s belongs here")
    return [
        _entry(file, number, entry, model, error) for number, entry in enumerate(entries, start=1)
    ]


def files_in(folder: Path, error: Callable[[str], Complaint]) -> Iterator[tuple[str, str]]:
    """Name and text of each ``*.yaml`` of a folder, which need not exist, in order of the names.

    Raises:
        Complaint: the one that ``error`` makes, if a file cannot be read.
    """
    for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else ():
        try:
            yield str(path), path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as problem:
            raise error(f"{path}: cannot be read: {why(problem)}") from problem


def _entry(
    file: str, number: int, entry: Any, model: type[EntryT], error: Callable[[str], Complaint]
) -> EntryT:
    name = entry.get("id", f"entry {number}") if isinstance(entry, Mapping) else f"entry {number}"
    try:
        return model.model_validate(entry)
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        if first["type"] == "extra_forbidden":
            close = nearest(where, list(model.model_fields), limit=1)
            message = f"unknown field{f'; did you mean {close[0]}?' if close else ''}"
        elif first["type"] == "missing":
            message = "is missing"
        place = f"{file}: {name}: {where}" if where else f"{file}: {name}"
        raise error(f"{place}: {message}") from problem

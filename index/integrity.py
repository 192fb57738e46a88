"""Tells whether the files of a table are still the ones that were written."""

import hashlib
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from index.errors import IndexDamagedError


class FileMark(BaseModel):
    """Size in bytes and SHA-256 of one file."""

    model_config = ConfigDict(frozen=True)

    size: int
    sha256: str


def mark_files(folder: Path) -> dict[str, FileMark]:
    """A mark for every file below `folder`, by relative path."""
    return {
        path.relative_to(folder).as_posix(): FileMark(
            size=path.stat().st_size, sha256=_sha256(path)
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def check_files(folder: Path, marks: dict[str, FileMark], *, contents: bool) -> None:
    """Compares the files with their marks: their sizes, and with `contents` every byte.

    Raises:
        IndexDamagedError: A file is missing or differs.
    """
    for name, mark in marks.items():
        path = folder / name
        try:
            same = path.stat().st_size == mark.size
            if same and contents:
                same = _sha256(path) == mark.sha256
        except OSError as error:
            raise IndexDamagedError(f"the index is damaged: {name}: {error.strerror}") from error
        if not same:
            raise IndexDamagedError(f"the index is damaged: {name} is not what was written")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

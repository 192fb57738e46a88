"""Files that appear whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replace_file(path: Path) -> Iterator[Path]:
    """A draft beside `path` to write to; it takes its place, synced to disk, when all went well."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        yield draft
        sync_file(draft)
        draft.replace(path)
        sync_file(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def sync_file(path: Path) -> None:
    """Returns once the file or folder is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Returns once everything below `folder` is on the disk."""
    for root, _, files in os.walk(folder, topdown=False):
        for name in files:
            sync_file(Path(root, name))
        sync_file(Path(root))
    sync_file(folder.parent)


def remove_drafts(folder: Path) -> None:
    """Removes what a killed process left of `replace_file`; call it under the build lock."""
    for draft in folder.glob(".*.draft"):
        draft.unlink(missing_ok=True)

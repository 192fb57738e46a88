"""Where documents come from: folders of Markdown and Ansible YAML, or documents made elsewhere."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from index import ansible, markdown
from index.documents import Chunk, Document, DocumentKind, cues
from index.packing import WordPieceStarts, estimated_piece_starts

LARGEST_FILE = 2 * 1024 * 1024
"""Bytes; bigger files are data rather than documents."""

_MARKDOWN = {".md", ".markdown"}
_YAML = {".yml", ".yaml"}
_SKIPPED_FOLDERS = {"node_modules", "__pycache__", "venv", "site-packages"}


class Folder(BaseModel):
    """A folder, searched downwards for Markdown and YAML; hidden folders and links are skipped.

    `label` replaces the folder's own path in the documents' `source`, for folders whose place on
    disk means nothing to the reader. YAML files are of kind `ansible` whatever `kind` says.
    """

    model_config = ConfigDict(frozen=True)

    path: Path
    kind: DocumentKind = "docs"
    label: str | None = None


Source = Folder | Document


@dataclass(frozen=True)
class Loaded:
    """Documents in a stable order, and one line for each file that could not be read as it is."""

    documents: tuple[Document, ...]
    problems: tuple[str, ...]


def load(sources: Iterable[Source]) -> Loaded:
    """Reads every source; never raises for a single bad file or folder."""
    documents: dict[str, Document] = {}
    problems: list[str] = []
    for source in sources:
        if isinstance(source, Document):
            documents[source.source] = source
            continue
        if not source.path.is_dir():
            problems.append(f"{source.path}: no such folder")
            continue
        for path in _files(source.path, problems):
            document, problem = _read(path, source)
            if document is not None:
                documents[document.source] = document
            if problem is not None:
                problems.append(problem)
    return Loaded(tuple(documents.values()), tuple(problems))


def stamp(sources: Iterable[Source]) -> tuple[tuple[object, ...], ...]:
    """Changes when a file is added, removed, renamed, written or made readable; reads none."""
    found: list[tuple[object, ...]] = []
    for source in sources:
        if isinstance(source, Document):
            continue
        found.append((source.path, source.path.is_dir()))
        found += [(path, *_file_times(path)) for path in _files(source.path, [])]
    return tuple(found)


def chunk_all(
    documents: Iterable[Document], starts: WordPieceStarts = estimated_piece_starts
) -> list[Chunk]:
    """The passages of all documents in order, each document's cues after its passages."""
    chunks: list[Chunk] = []
    for document in documents:
        language = ansible if document.format == "yaml" else markdown
        passages = language.chunk(document, starts)
        chunks += passages
        if passages:
            chunks += cues(document, passages[0])
    return chunks


def _files(root: Path, problems: list[str]) -> Iterator[Path]:
    def report(error: OSError) -> None:
        problems.append(f"{error.filename}: {error.strerror}")

    for folder, names, files in os.walk(root, onerror=report):
        names[:] = sorted(n for n in names if not n.startswith(".") and n not in _SKIPPED_FOLDERS)
        for name in sorted(files):
            path = Path(folder, name)
            wanted = path.suffix.lower() in _MARKDOWN | _YAML and not name.startswith(".")
            # A link could bring in a file that lies outside of the folder that was named.
            if wanted and not path.is_symlink():
                yield path


def _file_times(path: Path) -> tuple[int, ...]:
    try:
        status = path.stat()
    except OSError:
        return ()
    return (status.st_mtime_ns, status.st_ctime_ns, status.st_size)


def _read(path: Path, folder: Folder) -> tuple[Document | None, str | None]:
    try:
        if not path.is_file():
            return None, None
        if (size := path.stat().st_size) > LARGEST_FILE:
            return None, f"{path}: skipped, {size} bytes are more than {LARGEST_FILE}"
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return None, f"{path}: skipped, not UTF-8 text"
    except OSError as error:
        return None, f"{path}: {error.strerror}"
    relative = path.relative_to(folder.path).as_posix()
    source = f"{folder.label}/{relative}" if folder.label else path.absolute().as_posix()
    if path.suffix.lower() in _YAML:
        return ansible.parse(text, source=source)
    return markdown.parse(text, source=source, kind=folder.kind)

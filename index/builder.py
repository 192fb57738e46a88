"""Builds or updates an index: reads, cuts, embeds what is new, and switches in one step."""

import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from index import model, store, writer
from index.atomic import remove_drafts
from index.documents import Chunk, Document, digest
from index.encoder import Progress, QueryEncoder, piece_starts
from index.errors import (
    DocumentIndexError,
    IndexBuildError,
    IndexBusyError,
    IndexMissingError,
    why,
)
from index.export import BuildEncoder, ensure_onnx
from index.integrity import check_files, mark_files
from index.manifest import SCHEMA_VERSION, Location, Manifest
from index.sources import Source, chunk_all, load

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vectors = npt.NDArray[np.float32]


class BuildReport(BaseModel):
    """What a build did.

    Attributes:
        added: Documents that are new; `updated`, `removed`, `unchanged` likewise.
        chunks: Passages in the index now.
        embedded: Texts that had to be embedded: passages, titles and sayings.
        seconds: Duration.
        model: Name of the embedding model.
        problems: One line per file that could not be read as it is.
        rebuilt_because: Why nothing of the previous index could be used, if there was one.
    """

    model_config = ConfigDict(frozen=True)

    added: int
    updated: int
    removed: int
    unchanged: int
    chunks: int
    embedded: int
    seconds: float
    model: str = model.NAME
    problems: tuple[str, ...] = ()
    rebuilt_because: str | None = None


def build(
    sources: Sequence[Source],
    path: str | Path,
    progress: Progress | None = None,
    *,
    cache_dir: Path | None = None,
    wait_seconds: float = 0,
) -> BuildReport:
    """Brings the index at `path` up to date with `sources`.

    Killed or failing at any moment it leaves the previous index as it was. `progress` is called
    with a step's name, what is done and what there is to do.

    Raises:
        EncoderUnavailableError: The model or a library it needs is missing.
        LibraryMissingError: LanceDB is not installed.
        IndexBusyError: Another build holds the lock for longer than `wait_seconds`.
        IndexBuildError: Nothing to index, or the index cannot be written.
    """
    from filelock import FileLock, Timeout

    location = Location(path, cache_dir)
    try:
        location.lock.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(location.lock).acquire(timeout=wait_seconds):
            return _build_locked(sources, location, progress or _no_progress)
    except Timeout:
        raise IndexBusyError(f"another process is building the index at {location.uri}") from None
    except OSError as error:
        raise IndexBuildError(
            f"the index at {location.uri} could not be written: {why(error)}"
        ) from error


def _build_locked(sources: Sequence[Source], location: Location, progress: Progress) -> BuildReport:
    started = time.monotonic()
    remove_drafts(location.path)
    progress("reading", 0, 1)
    loaded = load(sources)
    progress("reading", 1, 1)
    if not loaded.documents:
        raise IndexBuildError("; ".join(("there are no documents to index", *loaded.problems)))
    chunks = chunk_all(loaded.documents, piece_starts())
    encoder = ensure_onnx(location.models, BuildEncoder, progress)
    previous, known, reason = _previous(location)
    missing = {
        c.content_hash: c.embedded_text for c in chunks if c.content_hash not in known.vectors
    }
    content = digest(*(chunk.model_dump_json() for chunk in chunks))
    if previous is None or previous.content != content:
        vectors = _vectors(chunks, known, missing, encoder, progress)
        _switch(location, previous, chunks, vectors, content, len(loaded.documents), progress)
    return BuildReport(
        **_changes(loaded.documents, known),
        chunks=_passages(chunks),
        embedded=len(missing),
        seconds=time.monotonic() - started,
        problems=loaded.problems,
        rebuilt_because=reason,
    )


def _previous(location: Location) -> tuple[Manifest | None, store.Known, str | None]:
    nothing = store.Known({}, {})
    try:
        manifest = location.read()
        manifest.check()
        folder = location.table_folder(manifest.table)
        if folder is not None:
            check_files(folder, manifest.files, contents=True)
        return manifest, store.Store(location, manifest).known(), None
    except IndexMissingError:
        return None, nothing, None
    except DocumentIndexError as error:
        return None, nothing, str(error)


def _vectors(
    chunks: Sequence[Chunk],
    known: store.Known,
    missing: dict[str, str],
    encoder: QueryEncoder,
    progress: Progress,
) -> "Vectors":
    import numpy as np

    vectors = dict(known.vectors)
    if missing:
        new = encoder.encode_many(list(missing.values()), progress)
        vectors |= dict(zip(missing, new, strict=True))
    return np.stack([vectors[chunk.content_hash] for chunk in chunks]).astype(np.float32)


def _switch(
    location: Location,
    previous: Manifest | None,
    chunks: Sequence[Chunk],
    vectors: "Vectors",
    content: str,
    documents: int,
    progress: Progress,
) -> None:
    """Writes the new table beside the old one, tries it, and makes it the current one."""
    manifest = Manifest(
        schema_version=SCHEMA_VERSION,
        table=f"chunks_{time.time_ns()}_{secrets.token_hex(4)}",
        previous=previous.table if previous else None,
        model_name=model.NAME,
        model_hash=model.SHA256,
        dimension=model.DIMENSION,
        documents=documents,
        chunks=_passages(chunks),
        rows=len(chunks),
        content=content,
        built_at=time.time(),
    )
    writer.remove_other_tables(location, [manifest.previous])
    progress("writing", 0, 2)
    writer.write_table(location, manifest.table, chunks, vectors)
    progress("writing", 1, 2)
    folder = location.table_folder(manifest.table)
    if folder is not None:
        manifest = manifest.model_copy(update={"files": mark_files(folder)})
    written = store.Store(location, manifest)
    if not written.vector_matches(vectors[0], None, 1).result():
        raise IndexBuildError("the new index does not answer; the previous one is kept")
    location.write(manifest)
    progress("writing", 2, 2)
    writer.remove_other_tables(location, [manifest.table, manifest.previous])


def _passages(chunks: Sequence[Chunk]) -> int:
    return sum(chunk.role == "passage" for chunk in chunks)


def _changes(documents: Sequence[Document], known: store.Known) -> dict[str, int]:
    now = {document.source: document.content_hash for document in documents}
    both = now.keys() & known.documents.keys()
    unchanged = sum(now[source] == known.documents[source] for source in both)
    return {
        "added": len(now.keys() - known.documents.keys()),
        "updated": len(both) - unchanged,
        "removed": len(known.documents.keys() - now.keys()),
        "unchanged": unchanged,
    }


def _no_progress(step: str, done: int, total: int) -> None:
    """For callers that do not watch."""

"""Writes tables of an index and removes the ones that are no longer needed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from index import model
from index.atomic import sync_tree
from index.documents import Chunk
from index.errors import IndexBuildError
from index.manifest import Location
from index.native import import_lancedb, native_errors

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vectors = npt.NDArray[np.float32]

VECTOR_INDEX_FROM = 1_000
"""Rows from which vectors are kept in an index; below that a plain scan is as fast."""

ROWS_PER_PARTITION = 50_000
"""All partitions are searched as long as there are few, so the index is exact until then."""


def write_table(location: Location, name: str, chunks: Sequence[Chunk], vectors: "Vectors") -> None:
    """Writes a new table with its indexes; it is on the disk and answers when this returns.

    Raises:
        IndexBuildError: It could not be written; what was written of it is removed.
    """
    lancedb = import_lancedb()
    with native_errors(IndexBuildError, "the index could not be written"):
        from lancedb.index import FTS, IvfFlat

        database = lancedb.connect(location.lance_uri)
        try:
            table = database.create_table(name, _arrow_table(chunks, vectors))
            table.create_index("search_text", config=FTS(stem=True, remove_stop_words=True))
            if len(chunks) >= VECTOR_INDEX_FROM:
                partitions = max(1, len(chunks) // ROWS_PER_PARTITION)
                table.create_index(
                    "vector", config=IvfFlat(distance_type="dot", num_partitions=partitions)
                )
            if (folder := location.table_folder(name)) is not None:
                sync_tree(folder)
        except BaseException:
            _drop(database, name)
            raise


def remove_other_tables(location: Location, keep: Sequence[str | None]) -> None:
    """Drops what older or unfinished builds left."""
    lancedb = import_lancedb()
    with native_errors(IndexBuildError, "old tables could not be removed"):
        database = lancedb.connect(location.lance_uri)
        for name in database.list_tables(limit=1_000).tables:
            if name not in keep:
                database.drop_table(name, ignore_missing=True)


def _drop(database: Any, name: str) -> None:
    with native_errors(IndexBuildError, "an unfinished table could not be removed"):
        database.drop_table(name, ignore_missing=True)


def _arrow_table(chunks: Sequence[Chunk], vectors: "Vectors") -> Any:
    import pyarrow as pa

    text, texts = pa.string(), pa.list_(pa.string())
    columns = {
        "source": pa.array([c.source for c in chunks], text),
        "kind": pa.array([c.kind for c in chunks], text),
        "title": pa.array([c.title for c in chunks], text),
        "heading_path": pa.array([list(c.heading_path) for c in chunks], texts),
        "tags": pa.array([list(c.tags) for c in chunks], texts),
        "alerts": pa.array([list(c.alerts) for c in chunks], texts),
        "text": pa.array([c.text for c in chunks], text),
        "position": pa.array([c.position for c in chunks], pa.int32()),
        "role": pa.array([c.role for c in chunks], text),
        "document_hash": pa.array([c.document_hash for c in chunks], text),
        "content_hash": pa.array([c.content_hash for c in chunks], text),
        "search_text": pa.array([c.searchable_text or None for c in chunks], text),
        "vector": pa.FixedSizeListArray.from_arrays(
            pa.array(vectors.reshape(-1), pa.float32()), model.DIMENSION
        ),
    }
    return pa.table(columns)

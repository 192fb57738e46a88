"""The LanceDB table: text, metadata, vector and full-text index; the only module that knows it."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from index import model
from index.atomic import sync_tree
from index.documents import Chunk, DocumentKind
from index.errors import DocumentIndexError, IndexBuildError, IndexDamagedError
from index.integrity import check_files
from index.manifest import Location, Manifest

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vectors = npt.NDArray[np.float32]

VECTOR_INDEX_FROM = 1_000
"""Rows from which vectors are kept in an index; below that a plain scan is as fast."""

ROWS_PER_PARTITION = 50_000
"""All partitions are searched up to MOST_PROBES, so the index is exact until then."""

MOST_PROBES = 20

_COLUMNS = ["source", "kind", "title", "heading_path", "tags", "alerts", "text", "position"]
_NATIVE_PLACE = re.compile(r",? (?:at )?(?:/rustc/|/?[\w./-]+\.rs:\d).*")
_DAMAGED = "the index is damaged"


@dataclass(frozen=True)
class Row:
    """A stored chunk with its BM25 score or cosine."""

    source: str
    kind: DocumentKind
    title: str
    heading_path: tuple[str, ...]
    tags: tuple[str, ...]
    alerts: tuple[str, ...]
    text: str
    position: int
    score: float

    @property
    def key(self) -> tuple[str, int]:
        """Identifies the chunk."""
        return (self.source, self.position)


@dataclass(frozen=True)
class Known:
    """What an index already holds: vectors by chunk hash, document hashes by source."""

    vectors: dict[str, Any]
    documents: dict[str, str]


def import_lancedb() -> Any:
    """LanceDB, with its native logs kept off the screen."""
    os.environ.setdefault("LANCE_LOG", "error")
    os.environ.setdefault("LANCEDB_LOG", "error")
    try:
        import lancedb
    except ImportError as error:
        raise DocumentIndexError(f"cannot import {error.name or error}") from error
    return lancedb


@contextmanager
def native_errors(make: Callable[[str], DocumentIndexError], what: str) -> Iterator[None]:
    """Turns whatever the native library raises, its panics included, into one line."""
    try:
        yield
    except (DocumentIndexError, KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
        raise
    except BaseException as error:  # a Rust panic is not an Exception
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise make(f"{what}: {_first_line(error)}") from error


class Store:
    """One opened table."""

    def __init__(self, location: Location, manifest: Manifest) -> None:
        """Opens the table the manifest names.

        Raises:
            IndexDamagedError: It is missing, truncated or not what the manifest says.
        """
        folder = location.table_folder(manifest.table)
        if folder is not None:
            check_files(folder, manifest.files, contents=False)
        lancedb = import_lancedb()
        with native_errors(IndexDamagedError, _DAMAGED):
            self._table = lancedb.connect(location.lance_uri).open_table(manifest.table)
            rows = self._table.count_rows()
            size = self._table.schema.field("vector").type.list_size
        if rows != manifest.chunks:
            raise IndexDamagedError(f"{_DAMAGED}: {rows} of {manifest.chunks} rows are there")
        if size != manifest.dimension:
            raise IndexDamagedError(
                f"{_DAMAGED}: vectors have {size} dimensions, not {manifest.dimension}"
            )

    def text_matches(self, query: str, where: str | None, limit: int) -> list[Row]:
        """Best rows by BM25 over the stemmed text."""
        from lancedb.query import MatchQuery

        with native_errors(IndexDamagedError, _DAMAGED):
            search = self._table.search(MatchQuery(query, "search_text"), query_type="fts")
            return self._rows(search, where, limit, "_score")

    def vector_matches(self, vector: "Vectors", where: str | None, limit: int) -> list[Row]:
        """Nearest rows; the score is the cosine."""
        with native_errors(IndexDamagedError, _DAMAGED):
            search = self._table.search(vector).distance_type("dot").nprobes(MOST_PROBES)
            return self._rows(search, where, limit, "_distance")

    def known(self) -> Known:
        """Everything needed to build the next version without embedding unchanged text again."""
        with native_errors(IndexDamagedError, _DAMAGED):
            columns = ["source", "document_hash", "content_hash", "vector"]
            table = self._table.search().select(columns).to_arrow()
            vectors = table["vector"].combine_chunks().flatten().to_numpy()
            vectors = vectors.reshape(-1, model.DIMENSION)
            return Known(
                dict(zip(table["content_hash"].to_pylist(), vectors, strict=True)),
                dict(
                    zip(
                        table["source"].to_pylist(), table["document_hash"].to_pylist(), strict=True
                    )
                ),
            )

    def _rows(self, search: Any, where: str | None, limit: int, score: str) -> list[Row]:
        search = search.select([*_COLUMNS, score]).limit(limit)
        if where:
            search = search.where(where, prefilter=True)
        return [
            Row(
                source=row["source"],
                kind=cast(DocumentKind, row["kind"]),
                title=row["title"],
                heading_path=tuple(row["heading_path"]),
                tags=tuple(row["tags"]),
                alerts=tuple(row["alerts"]),
                text=row["text"],
                position=row["position"],
                score=1.0 - row[score] if score == "_distance" else row[score],
            )
            for row in search.to_arrow().to_pylist()
        ]


def condition(kinds: Sequence[str], tags: Sequence[str]) -> str | None:
    """SQL filter for rows of any of these kinds that carry any of these tags."""

    def literals(values: Sequence[str]) -> str:
        return ", ".join("'" + value.replace("'", "''") + "'" for value in values)

    parts = []
    if kinds:
        parts.append(f"kind IN ({literals(kinds)})")
    if tags:
        parts.append(f"array_has_any(tags, [{literals(tags)}])")
    return " AND ".join(parts) or None


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
        "document_hash": pa.array([c.document_hash for c in chunks], text),
        "content_hash": pa.array([c.content_hash for c in chunks], text),
        "search_text": pa.array([c.searchable_text for c in chunks], text),
        "vector": pa.FixedSizeListArray.from_arrays(
            pa.array(vectors.reshape(-1), pa.float32()), model.DIMENSION
        ),
    }
    return pa.table(columns)


def _first_line(error: BaseException) -> str:
    """What happened, without the place in the native source where it was noticed."""
    line = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return _NATIVE_PLACE.sub("", line)[:200]

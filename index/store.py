"""Reads an index: full-text and vector matches from its LanceDB table."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from index import model
from index.documents import DocumentKind, Role
from index.errors import IndexDamagedError
from index.integrity import check_files
from index.manifest import Location, Manifest
from index.native import import_lancedb, native_errors, start

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vectors = npt.NDArray[np.float32]

MOST_PROBES = 20
"""Partitions of the vector index that one query looks at."""

_FOUND = ["source", "position", "role"]
_SHOWN = ["kind", "title", "heading_path", "tags", "text"]
_DAMAGED = "the index is damaged"


@dataclass(frozen=True)
class Match:
    """A stored chunk that was found, with its BM25 score or cosine.

    Attributes:
        row: Its place in the table, by which `Store.passages` reads it.
        alerts: Those its document was written for, if they were asked for.
    """

    row: int
    source: str
    position: int
    role: Role
    score: float
    alerts: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, int]:
        """Identifies the passage, or the one that a cue leads to."""
        return (self.source, self.position)


@dataclass(frozen=True)
class Passage:
    """What is shown of a stored chunk."""

    kind: DocumentKind
    title: str
    heading_path: tuple[str, ...]
    tags: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Known:
    """What an index already holds: vectors by chunk hash, document hashes by source."""

    vectors: dict[str, Any]
    documents: dict[str, str]


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
        import_lancedb()
        rows, size = start(self._open(location, manifest)).result()
        if rows != manifest.rows:
            raise IndexDamagedError(f"{_DAMAGED}: {rows} of {manifest.rows} rows are there")
        if size != manifest.dimension:
            raise IndexDamagedError(
                f"{_DAMAGED}: vectors have {size} dimensions, not {manifest.dimension}"
            )

    def text_matches(
        self, query: str, where: str | None, limit: int, *, alerts: bool = False
    ) -> Future[list[Match]]:
        """Best rows by BM25 over the stemmed text; the search has begun when this returns."""
        from lancedb.query import MatchQuery

        def search() -> Any:
            return self._table.query().nearest_to_text(MatchQuery(query, "search_text"))

        return start(self._matches(search, where, limit, "_score", alerts))

    def vector_matches(
        self, vector: "Vectors", where: str | None, limit: int, *, alerts: bool = False
    ) -> Future[list[Match]]:
        """Nearest rows, the score being the cosine; the search has begun when this returns."""

        def search() -> Any:
            nearest = self._table.query().nearest_to(vector)
            return nearest.distance_type("dot").nprobes(MOST_PROBES)

        return start(self._matches(search, where, limit, "_distance", alerts))

    def passages(self, rows: Sequence[int]) -> dict[int, Passage]:
        """What stands in these rows; apart from the matches, of which few are shown."""
        return start(self._passages(rows)).result() if rows else {}

    def known(self) -> Known:
        """Everything needed to build the next version without embedding unchanged text again."""
        table = start(self._everything()).result()
        with native_errors(IndexDamagedError, _DAMAGED):
            vectors = table["vector"].combine_chunks().flatten().to_numpy()
            by_hash = zip(
                table["content_hash"].to_pylist(), vectors.reshape(-1, model.DIMENSION), strict=True
            )
            by_source = zip(
                table["source"].to_pylist(), table["document_hash"].to_pylist(), strict=True
            )
            return Known(dict(by_hash), dict(by_source))

    async def _open(self, location: Location, manifest: Manifest) -> tuple[int, int]:
        """Opens the table; its number of rows and the dimension of its vectors."""
        with native_errors(IndexDamagedError, _DAMAGED):
            connection = await import_lancedb().connect_async(location.lance_uri)
            self._table = await connection.open_table(manifest.table)
            schema = await self._table.schema()
            return await self._table.count_rows(), schema.field("vector").type.list_size

    async def _everything(self) -> Any:
        with native_errors(IndexDamagedError, _DAMAGED):
            columns = ["source", "document_hash", "content_hash", "vector"]
            return await self._table.query().select(columns).to_arrow()

    async def _matches(
        self, search: Callable[[], Any], where: str | None, limit: int, score: str, alerts: bool
    ) -> list[Match]:
        columns = [*_FOUND, score, *(["alerts"] if alerts else [])]
        with native_errors(IndexDamagedError, _DAMAGED):
            query = search().select(columns).with_row_id().limit(limit)
            if where:
                query = query.where(where)
            rows = (await query.to_arrow()).to_pylist()
        return [
            Match(
                row=row["_rowid"],
                source=row["source"],
                position=row["position"],
                role=cast(Role, row["role"]),
                score=1.0 - row[score] if score == "_distance" else row[score],
                alerts=tuple(row.get("alerts", ())),
            )
            for row in rows
        ]

    async def _passages(self, rows: Sequence[int]) -> dict[int, Passage]:
        with native_errors(IndexDamagedError, _DAMAGED):
            query = self._table.take_row_ids(list(rows)).select(_SHOWN).with_row_id()
            found = (await query.to_arrow()).to_pylist()
        passages = {
            row["_rowid"]: Passage(
                kind=cast(DocumentKind, row["kind"]),
                title=row["title"],
                heading_path=tuple(row["heading_path"]),
                tags=tuple(row["tags"]),
                text=row["text"],
            )
            for row in found
        }
        if missing := set(rows) - passages.keys():
            raise IndexDamagedError(f"{_DAMAGED}: {len(missing)} of {len(rows)} rows are gone")
        return passages


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

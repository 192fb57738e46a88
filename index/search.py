"""Search: both halves if the index is sound, plain text search with the reason if it is not."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from index.encoder import import_runtime, onnx_name, opened
from index.errors import DocumentIndexError, IndexDamagedError
from index.fusion import hits_of, plain_hits, rank_passages
from index.manifest import Location, Manifest, file_stamp
from index.query import Query, understand
from index.results import Hit, SearchResult
from index.sources import Source, chunk_all, load, stamp
from index.store import Match, Store, condition
from index.text_search import TextSearch

TEXT_ROWS = 60
"""Passages and cards the text half contributes before they are joined."""

VECTOR_ROWS = 150
"""Rows the vector half contributes: more, because many of them may be sayings of one document."""

MEND = "run `sre index build`"

_Answer = TypeVar("_Answer")

MOST_PROBLEMS = 3
"""Problems with documents that a degraded result names; the others are counted."""


Halves = tuple[list[Match], list[Match]]
"""What the words found, and what the meaning found, the best first."""


class _Engine:
    """An opened table and the encoder, for one version of the index."""

    def __init__(self, location: Location) -> None:
        self.manifest = location.read()
        self.manifest.check()
        # Both libraries import numpy, which does not survive being imported by two threads at once.
        import_runtime()
        with ThreadPoolExecutor(max_workers=1) as pool:
            loading = pool.submit(opened, location.models / onnx_name())
            self._store = Store(location, self.manifest)
            self._encoder = loading.result()

    def halves(self, query: Query, where: str | None, wanted: int) -> Halves:
        """What the words find, and what the meaning finds, side by side."""
        alerts = bool(query.names)
        by_text = self._store.text_matches(query.text, where, max(TEXT_ROWS, wanted), alerts=alerts)
        vector = self._encoder.encode([query.embedded])[0]
        by_vector = self._store.vector_matches(
            vector, where, max(VECTOR_ROWS, wanted), alerts=alerts
        )
        return by_text.result(), by_vector.result()

    def hits(
        self, query: Query, where: str | None, limit: int, per_document: int
    ) -> tuple[Hit, ...]:
        """The best of both halves; only of these the text is read."""
        by_text, by_vector = self.halves(query, where, limit * per_document)
        ranked = rank_passages(query, by_text, by_vector, limit=limit, per_document=per_document)
        return hits_of(ranked, self._store.passages([one.match.row for one in ranked]))


@dataclass(frozen=True)
class _Fallback:
    """Plain text search over the documents as they were once, and what is wrong with them."""

    stamp: tuple[tuple[object, ...], ...]
    search: TextSearch
    problems: tuple[str, ...]


class Index:
    """An index that can be searched from any thread; its first search loads it.

    A newly built version is picked up by the next search.
    """

    def __init__(self, location: Location, sources: Sequence[Source]) -> None:
        """Use `Index.open`."""
        self._location = location
        self._onnx = location.models / onnx_name()
        self._sources = tuple(sources)
        self._lock = threading.Lock()
        self._engine: _Engine | DocumentIndexError | None = None
        self._stamp: tuple[int, ...] | None = None
        self._fallback: _Fallback | None = None

    @classmethod
    def open(
        cls, path: str | Path, *, sources: Sequence[Source] = (), cache_dir: Path | None = None
    ) -> "Index":
        """Names an index; reads nothing yet and never fails.

        Args:
            path: Folder or object-storage URI.
            sources: What the index is built from; searched as plain text when it cannot be used.
            cache_dir: Holds the exported model; by default the index's own folder.
        """
        return cls(Location(path, cache_dir), sources)

    def search(
        self,
        question: str,
        *,
        limit: int = 5,
        kinds: Sequence[str] = (),
        tags: Sequence[str] = (),
        per_document: int = 2,
    ) -> SearchResult:
        """The best passages of documents of any of `kinds` that carry any of `tags`.

        Never raises for a missing, damaged or mismatching index: the result is then one of plain
        text search over the documents as they are now, and says in `degraded` why, and which
        documents could not be read.
        """
        query = understand(question)
        if not query.text:
            return SearchResult(query=question, query_kind=query.kind, mode="hybrid", hits=())
        where = condition(kinds, tags)
        try:
            hits = self._asked(lambda engine: engine.hits(query, where, limit, per_document))
        except DocumentIndexError as error:
            return self._plain(question, query, limit, per_document, kinds, tags, _reason(error))
        return SearchResult(query=question, query_kind=query.kind, mode="hybrid", hits=hits)

    def halves(self, question: str) -> Halves:
        """What each half alone finds, best first, for measuring them.

        Raises:
            DocumentIndexError: The index cannot be used.
        """
        return self._asked(lambda engine: engine.halves(understand(question), None, 1))

    def manifest(self) -> Manifest:
        """What the current index holds.

        Raises:
            DocumentIndexError: It is missing, damaged or of another version.
        """
        manifest = self._location.read()
        manifest.check()
        return manifest

    def _asked(self, ask: Callable[[_Engine], _Answer]) -> _Answer:
        engine = self._ready()
        try:
            return ask(engine)
        except IndexDamagedError:
            # The table may have been replaced and removed since it was opened.
            with self._lock:
                if self._engine is engine:
                    self._engine = None
            return ask(self._ready())

    def _ready(self) -> _Engine:
        with self._lock:
            stamp = (*self._location.stamp(), *file_stamp(self._onnx))
            if self._engine is None or stamp != self._stamp:
                self._stamp = stamp
                try:
                    self._engine = _Engine(self._location)
                except DocumentIndexError as error:
                    self._engine = error
            if isinstance(self._engine, DocumentIndexError):
                raise self._engine.with_traceback(None)
            return self._engine

    def _plain(
        self,
        question: str,
        query: Query,
        limit: int,
        per_document: int,
        kinds: Sequence[str],
        tags: Sequence[str],
        reason: str,
    ) -> SearchResult:
        fallback = self._documents()
        found = fallback.search.search(
            query.text, max(TEXT_ROWS, limit * per_document), kinds, tags
        )
        return SearchResult(
            query=question,
            query_kind=query.kind,
            mode="text",
            hits=plain_hits(query, found, limit=limit, per_document=per_document),
            degraded="; ".join((f"plain text search only: {reason}", *_named(fallback.problems))),
        )

    def _documents(self) -> _Fallback:
        with self._lock:
            now = stamp(self._sources)
            if self._fallback is None or self._fallback.stamp != now:
                self._fallback = _read(self._sources, now)
            return self._fallback


@lru_cache(maxsize=1)
def _read(sources: tuple[Source, ...], stamp: tuple[tuple[object, ...], ...]) -> _Fallback:
    """The documents as they are; once for every index that is made of them."""
    loaded = load(sources)
    search = TextSearch(chunk_all(loaded.documents))
    return _Fallback(stamp, search, loaded.problems)


def _named(problems: Sequence[str]) -> list[str]:
    """The first problems, each on one line, and how many more there are."""
    named = [" ".join(problem.split()) for problem in problems[:MOST_PROBLEMS]]
    more = len(problems) - len(named)
    return [*named, f"{more} more documents have problems"] if more else named


def _reason(error: DocumentIndexError) -> str:
    return f"{error}; {MEND}" if error.mended_by_build else str(error)

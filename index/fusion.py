"""Joins what the two halves found: ranks the documents, then the passages within each."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.documents import Chunk
from index.query import Query, Weights
from index.ranking import by_text, by_vector, farthest
from index.results import Half, Hit
from index.store import Match, Passage

ALERT_BONUS = 1.0
"""For documents that declare the alert a query names: they were written for it."""

CUE_SHARE = 0.8
"""What a cue's cosine counts for the opening passage; sentences resemble questions more easily."""

Key = tuple[str, int]


@dataclass(frozen=True)
class Ranked:
    """A passage that is to be shown: where it stands, how well it fits, and who found it."""

    match: Match
    score: float
    matched_by: tuple[Half, ...]


def rank_passages(
    query: Query,
    text_rows: Sequence[Match],
    vector_rows: Sequence[Match],
    *,
    limit: int,
    per_document: int,
    weights: Weights | None = None,
) -> tuple[Ranked, ...]:
    """Passages of the best documents; at most `per_document` of one document.

    The best passage of a document scores what its document does, the others less by as much as
    they fit less, so that a second passage may come after another document's first.
    """
    weights = weights or query.weights
    rows = _passages([*text_rows, *vector_rows])
    named = {row.source for row in rows.values() if not query.names.isdisjoint(row.alerts)}
    documents = _documents(text_rows, vector_rows, weights)
    fits = _fits(text_rows, vector_rows, weights)
    best_fit: dict[str, float] = defaultdict(float)
    for (source, _), fit in fits.items():
        best_fit[source] = max(best_fit[source], fit)
    highest = weights.text + weights.vector + (ALERT_BONUS if query.names else 0.0)
    scores: dict[Key, float] = {}
    for key in rows:
        source, _ = key
        document = documents[source] + (ALERT_BONUS if source in named else 0.0)
        share = fits[key] / best_fit[source] if best_fit[source] > 0 else 1.0
        scores[key] = max(document, 0.0) * share / highest
    ranked = sorted(scores, key=lambda key: (-scores[key], key))
    halves = _halves(text_rows, vector_rows, named)
    chosen = _limited(ranked, limit=limit, per_document=per_document)
    return tuple(Ranked(rows[key], scores[key], halves[key]) for key in chosen)


def hits_of(ranked: Sequence[Ranked], passages: Mapping[int, Passage]) -> tuple[Hit, ...]:
    """What was ranked, with what stands in its rows."""
    return tuple(_hit(one, passages[one.match.row]) for one in ranked)


def plain_hits(
    query: Query, found: Sequence[tuple[Chunk, float]], *, limit: int, per_document: int
) -> tuple[Hit, ...]:
    """Hits of the plain text search, documents written for a named alert first."""
    matches = [
        Match(
            row=number,
            source=chunk.source,
            position=chunk.position,
            role=chunk.role,
            score=score,
            alerts=chunk.alerts,
        )
        for number, (chunk, score) in enumerate(found)
    ]
    alone = Weights(text=1.0, vector=0.0)
    ranked = rank_passages(
        query, matches, (), limit=limit, per_document=per_document, weights=alone
    )
    return hits_of(ranked, {one.match.row: _passage(found[one.match.row][0]) for one in ranked})


def _documents(
    text_rows: Sequence[Match], vector_rows: Sequence[Match], weights: Weights
) -> dict[str, float]:
    text, vector = by_text(text_rows), by_vector(vector_rows)
    floor = farthest(vector_rows)
    return {
        source: weights.text * text.get(source, 0.0) + weights.vector * vector.get(source, floor)
        for source in text.keys() | vector.keys()
    }


def _fits(
    text_rows: Sequence[Match], vector_rows: Sequence[Match], weights: Weights
) -> dict[Key, float]:
    """How well each passage fits by itself; words that only the card has say nothing of it."""
    best = max((row.score for row in text_rows), default=0.0)
    text: dict[Key, float] = defaultdict(float)
    vector: dict[Key, float] = defaultdict(float)
    for row in text_rows:
        if row.role == "passage" and best > 0:
            text[row.key] = row.score / best
    for row in vector_rows:
        cosine = row.score if row.role == "passage" else CUE_SHARE * row.score
        vector[row.key] = max(vector[row.key], cosine)
    return defaultdict(
        float,
        {
            key: weights.text * text[key] + weights.vector * vector[key]
            for key in text.keys() | vector.keys()
        },
    )


def _passages(rows: Sequence[Match]) -> dict[Key, Match]:
    found: dict[Key, Match] = {}
    for row in rows:
        found.setdefault(row.key, row)
    return found


def _halves(
    text_rows: Sequence[Match], vector_rows: Sequence[Match], named: set[str]
) -> dict[Key, tuple[Half, ...]]:
    halves: dict[Key, list[Half]] = {}
    for row in (*text_rows, *vector_rows):
        halves.setdefault(row.key, ["alert"] if row.source in named else [])
    parts: tuple[tuple[Half, Sequence[Match]], ...] = (("text", text_rows), ("vector", vector_rows))
    for half, found in parts:
        for key in dict.fromkeys(row.key for row in found):
            halves[key].append(half)
    return {key: tuple(names) for key, names in halves.items()}


def _limited(ranked: Sequence[Key], limit: int, per_document: int) -> list[Key]:
    taken: Counter[str] = Counter()
    chosen: list[Key] = []
    for source, position in ranked:
        if len(chosen) == limit:
            break
        if taken[source] < per_document:
            taken[source] += 1
            chosen.append((source, position))
    return chosen


def _passage(chunk: Chunk) -> Passage:
    return Passage(chunk.kind, chunk.title, chunk.heading_path, chunk.tags, chunk.text)


def _hit(ranked: Ranked, passage: Passage) -> Hit:
    return Hit(
        source=ranked.match.source,
        kind=passage.kind,
        title=passage.title,
        heading_path=passage.heading_path,
        tags=passage.tags,
        position=ranked.match.position,
        score=round(min(ranked.score, 1.0), 4),
        passage=passage.text,
        matched_by=ranked.matched_by,
    )

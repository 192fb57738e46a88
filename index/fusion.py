"""Joins what the two halves found into one ranking."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from index.documents import Chunk
from index.query import Query, Weights
from index.results import Half, Hit
from index.store import Row

RANK_OFFSET = 10
"""Of reciprocal rank fusion: the smaller, the more the first ranks stand out."""

ALERT_BONUS = 1.0
"""For documents that declare the alert a query names: they were written for it."""


def fuse(
    query: Query,
    text_rows: Sequence[Row],
    vector_rows: Sequence[Row],
    *,
    limit: int,
    per_document: int,
    weights: Weights | None = None,
) -> tuple[Hit, ...]:
    """Weighted reciprocal rank fusion; at most `per_document` passages of one document."""
    weights = weights or query.weights
    rows: dict[tuple[str, int], Row] = {}
    scores: dict[tuple[str, int], float] = defaultdict(float)
    halves: dict[tuple[str, int], list[Half]] = {}
    parts: tuple[tuple[Half, Sequence[Row], float], ...] = (
        ("text", text_rows, weights.text),
        ("vector", vector_rows, weights.vector),
    )
    for half, found, weight in parts:
        for rank, row in enumerate(found):
            rows.setdefault(row.key, row)
            scores[row.key] += weight * RANK_OFFSET / (RANK_OFFSET + rank)
            halves.setdefault(row.key, []).append(half)
    for key, row in rows.items():
        if not query.names.isdisjoint(row.alerts):
            scores[key] += ALERT_BONUS
            halves[key].insert(0, "alert")
    best = ALERT_BONUS + weights.text + weights.vector if query.names else 1.0
    ranked = sorted(scores, key=lambda key: (-scores[key], key))
    hits = (_hit(rows[key], scores[key] / best, tuple(halves[key])) for key in ranked)
    return _limited(hits_in_order=list(hits), limit=limit, per_document=per_document)


def plain_hits(
    query: Query, found: Sequence[tuple[Chunk, float]], *, limit: int, per_document: int
) -> tuple[Hit, ...]:
    """Hits of the plain text search, documents written for a named alert first."""
    rows = [
        Row(
            source=chunk.source,
            kind=chunk.kind,
            title=chunk.title,
            heading_path=chunk.heading_path,
            tags=chunk.tags,
            alerts=chunk.alerts,
            text=chunk.text,
            position=chunk.position,
            score=score,
        )
        for chunk, score in found
    ]
    alone = Weights(text=1.0, vector=0.0)
    return fuse(query, rows, (), limit=limit, per_document=per_document, weights=alone)


def _limited(hits_in_order: list[Hit], limit: int, per_document: int) -> tuple[Hit, ...]:
    taken: Counter[str] = Counter()
    chosen: list[Hit] = []
    for hit in hits_in_order:
        if len(chosen) == limit:
            break
        if taken[hit.source] < per_document:
            taken[hit.source] += 1
            chosen.append(hit)
    return tuple(chosen)


def _hit(row: Row, score: float, matched_by: tuple[Half, ...]) -> Hit:
    return Hit(
        source=row.source,
        kind=row.kind,
        title=row.title,
        heading_path=row.heading_path,
        tags=row.tags,
        position=row.position,
        score=round(min(score, 1.0), 4),
        passage=row.text,
        matched_by=matched_by,
    )

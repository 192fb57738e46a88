"""Scores documents by what each half of the search found of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from index.store import Match

TEXT_SHARES = (1.0, 0.5, 0.25)
"""What a document's best passages count in the text half; its card counts like the best."""

VECTOR_SHARES = (1.0, 0.8, 0.64, 0.512, 0.4096)
"""What a document's nearest rows count in the vector half, whose score is their mean."""


def by_text(rows: Sequence[Match]) -> dict[str, float]:
    """Score 0..1 of each document found, 1 for the best one.

    A passage that has the words is good, several are better, a card that has them too still more.
    """
    cards: dict[str, float] = defaultdict(float)
    passages: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        if row.role == "card":
            cards[row.source] += row.score
        else:
            passages[row.source].append(row.score)
    scores = {
        source: cards[source] + _sum(passages[source], TEXT_SHARES)
        for source in dict.fromkeys(row.source for row in rows)
    }
    best = max(scores.values(), default=0.0)
    return {source: score / best for source, score in scores.items()} if best > 0 else scores


def by_vector(rows: Sequence[Match]) -> dict[str, float]:
    """Mean cosine of the rows of each document that are nearest, the nearest counting most.

    A document with fewer rows than are counted is taken to have more of them halfway between its
    nearest and the farthest row found at all, so that being short neither helps nor harms.
    """
    found: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        found[row.source].append(row.score)
    floor = farthest(rows)
    means: dict[str, float] = {}
    for source, cosines in found.items():
        missing = len(VECTOR_SHARES) - len(cosines)
        filled = sorted(cosines, reverse=True) + [(max(cosines) + floor) / 2] * missing
        means[source] = _sum(filled, VECTOR_SHARES) / sum(VECTOR_SHARES)
    return means


def farthest(rows: Sequence[Match]) -> float:
    """The lowest cosine found; what was not found is farther still."""
    return min((row.score for row in rows), default=0.0)


def ranked(scores: Mapping[str, float]) -> list[str]:
    """Sources, best first; equals in the order of their names."""
    return sorted(scores, key=lambda source: (-scores[source], source))


def _sum(scores: Sequence[float], shares: Sequence[float]) -> float:
    best_first = sorted(scores, reverse=True)
    return sum(score * share for score, share in zip(best_first, shares, strict=False))

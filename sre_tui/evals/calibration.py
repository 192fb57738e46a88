"""Whether confidence means what it says: of hypotheses of 0.8, about 8 of 10 are to be right."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

BINS = 10


class Bin(BaseModel):
    """Hypotheses of about the same confidence.

    Attributes:
        low: least confidence in it.
        high: from which on the next bin begins.
        count: how many there are.
        confidence: their mean confidence; None if there are none.
        right: ratio of them that is right; None if there are none.
    """

    model_config = ConfigDict(frozen=True)

    low: float
    high: float
    count: int
    confidence: float | None
    right: float | None


def reliability(pairs: Sequence[tuple[float, bool]], bins: int = BINS) -> tuple[Bin, ...]:
    """Bins of equal width over pairs of a confidence and whether it was right."""
    found: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for confidence, right in pairs:
        found[min(bins - 1, int(confidence * bins))].append((confidence, right))
    return tuple(
        Bin(
            low=place / bins,
            high=(place + 1) / bins,
            count=len(members),
            confidence=sum(one for one, _ in members) / len(members) if members else None,
            right=sum(right for _, right in members) / len(members) if members else None,
        )
        for place, members in enumerate(found)
    )


def expected_error(bins: Sequence[Bin]) -> float | None:
    """Mean distance of confidence and truth, each bin by its count; None without hypotheses."""
    total = sum(one.count for one in bins)
    if not total:
        return None
    return (
        sum(
            one.count * abs(one.confidence - one.right)
            for one in bins
            if one.confidence is not None and one.right is not None
        )
        / total
    )

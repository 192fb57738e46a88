"""Suggest the names that come closest to one that does not exist."""

from __future__ import annotations

from collections.abc import Iterable

CLOSE_ENOUGH = 60.0


def nearest(
    name: str, known: Iterable[str], limit: int = 3, least: float = CLOSE_ENOUGH
) -> list[str]:
    """Up to ``limit`` known names similar to ``name``, the closest first; none if all are far.

    Args:
        name: what was asked for.
        known: what there is.
        limit: most names.
        least: similarity, 0 to 100, below which a name is far.
    """
    from rapidfuzz import fuzz, process

    found = process.extract(
        name,
        list(known),
        scorer=fuzz.WRatio,
        processor=str.casefold,
        limit=limit,
        score_cutoff=least,
    )
    return [match for match, _score, _position in found]

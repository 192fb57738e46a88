"""Suggest the names that come closest to one that does not exist, and tell those there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

CLOSE_ENOUGH = 60.0
FEW = 16
"""Names that are listed where one does not exist."""


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


def no_such(
    what: str, asked: str, known: Iterable[str], listed: Iterable[str] | None = None
) -> str:
    """One line: that there is none of that name, which are near, and which there are.

    Args:
        what: noun for it.
        asked: what was asked for.
        known: every name that would do.
        listed: those that are told, in their order; of the known ones all if None.
    """
    names = sorted(set(known))
    told = names if listed is None else list(dict.fromkeys(listed))
    close = nearest(asked, names)
    guess = f"; did you mean {' or '.join(close)}?" if close else ""
    return f"there is no {what} {asked!r}{guess}{there_are(told)}"


def there_are(names: Sequence[str]) -> str:
    """The end of such a line: the names there are, of many the first."""
    if not names:
        return ", and no other either"
    more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    return f"; there are: {', '.join(names[:FEW])}{more}"

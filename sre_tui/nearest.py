"""Suggest the names that come closest to one that does not exist, and tell those there are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

CLOSE_ENOUGH = 60.0
_SHORT = 5
"""Up to so many letters a name is likely to be alike to a part of anything."""
_LIKE_A_WORD = 80.0
"""Similarity of a short name and a word of a longer one, 0 to 100."""
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")
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
    close = [match for match, _score, _position in found]
    return (
        close if len(name) > _SHORT else [match for match in close if _shares_a_word(name, match)]
    )


def _shares_a_word(name: str, match: str) -> bool:
    """Whether a short name lies in the other, or is much like a whole word of it.

    Three letters of it in the middle of a long name would do for the scorer.
    """
    from rapidfuzz import fuzz

    asked = name.casefold()
    whole = match.casefold()
    return (
        asked in whole
        or fuzz.ratio(asked, whole) >= CLOSE_ENOUGH
        or any(fuzz.ratio(asked, word.casefold()) >= _LIKE_A_WORD for word in _WORD.findall(match))
    )


def no_such(
    what: str,
    asked: str,
    known: Iterable[str],
    listed: Iterable[str] | None = None,
    *,
    close: Sequence[str] | None = None,
    note: str = "",
) -> str:
    """One line: that there is none of that name, which are near, and which there are.

    Many names are listed only where none of them is near, and none twice.

    Args:
        what: noun for it.
        asked: what was asked for.
        known: every name that would do.
        listed: those that are told, in their order; of the known ones all if None.
        close: those that are near, as they are told; found among the known ones if None.
        note: what else is said of it, before the names.
    """
    names = sorted(set(known))
    told = names if listed is None else list(dict.fromkeys(listed))
    near = nearest(asked, names) if close is None else close
    said = f"there is no {what} {asked!r}{note}"
    if not near:
        return f"{said}; there {_known(told)}"
    others = f"{', '.join(near[:-1])} or " if near[1:] else ""
    said = f"{said}; did you mean {others}{near[-1]}?"
    # A near name is worth more than a long list.
    tells_more = len(told) <= FEW and not set(told) <= set(near)
    return f"{said} There {_known(told)}" if tells_more else said


def _known(names: Sequence[str]) -> str:
    """The names there are, of many the first."""
    if not names:
        return "is none at all"
    if len(names) == 1:
        return f"is only {names[0]}"
    more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    return f"are: {', '.join(names[:FEW])}{more}"

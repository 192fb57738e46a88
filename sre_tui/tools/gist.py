"""Words for what a result holds, in one line."""

from __future__ import annotations

from collections.abc import Iterable


def with_first(counted: str, names: Iterable[str], most: int = 3) -> str:
    """A count with the first few names: ``17 alerts: A on x, B on y, C on z and more``."""
    told = list(names)
    if not told:
        return counted
    more = " and more" if len(told) > most else ""
    return f"{counted}: {', '.join(told[:most])}{more}"

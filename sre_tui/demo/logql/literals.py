"""Words that a line must have for an expression to match it.

Python tries every alternative of an expression at every character; looking for a few words first
spares that on the lines that cannot match.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from re import _constants as kinds  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

_SHORTEST = 3


def searching(expression: re.Pattern[str]) -> Callable[[str], bool]:
    """Whether the expression matches somewhere in a line."""
    search = expression.search
    words = needed_words(expression)
    if not words:
        return lambda line: search(line) is not None
    any_case = bool(expression.flags & re.IGNORECASE)

    def found(line: str) -> bool:
        # Outside of ASCII, characters of other alphabets count as upper case of these words.
        if line.isascii():
            text = line.lower() if any_case else line
            for word in words:
                if word in text:
                    break
            else:
                return False
        return search(line) is not None

    return found


@functools.lru_cache(maxsize=512)
def needed_words(expression: re.Pattern[str]) -> tuple[str, ...]:
    """Words of which every matching ASCII line has one, in lower case if the case is ignored.

    Empty if there are none worth looking for.
    """
    words = _needed(_parser.parse(expression.pattern, expression.flags))
    if not all(word.isascii() for word in words):
        return ()
    if expression.flags & re.IGNORECASE:
        words = frozenset(word.lower() for word in words)
    # A word within another one finds its lines too.
    return tuple(sorted(w for w in words if not any(o != w and o in w for o in words)))


def _needed(items: Iterable[tuple[Any, Any]]) -> frozenset[str]:
    """The best set of words for a sequence; empty if it has none that is long enough."""
    candidates = []
    run = ""
    for kind, value in (*items, (None, None)):
        if kind is kinds.LITERAL:
            run += chr(value)
            continue
        if len(run) >= _SHORTEST:
            candidates.append(frozenset((run,)))
        run = ""
        if within := _within(kind, value):
            candidates.append(within)
    return max(candidates, key=_merit, default=frozenset())


def _within(kind: Any, value: Any) -> frozenset[str]:
    if kind is kinds.SUBPATTERN:
        _, added, removed, items = value
        return frozenset() if added or removed else _needed(items)
    if kind is kinds.BRANCH:
        sets = [_needed(items) for items in value[1]]
        return frozenset().union(*sets) if all(sets) else frozenset()
    if kind in (kinds.MAX_REPEAT, kinds.MIN_REPEAT) and value[0] > 0:
        return _needed(value[2])
    return frozenset()


def _merit(words: frozenset[str]) -> tuple[int, int]:
    return -len(words), min(map(len, words))

"""Words that a line must have for an expression to match it.

Python tries every alternative of an expression at every character; looking for a few words first
spares that on the lines that cannot match.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Sequence
from re import _constants as kinds  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

_SHORTEST = 3
_FEW = 12
"""As many words are found one after the other in less time than all at once."""
_FLAGS = re.compile(r"^(?:\(\?[a-zA-Z]+\))+")
_REFERS = re.compile(r"\\[1-9]|\(\?(?:P=|\()")
# An escaped character, a class of characters, or any other character.
_PARTS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)


def searching(expression: re.Pattern[str]) -> Callable[[str], bool]:
    """Whether the expression matches somewhere in a line."""
    alternatives = [(one.search, needed_words(one)) for one in _alternatives(expression)]
    if not all(words for _, words in alternatives):
        search = expression.search
        return lambda line: search(line) is not None
    any_case = bool(expression.flags & re.IGNORECASE)
    has_any = _any_of(needed_words(expression))

    def found(line: str) -> bool:
        # Outside of ASCII, characters of other alphabets count as upper case of these words.
        if not line.isascii():
            return expression.search(line) is not None
        text = line.lower() if any_case else line
        return has_any(text) and any(
            any(word in text for word in words) and search(line) is not None
            for search, words in alternatives
        )

    return found


@functools.lru_cache(maxsize=512)
def _alternatives(expression: re.Pattern[str]) -> Sequence[re.Pattern[str]]:
    """Expressions of which one matches where the whole does; itself if it is of one piece."""
    if expression.flags & re.VERBOSE or _REFERS.search(expression.pattern):
        return (expression,)
    pieces = [""]
    depth = 0
    for part in _PARTS.findall(_FLAGS.sub("", expression.pattern)):
        depth += (part == "(") - (part == ")")
        if part == "|" and not depth:
            pieces.append("")
        else:
            pieces[-1] += part
    return tuple(re.compile(piece, expression.flags) for piece in pieces)


def _any_of(words: Sequence[str]) -> Callable[[str], bool]:
    """Whether a text has one of the words."""
    if len(words) <= _FEW:
        return lambda text: any(word in text for word in words)
    search = re.compile(_tree(words)).search
    return lambda text: search(text) is not None


def _tree(words: Iterable[str]) -> str:
    """An expression for words that reads what several begin with only once."""
    rests: dict[str, list[str]] = {}
    for word in words:
        if not word:
            return ""
        rests.setdefault(word[0], []).append(word[1:])
    return f"(?:{'|'.join(re.escape(first) + _tree(rest) for first, rest in rests.items())})"


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
